#include "app/slurm_command.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include "app/process.hpp"
#include "campaign/results.hpp"
#include "core/input.hpp"
#include "studies/plan.hpp"
#include "studies/slurm.hpp"

namespace lunafab::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using studies::ShardState, studies::SlurmJob;

constexpr int done = 0, model_says_no = 1;
constexpr const char* no_slurm = "is there Slurm on this machine?";

std::string absolute(const std::string& path) {
  const fs::path full = fs::weakly_canonical(fs::absolute(path));
  return (full.has_filename() ? full : full.parent_path()).string();
}

/// How this program is started: by itself, or by the starter of its package, which says so.
std::string program_path() {
  const char* const starter = std::getenv("LUNAFAB_STARTER");
  return starter != nullptr ? starter : fs::read_symlink("/proc/self/exe").string();
}

void refuse(Findings& findings, const std::string& option, const std::string& problem,
            const std::string& allowed) {
  findings.add({.mark = {.file = option}, .path = {}, .problem = problem, .allowed = allowed});
}

/// What stands in the scripts, checked; the study has been read.
SlurmJob read_job(const SlurmRequest& request, std::size_t runs) {
  SlurmJob job{
      .program = program_path(),
      .study = absolute(request.study),
      .directory = absolute(request.directory.empty() ? "runs/" + fs::path(request.study).stem().string()
                                                      : request.directory),
      .shards = static_cast<std::size_t>(std::max(request.shards, 1)),
      .cpus = request.cpus,
      .time = request.time,
      .memory = request.memory};
  Findings findings;
  if (request.shards < 1 || job.shards > runs) {
    refuse(findings, "--shards", fmt::format("{} is no number of shards for this study", request.shards),
           fmt::format("1 … {}, its runs", runs));
  }
  const auto word = [&](const char* option, const std::string& text, const char* letters,
                        const char* example) {
    if (text.find_first_not_of(letters) != std::string::npos)
      refuse(findings, option, lunafab::quoted(text) + " is not what sbatch takes", example);
  };
  word("--time", job.time, "0123456789-:", "90 (minutes), 4:00:00, 2-00:00:00");
  word("--memory", job.memory, "0123456789KMGT", "512M, 4G");
  if (!request.partition.empty()) job.options.push_back("--partition=" + request.partition);
  job.options.insert(job.options.end(), request.options.begin(), request.options.end());
  for (const std::string& option : job.options) {
    const auto problem = studies::unfit_for_script(option);
    if (problem || !option.starts_with("--")) {
      refuse(findings, "--option", lunafab::quoted(option) + " " + problem.value_or("is no option of sbatch"),
             "--account=lab");
    }
  }
  for (const std::string& path : {job.study, job.directory}) {
    if (const auto problem = studies::unfit_for_script(path))
      refuse(findings, "path", lunafab::quoted(path) + " " + *problem, "");
  }
  findings.throw_if_any();
  return job;
}

Json read_record(const std::string& directory) {
  std::ifstream file(directory + "/slurm.json");
  Json record = file ? Json::parse(file, nullptr, false) : Json{};
  if (!record.contains("shards"))
    throw std::runtime_error(directory + " has no slurm.json: `lunafab slurm STUDY --out DIR` makes one");
  return record;
}

void write_record(const std::string& directory, const Json& record) {
  campaign::write_file(directory + "/slurm.json", record.dump(2) + "\n");
}

/// The states of a job's tasks that are still in the queue, by task; 0: the job as a whole.
std::map<std::size_t, std::string> in_queue(const Json& record, const char* key) {
  std::map<std::size_t, std::string> states;
  const std::string id = record.value(key, "");
  if (id.empty()) return states;
  const ProcessOutput queue =
      run_process({"squeue", "--noheader", "--array", "--jobs=" + id, "--format=%K %T"}, ErrorText::hidden);
  std::istringstream lines(queue.code == 0 ? queue.text : "");
  for (std::string task, state; lines >> task >> state;) {
    std::ranges::transform(state, state.begin(), [](unsigned char c) { return std::tolower(c); });
    states[task == "N/A" ? 0 : std::stoul(task)] = state;
  }
  return states;
}

/// Number of the new job.
std::string submit(const std::vector<std::string>& words) {
  const ProcessOutput sbatch = run_process(words, ErrorText::shown);
  std::string id = sbatch.text.substr(0, sbatch.text.find_first_of(";\n"));
  if (sbatch.code == 127) throw std::runtime_error(fmt::format("cannot run sbatch: {}", no_slurm));
  if (sbatch.code != 0 || id.empty())
    throw std::runtime_error(fmt::format("sbatch did not take {}", words.back()));
  return id;
}

void submit_both(const std::string& directory, Json& record) {
  record["array_job"] = submit({"sbatch", "--parsable", directory + "/array.sh"});
  write_record(directory, record);
  record["merge_job"] =
      submit({"sbatch", "--parsable", "--dependency=afterany:" + record["array_job"].get<std::string>(),
              directory + "/merge.sh"});
  write_record(directory, record);
}

int write_scripts(const SlurmRequest& request) {
  Findings warnings;
  const studies::Study study = studies::load_study(request.study, warnings);
  for (const Finding& warning : warnings.list()) fmt::print(stderr, "warning: {}\n", format(warning));
  const SlurmJob job = read_job(request, studies::Plan(study).size());
  const std::string& directory = job.directory;
  Json record{{"study", job.study}, {"program", job.program}, {"shards", job.shards}};
  if (fs::exists(directory + "/slurm.json")) {
    const Json old = read_record(directory);
    if (old["shards"] != job.shards) {
      throw std::runtime_error(
          fmt::format("{} is of {} shards; choose another --out", directory, old["shards"].dump()));
    }
    if (!in_queue(old, "array_job").empty() || !in_queue(old, "merge_job").empty())
      throw std::runtime_error(fmt::format("jobs of {} are still in the queue", directory));
  }
  fs::create_directories(directory + "/shards");
  fs::create_directories(directory + "/logs");
  campaign::write_file(directory + "/array.sh", studies::array_script(job));
  campaign::write_file(directory + "/merge.sh", studies::merge_script(job));
  write_record(directory, record);
  if (request.submit) submit_both(directory, record);
  if (request.json) {
    fmt::print("{}\n", record.dump(2));
  } else if (request.submit) {
    fmt::print("submitted: array {}, merge {}; lunafab slurm {} --status tells how far they are\n",
               record["array_job"].get<std::string>(), record["merge_job"].get<std::string>(),
               studies::shell_word(directory));
  } else {
    fmt::print(
        "wrote {0}/array.sh and merge.sh. To submit them, --submit, or:\n"
        "  job=$(sbatch --parsable {1})\n"
        "  sbatch --dependency=afterany:$job {2}\n",
        directory, studies::shell_word(directory + "/array.sh"),
        studies::shell_word(directory + "/merge.sh"));
  }
  return done;
}

std::string word_of(const ShardState& state, const std::map<std::size_t, std::string>& queue,
                    std::size_t shard) {
  if (queue.contains(shard)) return queue.at(shard);
  if (state.kind == ShardState::Kind::absent) return "not begun";
  return state.kind == ShardState::Kind::complete ? "complete" : "not complete";
}

int print_status(const SlurmRequest& request) {
  const std::string directory = absolute(request.study);
  const Json record = read_record(directory);
  const auto array = in_queue(record, "array_job"), merge = in_queue(record, "merge_job");
  Json rows = Json::array();
  bool all = true;
  for (std::size_t shard = 1; shard <= record["shards"].get<std::size_t>(); ++shard) {
    const ShardState state = studies::shard_state(fmt::format("{}/shards/{}", directory, shard));
    all = all && state.kind == ShardState::Kind::complete && state.failed == 0;
    rows.push_back({{"shard", shard},
                    {"state", word_of(state, array, shard)},
                    {"done", state.done},
                    {"failed", state.failed},
                    {"runs", state.runs == 0 ? Json{} : Json(state.runs)}});
  }
  const ShardState whole = studies::shard_state(directory);
  const bool merged = merge.empty() && whole.done > 0 && whole.done == whole.runs;
  const std::string merge_state = !merge.empty() ? merge.begin()->second : merged ? "done" : "not done";
  if (request.json) {
    fmt::print("{}\n", Json{{"directory", directory}, {"shards", rows}, {"merge", merge_state}}.dump(2));
  } else {
    fmt::print("{:>6}  {:<13} {:>8} {:>8} {:>8}\n", "shard", "state", "done", "failed", "of");
    for (const Json& row : rows) {
      fmt::print("{:>6}  {:<13} {:>8} {:>8} {:>8}\n", row["shard"].dump(), row["state"].get<std::string>(),
                 row["done"].dump(), row["failed"].dump(), row["runs"].is_null() ? "?" : row["runs"].dump());
    }
    fmt::print("merge: {}{}\n", merge_state,
               whole.runs == 0 ? "" : fmt::format(", {} of {} runs", whole.done, whole.runs));
  }
  return all && merged ? done : model_says_no;
}

}  // namespace

int slurm_command(const SlurmRequest& request) {
  return request.status ? print_status(request) : write_scripts(request);
}

}  // namespace lunafab::app
