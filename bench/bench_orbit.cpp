#include <benchmark/benchmark.h>
#include <oneapi/tbb/global_control.h>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <numbers>
#include <vector>
#include "orbit/cr3bp_batch.hpp"
#include "tests/orbit/orbit_fixture.hpp"

// Five-day departures from the lunar surface a second on one core: ephemeris, field to 8×8, Earth and Sun;
// and in the restricted three-body problem. Baselines in the same run: Boost.odeint's RKF78 on the same
// equations at tolerance 1e-10. Batches run with the vector instructions named. Errors are those of end
// positions, against the scalar integrator at 1e-13 and no taper.
namespace {

using namespace lunafab;
using namespace lunafab::orbit;
using namespace orbit_fixture;

constexpr double span_s = 5.0 * 86400.0;
constexpr double mu = 0.01215058560962404, length_m = 389703264.829278, time_s = 382981.289129055;

double odeint_s = 0.0, odeint_cr3bp_s = 0.0;  // CPU time an arc, from the baselines

double cpu_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

struct Departures {
  Epoch start = parse_epoch("2027-05-01");
  Ephemeris sky = Ephemeris::from_erfa(start, after(start, 10 * 86400.0));
  Dynamics dynamics{.sky = &sky, .earth_j2 = false};
  std::vector<Craft> from;
  std::vector<Epoch> until;
  std::vector<Vector3d> ends;  ///< exact, of the first

  /// From one site with scattered velocities, or from everywhere in all directions.
  explicit Departures(bool everywhere) {
    for (int i = 0; i < 2048; ++i) {
      const double x = static_cast<double>(i), turn = std::fmod(0.6180339887 * x, 1.0);
      const double wide = everywhere ? 1.0 : 1e-3;
      from.push_back(departure(start, 0.6 + wide * 2.4 * x, std::asin(wide * (2.0 * turn - 1.0)),
                               1.5 + wide * 0.9 * x, 2450.0 + (everywhere ? 70.0 : 1.0) * std::sin(x)));
      until.push_back(after(start, span_s));
    }
    Dynamics whole = dynamics;
    whole.taper = 0.0;
    for (std::size_t i = 0; i < 64; ++i) {
      ends.push_back(
          propagate(whole, from[i], until[i], {}, {.precision = {.tolerance = 1e-13}, .change_centre = false})
              .last.r_m);
    }
  }
};

const Departures& one_site() {
  static const Departures departures(false);
  return departures;
}
const Departures& everywhere() {
  static const Departures departures(true);
  return departures;
}

void report(benchmark::State& state, double arcs, double began_s, double baseline_s,
            std::vector<double> errors_m) {
  const double each_s = (cpu_s() - began_s) / arcs / static_cast<double>(state.iterations());
  state.counters["arcs_per_cpu_s"] = 1.0 / each_s;
  if (baseline_s > 0.0) state.counters["over_odeint"] = baseline_s / each_s;
  std::ranges::sort(errors_m);
  state.counters["median_error_m"] = errors_m[errors_m.size() / 2];
  state.counters["largest_error_m"] = errors_m.back();
}

template <class EndOf>
std::vector<double> errors_m(const Departures& d, const EndOf& end_of) {
  std::vector<double> out;
  for (std::size_t i = 0; i < d.ends.size(); ++i) out.push_back((end_of(i) - d.ends[i]).norm());
  return out;
}

void odeint_arcs(benchmark::State& state) {
  const Departures& d = one_site();
  const PlainRate rate{&d.dynamics, d.start, R_principal_mean_earth()};
  std::vector<OdeState> ends(d.ends.size());
  const double began = cpu_s();
  for (auto _ : state)
    for (std::size_t i = 0; i < ends.size(); ++i) ends[i] = odeint_fehlberg(rate, d.from[i], span_s, 1e-10);
  odeint_s = (cpu_s() - began) / static_cast<double>(ends.size()) / static_cast<double>(state.iterations());
  report(state, static_cast<double>(ends.size()), began, odeint_s, errors_m(d, [&](std::size_t i) {
           return Vector3d{ends[i][0], ends[i][1], ends[i][2]};
         }));
}

void single_arcs(benchmark::State& state, bool events, bool stm) {
  const Departures& d = one_site();
  std::vector<EventSpec> specs;
  if (events) specs = {{.kind = EventKind::impact, .ends = true}, {.kind = EventKind::periapsis}};
  std::vector<Vector3d> ends(d.ends.size());
  const double began = cpu_s();
  for (auto _ : state) {
    for (std::size_t i = 0; i < ends.size(); ++i) {
      ends[i] =
          propagate(d.dynamics, d.from[i], d.until[i], specs, {.stm = stm, .change_centre = false}).last.r_m;
    }
  }
  report(state, static_cast<double>(ends.size()), began, odeint_s,
         errors_m(d, [&](std::size_t i) { return ends[i]; }));
}

/// Whether this CPU has the instructions that a case asks for.
bool has(benchmark::State& state, SimdLevel level) {
  if (level <= simd_level()) return true;
  state.SkipWithError("not on this CPU");
  return false;
}

void batch(benchmark::State& state, SimdLevel level, const Departures& (*departures)(), double tolerance) {
  if (!has(state, level)) return;
  const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
  const Departures& d = departures();
  std::vector<BatchEnd> ends;
  const double began = cpu_s();
  for (auto _ : state) ends = propagate_batch(d.dynamics, d.from, d.until, {.tolerance = tolerance}, level);
  report(state, static_cast<double>(d.from.size()), began, odeint_s,
         errors_m(d, [&](std::size_t i) { return ends[i].last.r_m; }));
}

StateRows rotating_departures() {
  const Departures& d = everywhere();
  StateRows out(static_cast<Eigen::Index>(d.from.size()), 6);
  for (Eigen::Index i = 0; i < out.rows(); ++i) {
    const Craft& craft = d.from[static_cast<std::size_t>(i)];
    out.row(i) << (craft.r_m / length_m + Vector3d(1.0 - mu, 0.0, 0.0)).transpose(),
        (craft.v_mps * time_s / length_m).transpose();
  }
  return out;
}

std::vector<double> errors_m(const StateRows& from, const StateRows& ends) {
  const StateRows exact = propagate_cr3bp_batch(mu, from, span_s / time_s, {.tolerance = 1e-14}).states;
  std::vector<double> out;
  for (Eigen::Index i = 0; i < ends.rows(); ++i)
    out.push_back((ends.row(i) - exact.row(i)).head<3>().norm() * length_m);
  return out;
}

void odeint_cr3bp(benchmark::State& state) {
  namespace odeint = boost::numeric::odeint;
  static const odeint::runge_kutta_fehlberg78<OdeState> stepper;
  const StateRows from = rotating_departures().topRows(64);
  const auto rate = [](const OdeState& y, OdeState& out, double) {
    const double x = y[0] + mu, w = x - 1.0, off = y[1] * y[1] + y[2] * y[2];
    const double large = x * x + off, small = w * w + off;
    const double p = (1.0 - mu) / (large * std::sqrt(large)), q = mu / (small * std::sqrt(small));
    out = {y[3],           y[4], y[5], y[0] + 2.0 * y[4] - p * x - q * w, y[1] - 2.0 * y[3] - (p + q) * y[1],
           -(p + q) * y[2]};
  };
  StateRows ends = from;
  const double began = cpu_s();
  for (auto _ : state) {
    for (Eigen::Index i = 0; i < from.rows(); ++i) {
      OdeState y;
      std::copy_n(from.row(i).data(), 6, y.begin());
      odeint::integrate_adaptive(odeint::make_controlled(1e-10, 1e-10, stepper), rate, y, 0.0,
                                 span_s / time_s, 1e-4);
      std::ranges::copy(y, ends.row(i).data());
    }
  }
  odeint_cr3bp_s =
      (cpu_s() - began) / static_cast<double>(from.rows()) / static_cast<double>(state.iterations());
  report(state, static_cast<double>(from.rows()), began, odeint_cr3bp_s, errors_m(from, ends));
}

void batch_cr3bp(benchmark::State& state, SimdLevel level) {
  if (!has(state, level)) return;
  const oneapi::tbb::global_control one(oneapi::tbb::global_control::max_allowed_parallelism, 1);
  const StateRows from = rotating_departures();
  Cr3bpEnds ends;
  const double began = cpu_s();
  for (auto _ : state) ends = propagate_cr3bp_batch(mu, from, span_s / time_s, {.tolerance = 1e-10}, level);
  report(state, static_cast<double>(from.rows()), began, odeint_cr3bp_s, errors_m(from, ends.states));
}

constexpr auto unit = benchmark::kMillisecond;
BENCHMARK(odeint_arcs)->Unit(unit);
BENCHMARK_CAPTURE(single_arcs, plain, false, false)->Unit(unit);
BENCHMARK_CAPTURE(single_arcs, with_events, true, false)->Unit(unit);
BENCHMARK_CAPTURE(single_arcs, with_stm, false, true)->Unit(unit);
#define LUNAFAB_BENCH_BATCH(level)                                                                 \
  BENCHMARK_CAPTURE(batch, level##_one_site_1e_10, SimdLevel::level, one_site, 1e-10)->Unit(unit); \
  BENCHMARK_CAPTURE(batch, level##_one_site_3e_11, SimdLevel::level, one_site, 3e-11)->Unit(unit); \
  BENCHMARK_CAPTURE(batch, level##_everywhere_3e_11, SimdLevel::level, everywhere, 3e-11)->Unit(unit)
LUNAFAB_BENCH_BATCH(avx512);
LUNAFAB_BENCH_BATCH(avx2);
LUNAFAB_BENCH_BATCH(sse2);
BENCHMARK(odeint_cr3bp)->Unit(unit);
BENCHMARK_CAPTURE(batch_cr3bp, avx512, SimdLevel::avx512)->Unit(unit);
BENCHMARK_CAPTURE(batch_cr3bp, avx2, SimdLevel::avx2)->Unit(unit);
BENCHMARK_CAPTURE(batch_cr3bp, sse2, SimdLevel::sse2)->Unit(unit);

}  // namespace
