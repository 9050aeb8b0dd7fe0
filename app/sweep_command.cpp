#include "app/sweep_command.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>
#include "app/progress.hpp"
#include "core/input.hpp"
#include "studies/sweep.hpp"

namespace lunafab::app {
namespace {

using studies::Counts, studies::Plan, studies::Shard, studies::Study;

constexpr int done = 0, model_says_no = 1, interrupted_exit = 3;
constexpr std::size_t most_shown = 20;
constexpr std::size_t most_shards = 1'000'000;

/// `2/8`: the second of eight.
Shard parse_shard(const std::string& text) {
  if (text.empty()) return {};
  Shard shard;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, shard.index);
  const bool slash = first.ec == std::errc{} && first.ptr != end && *first.ptr == '/';
  const auto second = std::from_chars(slash ? first.ptr + 1 : end, end, shard.count);
  if (!slash || second.ec != std::errc{} || second.ptr != end || shard.index < 1 ||
      shard.index > shard.count || shard.count > most_shards) {
    Findings findings;
    findings.add({.mark = {.file = "--shard"},
                  .path = {},
                  .problem = lunafab::quoted(text) + " is no part of a sweep",
                  .allowed = "1/8 … 8/8, the part and the number of parts"});
    findings.throw_if_any();
  }
  --shard.index;
  return shard;
}

std::string directory_of(const SweepRequest& request, const Shard& shard) {
  if (!request.directory.empty()) return request.directory;
  const std::string base = "runs/" + std::filesystem::path(request.study).stem().string();
  return shard.count == 1 ? base : fmt::format("{}-{}-of-{}", base, shard.index + 1, shard.count);
}

void print_design(const Plan& plan) {
  const Study& study = plan.study();
  fmt::print("{} ({})\n", study.title, study.file);
  for (std::size_t i = 0; i < std::min(plan.design().size(), most_shown); ++i) {
    const studies::Point point = plan.design().point(i);
    std::string text;
    for (std::size_t f = 0; f < point.size(); ++f) {
      if (point[f].kind == Node::Kind::null) continue;
      text += fmt::format("{}{}={}", text.empty() ? "" : "  ", study.factors[f].path,
                          studies::one_line(point[f]));
    }
    fmt::print("  {:>4}  {}\n", i + 1, text.empty() ? "the scenario as it is" : text);
  }
  if (plan.design().size() > most_shown)
    fmt::print("        … and {} more\n", plan.design().size() - most_shown);
}

std::string counted(std::size_t n, const char* one, const char* many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::string replication_words(const Study& study) {
  if (!study.precision)
    return counted(static_cast<std::size_t>(study.replications), "replication", "replications");
  return fmt::format("{} to {} replications", study.least_replications, study.replications);
}

/// Time of all runs of the sweep, or of one of its shards, s.
double estimate_s(const Plan& plan, const studies::DryRun& trial, std::size_t shards, int threads) {
  const double total_s = static_cast<double>(plan.cells()) * trial.prepare_s +
                         static_cast<double>(trial.different) * trial.run_s;
  return total_s / threads / static_cast<double>(shards);
}

void print_trial(const Plan& plan, const studies::DryRun& trial, std::size_t shards, int threads) {
  const Study& study = plan.study();
  print_design(plan);
  const std::string twice = trial.different < trial.runs ? fmt::format(" ({} to do)", trial.different) : "";
  fmt::print("{}{}: {}, {}, {}\n", counted(trial.runs, "run", "runs"), twice,
             counted(plan.design().size(), "point", "points"),
             counted(study.variants.size(), "scenario", "scenarios"), replication_words(study));
  for (const auto& [constraint, points] : trial.excluded)
    fmt::print("excluded: {} by {}\n", counted(points, "point", "points"), constraint);
  if (!trial.error.empty()) fmt::print("the first run fails: {}\n", trial.error);
  fmt::print("first run: {:.3g} s to read it, {:.3g} s to run it; all: {} {:.3g} s on {}{}\n",
             trial.prepare_s, trial.run_s, study.precision ? "from about" : "about",
             estimate_s(plan, trial, shards, threads),
             counted(static_cast<std::size_t>(threads), "thread", "threads"),
             shards > 1 ? fmt::format(", this one of {} shards", shards) : "");
}

void print_trial_json(const Plan& plan, const studies::DryRun& trial, std::size_t shards, int threads) {
  const Study& study = plan.study();
  const nlohmann::ordered_json json{{"title", study.title},
                                    {"points", plan.design().size()},
                                    {"scenarios", study.variants.size()},
                                    {"replications_min", study.least_replications},
                                    {"replications_max", study.replications},
                                    {"runs", trial.runs},
                                    {"runs_to_do", trial.different},
                                    {"excluded", trial.excluded},
                                    {"first_run_error", trial.error},
                                    {"prepare_s", trial.prepare_s},
                                    {"run_s", trial.run_s},
                                    {"estimate_s", estimate_s(plan, trial, shards, threads)}};
  fmt::print("{}\n", json.dump(2));
}

int print_dry_run(const Study& study, const SweepRequest& request, std::size_t shards, int threads) {
  const Plan plan(study);
  const studies::DryRun trial = studies::dry_run(plan);
  (request.json ? print_trial_json : print_trial)(plan, trial, shards, threads);
  return done;
}

void print_counts(const Counts& counts, const std::string& directory) {
  const std::string excluded = counts.excluded > 0 ? fmt::format(", {} excluded", counts.excluded) : "";
  fmt::print("{} of {} done, {} failed, {} missing{}; results in {}\n", counts.done,
             counted(counts.runs, "run", "runs"), counts.failed, counts.missing, excluded, directory);
}

/// Rows of runs.csv that were not done, as far as they are few.
void print_not_done(const std::string& directory) {
  std::ifstream file(directory + "/runs.csv");
  std::string line;
  std::size_t shown = 0, more = 0;
  for (bool header = true; std::getline(file, line); header = false) {
    const bool bad =
        std::ranges::any_of(std::array{",failed,", ",timed_out,", ",missing,"},
                            [&](const char* word) { return line.find(word) != std::string::npos; });
    if (!header && !bad) continue;
    if (header || shown < most_shown) {
      const std::size_t longest = 160;
      fmt::print("  {}\n", line.size() > longest ? line.substr(0, longest) + "…" : line);
      if (!header) ++shown;
    } else {
      ++more;
    }
  }
  if (more > 0) fmt::print("  … and {} more, in runs.csv\n", more);
}

}  // namespace

int sweep_command(const SweepRequest& request, const std::atomic<bool>& interrupted) {
  const Shard shard = parse_shard(request.shard);
  Findings warnings;
  const Study study = studies::load_study(request.study, warnings);
  for (const Finding& warning : warnings.list()) fmt::print(stderr, "warning: {}\n", format(warning));
  const int threads = request.threads > 0
                          ? request.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  if (request.dry_run) return print_dry_run(study, request, shard.count, threads);
  const std::string directory = directory_of(request, shard);
  std::optional<Progress> progress;
  studies::SweepOptions options{
      .directory = directory,
      .threads = threads,
      .shard = shard,
      .old_results = request.add ? studies::OldResults::keep : studies::OldResults::refuse,
      .failed_runs = request.retry_failed ? studies::FailedRuns::retry : studies::FailedRuns::leave,
      .interrupted = &interrupted};
  options.begins = [&](std::size_t runs) {
    progress.emplace(static_cast<double>(runs), ProgressWords{"run", "runs"});
  };
  options.progress = [&](double part) {
    (*progress)(part);
  };
  const studies::SweepResult result = studies::sweep(study, options);
  if (result.dropped_bytes > 0) {
    fmt::print(stderr, "{} bytes of torn records were dropped, and their runs done again\n",
               result.dropped_bytes);
  }
  if (result.status == studies::SweepStatus::interrupted) {
    fmt::print(stderr, "\ninterrupted after {} of {}; the same command goes on\n",
               result.counts.done + result.counts.failed, counted(result.counts.runs, "run", "runs"));
    return interrupted_exit;
  }
  if (request.json) {
    std::cout << std::ifstream(directory + "/manifest.json").rdbuf();
  } else {
    print_counts(result.counts, directory);
    if (result.counts.failed > 0) print_not_done(directory);
  }
  return result.counts.failed > 0 ? model_says_no : done;
}

int merge_command(const MergeRequest& request) {
  const std::string out = request.out.empty() ? request.directories.front() : request.out;
  const studies::SweepResult result = studies::merge(request.directories, out);
  if (result.dropped_bytes > 0)
    fmt::print(stderr, "{} bytes of torn records were left out\n", result.dropped_bytes);
  print_counts(result.counts, out);
  const bool all = result.counts.done + result.counts.excluded == result.counts.runs;
  if (!all) print_not_done(out);
  return all ? done : model_says_no;
}

}  // namespace lunafab::app
