#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/earth_arrival.hpp"
#include "orbit/frames.hpp"

// Local time of the ascending node: 12 h + (right ascension of the node − that of the Sun) / 15° an hour, on
// the equator of the GCRF. Its turning since 2000 moves node and Sun alike but for seconds of time in a
// decade.
namespace lunafab::orbit {

/// By the apparent (true) Sun, hours in [0, 24). @throws ContractError for equatorial orbits.
double apparent_node_time_h(const GeocentricState& state, const Eigen::Vector3d& sun_m);
/// By the mean Sun, which Sun-synchronous orbits keep to: up to 16.5 min from the apparent one.
/// @source Mean longitude of the Sun: Meeus, "Astronomical Algorithms", 2nd ed. (1998), eq. 25.2, its rate
/// against the equinox of J2000.
double mean_node_time_h(const GeocentricState& state, Epoch at);

/// The same hour angle for a right ascension of the node.
double mean_node_time_h(double node_rad, Epoch at);

/// Reaching another local time by waiting on a circular drift orbit.
struct NodeWait {
  double drift_h_per_day = 0.0;  ///< against the mean Sun
  double days = 0.0;
  double delta_v_mps = 0.0;  ///< from the working orbit to the drift orbit and back, two burns each way
};
/// `hours` later (negative: earlier), the way round that the drift orbit takes; nothing where the drift orbit
/// is Sun-synchronous itself within 1e-4 h a day.
std::optional<NodeWait> wait_for_node(const WorkingOrbit& target, const WorkingOrbit& drift, double hours);

/// Δv that turns the plane of a circular orbit so that its node moves by `hours`, the inclination kept.
double turn_node_mps(const WorkingOrbit& orbit, double hours);

}  // namespace lunafab::orbit
