#include "orbit/node_time.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/arrival_account.hpp"
#include "orbit/earth.hpp"

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi;
constexpr double seconds_a_day = 86400.0;
// Sidereal year: 365.256363 d. The mean Sun on the GCRF's equator goes round once in it.
constexpr double sun_radps = turn_rad / (365.256363 * seconds_a_day);

double hours_of(double angle_rad) {
  const double hours = std::fmod(12.0 + angle_rad / turn_rad * 24.0, 24.0);
  return hours < 0.0 ? hours + 24.0 : hours;
}

double node_of(const GeocentricState& state) {
  const Eigen::Vector3d h = state.r_m.cross(state.v_mps);
  expects(std::hypot(h.x(), h.y()) > 1e-12 * h.norm(), "an equatorial orbit has no node");
  return std::atan2(h.x(), -h.y());
}

double circular_mps(double radius_m) {
  return apsidal_speed_mps(radius_m, radius_m);
}

/// Between circles, the turn of the plane at the higher one.
double hohmann_mps(const WorkingOrbit& a, const WorkingOrbit& b) {
  const WorkingOrbit &low = a.altitude_m < b.altitude_m ? a : b, &high = a.altitude_m < b.altitude_m ? b : a;
  const double r1 = earth::equatorial_radius_m + low.altitude_m,
               r2 = earth::equatorial_radius_m + high.altitude_m;
  const double arrive = apsidal_speed_mps(r2, r1), circle = circular_mps(r2);
  const double half_turn = 0.5 * (b.inclination_rad - a.inclination_rad);
  return apsidal_speed_mps(r1, r2) - circular_mps(r1) +
         std::hypot(circle - arrive, 2.0 * std::sqrt(circle * arrive) * std::sin(half_turn));
}

}  // namespace

double apparent_node_time_h(const GeocentricState& state, const Eigen::Vector3d& sun_m) {
  return hours_of(node_of(state) - std::atan2(sun_m.y(), sun_m.x()));
}

double mean_node_time_h(const GeocentricState& state, Epoch at) {
  return mean_node_time_h(node_of(state), at);
}

std::optional<NodeWait> wait_for_node(const WorkingOrbit& target, const WorkingOrbit& drift, double hours) {
  const double radius_m = earth::equatorial_radius_m + drift.altitude_m;
  const double drift_radps = node_rate_radps(radius_m, radius_m, drift.inclination_rad) - sun_radps;
  const double h_per_day = drift_radps * seconds_a_day / turn_rad * 24.0;
  if (!(std::abs(h_per_day) > 1e-4)) return std::nullopt;
  double way_h = std::fmod(hours, 24.0);
  if (way_h * h_per_day < 0.0) way_h += std::copysign(24.0, h_per_day);
  return NodeWait{h_per_day, way_h / h_per_day, 2.0 * hohmann_mps(target, drift)};
}

double turn_node_mps(const WorkingOrbit& orbit, double hours) {
  // Spherical triangle: sin(θ/2) = sin i sin(ΔΩ/2); Δv = 2 v sin(θ/2).
  const double half_shift_rad = 0.5 * hours / 24.0 * turn_rad;
  return 2.0 * circular_mps(earth::equatorial_radius_m + orbit.altitude_m) * std::sin(orbit.inclination_rad) *
         std::abs(std::sin(half_shift_rad));
}

}  // namespace lunafab::orbit
