#include "studies/sweep.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>
#include <unordered_set>
#include "campaign/results.hpp"
#include "core/version.hpp"
#include "studies/point_values.hpp"
#include "studies/runner.hpp"
#include "studies/stored_study.hpp"

namespace lunafab::studies {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

double seconds_since(std::chrono::steady_clock::time_point began) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

/// All runs of the shard that may come to count.
std::vector<std::size_t> expected_runs(const Plan& plan, const Shard& shard, const Records& records) {
  if (!plan.study().precision) return asked_runs(plan, shard, records);
  std::vector<std::size_t> runs;
  for (std::size_t cell = shard.index; cell < plan.cells(); cell += shard.count) {
    const std::size_t expected = replications_expected(plan, cell, records);
    for (std::size_t r = 0; r < expected; ++r) runs.push_back(cell * plan.replications() + r);
  }
  return runs;
}

}  // namespace

std::vector<std::size_t> lacking(const Plan& plan, const std::vector<std::size_t>& runs,
                                 const Records& records) {
  std::vector<std::size_t> list;
  std::unordered_set<std::uint64_t> asked;
  for (const std::size_t run : runs) {
    const bool wanted = plan.exclusion(plan.cell_of(run)).empty() && !records.runs.contains(plan.id(run));
    if (wanted && asked.insert(plan.id(run)).second) list.push_back(run);
  }
  return list;
}

namespace {

/// Of the runs, those recorded as failed, each identity once.
std::vector<std::size_t> failed(const Plan& plan, const std::vector<std::size_t>& runs,
                                const Records& records) {
  std::vector<std::size_t> list;
  std::unordered_set<std::uint64_t> asked;
  for (const std::size_t run : runs) {
    const auto found = records.runs.find(plan.id(run));
    if (found != records.runs.end() && found->second.status != RunStatus::done &&
        asked.insert(found->first).second)
      list.push_back(run);
  }
  return list;
}

/// Of a shard that was killed before it wrote its manifest: no runs.
bool just_made(const std::string& directory) {
  const std::string segments = directory + "/segments";
  return fs::is_directory(directory) && (!fs::exists(segments) || fs::is_empty(segments));
}

}  // namespace

void check_directory(const Study& study, const SweepOptions& options) {
  const auto manifest = read_manifest(options.directory);
  const std::string segments = options.directory + "/segments";
  const bool other_results = !manifest && fs::exists(segments) && !fs::is_empty(segments);
  if (other_results) throw std::runtime_error(options.directory + " has runs and no manifest.json");
  if (!manifest || options.old_results == OldResults::keep) return;
  if (manifest->value("study_hash", "") != study_hash(study)) {
    throw std::runtime_error(
        options.directory +
        " holds results of another study: factors, design, scenario, seed or the model version "
        "differ; choose another --out, or keep what still fits with --add");
  }
}

void write_manifest(const std::string& directory, const Plan& plan, const Kept& kept) {
  const Study& study = plan.study();
  const Json json{{"program", "lunafab"},
                  {"kind", "study"},
                  {"version", program_version},
                  {"source_revision", source_revision},
                  {"model_version", model_version},
                  {"title", study.title},
                  {"study_file", study.file},
                  {"scenario_file", study.scenario_file},
                  {"study_hash", study_hash(study)},
                  {"seed", study.seed},
                  {"scenarios", study.variants.size()},
                  {"points", plan.design().size()},
                  {"replications", plan.replications()},
                  {"shard", fmt::format("{}/{}", kept.shard.index + 1, kept.shard.count)},
                  {"runs", kept.counts.runs},
                  {"done", kept.counts.done},
                  {"failed", kept.counts.failed},
                  {"missing", kept.counts.missing},
                  {"excluded", kept.counts.excluded},
                  {"status", kept.status},
                  {"threads", kept.threads},
                  {"wall_s", kept.wall_s}};
  campaign::write_file(directory + "/manifest.json", json.dump(2) + "\n");
}

void write_inputs(const std::string& directory, const Study& study) {
  campaign::write_file(directory + "/study.yaml", dump(study.document));
  campaign::write_file(directory + "/scenario.yaml", dump(study.base));
}

namespace {

/// How many runs may be in memory: one a thread, two a core.
std::size_t runs_alive(int threads) {
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  return std::min(static_cast<std::size_t>(threads), 2 * cores);
}

/// Does the runs, in order, at most one a thread at a time; false where they were interrupted.
class Work {
 public:
  Work(const Plan& plan, const std::vector<std::size_t>& todo, RunStore& store, const SweepOptions& options)
      : plan_(&plan),
        todo_(&todo),
        store_(&store),
        options_(&options),
        points_(plan, todo, options.interrupted) {}

  bool run() {
    tbb::task_arena arena(options_->threads);
    arena.execute([&] {
      tbb::parallel_pipeline(
          runs_alive(options_->threads),
          tbb::make_filter<void, std::size_t>(tbb::filter_mode::serial_in_order,
                                              [this](tbb::flow_control& control) { return next(control); }) &
              tbb::make_filter<std::size_t, void>(tbb::filter_mode::parallel,
                                                  [this](std::size_t run) { do_run(run); }));
    });
    return !interrupted_ && finished_ == todo_->size();
  }

 private:
  std::size_t next(tbb::flow_control& control) {
    const bool stop = options_->interrupted != nullptr && options_->interrupted->load();
    if (stop || next_ == todo_->size()) {
      control.stop();
      return 0;
    }
    return (*todo_)[next_++];
  }

  void do_run(std::size_t run) {
    const auto ready = points_.get(run);
    // Isolated: no second run begins on this thread while parallel parts of this one are waited for.
    auto output = tbb::this_task_arena::isolate([&] {
      return run_one(plan_->study(), *ready, plan_->place(run).replication, options_->interrupted);
    });
    points_.release(run);
    if (!output) {
      interrupted_ = true;
      return;
    }
    output->record.id = plan_->id(run);
    store_->append(static_cast<std::size_t>(tbb::this_task_arena::current_thread_index()),
                   std::move(output->record), output->names);
    const std::lock_guard guard(progress_);
    ++finished_;
    if (options_->progress)
      options_->progress(static_cast<double>(finished_) / static_cast<double>(todo_->size()));
  }

  const Plan* plan_;
  const std::vector<std::size_t>* todo_;
  RunStore* store_;
  const SweepOptions* options_;
  ReadyPoints points_;
  std::size_t next_ = 0;
  std::atomic<bool> interrupted_{false};
  std::mutex progress_;
  std::size_t finished_ = 0;
};

}  // namespace

SweepStatus do_runs(const Plan& plan, const std::vector<std::size_t>& todo, RunStore& store,
                    const SweepOptions& options) {
  return Work(plan, todo, store, options).run() ? SweepStatus::complete : SweepStatus::interrupted;
}

namespace {

/// Does what the shard lacks, in rounds where a precision goal asks for more; false where interrupted.
bool do_all(const Plan& plan, RunStore& store, const SweepOptions& options, SweepResult& result) {
  const auto do_list = [&](const std::vector<std::size_t>& todo) {
    result.started += todo.size();
    if (options.begins) options.begins(todo.size());
    return do_runs(plan, todo, store, options) == SweepStatus::complete;
  };
  if (options.failed_runs == FailedRuns::retry &&
      !do_list(failed(plan, asked_runs(plan, options.shard, store.records()), store.records())))
    return false;
  while (true) {
    const std::vector<std::size_t> todo =
        lacking(plan, expected_runs(plan, options.shard, store.records()), store.records());
    if (todo.empty()) return true;
    if (!do_list(todo)) return false;
  }
}

void check_points_left(const Plan& plan) {
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    if (plan.exclusion(cell).empty()) return;
  }
  throw std::runtime_error("no point meets what the study requires; the first breaks " + plan.exclusion(0));
}

/// Appends the records of the plan that the store lacks, or that are better than its own: how many.
std::size_t take_over(const Records& records, const Plan& plan, RunStore& store) {
  std::size_t taken = 0;
  for (std::size_t run = 0; run < plan.size(); ++run) {
    const auto found = records.runs.find(plan.id(run));
    if (found == records.runs.end()) continue;
    const auto there = store.records().runs.find(found->first);
    if (there != store.records().runs.end() && !supersedes(found->second, there->second)) continue;
    const bool done = found->second.status == RunStatus::done;
    store.append(0, found->second, done ? records.names.at(found->second.names) : MetricNames{});
    ++taken;
  }
  return taken;
}

/// Directories of one study in which runs have begun, and the manifest of the first.
struct Begun {
  std::vector<std::string> directories;
  Json manifest;
};

Begun find_begun(const std::vector<std::string>& directories) {
  Begun begun;
  for (const std::string& directory : directories) {
    if (!read_manifest(directory) && just_made(directory)) continue;
    const Json manifest = manifest_of(directory);
    if (begun.directories.empty()) begun.manifest = manifest;
    begun.directories.push_back(directory);
    if (manifest.at("study_hash") != begun.manifest.at("study_hash") ||
        manifest.at("replications") != begun.manifest.at("replications"))
      throw std::runtime_error(directory + " and " + begun.directories.front() + " are of different studies");
  }
  if (begun.directories.empty()) throw std::runtime_error("no run has begun yet in what is to be merged");
  return begun;
}

}  // namespace

SweepResult sweep(const Study& study, const SweepOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(options.threads));
  check_directory(study, options);
  const Plan plan(study);
  check_points_left(plan);
  fs::create_directories(options.directory);
  SweepResult result;
  Kept kept{.status = "running", .threads = options.threads, .shard = options.shard};
  RunStore store(options.directory, static_cast<std::size_t>(options.threads));
  check_directory(study, options);  // again, now that no other process can change it
  result.dropped_bytes = store.records().dropped_bytes;
  const auto count_asked = [&] {
    return count(plan, asked_runs(plan, options.shard, store.records()), store.records());
  };
  kept.counts = count_asked();
  write_inputs(options.directory, study);  // first: where there is a manifest, they are there too
  write_manifest(options.directory, plan, kept);
  const bool whole = do_all(plan, store, options, result);
  store.sync();
  result.status = whole ? SweepStatus::complete : SweepStatus::interrupted;
  result.counts = count_asked();
  if (whole) {
    write_tables(options.directory, plan, asked_runs(plan, options.shard, store.records()), store.records(),
                 options.shard.count == 1 ? Part::whole : Part::shard);
  }
  kept.status = whole ? "complete" : "interrupted";
  kept.counts = result.counts;
  kept.wall_s = seconds_since(began);
  write_manifest(options.directory, plan, kept);
  return result;
}

DryRun dry_run(const Plan& plan) {
  const std::vector<std::size_t> runs = asked_runs(plan, {}, {});
  DryRun result{.runs = runs.size(), .different = lacking(plan, runs, {}).size()};
  std::optional<std::size_t> first;
  for (std::size_t cell = 0; cell < plan.cells(); ++cell) {
    if (!plan.exclusion(cell).empty()) {
      ++result.excluded[plan.exclusion(cell)];
    } else if (!first) {
      first = cell;
    }
  }
  if (!first) check_points_left(plan);
  const Study& study = plan.study();
  const Place place = plan.place(*first * plan.replications());
  auto began = std::chrono::steady_clock::now();
  const ReadyPoint ready =
      prepare(study, study.variants[place.variant], plan.design().point(place.point), nullptr);
  result.prepare_s = seconds_since(began);
  const auto output = run_one(study, ready, 0, nullptr);
  result.run_s = output->record.wall_s;
  result.error = output->record.error;
  return result;
}

SweepResult merge(const std::vector<std::string>& directories, const std::string& out) {
  const auto began = std::chrono::steady_clock::now();
  const Begun begun = find_begun(directories);
  const Study study = stored_study(begun.directories.front(), begun.manifest);
  SweepOptions options{.directory = out};
  check_directory(study, options);
  fs::create_directories(out);
  const Plan plan(study);
  RunStore store(out, 1);
  SweepResult result;
  for (const std::string& directory : begun.directories) {
    const Records records = read_records(directory);
    result.dropped_bytes += records.dropped_bytes;
    result.started += take_over(records, plan, store);
  }
  store.sync();
  const std::vector<std::size_t> all = asked_runs(plan, {}, store.records());
  result.counts = count(plan, all, store.records());
  write_inputs(out, study);
  write_tables(out, plan, all, store.records(), Part::whole);
  write_manifest(out, plan, {.status = "merged", .wall_s = seconds_since(began), .counts = result.counts});
  return result;
}

}  // namespace lunafab::studies
