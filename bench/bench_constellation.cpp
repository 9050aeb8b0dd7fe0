#include <benchmark/benchmark.h>
#include <cmath>
#include <ctime>
#include <numbers>
#include <random>
#include <vector>
#include "orbit/capacity.hpp"
#include "orbit/conjunctions.hpp"
#include "orbit/separations.hpp"
#include "orbit/shells.hpp"

// Orbits to Cartesian, and conjunction screening. Baselines in the same run: Kepler's equation by Newton and
// rotations with libm, one orbit at a time; distances of all pairs at the same instants, which screens
// nothing yet. CPU time of all threads counts: `day_cpu_s` is what a day of screening takes of one core.
namespace {

using namespace lunafab::orbit;
using Eigen::Vector3d;
using lunafab::Tick, lunafab::parse_epoch, lunafab::ticks_from_seconds;

constexpr double turn = 2.0 * std::numbers::pi;
double plain_kepler_s = 0.0, pair_s = 0.0;  // CPU time of one, from the baselines

double process_cpu_s() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

enum Population : int { one_radius, twenty_shells, thick };

std::vector<MeanElements> population(int kind, std::size_t n) {
  std::mt19937_64 draw(1);
  std::uniform_real_distribution<double> u(0.0, 1.0);
  std::vector<MeanElements> out;
  for (std::size_t i = 0; i < n; ++i) {
    MeanElements o{6.928e6, 0.0, 0.9 + 0.8 * u(draw), turn * u(draw), turn * u(draw), turn * u(draw)};
    if (kind == twenty_shells) o.a_m = 6.878e6 + 20e3 * std::floor(20.0 * u(draw));
    if (kind == thick) o.a_m = 6.878e6 + 4e5 * u(draw), o.e = 0.002 * u(draw);
    out.push_back(o);
  }
  return out;
}

const CentralBody& earth() {
  return central_body(Body::earth);
}

Vector3d plain_place(const MeanElements& o, const SecularRates& rates, double t) {
  const double M = o.mean_anomaly_rad + rates.mean_anomaly_radps * t;
  double E = M;
  for (int i = 0; i < 20; ++i) {
    const double step = (E - o.e * std::sin(E) - M) / (1.0 - o.e * std::cos(E));
    E -= step;
    if (std::abs(step) < 1e-13) break;
  }
  const double x = o.a_m * (std::cos(E) - o.e), y = o.a_m * std::sqrt(1.0 - o.e * o.e) * std::sin(E);
  const double w = o.periapsis_rad + rates.periapsis_radps * t, n = o.node_rad + rates.node_radps * t;
  const double u = std::cos(w) * x - std::sin(w) * y, v = std::sin(w) * x + std::cos(w) * y;
  const double c = std::cos(o.inclination_rad), s = std::sin(o.inclination_rad);
  return {std::cos(n) * u - std::sin(n) * c * v, std::sin(n) * u + std::cos(n) * c * v, s * v};
}

void kepler_plain(benchmark::State& state) {
  const auto orbits = population(thick, 100'000);
  std::vector<SecularRates> rates;
  for (const MeanElements& o : orbits) rates.push_back(j2_rates(earth(), o));
  double t = 0.0;
  const double began = process_cpu_s();
  for (auto _ : state) {
    Vector3d sum = Vector3d::Zero();
    for (std::size_t i = 0; i < orbits.size(); ++i) sum += plain_place(orbits[i], rates[i], t);
    benchmark::DoNotOptimize(sum);
    t += 10.0;
  }
  plain_kepler_s = (process_cpu_s() - began) / static_cast<double>(state.iterations()) / 1e5;
  state.counters["million_s"] = plain_kepler_s * 1e6;
}

void kepler_table(benchmark::State& state) {
  std::vector<PreparedOrbit<double>> orbits;
  for (const MeanElements& o : population(thick, 1'000'000))
    orbits.push_back(prepare(o, j2_rates(earth(), o)));
  const OrbitTable table(orbits);
  FloatStates states;
  double t = 0.0;
  const double began = process_cpu_s();
  for (auto _ : state) {
    fill_states(table, t, states);
    benchmark::DoNotOptimize(states.x.data());
    t += 10.0;
  }
  const double each_s = (process_cpu_s() - began) / static_cast<double>(state.iterations()) / 1e6;
  state.counters["million_s"] = each_s * 1e6;
  if (plain_kepler_s > 0.0) state.counters["ratio"] = plain_kepler_s / each_s;
}

void pairs_plain(benchmark::State& state) {
  std::vector<Vector3d> places;
  for (const MeanElements& o : population(one_radius, 5000))
    places.push_back(plain_place(o, j2_rates(earth(), o), 0.0));
  const double began = process_cpu_s();
  for (auto _ : state) {
    int near = 0;
    for (std::size_t i = 0; i < places.size(); ++i)
      for (std::size_t j = i + 1; j < places.size(); ++j)
        near += static_cast<int>((places[i] - places[j]).squaredNorm() < 1e10);
    benchmark::DoNotOptimize(near);
  }
  pair_s = (process_cpu_s() - began) / static_cast<double>(state.iterations()) / (0.5 * 5000.0 * 4999.0);
}

/// Arguments: satellites, population, window in seconds, threshold in metres.
void screening(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto orbits = population(static_cast<int>(state.range(1)), n);
  const auto window_s = static_cast<double>(state.range(2));
  Screening result;
  const double began = process_cpu_s();
  for (auto _ : state)
    result =
        screen(earth(), orbits, {.threshold_m = static_cast<double>(state.range(3)), .window_s = window_s});
  const double cpu_s = (process_cpu_s() - began) / static_cast<double>(state.iterations());
  const double steps = static_cast<double>(result.positions) / static_cast<double>(n);
  state.counters["day_cpu_s"] = cpu_s * 86400.0 / window_s;
  state.counters["found"] = static_cast<double>(result.found);
  state.counters["bands"] = static_cast<double>(result.bands);
  if (pair_s > 0.0) {
    const double all_pairs_s = steps * (0.5 * static_cast<double>(n) * static_cast<double>(n) * pair_s +
                                        static_cast<double>(n) * plain_kepler_s);
    state.counters["ratio"] = all_pairs_s / cpu_s;
  }
}

void separations(benchmark::State& state) {
  std::vector<Vector3d> places;
  for (const MeanElements& o : population(thick, static_cast<std::size_t>(state.range(0))))
    places.push_back(plain_place(o, j2_rates(earth(), o), 0.0));
  for (auto _ : state) benchmark::DoNotOptimize(nearest_neighbours_m(places));
}

void capacity_ten_years(benchmark::State& state) {
  std::vector<Service> services(1'000'000);
  for (std::size_t i = 0; i < services.size(); ++i)
    services[i].entry = Tick{} + ticks_from_seconds(300.0 * static_cast<double>(i));
  const CapacityModel model{.compute_W = 1e5, .compute_per_J = 1.0, .dose_Gy_per_year = 10.0};
  for (auto _ : state)
    benchmark::DoNotOptimize(
        capacity_by_month(model, services, parse_epoch("2035-01-01"), 120, LossAccount::expected));
}

BENCHMARK(kepler_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(kepler_table)->Unit(benchmark::kMillisecond);
BENCHMARK(pairs_plain)->Unit(benchmark::kMillisecond);
BENCHMARK(screening)
    ->Args({100'000, one_radius, 1200, 1000})
    ->Args({100'000, twenty_shells, 1200, 5000})
    ->Args({100'000, thick, 1200, 5000})
    ->Args({1'000'000, twenty_shells, 120, 1000})
    ->Args({1'000'000, thick, 120, 1000})
    ->Unit(benchmark::kSecond)
    ->Iterations(1)
    ->UseRealTime();
BENCHMARK(separations)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kSecond)->UseRealTime();
BENCHMARK(capacity_ten_years)->Unit(benchmark::kMillisecond);

}  // namespace
