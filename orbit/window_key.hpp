#pragma once
#include <cstdint>
#include "orbit/read_orbit.hpp"

namespace lunafab::orbit {

/// Moves with what the solver of transfers computes: windows in the cache are then solved anew.
inline constexpr std::uint32_t windows_version = 7;

/// The dates of a study or run.
struct LaunchDates {
  Epoch first;
  double step_s = 86400.0;
  std::size_t count = 0;
};

/// What the windows of a destination follow from, hashed. The budget is not of it: it only decides which are
/// open.
std::uint64_t windows_hash(const OrbitPlan& plan, const Destination& destination,
                           const Eigen::Matrix3d& muzzle_m2ps2, const LaunchDates& dates);

}  // namespace lunafab::orbit
