#pragma once
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include "campaign/results.hpp"
#include "campaign/run.hpp"

namespace lunafab::campaign {

struct RunOptions {
  std::string directory;
  bool resume = false;
  int threads = 1;
  int limit_stations = 8;  ///< most active stations tried for `limited_by`; < 0: limits are not looked for
  std::function<void(double)> progress;  ///< part of the first replication that is done, 0 … 1
  const std::atomic<bool>* interrupted = nullptr;
};

enum class RunStatus : std::uint8_t { complete, interrupted };

struct RunResult {
  RunStatus status = RunStatus::complete;
  std::unique_ptr<const Scenario> scenario;  ///< with its warm-up
  std::unique_ptr<Campaign> campaign;        ///< the first replication, at its end
  RunReport report;
  double wall_s = 0.0;
};

/// Runs a scenario into a results directory: all replications, the ledger and checkpoints of the first, the
/// tables at the end. A directory that holds results is refused unless `resume`; resuming repeats nothing
/// that a checkpoint holds and ends with the same bytes.
/// @throws std::runtime_error where the directory cannot be used.
RunResult execute(const Scenario& scenario, const RunOptions& options);

}  // namespace lunafab::campaign
