#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>
#include "massdriver/monte_carlo.hpp"

namespace lunafab::report {

/// The release of one launch, ridden in six degrees of freedom, and what the reduced model makes of it.
struct ReleaseReport {
  massdriver::LaunchStream stream;
  double gap_m = 0.0;  ///< of a pad
  massdriver::ReleaseState ridden;
  massdriver::ReducedRide reduced;  ///< about this launch
  massdriver::ReleaseVector predicted = massdriver::ReleaseVector::Zero();
  massdriver::ReleaseMoments moments;
};

/// Serial of the launch ridden: the first of a Monte Carlo with the same stream, on the same track.
inline constexpr std::uint64_t ridden_serial = 1;

/// Rides the design's sled along a solution with a profile; track and launch errors are drawn.
/// `held_out_rides` more full rides measure the reduced model. About 0.6 s, and 0.3 s a held-out ride.
ReleaseReport report_release(const massdriver::Machine& machine, const massdriver::LaunchSolution& solution,
                             const massdriver::LaunchStream& stream, int held_out_rides);

nlohmann::ordered_json release_json(const ReleaseReport& release);
/// Lines for a person, the first without its label.
std::vector<std::string> release_lines(const ReleaseReport& release);
/// A section of the launch's page.
std::string release_section(const ReleaseReport& release);

}  // namespace lunafab::report
