#include "studies/slurm.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include "studies/run_store.hpp"

namespace lunafab::studies {
namespace {

/// A path in a line for sbatch, which puts job numbers in for %j and the like.
std::string sbatch_path(const std::string& path) {
  std::string text;
  for (const char c : path) text += c == '%' ? std::string("%%") : std::string(1, c);
  return text;
}

std::string script(const SlurmJob& job, const std::string& kind, const std::string& log,
                   const std::vector<std::string>& own_options, const std::string& command) {
  std::vector<std::string> options{
      fmt::format("--job-name=\"{}-{}\"", std::filesystem::path(job.study).stem().string(), kind),
      "--nodes=1",
      "--ntasks=1",
      "--requeue",
      "--open-mode=append",
      fmt::format("--output=\"{}/logs/{}\"", sbatch_path(job.directory), log)};
  options.insert(options.end(), own_options.begin(), own_options.end());
  options.insert(options.end(), job.options.begin(), job.options.end());
  std::string text = "#!/bin/bash\n";
  for (const std::string& option : options) text += "#SBATCH " + option + "\n";
  return text + "exec " + command + "\n";
}

}  // namespace

std::string shell_word(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return word + "'";
}

std::string array_script(const SlurmJob& job) {
  // The program takes the shell's place, so that the signal, one minute before the time is up, is its own.
  std::vector<std::string> options{fmt::format("--array=1-{}", job.shards),
                                   fmt::format("--cpus-per-task={}", job.cpus), "--signal=B:TERM@60"};
  if (!job.time.empty()) options.push_back("--time=" + job.time);
  if (!job.memory.empty()) options.push_back("--mem=" + job.memory);
  return script(job, "shards", "%A_%a.txt", options,
                fmt::format("{} sweep {} --threads {} --shard \"$SLURM_ARRAY_TASK_ID/{}\" "
                            "--out {}\"$SLURM_ARRAY_TASK_ID\"",
                            shell_word(job.program), shell_word(job.study), job.cpus, job.shards,
                            shell_word(job.directory + "/shards/")));
}

std::string merge_script(const SlurmJob& job) {
  return script(job, "merge", "%j_merge.txt", {},
                fmt::format("{} merge {}* --out {}", shell_word(job.program),
                            shell_word(job.directory + "/shards/"), shell_word(job.directory)));
}

std::optional<std::string> unfit_for_script(const std::string& text) {
  const bool unfit = std::ranges::any_of(
      text, [](char c) { return c == '"' || c == '\\' || static_cast<unsigned char>(c) < ' '; });
  if (!unfit) return std::nullopt;
  return "has a quotation mark, a backslash or a line break, which sbatch cannot read in a script";
}

ShardState shard_state(const std::string& directory) {
  ShardState state;
  std::ifstream file(directory + "/manifest.json");
  if (!file) return state;
  const auto manifest = nlohmann::json::parse(file, nullptr, false);
  if (manifest.is_discarded()) throw std::runtime_error(directory + "/manifest.json cannot be read");
  const std::string status = manifest.value("status", "");
  const bool complete = status == "complete" || status == "merged";
  state.kind = complete ? ShardState::Kind::complete : ShardState::Kind::begun;
  state.runs = manifest.value("runs", std::size_t{0});
  if (complete) {
    state.done = manifest.value("done", std::size_t{0});
    state.failed = manifest.value("failed", std::size_t{0});
    return state;
  }
  for (const auto& [id, record] : read_records(directory).runs)
    ++(record.status == RunStatus::done ? state.done : state.failed);
  return state;
}

}  // namespace lunafab::studies
