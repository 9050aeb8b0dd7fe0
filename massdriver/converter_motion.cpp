#include "massdriver/converter_motion.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace lunafab::massdriver {
namespace {

// Steps at fineness 1: in half waves, and as a share of the distance to the nearest conductor.
constexpr double largest_step = 1.0 / 6.0, largest_near_step = 0.8;
constexpr double same_place_m = 1e-9;
constexpr int most_iterations = 12;        // of a step's speeds and shorted fluxes
constexpr double settled = 1e-13;          // relative change of a speed between iterations
constexpr double slow_mps = 1.0;           // below, a launch has stalled
constexpr double farthest_trigger = 0.25;  // half waves that errors may move a current's place
constexpr double coasting_step_m = 50.0;
constexpr double lost_share = 0.5;  // of the nominal squared speed, as for banks

std::size_t bank_at(int stage, int coil, int bucket_coils) {
  return static_cast<std::size_t>(stage) * static_cast<std::size_t>(bucket_coils) +
         static_cast<std::size_t>(coil);
}

double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? 0.0 : values[i];
}

}  // namespace

void fed_coils(const std::vector<Wave>& waves, double x_m, double half_wave_m, std::vector<FedCoil>& coils) {
  coils.clear();
  const double k = std::numbers::pi / half_wave_m;
  for (const Wave& wave : waves) {
    auto coil =
        std::find_if(coils.begin(), coils.end(), [&](const FedCoil& c) { return c.stage == wave.stage; });
    if (coil == coils.end()) coil = coils.insert(coils.end(), {.stage = wave.stage});
    const double phase = k * (x_m - wave.middle_m);
    coil->current_A -= wave.amplitude_A * std::sin(phase);
    coil->slope_A_per_m -= wave.amplitude_A * k * std::cos(phase);
  }
}

ConverterRun::ConverterRun(const Machine& machine, const FedLine& line, const LaunchConditions& launch,
                           const ConverterSettings& settings)
    : machine_(machine),
      d_(machine.design),
      line_(line),
      plan_(line.plan),
      order_(launch),
      settings_(settings),
      kg_(plan_.moving_kg + launch.payload_kg - launch.weighed_kg),
      coil_ohm_(drive_resistance_ohm(machine, launch.coil_temperature_K)),
      drag_Wps_(d_.losses.drag_N_at_reference * d_.losses.drag_reference_mps),
      eddy_(machine.eddy_N_per_mps),
      next_(static_cast<std::size_t>(d_.bucket.count), launch.first_stage),
      faults_(launch.deviations.faults),
      record_{.passed = launch.first_stage - 1} {
  w_ = launch.first_stage > 0 ? nominal_speed_sq(machine, plan_, launch.first_stage * d_.track.pitch_m)
                              : plan_.injection_mps * plan_.injection_mps;
  x_ = record_.x_m = fire_x(0);
  record_.speed_sq = w_;
  out_.energy.kinetic_before_J = 0.5 * kg_ * w_;
  out_.low_bucket_A = 1e300;
  out_.mean_mps2 = plan_.mean_mps2;
  out_.stage_heat_J.assign(static_cast<std::size_t>(std::max(plan_.stages, d_.track.stages)), 0.0);
}

BankFault ConverterRun::fault_of(int stage, int coil) const {
  for (const StageFault& f : faults_)
    if (f.stage == stage && (f.bucket_coil == coil || f.fault == BankFault::shorted)) return f.fault;
  return BankFault::none;
}

/// Where the leading bucket coil is as the next wave of `coil` begins.
double ConverterRun::fire_x(int coil) const {
  const int stage = next_[static_cast<std::size_t>(coil)];
  const double s = d_.track.half_wave_m;
  const auto bank = bank_at(stage, coil, d_.bucket.count);
  const Deviations& dev = order_.deviations;
  double off_m = at(dev.trigger_m, bank) + std::sqrt(w_) * at(dev.delay_s, bank);
  if (fault_of(stage, coil) == BankFault::early) off_m -= d_.errors.early_by * s;
  off_m = std::clamp(off_m, -farthest_trigger * s, farthest_trigger * s);
  return stage * d_.track.pitch_m + coil * d_.bucket.spacing_m - (1.0 + d_.firing.advance) * s + off_m;
}

void ConverterRun::close_short(int stage) {
  const auto same = [stage](const Shorted& s) {
    return s.coil.stage == stage;
  };
  if (std::any_of(shorted_.begin(), shorted_.end(), same)) return;
  const Node now = here();
  double flux = 0.0;
  for (int b = 0; b < d_.bucket.count; ++b) {
    const double z = x_ - b * d_.bucket.spacing_m - stage * d_.track.pitch_m;
    flux += lookup(machine_.coupling, z).mutual_H * now.circuits.bucket_A[b];
  }
  const auto mutual = [&](int other) {
    return machine_.neighbour_H[static_cast<std::size_t>(std::abs(other - stage))];
  };
  for (const FedCoil& c : now.fed) flux += mutual(c.stage) * c.current_A;
  for (std::size_t k = 0; k < now.shorted.size(); ++k)
    flux += mutual(now.shorted[k].stage) * now.circuits.shorted_A[static_cast<Eigen::Index>(k)];
  const double last_m = stage * d_.track.pitch_m + (d_.bucket.count - 1) * d_.bucket.spacing_m;
  shorted_.push_back({{stage, flux}, last_m + d_.firing.latest_opening * d_.track.half_wave_m});
}

/// Begins the next wave of a bucket coil, or lets it pass where a fault says so.
void ConverterRun::fire(int coil) {
  const int stage = next_[static_cast<std::size_t>(coil)];
  const double middle_m = std::max(fire_x(coil), x_) + d_.track.half_wave_m;
  const BankFault fault = fault_of(stage, coil);
  ++next_[static_cast<std::size_t>(coil)];
  if (fault == BankFault::shorted) return close_short(stage);
  const auto bank = bank_at(stage, coil, d_.bucket.count);
  double work_J = plan_.bank_J;
  if (line_.gain > 0.0) {
    const double speed = std::sqrt(w_) + at(order_.deviations.speed_reading_mps, bank);
    work_J *= 1.0 + line_.gain * (nominal_speed_sq(machine_, plan_, x_) - speed * speed) /
                        (2.0 * plan_.mean_mps2 * d_.track.pitch_m);
  }
  if (std::abs(work_J) > line_.most_J) work_J = std::copysign(line_.most_J, work_J), ++out_.saturated_banks;
  const auto amplitude = amplitude_A(line_.law, work_J);
  if (fault == BankFault::miss || work_J * plan_.bank_J <= 0.0 || !amplitude) {
    ++out_.skipped_banks;
    return;
  }
  const double given_A = *amplitude * (1.0 + at(order_.deviations.voltage, bank));
  waves_.push_back({stage, middle_m, sign_of(coil) * given_A});
}

/// Takes away one wave or short circuit that is over.
bool ConverterRun::end_one() {
  for (auto w = waves_.begin(); w != waves_.end(); ++w) {
    if (x_ < w->middle_m + d_.track.half_wave_m - same_place_m) continue;
    waves_.erase(w);
    return true;
  }
  for (auto s = shorted_.begin(); s != shorted_.end(); ++s) {
    if (x_ < s->until_m - same_place_m) continue;
    const double before_J = here().circuits.magnetic_J;
    shorted_.erase(s);
    out_.energy.discarded_J += before_J - here().circuits.magnetic_J;
    return true;
  }
  return false;
}

bool ConverterRun::handle_event() {
  if (end_one()) return true;
  for (int b = 0; b < d_.bucket.count; ++b) {
    if (next_[static_cast<std::size_t>(b)] >= plan_.stages || fire_x(b) > x_ + same_place_m) continue;
    fire(b);
    return true;
  }
  return false;
}

double ConverterRun::next_event_m() const {
  double next = std::numeric_limits<double>::infinity();
  for (int b = 0; b < d_.bucket.count; ++b)
    if (next_[static_cast<std::size_t>(b)] < plan_.stages) next = std::min(next, fire_x(b));
  for (const Wave& w : waves_) next = std::min(next, w.middle_m + d_.track.half_wave_m);
  for (const Shorted& s : shorted_) next = std::min(next, s.until_m);
  return next;
}

double ConverterRun::accurate_step_m() const {
  const double s = d_.track.half_wave_m, gap = radial_gap_m(d_);
  double nearest_sq = s * s;
  const auto approach = [&](int stage) {
    for (int b = 0; b < d_.bucket.count; ++b) {
      const double z = x_ - b * d_.bucket.spacing_m - stage * d_.track.pitch_m;
      nearest_sq = std::min(nearest_sq, z * z);
    }
  };
  for (const Wave& w : waves_) approach(w.stage);
  for (const Shorted& k : shorted_) approach(k.coil.stage);
  return std::min(largest_step * s, largest_near_step * std::sqrt(nearest_sq + gap * gap)) /
         settings_.fineness;
}

void ConverterRun::solve(Node& node) const {
  fed_coils(waves_, node.x_m, d_.track.half_wave_m, node.fed);
  node.circuits = solve_fed(machine_, node.x_m, node.fed, node.shorted, coil_ohm_, node.speed_mps);
}

ConverterRun::Node ConverterRun::here() const {
  Node node{.x_m = x_, .speed_mps = std::max(std::sqrt(w_), slow_mps)};
  for (const Shorted& s : shorted_) node.shorted.push_back(s.coil);
  solve(node);
  return node;
}

double ConverterRun::speed_sq_slope(const Node& node) const {
  return 2.0 * (node.circuits.force_N - retarding_N(node.speed_mps)) / kg_;
}

double ConverterRun::flux_slope(const Node& node, std::size_t k) const {
  return -coil_ohm_ * node.circuits.shorted_A[static_cast<Eigen::Index>(k)] / node.speed_mps;
}

/// Speeds and shorted fluxes at the nodes. Forces without short circuits depend on the place alone, so the
/// circuits are then solved once.
void ConverterRun::iterate(double h_m) {
  const Collocation& c = collocation();
  for (int iteration = 0; iteration < most_iterations; ++iteration) {
    if (iteration == 0 || !shorted_.empty())
      for (Node& node : node_) solve(node);
    double change = 0.0;
    for (std::size_t i = 0; i < collocation_nodes; ++i) {
      double w = w_;
      for (std::size_t j = 0; j < collocation_nodes; ++j)
        w += h_m * c.to_node[i][j] * speed_sq_slope(node_[j]);
      const double v = std::sqrt(std::max(w, 0.25 * slow_mps * slow_mps));
      change = std::max(change, std::abs(v / node_[i].speed_mps - 1.0));
      node_[i].speed_mps = v;
    }
    for (std::size_t k = 0; k < shorted_.size(); ++k) {
      for (std::size_t i = 0; i < collocation_nodes; ++i) {
        double flux = shorted_[k].coil.flux_Wb;
        for (std::size_t j = 0; j < collocation_nodes; ++j)
          flux += h_m * c.to_node[i][j] * flux_slope(node_[j], k);
        node_[i].shorted[k].flux_Wb = flux;
      }
    }
    if (change < settled) return;
  }
}

void ConverterRun::step(double h_m) {
  const Collocation& c = collocation();
  for (std::size_t i = 0; i < collocation_nodes; ++i) {
    node_[i].x_m = x_ + h_m * c.at[i];
    node_[i].speed_mps = std::sqrt(w_);
    node_[i].shorted.clear();
    for (const Shorted& s : shorted_) node_[i].shorted.push_back(s.coil);
  }
  iterate(h_m);
  draw_power(h_m);
  for (std::size_t i = 0; i < collocation_nodes; ++i) {
    const double length_m = h_m * c.weight[i];
    account(node_[i], length_m);
    w_ += length_m * speed_sq_slope(node_[i]);
    for (std::size_t k = 0; k < shorted_.size(); ++k)
      shorted_[k].coil.flux_Wb += length_m * flux_slope(node_[i], k);
  }
  w_ = std::max(w_, 0.0);
  x_ += h_m;
  ++out_.steps;
}

void ConverterRun::coast(double length_m) {
  for (double left_m = length_m; left_m > same_place_m;) {
    const double h = std::min(left_m, coasting_step_m);
    step(h);
    left_m -= h;
  }
}

/// Whether the launch goes on.
SolverOutcome ConverterRun::judge() const {
  if (w_ < slow_mps * slow_mps) return SolverOutcome::stalled;
  if (plan_.mean_mps2 > 0.0 && w_ < lost_share * nominal_speed_sq(machine_, plan_, x_))
    return SolverOutcome::lost_synchronism;
  const double taken_J = out_.energy.discharged_J - out_.energy.recovered_J;
  if (line_.store_J > 0.0 && taken_J > line_.usable_J) return SolverOutcome::store_too_small;
  return SolverOutcome::completed;
}

/// Along the coils; false where the launch ends before.
bool ConverterRun::pass_coils() {
  for (;;) {
    while (handle_event()) {
    }
    const double left_m = next_event_m() - x_;
    if (std::isinf(left_m)) return true;
    const bool idle = waves_.empty() && shorted_.empty();
    step(std::clamp(left_m, same_place_m, idle ? coasting_step_m : accurate_step_m()));
    out_.outcome = judge();
    if (out_.outcome != SolverOutcome::completed) return false;
    const int passed = static_cast<int>(std::floor(x_ / d_.track.pitch_m));
    if (passed > record_.passed) record_.passed = passed, pass_stage();
  }
}

LaunchSolution ConverterRun::finish() {
  if (pass_coils()) {
    coast(line_.end_m - x_);
    eddy_ = d_.losses.eddy_N_per_mps;
    coast(line_.drift_m);
  } else {
    out_.stopped_at_stage = static_cast<int>(std::floor(x_ / d_.track.pitch_m));
  }
  close_account();
  return std::move(out_);
}

}  // namespace lunafab::massdriver
