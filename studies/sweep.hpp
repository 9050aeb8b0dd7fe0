#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/tables.hpp"

namespace lunafab::studies {

/// What happens to the results of another study in the same directory.
enum class OldResults : std::uint8_t {
  refuse,
  keep  ///< runs that the study still asks for count as done
};

/// What happens to runs that are recorded as failed or timed out.
enum class FailedRuns : std::uint8_t {
  leave,
  retry  ///< once more; a success takes the failure's place
};

struct SweepOptions {
  std::string directory;
  int threads = 1;
  Shard shard;
  OldResults old_results = OldResults::refuse;
  FailedRuns failed_runs = FailedRuns::leave;
  /// Told the number of runs to do; with a precision goal again where it asks for more.
  std::function<void(std::size_t)> begins;
  std::function<void(double)> progress;  ///< part of the runs to do that is done, 0 … 1; one call at a time
  const std::atomic<bool>* interrupted = nullptr;
};

enum class SweepStatus : std::uint8_t { complete, interrupted };

struct SweepResult {
  SweepStatus status = SweepStatus::complete;
  std::size_t started = 0;          ///< runs of this call
  std::uint64_t dropped_bytes = 0;  ///< of records that a kill had torn
  Counts counts;
};

/// Does the runs of the shard that the directory lacks, then writes its tables. A run that fails is recorded,
/// and the others go on. No more runs are alive at once than threads, nor than two a core.
/// @throws std::runtime_error where the directory cannot be used, or holds another study; where `require`
/// leaves no point.
SweepResult sweep(const Study& study, const SweepOptions& options);

// Steps of a sweep, for other searches that keep their runs in the same way.

/// @throws std::runtime_error where the directory holds something else, or results of another study that are
/// not to be kept.
void check_directory(const Study& study, const SweepOptions& options);

struct Kept {
  const char* status;
  double wall_s = 0.0;
  int threads = 0;
  Shard shard;
  Counts counts;
};
void write_manifest(const std::string& directory, const Plan& plan, const Kept& kept);
void write_inputs(const std::string& directory, const Study& study);

/// Of the runs, those that have no record, each identity once.
std::vector<std::size_t> lacking(const Plan& plan, const std::vector<std::size_t>& runs,
                                 const Records& records);

/// Does the runs, in order, at most one a thread at a time; the rest is left where they are interrupted.
SweepStatus do_runs(const Plan& plan, const std::vector<std::size_t>& todo, RunStore& store,
                    const SweepOptions& options);

/// What a sweep would do, from one run.
struct DryRun {
  std::size_t runs = 0, different = 0;  ///< `different`: without those of equal scenarios and excluded ones
  std::map<std::string, std::size_t> excluded;  ///< points by the constraint that they break
  double prepare_s = 0.0, run_s = 0.0;          ///< of the first point: reading it, and one replication
  std::string error;                            ///< why the first run failed
};
DryRun dry_run(const Plan& plan);

/// Puts the records of all directories into `out`, which may be one of them, and writes the tables of the
/// whole.
/// @throws std::runtime_error where one is no directory of a sweep, or they are of different studies.
SweepResult merge(const std::vector<std::string>& directories, const std::string& out);

}  // namespace lunafab::studies
