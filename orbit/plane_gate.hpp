#pragma once
#include <Eigen/Core>
#include <vector>
#include "orbit/shells.hpp"

namespace lunafab::orbit {

/// Launches to a shell whose planes hardly drift wait until one of them is near.
struct PlaneGate {
  Body body = Body::moon;
  Epoch start;                   ///< to which the nodes refer
  std::vector<double> node_rad;  ///< [planes]
  double node_radps = 0.0, inclination_rad = 0.0, speed_mps = 0.0;
  double most_turn_mps = 0.0;
};
PlaneGate gate_to(const Shell& shell, Epoch start, double most_turn_mps);

/// Δv of a single burn on the shell's circle that turns an orbit with this pole (GCRF axes) into each plane,
/// m/s [planes].
std::vector<double> plane_turns_mps(const PlaneGate& gate, Epoch at, const Eigen::Vector3d& pole_I);

}  // namespace lunafab::orbit
