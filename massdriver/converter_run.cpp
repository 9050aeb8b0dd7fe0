#include "massdriver/converter_run.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <vector>
#include "core/contract.hpp"
#include "massdriver/coil_loss.hpp"
#include "massdriver/converter_circuit.hpp"
#include "massdriver/gauss_legendre.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double same_place_m = 1e-9;
constexpr int nodes = 4;  // of a step: order 8
// Steps at fineness 1: in half waves, and as a share of the distance to the nearest conductor.
constexpr double largest_step = 1.0 / 6.0, largest_near_step = 0.8;
constexpr double order = 8.0, finer = 1.4;
constexpr int retries = 4;                 // with finer steps, until the residual is within tolerance
constexpr int most_iterations = 12;        // of a step's speeds and shorted fluxes
constexpr int bisections = 40;             // to where a converter's power changes its sign
constexpr double settled = 1e-13;          // relative change of a speed between iterations
constexpr double slow_mps = 1.0;           // below, a launch has stalled
constexpr double farthest_trigger = 0.25;  // half waves that errors may move a current's place
constexpr double cruise_from = 0.20, cruise_to = 0.98;  // of the line
constexpr double coasting_step_m = 50.0;

/// Collocation at Gauss–Legendre nodes on [0, 1]: integrals to each node, and to the end.
struct Collocation {
  std::array<double, nodes> at{}, weight{};
  std::array<std::array<double, nodes>, nodes> to_node{};
};

/// ∫₀^c of the Lagrange polynomial of node j, by a rule that is exact for it.
Collocation make_collocation() {
  const GaussRule rule = gauss_legendre(nodes);
  Collocation c;
  for (std::size_t i = 0; i < nodes; ++i)
    c.at[i] = 0.5 * (1.0 + rule.node[i]), c.weight[i] = 0.5 * rule.weight[i];
  const auto lagrange = [&](std::size_t j, double u) {
    double product = 1.0;
    for (std::size_t k = 0; k < nodes; ++k)
      if (k != j) product *= (u - c.at[k]) / (c.at[j] - c.at[k]);
    return product;
  };
  for (std::size_t i = 0; i < nodes; ++i)
    for (std::size_t j = 0; j < nodes; ++j)
      for (std::size_t k = 0; k < nodes; ++k)
        c.to_node[i][j] += c.at[i] * c.weight[k] * lagrange(j, c.at[i] * c.at[k]);
  return c;
}

const Collocation& collocation() {
  static const Collocation c = make_collocation();
  return c;
}

using NodeValues = std::array<double, nodes>;

/// The cubic through values at a step's nodes, at u from 0 to 1.
double interpolate(const NodeValues& values, double u) {
  const Collocation& c = collocation();
  double sum = 0.0;
  for (std::size_t j = 0; j < nodes; ++j) {
    double term = values[j];
    for (std::size_t k = 0; k < nodes; ++k)
      if (k != j) term *= (u - c.at[k]) / (c.at[j] - c.at[k]);
    sum += term;
  }
  return sum;
}

/// Integral over a step of what is positive, per unit of length. Converters lose either way, so power that
/// changes its sign within a step is divided where it does.
double positive_part(const NodeValues& values) {
  const Collocation& c = collocation();
  const std::array<double, nodes + 2> probe{0.0, c.at[0], c.at[1], c.at[2], c.at[3], 1.0};
  std::array<double, nodes + 2> found{};
  for (std::size_t i = 0; i < probe.size(); ++i) found[i] = interpolate(values, probe[i]);
  const double third = 0.5 / std::numbers::sqrt3;  // the two-point rule is exact for cubics
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < probe.size(); ++i) {
    double from = probe[i], to = probe[i + 1];
    if (found[i] <= 0.0 && found[i + 1] <= 0.0) continue;
    if (found[i] * found[i + 1] < 0.0) {
      double low = from, high = to;
      for (int k = 0; k < bisections; ++k) {
        const double middle = 0.5 * (low + high);
        ((interpolate(values, middle) > 0.0) == (found[i] > 0.0) ? low : high) = middle;
      }
      (found[i] > 0.0 ? to : from) = low;
    }
    const double middle = 0.5 * (from + to), apart = third * (to - from);
    sum += 0.5 * (to - from) * (interpolate(values, middle - apart) + interpolate(values, middle + apart));
  }
  return sum;
}

/// One full sine of current through one coil.
struct Wave {
  int stage = 0;
  double middle_m = 0.0;     ///< place of the leading bucket coil at the zero between pull and push
  double amplitude_A = 0.0;  ///< positive pulls, for a bucket coil of positive current
};

double sign_of(int bucket_coil) {
  return bucket_coil % 2 == 0 ? 1.0 : -1.0;
}

/// The coils' currents at one place; waves of the same coil add.
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

class ConverterRun {
 public:
  ConverterRun(const Machine& machine, const FedLine& line, const LaunchConditions& launch,
               const ConverterSettings& settings);
  LaunchSolution finish();

 private:
  struct Shorted {
    ShortedCoil coil;
    double until_m = 0.0;
  };
  struct Extremes {
    double acceleration = 0.0, drive_A = 0.0, bucket_A = 0.0, low_bucket_A = 1e300, volt = 0.0;
  };

  /// Circuits at one node of a step.
  struct Node {
    double x_m = 0.0, speed_mps = 0.0;
    std::vector<FedCoil> fed;
    std::vector<ShortedCoil> shorted;
    FedCircuits circuits;
  };

  double fire_x(int coil) const;
  BankFault fault_of(int stage, int coil) const;
  bool handle_event();
  void fire(int coil);
  void close_short(int stage);
  bool end_one();
  double next_event_m() const;
  double accurate_step_m() const;
  void step(double h_m);
  Node here() const;
  void solve(Node& node) const;
  void iterate(double h_m);
  void account(const Node& node, double length_m);
  double terminal_V(const Node& node, std::size_t fed) const;
  void draw_power(double h_m);
  void heat_coils(const Node& node, double dt);
  void load_coils(const Node& node, double length_m);
  void fold_extremes();
  void coast(double length_m);
  void close_account();
  bool pass_coils();
  double speed_sq_slope(const Node& node) const;
  double flux_slope(const Node& node, std::size_t shorted) const;
  double retarding_N(double v) const { return drag_Wps_ / v + eddy_ * v; }

  const Machine& machine_;
  const DriverDesign& d_;
  const FedLine& line_;
  const LaunchPlan& plan_;
  const LaunchConditions& order_;
  const ConverterSettings& settings_;
  LaunchSolution out_;
  double kg_, coil_ohm_, drag_Wps_, eddy_;
  double x_ = 0.0, w_ = 0.0, t_ = 0.0;  ///< place, squared speed, time
  std::vector<int> next_;               ///< stage to be fired next, by bucket coil
  std::vector<Wave> waves_;
  std::vector<Shorted> shorted_;
  std::vector<StageFault> faults_;
  std::array<Node, nodes> node_;
  Extremes since_record_;
  int recorded_;
  double record_w_ = 0.0, record_x_ = 0.0, record_heat_J_ = 0.0, stiffness_sum_ = 0.0, stiffness_m_ = 0.0;
  double last_force_N_ = 0.0, last_t_ = 0.0;
};

double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? 0.0 : values[i];
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
      coil_ohm_(machine.drive_dc_ohm * line.ac_factor *
                relative_resistivity(d_.track.coil.conductor, launch.coil_temperature_K)),
      drag_Wps_(d_.losses.drag_N_at_reference * d_.losses.drag_reference_mps),
      eddy_(machine.eddy_N_per_mps),
      next_(static_cast<std::size_t>(d_.bucket.count), launch.first_stage),
      faults_(launch.deviations.faults),
      recorded_(launch.first_stage - 1) {
  w_ = launch.first_stage > 0 ? nominal_speed_sq(machine, plan_, launch.first_stage * d_.track.pitch_m)
                              : plan_.injection_mps * plan_.injection_mps;
  x_ = record_x_ = fire_x(0);
  record_w_ = w_;
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
  const auto bank = static_cast<std::size_t>(stage * d_.bucket.count + coil);
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
  const double middle_m = fire_x(coil) + d_.track.half_wave_m;
  const BankFault fault = fault_of(stage, coil);
  ++next_[static_cast<std::size_t>(coil)];
  if (fault == BankFault::shorted) {
    std::erase_if(waves_, [stage](const Wave& w) { return w.stage == stage; });
    return close_short(stage);
  }
  const auto bank = static_cast<std::size_t>(stage * d_.bucket.count + coil);
  double work_J = plan_.bank_J;
  if (d_.firing.trigger == Trigger::velocity_feedback) {
    const double speed = std::sqrt(w_) + at(order_.deviations.speed_reading_mps, bank);
    work_J *= 1.0 + d_.firing.gain * (nominal_speed_sq(machine_, plan_, x_) - speed * speed) /
                        (2.0 * plan_.mean_mps2 * d_.track.pitch_m);
  }
  const double most_J = largest_charge * std::abs(plan_.bank_J);
  if (std::abs(work_J) > most_J) work_J = std::copysign(most_J, work_J), ++out_.saturated_banks;
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
    for (std::size_t i = 0; i < nodes; ++i) {
      double w = w_;
      for (std::size_t j = 0; j < nodes; ++j) w += h_m * c.to_node[i][j] * speed_sq_slope(node_[j]);
      const double v = std::sqrt(std::max(w, 0.25 * slow_mps * slow_mps));
      change = std::max(change, std::abs(v / node_[i].speed_mps - 1.0));
      node_[i].speed_mps = v;
    }
    for (std::size_t k = 0; k < shorted_.size(); ++k) {
      for (std::size_t i = 0; i < nodes; ++i) {
        double flux = shorted_[k].coil.flux_Wb;
        for (std::size_t j = 0; j < nodes; ++j) flux += h_m * c.to_node[i][j] * flux_slope(node_[j], k);
        node_[i].shorted[k].flux_Wb = flux;
      }
    }
    if (change < settled) return;
  }
}

void ConverterRun::step(double h_m) {
  const Collocation& c = collocation();
  for (std::size_t i = 0; i < nodes; ++i) {
    node_[i].x_m = x_ + h_m * c.at[i];
    node_[i].speed_mps = std::sqrt(w_);
    node_[i].shorted.clear();
    for (const Shorted& s : shorted_) node_[i].shorted.push_back(s.coil);
  }
  iterate(h_m);
  draw_power(h_m);
  for (std::size_t i = 0; i < nodes; ++i) {
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

/// Flux slope and resistance of a fed coil.
double ConverterRun::terminal_V(const Node& node, std::size_t k) const {
  return node.speed_mps * node.circuits.linkage_slope_Wb_per_m[static_cast<Eigen::Index>(k)] +
         coil_ohm_ * node.fed[k].current_A;
}

/// Energy through the converters in a step.
void ConverterRun::draw_power(double h_m) {
  const Collocation& c = collocation();
  EnergyAccount& e = out_.energy;
  double source_J = 0.0;
  for (std::size_t k = 0; k < node_[0].fed.size(); ++k) {
    NodeValues power{};  // at the terminals of the converter, J/m
    double through_J = 0.0;
    for (std::size_t i = 0; i < nodes; ++i) {
      const double current = node_[i].fed[k].current_A;
      const double switch_W = line_.series_ohm * current * current;
      power[i] = (terminal_V(node_[i], k) * current + switch_W) / node_[i].speed_mps;
      through_J += h_m * c.weight[i] * power[i];
      e.switch_heat_J += h_m * c.weight[i] * switch_W / node_[i].speed_mps;
    }
    const double out_J = h_m * positive_part(power), back_J = out_J - through_J;
    const double taken_J = out_J / line_.efficiency, returned_J = back_J * line_.efficiency;
    e.discharged_J += taken_J, e.recovered_J += returned_J;
    e.switch_heat_J += taken_J - out_J + back_J - returned_J;
    source_J += taken_J - returned_J;
  }
  const double left_J = line_.store_J - e.discharged_J + e.recovered_J;
  const double weakened = line_.store_J > 0.0 ? std::sqrt(line_.store_J / std::max(left_J, 1.0)) : 1.0;
  const double mean_W = std::abs(source_J) / h_m * node_[nodes / 2].speed_mps;
  out_.store_power_W = std::max(out_.store_power_W, mean_W * weakened);
}

/// Heat in coils and extremes at a node.
void ConverterRun::heat_coils(const Node& node, double dt) {
  const auto heat = [&](int stage, double current) {
    const double joule_J = coil_ohm_ * current * current * dt;
    out_.energy.coil_heat_J += joule_J;
    out_.stage_heat_J[static_cast<std::size_t>(stage)] += joule_J;
    since_record_.drive_A = std::max(since_record_.drive_A, std::abs(current));
  };
  for (std::size_t k = 0; k < node.fed.size(); ++k) {
    heat(node.fed[k].stage, node.fed[k].current_A);
    since_record_.volt = std::max(since_record_.volt, std::abs(terminal_V(node, k)));
  }
  for (std::size_t k = 0; k < node.shorted.size(); ++k)
    heat(node.shorted[k].stage, node.circuits.shorted_A[static_cast<Eigen::Index>(k)]);
}

void ConverterRun::account(const Node& node, double length_m) {
  const double dt = length_m / node.speed_mps;
  heat_coils(node, dt);
  for (int b = 0; b < d_.bucket.count; ++b) {
    const double current = std::abs(node.circuits.bucket_A[b]);
    since_record_.bucket_A = std::max(since_record_.bucket_A, current);
    since_record_.low_bucket_A = std::min(since_record_.low_bucket_A, current);
  }
  since_record_.acceleration = std::max(since_record_.acceleration, std::abs(node.circuits.force_N) / kg_);
  out_.energy.drag_J += drag_Wps_ / node.speed_mps * length_m;
  out_.energy.eddy_J += eddy_ * node.speed_mps * length_m;
  t_ += dt;
  if (settings_.hoop != nullptr) load_coils(node, length_m);
}

/// Stresses, stiffness and jerk.
void ConverterRun::load_coils(const Node& node, double length_m) {
  std::vector<CoilState> states;
  for (const FedCoil& f : node.fed)
    states.push_back({f.stage, f.current_A, node.x_m - f.stage * d_.track.pitch_m});
  const CoilLoads loads =
      coil_loads(*settings_.hoop, machine_.coupling, d_.bucket.spacing_m, states,
                 std::span(node.circuits.bucket_A, static_cast<std::size_t>(d_.bucket.count)));
  out_.hoop_drive_N = std::max(out_.hoop_drive_N, loads.drive_N);
  out_.hoop_bucket_N = std::max(out_.hoop_bucket_N, loads.bucket_N);
  stiffness_sum_ += loads.lateral_N_per_m * length_m, stiffness_m_ += length_m;
  const double since_s = t_ - std::exchange(last_t_, t_);
  const double change_N = node.circuits.force_N - std::exchange(last_force_N_, node.circuits.force_N);
  out_.peak_jerk_mps3 = std::max(out_.peak_jerk_mps3, std::abs(change_N) / kg_ / since_s);
}

/// A stage has been passed: extremes go into the launch, a row into the profile.
void ConverterRun::fold_extremes() {
  const double share = x_ / (plan_.stages * d_.track.pitch_m);
  const Extremes e = std::exchange(since_record_, {});
  out_.peak_mps2 = std::max(out_.peak_mps2, e.acceleration);
  out_.drive_current_A = std::max(out_.drive_current_A, e.drive_A);
  out_.bucket_current_A = std::max(out_.bucket_current_A, e.bucket_A);
  out_.low_bucket_A = std::min(out_.low_bucket_A, e.low_bucket_A);
  out_.peak_voltage_V = std::max(out_.peak_voltage_V, e.volt);
  if (share > cruise_from && share < cruise_to) {
    out_.cruise_peak_mps2 = std::max(out_.cruise_peak_mps2, e.acceleration);
    out_.cruise_drive_current_A = std::max(out_.cruise_drive_current_A, e.drive_A);
  }
  if (settings_.hoop == nullptr) return;
  const double dx = x_ - record_x_, heat = out_.energy.coil_heat_J;
  out_.profile.push_back({.stage = recorded_,
                          .position_m = x_,
                          .time_s = t_,
                          .speed_mps = std::sqrt(w_),
                          .mean_mps2 = dx > 0.0 ? 0.5 * (w_ - record_w_) / dx : 0.0,
                          .peak_mps2 = e.acceleration,
                          .drive_current_A = e.drive_A,
                          .bucket_current_A = e.bucket_A,
                          .voltage_V = e.volt,
                          .heat_J = heat - record_heat_J_,
                          .lateral_N_per_m = stiffness_m_ > 0.0 ? stiffness_sum_ / stiffness_m_ : 0.0});
  record_w_ = w_, record_x_ = x_, record_heat_J_ = heat, stiffness_sum_ = stiffness_m_ = 0.0;
}

void ConverterRun::coast(double length_m) {
  for (double left_m = length_m; left_m > same_place_m;) {
    const double h = std::min(left_m, coasting_step_m);
    step(h);
    left_m -= h;
  }
}

void ConverterRun::close_account() {
  fold_extremes();
  EnergyAccount& e = out_.energy;
  const double with_currents_J = here().circuits.magnetic_J;
  waves_.clear(), shorted_.clear();
  e.magnetic_gain_J = with_currents_J - here().circuits.magnetic_J;
  e.kinetic_after_J = 0.5 * kg_ * w_;
  e.residual_J = e.discharged_J + e.kinetic_before_J - e.recovered_J - e.discarded_J - e.coil_heat_J -
                 e.switch_heat_J - e.eddy_J - e.drag_J - e.kinetic_after_J - e.magnetic_gain_J;
  out_.muzzle_speed_mps = std::sqrt(w_);
  out_.time_s = t_;
}

/// Along the coils; false where the bucket stalls.
bool ConverterRun::pass_coils() {
  for (;;) {
    while (handle_event()) {
    }
    const double left_m = next_event_m() - x_;
    if (std::isinf(left_m)) return true;
    const bool idle = waves_.empty() && shorted_.empty();
    step(std::clamp(left_m, same_place_m, idle ? coasting_step_m : accurate_step_m()));
    if (w_ < slow_mps * slow_mps) return false;
    const int passed = static_cast<int>(std::floor(x_ / d_.track.pitch_m));
    if (passed > recorded_) recorded_ = passed, fold_extremes();
  }
}

LaunchSolution ConverterRun::finish() {
  if (pass_coils()) {
    coast(line_.end_m - x_);
    eddy_ = d_.losses.eddy_N_per_mps;
    coast(line_.drift_m);
  } else {
    out_.outcome = SolverOutcome::stalled;
    out_.stopped_at_stage = static_cast<int>(std::floor(x_ / d_.track.pitch_m));
  }
  close_account();
  return std::move(out_);
}

}  // namespace

WorkLaw converter_work(const Machine& machine) {
  const DriverDesign& d = machine.design;
  const double s = d.track.half_wave_m, p = d.track.pitch_m;
  const int reach = static_cast<int>(std::ceil(((d.bucket.count - 1) * d.bucket.spacing_m + s) / p)) + 1;
  /// Mean work of a converter over one pitch in mid-track, amplitude 1 or −1 times `amplitude`.
  const auto mean_work = [&](double amplitude) {
    const GaussRule rule = gauss_legendre(highest_gauss_order);
    const int parts = 4 * std::max(1, static_cast<int>(std::ceil(p / radial_gap_m(d))));
    double work = 0.0;
    for (int part = 0; part < parts; ++part) {
      for (std::size_t i = 0; i < rule.node.size(); ++i) {
        const double x = p * (part + 0.5 + 0.5 * rule.node[i]) / parts;
        std::vector<Wave> waves;
        for (int k = -reach; k <= reach; ++k) {
          for (int b = 0; b < d.bucket.count; ++b) {
            const double middle = k * p + b * d.bucket.spacing_m - d.firing.advance * s;
            if (std::abs(x - middle) < s) waves.push_back({k, middle, sign_of(b) * amplitude});
          }
        }
        std::vector<FedCoil> coils;
        fed_coils(waves, x, s, coils);
        work += 0.5 * rule.weight[i] * p / parts * solve_fed(machine, x, coils, {}, 0.0, 1.0).force_N;
      }
    }
    return work / d.bucket.count;
  };
  const double scale_A = d.bucket.current_A;
  const double forward = mean_work(scale_A), backward = mean_work(-scale_A);
  return {.linear_J_per_A = 0.5 * (forward - backward) / scale_A,
          .quadratic_J_per_A2 = -0.5 * (forward + backward) / (scale_A * scale_A)};
}

std::optional<double> amplitude_A(const WorkLaw& law, double work_J) {
  const double a = law.linear_J_per_A, b = law.quadratic_J_per_A2;
  const double discriminant = a * a - 4.0 * b * work_J;
  if (discriminant < 0.0 || a <= 0.0) return std::nullopt;
  return 2.0 * work_J / (a + std::sqrt(discriminant));
}

std::optional<FedLine> main_line(const Machine& machine, const WorkLaw& law, const LaunchConditions& launch) {
  const DriverDesign& d = machine.design;
  const auto plan = plan_launch(machine, launch.weighed_kg, launch.muzzle_speed_mps);
  if (!plan || !amplitude_A(law, plan->bank_J)) return std::nullopt;
  return FedLine{.plan = *plan,
                 .law = law,
                 .efficiency = d.store.converter_efficiency,
                 .series_ohm = d.store.switch_ohm,
                 .ac_factor = machine.ac_factor,
                 .store_J = store_energy_J(d),
                 .end_m = track_end_m(d),
                 .drift_m = d.track.drift_m};
}

std::vector<LaunchSolution> solve_by_converters(const Machine& machine,
                                                std::span<const LaunchConditions> launches,
                                                const SolverOptions& options) {
  const WorkLaw law = converter_work(machine);
  std::optional<HoopTables> hoop;
  if (options.profile) hoop = tabulate_hoop(machine.design, machine.coupling.reach_m);
  std::vector<LaunchSolution> solutions(launches.size());
  tbb::parallel_for(std::size_t{0}, launches.size(), [&](std::size_t i) {
    const auto line = main_line(machine, law, launches[i]);
    if (!line) {
      solutions[i].outcome = SolverOutcome::store_too_small;
      solutions[i].stopped_at_stage = 0;
      return;
    }
    ConverterSettings settings{.fineness = options.fineness > 0.0
                                               ? options.fineness
                                               : std::pow(1e-6 / options.tolerance, 1.0 / order),
                               .hoop = hoop ? &*hoop : nullptr};
    for (int attempt = 0; attempt <= retries; ++attempt, settings.fineness *= finer) {
      solutions[i] = drive_by_converters(machine, *line, launches[i], settings);
      if (options.fineness > 0.0 || std::abs(solutions[i].energy.residual_rel()) <= options.tolerance) break;
    }
  });
  return solutions;
}

LaunchSolution drive_by_converters(const Machine& machine, const FedLine& line,
                                   const LaunchConditions& launch, const ConverterSettings& settings) {
  return ConverterRun(machine, line, launch, settings).finish();
}

}  // namespace lunafab::massdriver
