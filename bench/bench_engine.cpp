// The event engine on the line of bench/line20.yaml, run as `lunafab run` runs it, against the bare loop of a
// std::priority_queue that pops and pushes one event of the same exponential times and does nothing else.
#include <benchmark/benchmark.h>
#include <queue>
#include <random>
#include "campaign/run.hpp"
#include "campaign/scenario.hpp"

namespace {

using namespace lunafab;

void line20(benchmark::State& state) {
  Findings warnings;
  const campaign::Scenario scenario =
      campaign::load_scenario(LUNAFAB_SOURCE_DIR "/bench/line20.yaml", {"duration=4000 d"}, warnings);
  std::uint64_t events = 0;
  for (auto _ : state) {
    campaign::Campaign campaign(scenario, 0);
    campaign.run_to_end();
    events += campaign.state().groups[0].events;
  }
  state.counters["events/s"] = benchmark::Counter(static_cast<double>(events), benchmark::Counter::kIsRate);
}
BENCHMARK(line20)->Unit(benchmark::kMillisecond);

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
