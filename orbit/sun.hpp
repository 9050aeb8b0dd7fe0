#pragma once
#include "core/tick.hpp"

namespace lunafab::orbit {

/// A place on the Moon in mean-Earth axes; longitude positive east, latitude planetocentric.
struct LunarSite {
  double latitude_rad = 0.0;
  double longitude_rad = 0.0;
};

/// Where the Sun stands, seen from a site on the mean sphere: azimuth clockwise from north, elevation of the
/// centre of the disc above the plane of the horizon, and its distance.
struct SunPosition {
  double azimuth_rad = 0.0;
  double elevation_rad = 0.0;
  double distance_m = 0.0;
};

/// Sun from a lunar site. ERFA ephemerides and the IAU/WGCCRE 2009 orientation; error ≲ 0.01° (validated in
/// the tests).
SunPosition sun_position(const LunarSite& site, Epoch epoch);

}  // namespace lunafab::orbit
