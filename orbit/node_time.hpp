#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/earth_arrival.hpp"
#include "orbit/frames.hpp"
#include "orbit/mean_sun.hpp"

// Local time of the ascending node of a state, and reaching another.
namespace lunafab::orbit {

/// By the apparent (true) Sun, hours in [0, 24). @throws ContractError for equatorial orbits.
double apparent_node_time_h(const GeocentricState& state, const Eigen::Vector3d& sun_m);
/// By the mean Sun, which Sun-synchronous orbits keep to: up to 16.5 min from the apparent one.
double mean_node_time_h(const GeocentricState& state, Epoch at);

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
