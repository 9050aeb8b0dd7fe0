#pragma once
#include <Eigen/Core>
#include <vector>
#include "orbit/shells.hpp"

namespace lunafab::orbit {

/// Δv of a single burn on the shell's circle that turns an orbit with this pole (GCRF axes) into each plane
/// of the shell, m/s [planes]. `start` is the date that the shell's nodes refer to.
std::vector<double> plane_turns_mps(const Shell& shell, Epoch start, Epoch at, const Eigen::Vector3d& pole_I);

/// Launches to a shell whose planes hardly drift wait until one of them is near.
struct PlaneGate {
  Shell shell;
  double most_turn_mps = 0.0;
};

}  // namespace lunafab::orbit
