#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include "massdriver/batch_run.hpp"

// What happens at a place: banks fire and open.

namespace lunafab::massdriver {
namespace {

constexpr double same_zero_m = 1e-12;  // a bracket this narrow is the zero, whatever current is left
constexpr double same_delay = 1e-4;    // of the way that a late trigger makes: the speed changes meanwhile
constexpr int most_tries = 6;          // for a current's zero, before bisection
constexpr double misplaced_half_waves = 0.25;  // open loop: a bank fired this far off finds no bucket
constexpr int idle_slot = 1 << 20;

double table_value(const WindowTable& t, double z_m) {
  const double place = z_m * t.cells_per_m + t.reach_cells;
  const int cell = static_cast<int>(place);
  const double* p = t.polynomials[static_cast<std::size_t>(cell)].c;
  const double u = place - cell;
  return ((((p[5] * u + p[4]) * u + p[3]) * u + p[2]) * u + p[1]) * u + p[0];
}

/// Inverse of the inductance matrix of the coils at `stages`; rows and columns of idle slots are zero.
template <std::size_t S>
std::vector<double> invert(const std::vector<double>& neighbours, const std::array<int, S>& stages) {
  std::vector<std::size_t> on;
  for (std::size_t i = 0; i < S; ++i)
    if (stages[i] != idle_slot) on.push_back(i);
  const auto n = static_cast<Eigen::Index>(on.size());
  const auto place = [&](Eigen::Index i) {
    return on[static_cast<std::size_t>(i)];
  };
  Eigen::MatrixXd matrix(n, n);
  for (Eigen::Index i = 0; i < n; ++i) {
    for (Eigen::Index j = 0; j < n; ++j)
      matrix(i, j) = neighbours[static_cast<std::size_t>(std::abs(stages[place(i)] - stages[place(j)]))];
  }
  const Eigen::MatrixXd inverse = matrix.llt().solve(Eigen::MatrixXd::Identity(n, n));
  std::vector<double> full(S * S, 0.0);
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < n; ++j) full[place(i) * S + place(j)] = inverse(i, j);
  return full;
}

std::size_t bank_index(const DriverDesign& d, int stage, int coil) {
  return static_cast<std::size_t>(stage) * static_cast<std::size_t>(d.bucket.count) +
         static_cast<std::size_t>(coil);
}

double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? 0.0 : values[i];
}

}  // namespace

template <int S>
BankFault BatchRun<S>::fault_of(const Lane& lane, int stage, int coil) const {
  auto f = std::lower_bound(lane.faults.begin(), lane.faults.end(), stage,
                            [](const StageFault& a, int s) { return a.stage < s; });
  for (; f != lane.faults.end() && f->stage == stage; ++f)
    if (f->bucket_coil == coil || f->fault == BankFault::shorted) return f->fault;
  return BankFault::none;
}

/// Flux linkage of a slot's coil from all currents but its own.
template <int S>
double BatchRun<S>::flux_of(int i, int slot) const {
  const DriverDesign& d = machine_.design;
  const int stage = batch_.stage[slot][i];
  double flux = 0.0;
  for (int j = 0; j < S; ++j)
    if (lane_[i].banks[j].phase != Phase::idle) flux += drive_mutual_H(i, j, slot) * batch_.current[j][i];
  for (int b = 0; b < model_.bucket_coils; ++b) {
    flux += table_value(model_.table, batch_.x[i] - b * d.bucket.spacing_m - stage * d.track.pitch_m) *
            batch_.bucket_A[b][i];
  }
  return flux;
}

template <int S>
double BatchRun<S>::drive_mutual_H(int i, int j, int k) const {
  return machine_.neighbour_H[static_cast<std::size_t>(std::abs(batch_.stage[j][i] - batch_.stage[k][i]))];
}

template <int S>
void BatchRun<S>::load_inverse(int i) {
  std::array<int, S> stages;
  int first = idle_slot;
  for (int j = 0; j < S; ++j) {
    const bool on = lane_[i].banks[j].phase != Phase::idle;
    if (on && first == idle_slot) first = batch_.stage[j][i];
    stages[static_cast<std::size_t>(j)] = on ? batch_.stage[j][i] - first : idle_slot;
  }
  auto found = inverses_.find(stages);
  if (found == inverses_.end()) found = inverses_.emplace(stages, invert(machine_.neighbour_H, stages)).first;
  for (int k = 0; k < S * S; ++k) batch_.linv[k][i] = found->second[static_cast<std::size_t>(k)];
}

// ---- firing

/// Looks up when the next bank of a bucket coil fires.
template <int S>
void BatchRun<S>::prepare_next(int i, int coil) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  const int stage = lane.next[coil];
  if (stage >= lane.plan.stages) return;
  const Deviations& dev = lane.order->deviations;
  const std::size_t bank = bank_index(d, stage, coil);
  double z = -(1.0 + d.firing.advance) * d.track.half_wave_m + at(dev.trigger_m, bank);
  if (fault_of(lane, stage, coil) == BankFault::early) z -= d.errors.early_by * d.track.half_wave_m;
  lane.trigger_m[coil] = (stage - lane.reference) * d.track.pitch_m + coil * d.bucket.spacing_m + z;
  lane.delay_s[coil] = at(dev.delay_s, bank);
}

template <int S>
typename BatchRun<S>::Change BatchRun<S>::fire_due(int i) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  for (int b = 0; b < model_.bucket_coils; ++b) {
    if (lane.next[b] >= lane.plan.stages) continue;
    const double same_m = same_place_m + same_delay * batch_.v[i] * std::abs(lane.delay_s[b]);
    if (fire_x(i, b) > batch_.x[i] + same_m) continue;
    if (!lane.order->schedule_s.empty()) {
      const double z =
          batch_.x[i] - (lane.next[b] - lane.reference) * d.track.pitch_m - b * d.bucket.spacing_m;
      if (std::abs(z / d.track.half_wave_m + 1.0 + d.firing.advance) > misplaced_half_waves) {
        stop(i, SolverOutcome::lost_synchronism);
        return Change::none;
      }
    }
    return fire(i, b);
  }
  return Change::none;
}

/// Fires the next bank of a bucket coil, or lets it pass where a fault says so. Where the coil's other
/// half-bank still rings, that is first cut off.
template <int S>
typename BatchRun<S>::Change BatchRun<S>::fire(int i, int coil) {
  Lane& lane = lane_[i];
  const int stage = lane.next[coil];
  bool stays_shorted = false;
  for (int j = 0; j < S; ++j) {
    if (lane.banks[j].phase == Phase::idle || batch_.stage[j][i] != stage - lane.reference) continue;
    stays_shorted = lane.banks[j].phase == Phase::shorted;
    if (stays_shorted) break;
    open(i, j, true);
    return Change::other_currents;
  }
  int slot = static_cast<int>(lane.fired++ % S);
  if (S == most_conducting) {  // a short keeps its slot for long: others go round it
    for (int k = 0; k < S && lane.banks[slot].phase != Phase::idle; ++k) slot = (slot + 1) % S;
  }
  if (settings_.record_firing)
    lane.result.solution.fired_s[bank_index(machine_.design, stage, coil)] = batch_.t[i];
  ++lane.next[coil];
  prepare_next(i, coil);
  if (lane.banks[slot].phase != Phase::idle) {
    lane.result.slots_exceeded = true;
    stop(i, SolverOutcome::too_many_events);
    return Change::none;
  }
  if (stays_shorted) return Change::same_currents;
  batch_.stage[slot][i] = stage - lane.reference;
  batch_.current[slot][i] = batch_.current_slope[slot][i] = 0.0;
  const BankFault fault = fault_of(lane, stage, coil);
  if (fault == BankFault::shorted) {
    close_short(i, slot, coil);
  } else {
    charge(i, slot, coil, fault);
  }
  return Change::same_currents;
}

/// Puts a charged bank to work on a slot's coil: the current begins at zero.
template <int S>
void BatchRun<S>::charge(int i, int slot, int coil, BankFault fault) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  const int stage = lane.reference + batch_.stage[slot][i];
  const auto index = bank_index(d, stage, coil);
  LaunchSolution& out = lane.result.solution;
  const Deviations& dev = lane.order->deviations;
  double energy_J = lane.plan.bank_J;
  if (d.firing.trigger == Trigger::velocity_feedback) {
    const double speed = batch_.v[i] + at(dev.speed_reading_mps, index);
    energy_J *= 1.0 + d.firing.gain * (nominal_speed_sq(machine_, lane.plan, absolute_x(i)) - speed * speed) /
                          (2.0 * lane.plan.mean_mps2 * d.track.pitch_m);
  }
  const double most_J = largest_charge * bank_rating_J(d);
  if (energy_J > most_J) energy_J = most_J, ++out.saturated_banks;
  const double volt_factor = 1.0 + at(dev.voltage, index);
  energy_J *= volt_factor * volt_factor * (1.0 + at(dev.capacitance, index));
  if (fault == BankFault::miss || !(energy_J > 0.0)) {
    ++out.skipped_banks;
    return;
  }
  Bank bank{.phase = Phase::rising, .coil = coil, .sign = coil % 2 == 0 ? 1.0 : -1.0};
  bank.aligned_m = batch_.stage[slot][i] * d.track.pitch_m + coil * d.bucket.spacing_m;
  bank.expected_m = bank.aligned_m + lane.opening[coil];
  bank.latest_m = bank.aligned_m + d.firing.latest_opening * d.track.half_wave_m;
  bank.farad = bank_capacitance_F(machine_, stage, coil) * (1.0 + at(dev.capacitance, index));
  const double volt = bank.sign * std::sqrt(2.0 * energy_J / bank.farad);
  bank.reference_A = std::abs(volt) * std::sqrt(bank.farad / machine_.drive_H);
  bank.coil_share = lane.loop_ohm > 0.0 ? lane.coil_ohm / lane.loop_ohm : 1.0;
  batch_.lambda[slot][i] = flux_of(i, slot);
  batch_.volt[slot][i] = volt;
  batch_.inv_c[slot][i] = 1.0 / bank.farad;
  batch_.ohm[slot][i] = lane.loop_ohm;
  lane.banks[slot] = bank;
  load_inverse(i);
  out.energy.discharged_J += energy_J;
  out.peak_voltage_V = std::max(out.peak_voltage_V, std::abs(volt));
  lane.record_volt = std::max(lane.record_volt, std::abs(volt));
}

template <int S>
void BatchRun<S>::close_short(int i, int slot, int coil) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  Bank bank{.phase = Phase::shorted, .coil = coil};
  bank.aligned_m = batch_.stage[slot][i] * d.track.pitch_m + (model_.bucket_coils - 1) * d.bucket.spacing_m;
  bank.expected_m = std::numeric_limits<double>::quiet_NaN();
  bank.latest_m = bank.aligned_m + d.firing.latest_opening * d.track.half_wave_m;
  batch_.lambda[slot][i] = flux_of(i, slot);
  batch_.volt[slot][i] = batch_.inv_c[slot][i] = 0.0;
  batch_.ohm[slot][i] = lane.coil_ohm;
  lane.banks[slot] = bank;
  load_inverse(i);
}

// ---- opening

/// Opens a slot's switch: the bank's charge is recovered, a current still flowing is lost.
template <int S>
void BatchRun<S>::open(int i, int slot, bool late) {
  Lane& lane = lane_[i];
  Bank& bank = lane.banks[slot];
  LaunchSolution& out = lane.result.solution;
  lane.count_loss = late || bank.shift_m == 0.0;  // shifted to its zero, a current leaves nothing to count
  if (lane.count_loss) lane.before_J = magnetic_J(i);
  const double volt = batch_.volt[slot][i];
  out.energy.recovered_J += 0.5 * bank.farad * volt * volt;
  if (late && bank.phase != Phase::shorted) ++out.late_openings;
  const double heat = batch_.heat[slot][i], in_coil = heat * bank.coil_share;
  out.energy.coil_heat_J += in_coil;
  out.energy.switch_heat_J += heat - in_coil;
  const int stage = lane.reference + batch_.stage[slot][i];
  out.stage_heat_J[static_cast<std::size_t>(stage)] += in_coil;
  if (!late) lane.opening[bank.coil] = batch_.x[i] - bank.aligned_m;
  bank = {};
  lane.forced_m = 0.0;
  for (Bank& other : lane.banks) {  // their currents go on otherwise
    other.high_y = other.shift_m = 0.0, other.tries = 0;
    if (other.phase != Phase::shorted) other.expected_m = other.aligned_m + lane.opening[other.coil];
  }
  batch_.lambda[slot][i] = batch_.volt[slot][i] = batch_.inv_c[slot][i] = batch_.ohm[slot][i] = 0.0;
  batch_.current[slot][i] = batch_.heat[slot][i] = 0.0;
  load_inverse(i);
}

/// Step to the zero of a slot's current within its bracket: by the slope at the end of the last step where
/// that stays inside, else by the secant; bisection after a few tries.
template <int S>
double BatchRun<S>::towards_zero(int i, int slot) const {
  const Bank& bank = lane_[i].banks[slot];
  const double x = batch_.x[i], y = bank.sign * batch_.current[slot][i], slope = slope_of(i, slot);
  double to = slope > 0.0 ? x - y / slope : bank.high_x;
  if (!(to > bank.low_x && to < bank.high_x))
    to = bank.low_x + (bank.high_x - bank.low_x) * bank.low_y / (bank.low_y - bank.high_y);
  if (bank.tries > most_tries) to = 0.5 * (bank.low_x + bank.high_x);
  return to - x;
}

/// The slot whose current has come to its second zero, or near enough to be carried there; else −1. Where
/// zeros have been passed, sets the step to the first of them.
template <int S>
// NOLINTNEXTLINE(readability-function-cognitive-complexity): one pass over the slots
int BatchRun<S>::seek_zeros(int i) {
  Lane& lane = lane_[i];
  const double x = batch_.x[i], reach_m = shift_ * batch_.accurate_m[i];
  int due = -1;
  for (int j = 0; j < S; ++j) {
    Bank& bank = lane.banks[j];
    if (bank.phase != Phase::push) continue;
    const double y = bank.sign * batch_.current[j][i], slope = slope_of(i, j);
    if (y < 0.0) {
      bank.low_x = x, bank.low_y = y;
    } else {
      bank.high_x = x, bank.high_y = y;
    }
    const bool passed = bank.high_y > 0.0 && bank.low_y < 0.0;
    const double by_m = slope > 0.0 ? -y / slope : std::numeric_limits<double>::infinity();
    const bool here =
        std::abs(y) <= open_below_ * bank.reference_A || (passed && bank.high_x - bank.low_x < same_zero_m);
    const bool near = std::abs(by_m) <= reach_m && x + by_m > bank.low_x && by_m <= to_next_fire(i);
    if (here || near) {
      bank.shift_m = here ? 0.0 : by_m;
      if (due < 0 || bank.shift_m < lane.banks[due].shift_m) due = j;
    } else if (passed) {
      const double to_zero_m = towards_zero(i, j);
      ++bank.tries;
      lane.forced_m = lane.forced_m == 0.0 ? to_zero_m : std::min(lane.forced_m, to_zero_m);
    }
  }
  return due;
}

/// Carries a lane's state a short way on, or back, by its slopes: to second order, which leaves a third of
/// the cube of the way over the distance to the nearest coil.
template <int S>
void BatchRun<S>::shift(int i, double by_m) {
  const double v = batch_.v[i], inv_v = 1.0 / v, half = 0.5 * by_m;
  for (int j = 0; j < S; ++j) {
    const double current = batch_.current[j][i], slope = batch_.current_slope[j][i];
    const double mean_A = current + half * slope;
    const double ohm = batch_.ohm[j][i], volt_per_mA = -inv_v * batch_.inv_c[j][i];
    batch_.lambda[j][i] += by_m * inv_v * (batch_.volt[j][i] + half * volt_per_mA * current - ohm * mean_A);
    batch_.volt[j][i] += by_m * volt_per_mA * mean_A;
    batch_.heat[j][i] += by_m * inv_v * ohm * current * (current + by_m * slope);
  }
  const double drag = batch_.drag[i] * inv_v, eddy = batch_.eddy[i] * v;
  const double force = batch_.force[i] + half * batch_.force_slope[i] - drag - eddy;
  batch_.v[i] = std::sqrt(std::max(v * v + 2.0 * by_m * force * batch_.inv_mass[i], slow_mps * slow_mps));
  batch_.drag_J[i] += by_m * drag, batch_.eddy_J[i] += by_m * eddy;
  batch_.t[i] += 2.0 * by_m / (v + batch_.v[i]);
  batch_.x[i] += by_m;
}

/// Follows each bank's half waves and opens one that is due. A zero that has been passed is gone back to
/// first: what lies beyond it has not happened, another bank's next half wave neither.
template <int S>
bool BatchRun<S>::open_banks(int i) {
  Lane& lane = lane_[i];
  const int due = seek_zeros(i);
  if (lane.forced_m < 0.0) return false;
  if (due >= 0) {
    if (lane.banks[due].shift_m != 0.0) shift(i, lane.banks[due].shift_m);
    open(i, due, false);
    return true;
  }
  if (lane.forced_m > 0.0) return false;
  for (int j = 0; j < S; ++j) {
    Bank& bank = lane.banks[j];
    if (bank.phase == Phase::idle) continue;
    const double y = bank.sign * batch_.current[j][i], zero = open_below_ * bank.reference_A;
    if (batch_.x[i] >= bank.latest_m - same_place_m) return open(i, j, true), true;
    if (bank.phase == Phase::rising && y > zero) bank.phase = Phase::pull;
    if (bank.phase == Phase::pull && y < -10.0 * zero)
      bank.phase = Phase::push, bank.low_x = batch_.x[i], bank.low_y = y;
  }
  return false;
}

// ---- all events of a place

/// Counts places from the stage the leading coil has just passed, so that numbers stay small.
template <int S>
void BatchRun<S>::move_reference(int i) {
  Lane& lane = lane_[i];
  const double p = machine_.design.track.pitch_m;
  ++lane.reference;
  batch_.x[i] -= p;
  for (int b = 0; b < model_.bucket_coils; ++b) lane.trigger_m[b] -= p;
  for (int j = 0; j < S; ++j) {
    --batch_.stage[j][i];
    Bank& bank = lane.banks[j];
    for (double* place : {&bank.aligned_m, &bank.expected_m, &bank.latest_m, &bank.low_x, &bank.high_x})
      *place -= p;
  }
}

/// One event of a lane at its present place. A place is settled once, however often the lane is asked while
/// others settle theirs: tries are counted.
template <int S>
typename BatchRun<S>::Change BatchRun<S>::handle_event(int i) {
  Lane& lane = lane_[i];
  if (!lane.active || lane.settled) return Change::none;
  if (lane.count_loss) {
    lane.count_loss = false;
    lane.result.solution.energy.discarded_J += lane.before_J - magnetic_J(i);
  }
  if (open_banks(i)) return Change::other_currents;
  if (lane.forced_m == 0.0) {  // else nothing happens here: a zero was passed, and comes first
    const Change fired = fire_due(i);
    if (fired != Change::none || !lane.active) return fired;
    while (batch_.x[i] >= machine_.design.track.pitch_m) move_reference(i);
    bool over = !conducts(i);
    for (int b = 0; b < model_.bucket_coils; ++b) over = over && lane.next[b] >= lane.plan.stages;
    if (over) complete(i);
  }
  lane.settled = true;
  return Change::none;
}

// NOLINTBEGIN(bugprone-macro-parentheses)
#define LUNAFAB_EVENTS(S)                                               \
  template typename BatchRun<S>::Change BatchRun<S>::handle_event(int); \
  template void BatchRun<S>::prepare_next(int, int);                    \
  template double BatchRun<S>::drive_mutual_H(int, int, int) const;
// NOLINTEND(bugprone-macro-parentheses)
LUNAFAB_EACH_WIDTH(LUNAFAB_EVENTS)

}  // namespace lunafab::massdriver
