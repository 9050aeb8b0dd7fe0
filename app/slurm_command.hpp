#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab slurm STUDY --shards k`: scripts for Slurm. `lunafab slurm DIR --status`: how far they are.
struct SlurmRequest {
  std::string study;                 ///< file; with `status` the directory
  std::string directory;             ///< "": runs/NAME
  int shards = 0;                    ///< 0: not given
  int cpus = 1;                      ///< of a shard
  std::string partition;             ///< "": that of the cluster
  std::string time, memory;          ///< of a shard, as sbatch takes them; "": those of the partition
  std::vector<std::string> options;  ///< of both jobs, as sbatch takes them: `--account=lab`
  bool submit = false, status = false, json = false;
};

/// Returns the exit code: 0 done; of `status` 1 where runs are missing or failed.
/// @throws InputError with every finding; std::runtime_error where the directory cannot be used, or Slurm
/// says no.
int slurm_command(const SlurmRequest& request);

}  // namespace lunafab::app
