#include <benchmark/benchmark.h>
#include <algorithm>
#include <ctime>
#include <numbers>
#include <vector>
#include "orbit/transfer_solver.hpp"

// One transfer solved, to each destination from Malapert, on 30 dates a day apart: alone, and from the
// transfer of half a day before. Baseline in the same run: a plain scalar propagation of a departure over 8
// days.
namespace {

using namespace lunafab;
using namespace lunafab::orbit;

constexpr int dates = 30;

struct Malapert {
  Epoch first = parse_epoch("2030-01-01");
  Ephemeris sky = Ephemeris::from_erfa(Epoch{first.tt_days_since_j2000 - 1.0},
                                       Epoch{first.tt_days_since_j2000 + dates + 300.0});
  TransferSetting setting;
  Malapert() {
    constexpr double degree = std::numbers::pi / 180.0;
    setting.dynamics.sky = &sky;
    setting.muzzle.site = {-86.0 * degree, 3.0 * degree};
    setting.muzzle.azimuth_rad = 266.0 * degree;
  }
  Epoch at(double day) const { return {first.tt_days_since_j2000 + day}; }
};

double cpu_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double plain_arc_s(const Malapert& m) {
  constexpr int arcs = 100;
  const double began = cpu_s();
  for (int i = 0; i < arcs; ++i)
    benchmark::DoNotOptimize(
        propagate(m.setting.dynamics, leave(m.setting, m.first, {2540.0 + 0.1 * i, 0.0, 0.0}), m.at(8.0)));
  return (cpu_s() - began) / arcs;
}

enum class Start : std::uint8_t { alone, neighbour };

void targeting(benchmark::State& state, Destination destination, Start start) {
  static const Malapert m;
  destination.speeds = {1690.0, 2560.0};
  const double arc_s = plain_arc_s(m);
  std::vector<double> each_s;
  double planned_mps = 0.0, found = 0.0;
  for (auto _ : state) {
    for (int i = 0; i < dates; ++i) {
      Transfer before;
      if (start == Start::neighbour) before = solve_transfer(m.setting, destination, m.at(i - 0.5));
      const double began = cpu_s();
      const Transfer t = solve_transfer(m.setting, destination, m.at(i), before.found ? &before : nullptr);
      each_s.push_back(cpu_s() - began);
      if (t.found) planned_mps += t.insertion_mps, found += 1.0;
    }
  }
  std::ranges::sort(each_s);
  state.counters["median_ms"] = 1e3 * each_s[each_s.size() / 2];
  state.counters["worst_ms"] = 1e3 * each_s.back();
  state.counters["median_arcs"] = each_s[each_s.size() / 2] / arc_s;
  state.counters["worst_arcs"] = each_s.back() / arc_s;
  state.counters["found"] = found;
  state.counters["mean_burns_mps"] = planned_mps / std::max(1.0, found);
}

const Destination low_lunar_orbit{.kind = DestinationKind::low_lunar_orbit, .altitude_m = 100e3};
const Destination escape{.kind = DestinationKind::heliocentric, .c3_m2ps2 = 0.9e6};
const Destination over_the_sun{.kind = DestinationKind::sun_synchronous, .altitude_m = 600e3};
const Destination nrho{.kind = DestinationKind::near_rectilinear_halo,
                       .libration = {.hemisphere = Hemisphere::north, .period_s = 6.56 * 86400.0}};
const Destination halo{.kind = DestinationKind::halo,
                       .libration = {.hemisphere = Hemisphere::north, .amplitude_m = 30e6}};
const Destination retrograde{.kind = DestinationKind::distant_retrograde,
                             .libration = {.amplitude_m = 46025e3}};

constexpr auto whole = benchmark::kMillisecond;
BENCHMARK_CAPTURE(targeting, low_lunar_orbit, low_lunar_orbit, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, escape, escape, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, over_the_sun, over_the_sun, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, over_the_sun_near, over_the_sun, Start::neighbour)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, nrho, nrho, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, nrho_near, nrho, Start::neighbour)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, halo, halo, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, halo_near, halo, Start::neighbour)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, retrograde, retrograde, Start::alone)->Unit(whole)->Iterations(1);
BENCHMARK_CAPTURE(targeting, retrograde_near, retrograde, Start::neighbour)->Unit(whole)->Iterations(1);

}  // namespace
