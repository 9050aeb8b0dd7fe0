#include "orbit/escape_geometry.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/conic.hpp"
#include "orbit/earth.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Vector3d;

double angle_between(const Vector3d& a, const Vector3d& b) {
  return std::atan2(a.cross(b).norm(), a.dot(b));
}

}  // namespace

std::optional<EscapeGeometry> escape_geometry(const Muzzle& muzzle, double speed_mps) {
  expects(speed_mps > 0.0 && std::isfinite(speed_mps), "the launch speed must be positive");
  const double lat = muzzle.site.latitude_rad, lon = muzzle.site.longitude_rad;
  const Vector3d up{std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
  const Vector3d spin{0.0, 0.0, constants::moon_spin_radps};
  ConicState launch;
  launch.r_m = (constants::moon_radius_m + muzzle.altitude_m) * up;
  launch.v_mps = speed_mps * R_mean_earth_muzzle(muzzle).col(0) + spin.cross(launch.r_m);
  const auto excess = hyperbolic_excess_mps(launch, constants::moon_gm_m3_per_s2, Asymptote::outgoing);
  if (!excess) return std::nullopt;

  const Elements el = elements_of(launch, constants::moon_gm_m3_per_s2);
  // The mean motion that goes with the mean distance; the Moon's own mass is in it.
  const double moon_mps = constants::moon_spin_radps * earth::moon_distance_m;
  const Vector3d to_earth = Vector3d::UnitX(), motion = -Vector3d::UnitY();
  const ConicState geocentric{-earth::moon_distance_m * to_earth, moon_mps * motion + *excess};
  const Elements about_earth = elements_of(geocentric, earth::gm_m3ps2);
  return EscapeGeometry{
      .eccentricity = el.eccentricity,
      .excess_mps = excess->norm(),
      .turn_rad = std::acos(-1.0 / el.eccentricity),
      .asymptote = excess->normalized(),
      .earth_angle_rad = angle_between(*excess, to_earth),
      .motion_angle_rad = angle_between(*excess, motion),
      .c3_m2ps2 = geocentric.v_mps.squaredNorm() - 2.0 * earth::gm_m3ps2 / earth::moon_distance_m,
      .perigee_m = periapsis_m(about_earth),
      .inclination_rad = about_earth.inclination_rad};
}

}  // namespace lunafab::orbit
