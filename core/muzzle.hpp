#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <cstdint>
#include "core/tick.hpp"

namespace lunafab {

/// How a physics step was computed; printed wherever its results are shown.
enum class Fidelity : std::uint8_t { ideal, table, solve };
constexpr const char* name(Fidelity fidelity) {
  constexpr const char* names[] = {"ideal", "table", "solve"};
  return names[static_cast<std::size_t>(fidelity)];
}

/// What leaves the muzzle, relative to the rotating surface, in the muzzle's topocentric axes (along the
/// bore, left, up).
struct MuzzleState {
  Tick at{};
  Eigen::Vector3d velocity_mps = Eigen::Vector3d::Zero();      ///< actual, errors included
  Eigen::Matrix3d covariance_m2ps2 = Eigen::Matrix3d::Zero();  ///< of the velocity error, as known beforehand
};

}  // namespace lunafab
