#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>
#include "studies/runner.hpp"
#include "studies/sweep.hpp"

// What a sweep costs beside its runs, how it scales on two threads, and how long 100,000 runs and their merge
// take. The line has three stations; in 58 days it makes about 1,000 parts.
namespace {

using namespace lunafab;
using namespace lunafab::studies;

namespace fs = std::filesystem;

/// A directory of its own, gone with its owner.
class Directory {
 public:
  Directory() : path_(fs::temp_directory_path() / fmt::format("lunafab-bench-{}", getpid())) {
    fs::create_directories(path_);
  }
  ~Directory() { fs::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;
  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

enum class Length { working, empty };

/// 100 × `cycle_times` points, one replication each.
Study line_study(const Directory& directory, Length length, int cycle_times) {
  const std::string file = directory / "study.yaml";
  std::ofstream(file) << fmt::format(
      "lunafab: study/1\nscenario: {}/configs/validation/hillier_boling_k3_b2.yaml\nset: {}\nfactors:\n"
      "  lines.line.stores.one.capacity: {{min: 1, max: 10, whole: true}}\n"
      "  lines.line.stores.two.capacity: {{min: 1, max: 10, whole: true}}\n"
      "  lines.line.stations.second.cycle.mean: {{min: 40 min, max: 80 min, steps: {}}}\n"
      "design: {{kind: grid}}\nmetrics: [shipped_per_h, lines.line.mean_cycle_h]\nseed: 20301\n",
      LUNAFAB_SOURCE_DIR,
      length == Length::working ? "{duration: 58 d, warmup: 1 d}" : "{duration: 2 h, warmup: 1 h}",
      cycle_times);
  Findings warnings;
  return load_study(file, warnings);
}

double seconds(const auto& work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

void sweep_well(const Study& study, const SweepOptions& options) {
  fs::remove_all(options.directory);
  if (const Counts counts = sweep(study, options).counts; counts.done != counts.runs)
    throw std::runtime_error("a run of the benchmark failed");
}

double peak_MB() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;
}

void sweep_100k(benchmark::State& state) {
  const Directory directory;
  const Study study = line_study(directory, Length::working, 1000);
  for (auto _ : state) sweep_well(study, {.directory = directory / "s", .threads = 2});
  state.counters["peak_MB"] = peak_MB();
}
BENCHMARK(sweep_100k)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

void merge_100k(benchmark::State& state) {
  const Directory directory;
  const Study study = line_study(directory, Length::empty, 1000);
  std::vector<std::string> shards;
  for (std::size_t shard = 0; shard < 8; ++shard) {
    shards.push_back(directory / fmt::format("{}", shard));
    sweep_well(study, {.directory = shards.back(), .threads = 2, .shard = {shard, 8}});
  }
  for (auto _ : state) {
    state.PauseTiming();
    fs::remove_all(directory / "whole");
    state.ResumeTiming();
    if (merge(shards, directory / "whole").counts.done != 100'000) throw std::runtime_error("a run is lost");
  }
  state.counters["peak_MB"] = peak_MB();
}
BENCHMARK(merge_100k)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(3);

/// Beside a bare loop that reads and runs the same points and keeps nothing: best of five each, in turns.
void bookkeeping(benchmark::State& state) {
  const Directory directory;
  const Study study = line_study(directory, Length::empty, 100);
  const Design design(study);
  double bare_s = 1e9, sweep_s = 1e9;
  for (auto _ : state) {
    for (int turn = 0; turn < 5; ++turn) {
      bare_s = std::min(bare_s, seconds([&] {
                          for (std::size_t i = 0; i < design.size(); ++i) {
                            const auto ready =
                                prepare(study, study.variants.front(), design.point(i), nullptr);
                            benchmark::DoNotOptimize(run_one(study, ready, 0, nullptr));
                          }
                        }));
      sweep_s = std::min(sweep_s, seconds([&] { sweep_well(study, {.directory = directory / "s"}); }));
    }
  }
  const auto runs = static_cast<double>(design.size());
  state.counters["bare_ms_per_run"] = bare_s / runs * 1e3;
  state.counters["overhead_ms_per_run"] = (sweep_s - bare_s) / runs * 1e3;
}
BENCHMARK(bookkeeping)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

/// 10,000 runs by one thread and by two: best of three each, in turns.
void sweep_threads(benchmark::State& state) {
  const Directory directory;
  const Study study = line_study(directory, Length::working, 100);
  double one_s = 1e9, two_s = 1e9;
  for (auto _ : state) {
    for (int turn = 0; turn < 3; ++turn) {
      one_s = std::min(one_s, seconds([&] { sweep_well(study, {.directory = directory / "s"}); }));
      two_s =
          std::min(two_s, seconds([&] { sweep_well(study, {.directory = directory / "s", .threads = 2}); }));
    }
  }
  state.counters["one_s"] = one_s;
  state.counters["two_to_one"] = one_s / two_s;
}
BENCHMARK(sweep_threads)->Unit(benchmark::kSecond)->UseRealTime()->Iterations(1);

}  // namespace
