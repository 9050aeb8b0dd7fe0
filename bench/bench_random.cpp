#include <benchmark/benchmark.h>
#include <cmath>
#include <random>
#include <vector>
#include "core/random.hpp"
#include "core/variates.hpp"

// Time per variate: the `/item` counter. Baseline: std::mt19937_64 and libm in the same run.
namespace {

using namespace lunafab;

constexpr std::size_t fill_size = 4096;
const StreamKey stream{2024, 3, entity_key("bench"), Purpose::test};

void per_item(benchmark::State& state, std::size_t items) {
  state.counters["item"] =
      benchmark::Counter(static_cast<double>(items),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

template <class Draw>
void one_by_one(benchmark::State& state, Draw draw) {
  std::uint64_t n = 0;
  for (auto _ : state) benchmark::DoNotOptimize(draw(n++));
  per_item(state, 1);
}

template <class Fill>
void filled(benchmark::State& state, Fill fill) {
  std::vector<double> out(fill_size);
  std::uint64_t first = 1;  // odd: the unaligned case
  for (auto _ : state) {
    fill(first, out);
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
    first += fill_size;
  }
  per_item(state, fill_size);
}

void bench_variate(benchmark::State& state, const Distribution& d) {
  one_by_one(state, [&](std::uint64_t n) { return variate(d, stream, n); });
}
void bench_fill(benchmark::State& state, const Distribution& d) {
  filled(state, [&](std::uint64_t first, std::span<double> out) { fill_variates(d, stream, first, out); });
}

void uniform_one_by_one(benchmark::State& state) {
  one_by_one(state, [](std::uint64_t n) { return uniform(stream, n); });
}
void uniform_fill(benchmark::State& state) {
  filled(state, [](std::uint64_t first, std::span<double> out) { fill_uniform(stream, first, out); });
}

std::mt19937_64 twister(2024);
double twister_uniform() {
  return (static_cast<double>(twister() >> 12) + 0.5) * 0x1p-52;
}

void baseline_uniform(benchmark::State& state) {
  one_by_one(state, [](std::uint64_t) { return twister_uniform(); });
}
void baseline_exponential(benchmark::State& state) {
  one_by_one(state, [](std::uint64_t) { return -3.0 * std::log(twister_uniform()); });
}
void baseline_lognormal(benchmark::State& state) {
  std::lognormal_distribution<double> lognormal(1.0, 0.5);
  one_by_one(state, [&](std::uint64_t) { return lognormal(twister); });
}

using Kind = Distribution::Kind;

BENCHMARK(uniform_one_by_one);
BENCHMARK(uniform_fill);
BENCHMARK(baseline_uniform);
BENCHMARK_CAPTURE(bench_variate, exponential, Distribution{Kind::exponential, 3.0});
BENCHMARK_CAPTURE(bench_fill, exponential, Distribution{Kind::exponential, 3.0});
BENCHMARK(baseline_exponential);
BENCHMARK_CAPTURE(bench_variate, lognormal, Distribution{Kind::lognormal, 1.0, 0.5});
BENCHMARK_CAPTURE(bench_fill, lognormal, Distribution{Kind::lognormal, 1.0, 0.5});
BENCHMARK(baseline_lognormal);
BENCHMARK_CAPTURE(bench_variate, weibull, Distribution{Kind::weibull, 3.0, 1.5});
BENCHMARK_CAPTURE(bench_fill, weibull, Distribution{Kind::weibull, 3.0, 1.5});
BENCHMARK_CAPTURE(bench_variate, gamma, Distribution{Kind::gamma, 3.0, 2.5});
BENCHMARK_CAPTURE(bench_fill, gamma, Distribution{Kind::gamma, 3.0, 2.5});
BENCHMARK_CAPTURE(bench_variate, erlang_4, Distribution{Kind::erlang, 3.0, 4.0});
BENCHMARK_CAPTURE(bench_fill, erlang_4, Distribution{Kind::erlang, 3.0, 4.0});
BENCHMARK_CAPTURE(bench_variate, triangular, Distribution{Kind::triangular, 1.0, 2.0, 4.0});
BENCHMARK_CAPTURE(bench_fill, triangular, Distribution{Kind::triangular, 1.0, 2.0, 4.0});
BENCHMARK_CAPTURE(bench_variate, normal_truncated, Distribution{Kind::normal_truncated, 3.0, 1.0});
BENCHMARK_CAPTURE(bench_fill, normal_truncated, Distribution{Kind::normal_truncated, 3.0, 1.0});

}  // namespace
