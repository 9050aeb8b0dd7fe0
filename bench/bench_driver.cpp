#include <benchmark/benchmark.h>
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <ctime>
#include <string>
#include <vector>
#include "massdriver/launch_table.hpp"
#include "massdriver/monte_carlo.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/read_design.hpp"

// Launches per second of the solver. Baselines in the same run: one launch at a time by RK4 with 32 steps a
// stage, its couplings by quadrature at every step (a short track, scaled) or from a cubic table.
namespace {

using namespace lunafab::massdriver;

constexpr int quadrature_stages = 3;
double quadrature_s = 0.0, scalar_s = 0.0;  // CPU time of one launch of 5,000 stages, from the baselines

DriverDesign design(const std::string& name) {
  DriverDesign d = load_design(std::string(LUNAFAB_SOURCE_DIR) + "/configs/drivers/" + name + ".yaml");
  d.losses = {};
  return d;
}
const Machine& one_coil() {
  static const Machine machine = build_machine(design("one_coil_1t"));
  return machine;
}
const Machine& two_coils() {
  static const Machine machine = build_machine(design("two_coil_3500kg"));
  return machine;
}
LaunchConditions nominal(const DriverDesign& d) {
  return {.payload_kg = d.payload_kg,
          .weighed_kg = d.payload_kg,
          .muzzle_speed_mps = d.muzzle_speed_mps,
          .coil_temperature_K = d.track.coil.temperature_K};
}

/// Coupling by quadrature, as often as it is asked for.
struct Quadrature {
  const Machine& machine;
  Coupling operator()(double z_m) const {
    return couple(machine.design.track.coil.winding, machine.design.bucket.winding, z_m, 1e-6).coupling;
  }
};

/// Cubic Hermite table of 1,024 cells.
struct CubicTable {
  double cell_m;
  std::vector<Coupling> nodes;
  CubicTable(const Machine& machine, double reach_m) : cell_m(reach_m / 1024.0) {
    for (int i = 0; i <= 1025; ++i) nodes.push_back(lookup(machine.coupling, i * cell_m));
  }
  Coupling operator()(double z_m) const {
    const double g = std::abs(z_m) / cell_m;
    const auto i = static_cast<std::size_t>(g);
    const double u = g - static_cast<double>(i), h = cell_m;
    const Coupling &a = nodes[i], &b = nodes[i + 1];
    const double c2 = 3.0 * (b.mutual_H - a.mutual_H) - h * (2.0 * a.slope_H_per_m + b.slope_H_per_m);
    const double c3 = 2.0 * (a.mutual_H - b.mutual_H) + h * (a.slope_H_per_m + b.slope_H_per_m);
    const double slope = (h * a.slope_H_per_m + u * (2.0 * c2 + 3.0 * c3 * u)) / h;
    return {a.mutual_H + u * (h * a.slope_H_per_m + u * (c2 + u * c3)), std::copysign(1.0, z_m) * slope, 0.0};
  }
};

/// One launch of a machine with one bucket coil, plainly.
template <class Couple>
class ScalarLaunch {
 public:
  ScalarLaunch(const Machine& machine, const Couple& coupling)
      : m_(machine),
        coupling_(coupling),
        ohm_(drive_resistance_ohm(m_, m_.design.track.coil.temperature_K)) {}

  double run(int stages) {
    const DriverDesign& d = m_.design;
    const LaunchPlan plan = *plan_launch(m_, d.payload_kg, d.muzzle_speed_mps);
    inv_kg_ = 1.0 / plan.moving_kg, v_ = plan.injection_mps;
    x_ = -(1.0 + d.firing.advance) * d.track.half_wave_m;
    const double lead_m = -x_, end_m = stages * d.track.pitch_m;
    for (int next = 0; x_ < end_m;) {
      const double fire_m = next * d.track.pitch_m - lead_m;
      if (next < stages && x_ >= fire_m - 1e-9) fire(plan, next++);
      const double to_fire_m = next < stages ? next * d.track.pitch_m - lead_m - x_ : end_m;
      step(std::min(d.track.pitch_m / 32.0, std::max(to_fire_m, 1e-9)));
      open_spent();
    }
    return v_;
  }

 private:
  struct Circuit {
    double place_m, inv_farad, flux, volt, before_A, now_A;
    bool pushed;
  };
  static constexpr int most = 4;  // circuits at once; fixed capacity: no allocation within a step
  using State =
      Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 1 + 2 * most, 1>;  // speed, each flux, each voltage
  using PerCircuit = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most, 1>;
  using Square = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, most, most>;

  void fire(const LaunchPlan& plan, int stage) {
    const DriverDesign& d = m_.design;
    const double lack = nominal_speed_sq(m_, plan, x_) - v_ * v_;
    const double energy_J =
        plan.bank_J * (1.0 + d.firing.gain * lack / (2.0 * plan.mean_mps2 * d.track.pitch_m));
    const double farad = bank_capacitance_F(m_, stage, 0), place_m = stage * d.track.pitch_m;
    double flux = coupling_(x_ - place_m).mutual_H * bucket_A_;
    for (const Circuit& c : circuits_) flux += neighbour_H(c.place_m - place_m) * c.now_A;
    circuits_.push_back({place_m, 1.0 / farad, flux, std::sqrt(2.0 * energy_J / farad), 0.0, 0.0, false});
  }

  double neighbour_H(double apart_m) const {
    return m_.neighbour_H[static_cast<std::size_t>(std::lround(std::abs(apart_m) / m_.design.track.pitch_m))];
  }

  /// Slopes by position; keeps currents.
  State slopes(double x_m, const State& y) {
    const auto n = static_cast<Eigen::Index>(circuits_.size());
    Square inductance(n, n);
    PerCircuit m(n), slope(n);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Circuit& c = circuits_[static_cast<std::size_t>(i)];
      const Coupling coupling = coupling_(x_m - c.place_m);
      m[i] = coupling.mutual_H, slope[i] = coupling.slope_H_per_m;
      for (Eigen::Index j = 0; j < n; ++j)
        inductance(i, j) = neighbour_H(c.place_m - circuits_[static_cast<std::size_t>(j)].place_m);
    }
    const double far_A = m_.design.bucket.current_A;
    inductance -= m * m.transpose() / m_.bucket_H;
    current_ = inductance.llt().solve(y.segment(1, n) - far_A * m);
    bucket_A_ = far_A - m.dot(current_) / m_.bucket_H;
    State out(1 + 2 * n);
    out[0] = bucket_A_ * slope.dot(current_) * inv_kg_ / y[0];
    for (Eigen::Index i = 0; i < n; ++i) {
      out[1 + i] = (y[1 + n + i] - ohm_ * current_[i]) / y[0];
      out[1 + n + i] = -current_[i] * circuits_[static_cast<std::size_t>(i)].inv_farad / y[0];
    }
    return out;
  }

  void step(double h) {
    const std::size_t n = circuits_.size();
    State y(1 + 2 * n);
    y[0] = v_;
    for (std::size_t i = 0; i < n; ++i)
      y[static_cast<Eigen::Index>(1 + i)] = circuits_[i].flux,
                                      y[static_cast<Eigen::Index>(1 + n + i)] = circuits_[i].volt;
    const State a = slopes(x_, y), b = slopes(x_ + h / 2.0, y + h / 2.0 * a),
                c = slopes(x_ + h / 2.0, y + h / 2.0 * b), e = slopes(x_ + h, y + h * c);
    y += h / 6.0 * (a + 2.0 * b + 2.0 * c + e);
    x_ += h, v_ = y[0];
    for (std::size_t i = 0; i < n; ++i) {
      Circuit& circuit = circuits_[i];
      circuit.flux = y[static_cast<Eigen::Index>(1 + i)],
      circuit.volt = y[static_cast<Eigen::Index>(1 + n + i)];
      circuit.before_A = circuit.now_A, circuit.now_A = current_[static_cast<Eigen::Index>(i)];
      circuit.pushed = circuit.pushed || (circuit.before_A > 0.0 && circuit.now_A < 0.0);
    }
  }

  /// At the end of the step in which the current comes back to zero: a baseline's events may be coarse.
  void open_spent() {
    const double latest_m = m_.design.firing.latest_opening * m_.design.track.half_wave_m;
    std::erase_if(circuits_, [&](const Circuit& c) {
      return (c.pushed && c.now_A >= 0.0) || x_ - c.place_m >= latest_m;
    });
  }

  const Machine& m_;
  const Couple& coupling_;
  double ohm_, inv_kg_ = 0.0, x_ = 0.0, v_ = 0.0, bucket_A_ = m_.design.bucket.current_A;
  std::vector<Circuit> circuits_;
  PerCircuit current_;
};

double cpu_s() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

/// Launches a second of CPU time, and how many times the baselines' for a track of 5,000 stages.
void report(benchmark::State& state, double launches, double began_s) {
  const double each_s = (cpu_s() - began_s) / launches / static_cast<double>(state.iterations());
  state.counters["launches_per_cpu_s"] = 1.0 / each_s;
  state.counters["launches"] = benchmark::Counter(launches, benchmark::Counter::kIsIterationInvariantRate);
  if (quadrature_s > 0.0) state.counters["over_quadrature"] = quadrature_s / each_s;
  if (scalar_s > 0.0) state.counters["over_scalar"] = scalar_s / each_s;
}

void baseline_quadrature(benchmark::State& state) {
  const Quadrature coupling{one_coil()};
  const double scale = one_coil().design.track.stages / static_cast<double>(quadrature_stages),
               began = cpu_s();
  for (auto _ : state) benchmark::DoNotOptimize(ScalarLaunch(one_coil(), coupling).run(quadrature_stages));
  quadrature_s = (cpu_s() - began) / static_cast<double>(state.iterations()) * scale;
  report(state, 1.0 / scale, began);
}

void baseline_scalar(benchmark::State& state) {
  const Machine& m = one_coil();
  const CubicTable table(m, 2.0 * m.design.track.half_wave_m);
  const double began = cpu_s();
  double muzzle_mps = 0.0;
  for (auto _ : state) muzzle_mps = ScalarLaunch(m, table).run(m.design.track.stages);
  scalar_s = (cpu_s() - began) / static_cast<double>(state.iterations());
  report(state, 1.0, began);
  state.counters["muzzle_mps"] = muzzle_mps;
}

void eight_launches(benchmark::State& state, const Machine& (*machine)(), double tolerance) {
  Machine m = machine();
  m.design.errors = {.bank_voltage = 1e-3, .jitter_s = 1e-6};
  std::vector<LaunchConditions> launches;
  for (std::uint64_t serial = 1; serial <= 8; ++serial)
    launches.push_back(draw_conditions(m, nominal(m.design), {1, 0}, serial));
  double worst = 0.0;
  const double began = cpu_s();
  for (auto _ : state)
    for (const LaunchSolution& s : solve_launches(m, launches, {.tolerance = tolerance}))
      worst = std::max(worst, std::abs(s.energy.residual_rel()));
  report(state, 8.0, began);
  state.counters["residual"] = worst;
}

void monte_carlo_256(benchmark::State& state) {
  Machine m = one_coil();
  m.design.errors = {.bank_voltage = 1e-3, .jitter_s = 1e-6};
  const double began = cpu_s();
  for (auto _ : state)
    benchmark::DoNotOptimize(monte_carlo(m, nullptr, nominal(m.design), {1, 0}, 256, {}).mean);
  report(state, 256.0, began);
}

void table_of_baseline(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(build_table(two_coils(), 1).values.data());
}

void sled_ride(benchmark::State& state) {
  const DriverDesign& d = two_coils().design;
  const AxialProfile profile =
      axial_profile(two_coils(), solve_launch(two_coils(), nominal(d), {.profile = true}));
  const TrackErrors straight;
  for (auto _ : state) benchmark::DoNotOptimize(ride(d.sled, profile, straight, {}, {}).release.gap_use);
}

constexpr auto whole = benchmark::kMillisecond;
BENCHMARK(baseline_quadrature)->Unit(whole);
BENCHMARK(baseline_scalar)->Unit(whole);
BENCHMARK_CAPTURE(eight_launches, one_coil_1e_6, one_coil, 1e-6)->Unit(whole);
BENCHMARK_CAPTURE(eight_launches, one_coil_1e_8, one_coil, 1e-8)->Unit(whole);
BENCHMARK_CAPTURE(eight_launches, two_coils_1e_6, two_coils, 1e-6)->Unit(whole);
BENCHMARK(monte_carlo_256)->Unit(whole)->UseRealTime()->Iterations(1);
BENCHMARK(table_of_baseline)->Unit(whole)->UseRealTime()->Iterations(1);
BENCHMARK(sled_ride)->Unit(whole);

}  // namespace
