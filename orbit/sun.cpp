#include "orbit/sun.hpp"
#include <Eigen/Core>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "orbit/ephemeris.hpp"

namespace lunafab::orbit {

// The direction is geometric. Light time does not turn it (the Sun hardly moves in 499 s, and the Moon's
// orientation is that of the moment of seeing); aberration by the common 30 km/s shifts it by 20.5″ = 0.006°,
// a fiftieth of the disc, and is left out.
SunPosition sun_position(const LunarSite& site, Epoch epoch) {
  using Eigen::Vector3d;
  const double cos_lat = std::cos(site.latitude_rad), sin_lat = std::sin(site.latitude_rad);
  const double cos_lon = std::cos(site.longitude_rad), sin_lon = std::sin(site.longitude_rad);
  const Vector3d up_M{cos_lat * cos_lon, cos_lat * sin_lon, sin_lat};
  const Vector3d east_M{-sin_lon, cos_lon, 0.0};
  const Vector3d north_M{-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat};

  const Vector3d r_SP_M = R_MI(epoch) * (r_SE_I_m(epoch) - r_PE_I_m(epoch));
  const Vector3d r_site_M = r_SP_M - constants::moon_radius_m * up_M;
  const double east = r_site_M.dot(east_M), north = r_site_M.dot(north_M);
  const double azimuth = std::atan2(east, north);
  return {.azimuth_rad = azimuth < 0.0 ? azimuth + 2.0 * std::numbers::pi : azimuth,
          .elevation_rad = std::atan2(r_site_M.dot(up_M), std::hypot(east, north)),
          .distance_m = r_site_M.norm()};
}

}  // namespace lunafab::orbit
