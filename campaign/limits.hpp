#pragma once
#include <atomic>
#include <optional>
#include <string>
#include <vector>
#include "campaign/run.hpp"

namespace lunafab::campaign {

/// One capacity, 10 % larger: the settings that raise it, and what they brought.
struct LimitCandidate {
  std::string name;                   ///< path of the station, or power, imports, vehicles, driver, orbit
  std::vector<std::string> settings;  ///< `path=value`: anyone can repeat the run with --set
  std::int64_t inserted = 0;          ///< satellites inserted, or pieces shipped where there are none
  std::int64_t launched = 0, built = 0;
  double gain = 0.0;  ///< inserted ÷ inserted of the base run − 1
};

struct Limits {
  std::string limited_by;  ///< name of the best candidate; "nothing tried" where no +10 % brings anything
  double gain = 0.0;
  std::int64_t base = 0;
  std::vector<LimitCandidate> candidates;  ///< best first
};

/// Finds what limits a finished run: each candidate's capacity is raised by 10 % and the scenario run again
/// under common random numbers. Stations are screened by activity to the `stations` most active. Runs in
/// parallel; nothing where it was interrupted.
/// @source The definition of `limited_by`: marginal capacity, not utilisation.
std::optional<Limits> find_limits(const Scenario& scenario, const Campaign& base, int stations,
                                  const std::atomic<bool>* interrupted = nullptr);

}  // namespace lunafab::campaign
