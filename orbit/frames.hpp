#pragma once
#include <Eigen/Core>
#include "core/muzzle.hpp"
#include "core/tick.hpp"
#include "orbit/sun.hpp"

namespace lunafab::orbit {

// Frames as types: what is given in one cannot be taken for another.
struct EarthGcrf;      ///< the Earth's centre, axes of the GCRF
struct MoonGcrf;       ///< the Moon's centre, axes of the GCRF: they never follow the moving lunar pole
struct MeanEarth;      ///< the Moon's centre, fixed in the body, mean-Earth axes: maps, sites
struct PrincipalAxes;  ///< the Moon's centre, fixed in the body, principal axes of inertia: gravity fields
struct MuzzleAxes;     ///< the muzzle; along the bore, left, up; turns with the Moon

template <class Frame>
struct StateIn {
  Eigen::Vector3d r_m = Eigen::Vector3d::Zero();
  Eigen::Vector3d v_mps = Eigen::Vector3d::Zero();
};
using GeocentricState = StateIn<EarthGcrf>;
using LunarState = StateIn<MoonGcrf>;
using MeanEarthState = StateIn<MeanEarth>;

class Ephemeris;

/// Where the driver stands and points. Azimuth clockwise from north.
struct Muzzle {
  LunarSite site;
  double azimuth_rad = 0.0;
  double elevation_rad = 0.0;
  double altitude_m = 0.0;  ///< above the mean sphere
};

GeocentricState to_geocentric(const LunarState& state, const Ephemeris& sky, Epoch at);
LunarState to_lunar(const GeocentricState& state, const Ephemeris& sky, Epoch at);
MeanEarthState to_mean_earth(const LunarState& state, const Ephemeris& sky, Epoch at);
LunarState from_mean_earth(const MeanEarthState& state, const Ephemeris& sky, Epoch at);

/// Turns vectors of the muzzle's axes (along the bore, left and level, up and square to both) into mean-Earth
/// axes.
Eigen::Matrix3d R_mean_earth_muzzle(const Muzzle& muzzle);
/// What leaves the muzzle with a velocity relative to the rotating surface.
LunarState leave_muzzle(const Muzzle& muzzle, const Eigen::Vector3d& velocity_mps, const Ephemeris& sky,
                        Epoch at);

/// Turns vectors of mean-Earth axes into principal axes (DE421's): by 104″, 0.87 km on the surface.
/// @source Williams, Boggs and Folkner, "DE421 lunar orbit, physical librations, and surface coordinates",
/// JPL IOM 335-JW,DB,WF-20080314-001 (2008).
Eigen::Matrix3d R_principal_mean_earth();

/// Unit vector of the Earth's axis (celestial intermediate pole) in GCRF axes, 1900 … 2100. Costs 0.1 ms.
/// @source ERFA eraPnm06a (IAU 2006 precession, IAU 2000A nutation).
Eigen::Vector3d earth_pole(Epoch at);

}  // namespace lunafab::orbit
