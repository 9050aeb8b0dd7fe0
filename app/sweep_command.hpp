#pragma once
#include <atomic>
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab sweep STUDY …`: the runs of a study that a directory lacks, and their tables.
struct SweepRequest {
  std::string study;
  std::string directory;  ///< "": runs/NAME, for a shard runs/NAME-i-of-k
  std::string shard;      ///< "i/k"; "": all
  int threads = 0;        ///< 0: all cores; results do not depend on it
  bool dry_run = false, add = false, retry_failed = false, json = false;
};

/// Returns the exit code: 0 done, 1 runs failed or timed out, 3 interrupted.
/// @throws InputError with every finding; std::runtime_error where the directory cannot be used.
int sweep_command(const SweepRequest& request, const std::atomic<bool>& interrupted);

/// `lunafab merge DIR…`: the shards of a study as one.
struct MergeRequest {
  std::vector<std::string> directories;
  std::string out;  ///< "": the first of them
};

/// Lists what is missing and what failed. Returns the exit code: 0 all done, 1 not.
int merge_command(const MergeRequest& request);

}  // namespace lunafab::app
