#pragma once
#include <Eigen/Core>
#include <cstdint>
#include "orbit/return_flight.hpp"

namespace lunafab::orbit {

/// What a step may assume of the size of burns and of the speed.
struct Stiffness {
  double burn_mps = 80.0;  ///< of a burn, for the slope of its size
  double speed = 3.0;      ///< what a change of the speed counts against one of the burn
};

/// The choice with the smallest planned burns by the linear model of a flown return, on the circle that its
/// goal allows.
ReturnChoice cheapest_linear(const FlownReturn& flown, const Stiffness& stiffness);

/// Of the two lines in which the plane of what burns reach and the cone of what is wanted meet, or where they
/// come nearest.
enum class Branch : std::uint8_t { first, second, nearest };

/// The change of the burn across the radius after which the momentum lies on the circle, by the linear model.
Eigen::Vector3d correction_mps(const FlownReturn& flown, Branch branch);

/// What a return becomes with another choice, by the linear model: its momentum and its costs.
FlownReturn linearly_changed(const FlownReturn& flown, const ReturnChoice& to);

}  // namespace lunafab::orbit
