// The engines on the line of bench/line20.yaml, run as `lunafab run` runs it, against three baselines: the
// bare loop of a std::priority_queue that pops and pushes one event of the same exponential times and does
// nothing else; the max-plus recursion with variates one by one; SimPy. An event is the end of a piece of
// work, repair or shift.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <array>
#include <cstdio>
#include <queue>
#include <random>
#include "campaign/replicate.hpp"
#include "campaign/run.hpp"
#include "campaign/scenario.hpp"

namespace {

using namespace lunafab;

std::uint64_t run_through(const campaign::Scenario& scenario) {
  campaign::Campaign campaign(scenario, 0);
  campaign.run_to_end();
  std::uint64_t events = 0;
  for (const auto& group : campaign.state().groups) events += group.events;
  return events;
}

void rate(benchmark::State& state, std::uint64_t events) {
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}

void line20(benchmark::State& state, const char* engine) {
  Findings warnings;
  const campaign::Scenario scenario =
      campaign::load_scenario(LUNAFAB_SOURCE_DIR "/bench/line20.yaml",
                              {"duration=4000 d", fmt::format("engine={}", engine)}, warnings);
  std::uint64_t events = 0;
  for (auto _ : state) events += run_through(scenario);
  rate(state, events);
}
BENCHMARK_CAPTURE(line20, max_plus, "max_plus")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(line20, events, "events")->Unit(benchmark::kMillisecond);

/// Lines of 20 exponential stations, five places between; `header` and `rules` add to the scenario and to
/// each station.
campaign::Scenario lines_of_20(int lines, const std::string& header, const std::string& rules) {
  std::string text =
      "lunafab: scenario/1\nengine: events\nmaterials: {part: {piece: abstract}}\n" + header + "lines:\n";
  for (int line = 0; line < lines; ++line) {
    std::string stores, stations;
    for (int s = 0; s < 20; ++s) {
      if (s < 19) stores += fmt::format("      b{}: {{material: part, capacity: 5}}\n", s);
      stations += fmt::format("      s{}: {{cycle: {{dist: exponential, mean: 1 h}}{}", s, rules);
      if (s > 0) stations += fmt::format(", from: b{}", s - 1);
      stations += s < 19 ? fmt::format(", to: b{}}}\n", s) : "}\n";
    }
    text += fmt::format("  l{}:\n    stores:\n{}    stations:\n{}", line, stores, stations);
  }
  Findings warnings;
  return campaign::read_scenario(parse_document(text, "bench.yaml"), warnings);
}

/// Failures by operating time, a shift calendar, energy and the shifting bottleneck, all at once.
void line20_with_everything(benchmark::State& state) {
  const campaign::Scenario scenario =
      lines_of_20(1,
                  "duration: 4000 d\nreport: {bottleneck: true}\n"
                  "calendars: {day: {period: 24 h, on: [[0 h, 16 h]]}}\n",
                  ", calendar: day, power: {busy: 2 kW, idle: 200 W}, failures: {clock: operating, "
                  "time_to_failure: {dist: "
                  "exponential, mean: 100 h}, time_to_repair: {dist: exponential, mean: 5 h}}");
  std::uint64_t events = 0;
  for (auto _ : state) events += run_through(scenario);
  rate(state, events);
}
BENCHMARK(line20_with_everything)->Unit(benchmark::kMillisecond);

/// One run of a plant of 100 lines, on as many threads.
void lines_100(benchmark::State& state) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(state.range(0)));
  const campaign::Scenario scenario = lines_of_20(100, "duration: 100 d\n", "");
  std::uint64_t events = 0;
  for (auto _ : state) events += run_through(scenario);
  rate(state, events);
}
BENCHMARK(lines_100)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Replications of one line, on as many threads.
void replications_128(benchmark::State& state) {
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(state.range(0)));
  const campaign::Scenario scenario = lines_of_20(1, "duration: 200 d\nreplications: 129\n", "");
  for (auto _ : state) {
    campaign::Campaign first(scenario, 0);
    first.run_to_end();
    benchmark::DoNotOptimize(
        campaign::replicate(scenario, campaign::metrics(scenario, first.state()), nullptr));
  }
}
BENCHMARK(replications_128)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The recursion of the same line, one variate at a time, with the times busy, blocked and waited.
void scalar_recursion(benchmark::State& state) {
  constexpr std::size_t stations = 20, places = 5;
  constexpr std::uint64_t pieces = 70'000;
  const Distribution hour{.kind = Distribution::Kind::exponential, .a = 3600.0};
  std::uint64_t events = 0;
  for (auto _ : state) {
    std::array<std::array<std::int64_t, places>, stations> started{};
    std::array<std::int64_t, stations> left{}, busy{}, blocked{}, waited{};
    for (std::uint64_t n = 0; n < pieces; ++n) {
      std::int64_t at = left[0];
      for (std::size_t k = 0; k < stations; ++k) {
        const std::int64_t start = std::max(at, left[k]);
        waited[k] += start - at;
        started[k][n % places] = start;
        const double span_s = variate(hour, {1, 0, static_cast<std::uint32_t>(k), Purpose::service}, n);
        // NOLINTNEXTLINE(bugprone-incorrect-roundings): as the engine does
        const auto work = static_cast<std::int64_t>(span_s * 1e6 + 0.5);
        busy[k] += work;
        left[k] = start + work;
        if (k + 1 < stations) left[k] = std::max(left[k], started[k + 1][n % places]);
        blocked[k] += left[k] - start - work;
        at = left[k];
      }
    }
    benchmark::DoNotOptimize(busy), benchmark::DoNotOptimize(blocked), benchmark::DoNotOptimize(waited);
    events += pieces * stations;
  }
  rate(state, events);
}
BENCHMARK(scalar_recursion)->Unit(benchmark::kMillisecond);

/// The same line in SimPy, where Python has it.
void line20_simpy(benchmark::State& state) {
  double per_s = 0.0;
  for (auto _ : state) {
    std::FILE* output =
        popen("/usr/bin/python3 " LUNAFAB_SOURCE_DIR "/bench/line20_simpy.py 2>/dev/null", "r");
    if (output == nullptr || std::fscanf(output, "%lf", &per_s) != 1)
      state.SkipWithError("no SimPy (python3-simpy3)");
    if (output != nullptr) pclose(output);
  }
  state.counters["events/s"] = per_s;
}
BENCHMARK(line20_simpy)->Unit(benchmark::kMillisecond)->Iterations(1);

void bare_heap(benchmark::State& state) {
  using Event = std::pair<std::int64_t, int>;
  std::mt19937_64 bits(1);
  std::exponential_distribution<double> span(1.0);
  std::uint64_t events = 0;
  for (auto _ : state) {
    std::priority_queue<Event, std::vector<Event>, std::greater<>> queue;
    for (int slot = 0; slot < 20; ++slot) queue.emplace(static_cast<std::int64_t>(span(bits) * 3.6e9), slot);
    for (int i = 0; i < 1'000'000; ++i) {
      const Event event = queue.top();
      queue.pop();
      queue.emplace(event.first + static_cast<std::int64_t>(span(bits) * 3.6e9), event.second);
    }
    benchmark::DoNotOptimize(queue.top());
    events += 1'000'000;
  }
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}
BENCHMARK(bare_heap)->Unit(benchmark::kMillisecond);

void baseline_year(benchmark::State& state) {
  Findings warnings;
  const campaign::Scenario scenario = campaign::load_scenario(LUNAFAB_SOURCE_DIR "/configs/baseline.yaml",
                                                              {"duration=365 d", "warmup=0 d"}, warnings);
  for (auto _ : state) {
    campaign::Campaign campaign(scenario, 0);
    campaign.run_to_end();
    benchmark::DoNotOptimize(campaign.state().now);
  }
}
BENCHMARK(baseline_year)->Unit(benchmark::kMillisecond);

}  // namespace
