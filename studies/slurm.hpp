#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// A study as jobs of Slurm 22.05 or later, in one directory that all nodes see: `shards/1` … `shards/k` by
// the tasks of an array, `logs/`, and the tables of the whole by a job that waits for the array. The scripts
// and `slurm.json` stand in it too.
namespace lunafab::studies {

struct SlurmJob {
  std::string program;    ///< absolute path, on the nodes
  std::string study;      ///< absolute path
  std::string directory;  ///< absolute path
  std::size_t shards = 1;
  int cpus = 1;                      ///< of a shard
  std::vector<std::string> options;  ///< of both jobs: `--partition=long`
  std::string time;                  ///< of a shard, as sbatch takes it; "": that of the partition
  std::string memory;                ///< of a shard, likewise
};

/// The array: task i does shard i of k. A node that dies gives its tasks back to the queue.
std::string array_script(const SlurmJob& job);

/// The merge, to be submitted with `--dependency=afterany:ARRAY`: a shard that ends badly holds nothing up.
std::string merge_script(const SlurmJob& job);

/// Why Slurm could not take the text in a script; nothing where it can.
std::optional<std::string> unfit_for_script(const std::string& text);

/// Text as one word of the shell.
std::string shell_word(const std::string& text);

/// What the directory of a shard, or of the whole, says.
struct ShardState {
  enum class Kind : std::uint8_t { absent, begun, complete };
  Kind kind = Kind::absent;
  std::size_t runs = 0;  ///< 0: not known yet
  std::size_t done = 0, failed = 0;
};
/// Reads manifest and segments, and changes nothing.
/// @throws std::runtime_error where a file cannot be read.
ShardState shard_state(const std::string& directory);

}  // namespace lunafab::studies
