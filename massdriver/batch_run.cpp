#include "massdriver/batch_run.hpp"
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double same_place_m = 1e-9;
constexpr double overshoot = 0.02;     // half waves, beyond where a first half wave seems to end
constexpr double same_zero_m = 1e-12;  // a bracket this narrow is the zero, whatever current is left
// Steps at fineness 1: in half waves, for the circuits' oscillation; and as a share of the distance to the
// nearest conductor, because M(z) has its singularities one radial gap off the axis of z.
constexpr double largest_step = 1.0 / 6.0, largest_near_step = 0.65;
constexpr double slow_mps = 1.0;    // below, a launch has stalled
constexpr double lost_share = 0.5;  // of the nominal squared speed: below, stages no longer find the bucket
constexpr double misplaced_half_waves = 0.25;  // open loop: a bank fired this far off finds no bucket
constexpr double least_loaded_step_m = 1e-3;   // shorter steps only settle events
constexpr double same_time_s = 1e-9;
constexpr double keep_within = 0.05;  // pitches, of the lane furthest behind
constexpr int most_tries = 6;         // for a current's zero, before bisection
constexpr long steps_per_bank = 200;
constexpr double cruise_from = 0.20, cruise_to = 0.98;  // of the track
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

double table_value(const WindowTable& t, double z_m) {
  const double g = z_m / t.pitch_m + t.reach;
  const int r = static_cast<int>(g);
  const double f = (g - r) * t.cells;
  const int c = static_cast<int>(f);
  const double* p = t.coefficients.data() + (static_cast<std::ptrdiff_t>(c) * t.rows + r) * 6;
  const double u = f - c;
  return ((((p[5] * u + p[4]) * u + p[3]) * u + p[2]) * u + p[1]) * u + p[0];
}

constexpr int idle_slot = 1 << 20;

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

/// Puts a value into one lane and gives back what was there.
double swap_in(Lanes& values, int lane, double value) {
  const double before = values[lane];
  values[lane] = value;
  return before;
}

double at(const std::vector<double>& values, std::size_t i) {
  return values.empty() ? 0.0 : values[i];
}

}  // namespace

int usual_conducting(const Machine& machine) {
  const DriverDesign& d = machine.design;
  // Banks open at about a tenth (closely spaced coils) to six tenths of a half wave behind their coil.
  const double open_at = d.track.pitch_m < 0.75 * d.track.half_wave_m ? 0.1 : 0.6;
  const double conducting = (1.0 + d.firing.advance + open_at) * d.track.half_wave_m;
  return static_cast<int>(std::ceil(d.bucket.count * conducting / d.track.pitch_m));
}

template <int S>
BatchRun<S>::BatchRun(const WindowModel& model, const Machine& machine, const RunSettings& settings)
    : model_(model),
      machine_(machine),
      settings_(settings),
      batch_{},
      largest_step_m_(largest_step * machine.design.track.half_wave_m / settings.fineness),
      near_step_(largest_near_step / settings.fineness),
      gap_m_(radial_gap_m(machine.design)),
      open_below_(1e-4 * std::min(1.0, std::sqrt(settings.tolerance / 1e-6))) {
  for (int i = 0; i < lanes; ++i) park(i);
  batch_.aligned = true;
}

/// A lane at rest: finite numbers, no circuits.
template <int S>
void BatchRun<S>::park(int i) {
  batch_.active[i] = 0;
  for (auto& l : batch_.linv) l[i] = 0.0;
  for (int j = 0; j < S; ++j) {
    batch_.lambda[j][i] = batch_.volt[j][i] = batch_.inv_c[j][i] = batch_.ohm[j][i] = 0.0;
    batch_.heat[j][i] = batch_.current[j][i] = 0.0;
  }
  batch_.v[i] = 100.0;
  batch_.x[i] = 0.0;
  batch_.inv_mass[i] = 1.0;
  batch_.force[i] = batch_.drag[i] = batch_.eddy[i] = 0.0;
}

template <int S>
void BatchRun<S>::add(const LaunchConditions& launch) {
  expects(used_ < lanes, "batch: at most eight launches");
  const int i = used_++;
  Lane& lane = lane_[i];
  lane.order = &launch;
  const std::optional<LaunchPlan> plan = plan_launch(machine_, launch.weighed_kg, launch.muzzle_speed_mps);
  if (!plan) {
    lane.result.solution.outcome = SolverOutcome::store_too_small;
    lane.result.solution.stopped_at_stage = 0;
    return;
  }
  const DriverDesign& d = machine_.design;
  lane.plan = *plan;
  lane.active = true;
  batch_.active[i] = -1;
  lane.reference = launch.first_stage;
  for (int b = 0; b < model_.bucket_coils; ++b) lane.next[b] = launch.first_stage, lane.opening[b] = nan;
  lane.faults = launch.deviations.faults;
  std::sort(lane.faults.begin(), lane.faults.end(),
            [](const StageFault& a, const StageFault& b) { return a.stage < b.stage; });
  lane.recorded = launch.first_stage - 1;
  lane.result.solution.low_bucket_A = 1e300;
  const double begin_m = launch.first_stage * d.track.pitch_m;
  const double speed_sq = launch.first_stage > 0 ? nominal_speed_sq(machine_, *plan, begin_m)
                                                 : plan->injection_mps * plan->injection_mps;
  const double kg = d.bucket_kg + launch.payload_kg;
  batch_.v[i] = std::sqrt(speed_sq);
  batch_.t[i] = 0.0;
  batch_.inv_mass[i] = 1.0 / kg;
  batch_.drag[i] = d.losses.drag_N_at_reference * d.losses.drag_reference_mps;
  batch_.eddy[i] = machine_.eddy_N_per_mps;
  batch_.low_bucket[i] = 1e300;
  batch_.x[i] = -(1.0 + d.firing.advance) * d.track.half_wave_m;
  if (launch.schedule_s.empty()) batch_.x[i] = fire_x(i, 0);
  lane.record_w = speed_sq;
  lane.record_x = absolute_x(i);
  lane.result.solution.energy.kinetic_before_J = 0.5 * kg * speed_sq;
}

template <int S>
double BatchRun<S>::absolute_x(int i) const {
  return batch_.x[i] + lane_[i].reference * machine_.design.track.pitch_m;
}

template <int S>
BankFault BatchRun<S>::fault_of(const Lane& lane, int stage, int coil) const {
  auto f = std::lower_bound(lane.faults.begin(), lane.faults.end(), stage,
                            [](const StageFault& a, int s) { return a.stage < s; });
  for (; f != lane.faults.end() && f->stage == stage; ++f)
    if (f->bucket_coil == coil || f->fault == BankFault::shorted) return f->fault;
  return BankFault::none;
}

/// Where the leading bucket coil is (from slot 0's centre) when the next bank of `coil` fires.
template <int S>
double BatchRun<S>::fire_x(int i, int coil) const {
  const Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  const int stage = lane.next[coil];
  const auto bank = bank_index(d, stage, coil);
  const Deviations& dev = lane.order->deviations;
  const double speed = batch_.v[i];
  double z = -(1.0 + d.firing.advance) * d.track.half_wave_m;
  if (lane.order->schedule_s.empty()) {
    z += at(dev.trigger_m, bank) + speed * at(dev.delay_s, bank);
  } else {  // open loop: where it will be at the scheduled time
    const double dt = lane.order->schedule_s[bank] + at(dev.delay_s, bank) - batch_.t[i];
    if (dt <= same_time_s) return batch_.x[i];
    return batch_.x[i] + dt * (speed + 0.5 * dt * batch_.force[i] * batch_.inv_mass[i]);
  }
  if (fault_of(lane, stage, coil) == BankFault::early) z -= d.errors.early_by * d.track.half_wave_m;
  return (stage - lane.reference) * d.track.pitch_m + coil * d.bucket.spacing_m + z;
}

/// A lane that is ahead of another stands still for a step, so that all stay in the same cell of the table:
/// the kernel is then twice as fast. A lane's own steps do not change by it.
template <int S>
bool BatchRun<S>::waits(int i) const {
  if (!lane_[i].active) return false;
  const double x = absolute_x(i);
  for (int k = 0; k < used_; ++k)
    if (lane_[k].active && x > absolute_x(k) + keep_within * machine_.design.track.pitch_m) return true;
  return false;
}

/// The step that accuracy allows: by the circuits' oscillation and the distance to the nearest coil.
template <int S>
double BatchRun<S>::accurate_step(int i) const {
  const Track& track = machine_.design.track;
  double nearest_sq = track.half_wave_m * track.half_wave_m;
  for (int j = 0; j < S; ++j) {
    if (lane_[i].banks[j].phase == Phase::idle) continue;
    for (int b = 0; b < model_.bucket_coils; ++b) {
      const double z =
          batch_.x[i] - b * machine_.design.bucket.spacing_m - batch_.stage[j][i] * track.pitch_m;
      nearest_sq = std::min(nearest_sq, z * z);
    }
  }
  return std::min(largest_step_m_, near_step_ * std::sqrt(nearest_sq + gap_m_ * gap_m_));
}

/// The step that one bank at work allows: to where it opens, or is expected to.
template <int S>
double BatchRun<S>::bank_step(int i, int j) const {
  const DriverDesign& d = machine_.design;
  const Bank& bank = lane_[i].banks[j];
  const double x = batch_.x[i], s = d.track.half_wave_m;
  const int coil = bank.phase == Phase::shorted ? model_.bucket_coils - 1 : bank.coil;
  const double aligned = batch_.stage[j][i] * d.track.pitch_m + coil * d.bucket.spacing_m;
  double h = aligned + d.firing.latest_opening * s - x;
  if (batch_.ohm[j][i] > 0.0) {  // stable where resistance damps within a step
    h = std::min(h, batch_.v[i] * machine_.drive_H / batch_.ohm[j][i]);
  }
  const double y = bank.sign * batch_.current[j][i];
  // The second half wave may be short: a step must end in it, not beyond.
  if (bank.phase == Phase::pull && bank.slope < 0.0) {
    h = std::min(h, std::max(y, 0.0) / -bank.slope + overshoot * s);
  }
  if (bank.phase != Phase::push) return h;
  const double to_expected = aligned + lane_[i].opening[bank.coil] - x;
  if (to_expected > same_place_m) return std::min(h, to_expected);  // false where no bank has opened yet
  if (y < 0.0 && bank.slope > 0.0) h = std::min(h, std::max(-y / bank.slope, same_place_m));
  return h;
}

template <int S>
double BatchRun<S>::choose_step(int i) {
  Lane& lane = lane_[i];
  if (!lane.active) return 0.0;
  lane.settled = false;
  if (lane.forced_m != 0.0) return std::exchange(lane.forced_m, 0.0);
  double h = accurate_step(i);
  for (int b = 0; b < model_.bucket_coils; ++b) {
    if (lane.next[b] < lane.plan.stages) h = std::min(h, fire_x(i, b) - batch_.x[i]);
  }
  for (int j = 0; j < S; ++j) {
    if (lane.banks[j].phase != Phase::idle) h = std::min(h, bank_step(i, j));
  }
  return std::max(h, 0.0);
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

/// Magnetic energy; with held bucket currents less what their supply has put in, up to a constant.
template <int S>
double BatchRun<S>::magnetic_J(int i) const {
  double sum = 0.0;
  if (model_.driven) {
    for (int j = 0; j < S; ++j) {
      for (int k = 0; k < S; ++k) {
        if (lane_[i].banks[j].phase != Phase::idle && lane_[i].banks[k].phase != Phase::idle)
          sum += batch_.current[j][i] * drive_mutual_H(i, j, k) * batch_.current[k][i];
      }
    }
  } else {
    for (int j = 0; j < S; ++j) sum += batch_.lambda[j][i] * batch_.current[j][i];
    for (int b = 0; b < model_.bucket_coils; ++b) sum += model_.flux_Wb[b] * batch_.bucket_A[b][i];
  }
  return 0.5 * sum;
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

template <int S>
bool BatchRun<S>::conducts(int i) const {
  return std::any_of(lane_[i].banks, lane_[i].banks + S,
                     [](const Bank& b) { return b.phase != Phase::idle; });
}

/// Whether all active lanes have the same coil in each slot: then the kernel loads a coupling once for all.
template <int S>
void BatchRun<S>::align() {
  int first = -1;
  batch_.aligned = true;
  for (int i = 0; i < used_; ++i) {
    if (!lane_[i].active) continue;
    if (first < 0) batch_.first_active = first = i;
    for (int j = 0; j < S; ++j)
      batch_.aligned = batch_.aligned && batch_.stage[j][i] == batch_.stage[j][first];
  }
}

template <int S>
void BatchRun<S>::close_short(int i, int slot, int coil) {
  Lane& lane = lane_[i];
  Bank& bank = lane.banks[slot];
  bank = {.phase = Phase::shorted, .coil = coil};
  batch_.lambda[slot][i] = flux_of(i, slot);
  batch_.volt[slot][i] = batch_.inv_c[slot][i] = 0.0;
  batch_.ohm[slot][i] = drive_resistance_ohm(machine_, lane.order->coil_temperature_K);
  load_inverse(i);
}

/// Fires the next bank of a bucket coil, or lets it pass where a fault says so.
template <int S>
void BatchRun<S>::fire(int i, int coil) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  const int stage = lane.next[coil]++, slot = static_cast<int>(lane.fired++ % S);
  const auto index = bank_index(d, stage, coil);
  LaunchSolution& out = lane.result.solution;
  if (settings_.record_firing) out.fired_s[index] = batch_.t[i];
  if (lane.banks[slot].phase != Phase::idle) {
    lane.result.slots_exceeded = true;
    return stop(i, SolverOutcome::too_many_events);
  }
  const BankFault fault = fault_of(lane, stage, coil);
  for (int j = 0; j < S; ++j) {
    if (lane.banks[j].phase == Phase::idle || batch_.stage[j][i] != stage - lane.reference) continue;
    if (lane.banks[j].phase == Phase::shorted) return;  // the coil stays shorted
    open(i, j, true);                                   // its other half-bank still rings: cut off
    break;
  }
  batch_.stage[slot][i] = stage - lane.reference;
  if (fault == BankFault::shorted) return close_short(i, slot, coil);
  const Deviations& dev = lane.order->deviations;
  const double x = absolute_x(i);
  double energy_J = lane.plan.bank_J;
  if (d.firing.trigger == Trigger::velocity_feedback) {
    const double speed = batch_.v[i] + at(dev.speed_reading_mps, index);
    energy_J *= 1.0 + d.firing.gain * (nominal_speed_sq(machine_, lane.plan, x) - speed * speed) /
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
  bank.farad = bank_capacitance_F(machine_, stage, coil) * (1.0 + at(dev.capacitance, index));
  const double volt = bank.sign * std::sqrt(2.0 * energy_J / bank.farad);
  bank.reference_A = std::abs(volt) * std::sqrt(bank.farad / machine_.drive_H);
  const double coil_ohm = drive_resistance_ohm(machine_, lane.order->coil_temperature_K);
  const double loop_ohm = coil_ohm + d.store.switch_ohm + d.store.esr_ohm;
  bank.coil_share = loop_ohm > 0.0 ? coil_ohm / loop_ohm : 1.0;
  batch_.lambda[slot][i] = flux_of(i, slot);
  batch_.volt[slot][i] = volt;
  batch_.inv_c[slot][i] = 1.0 / bank.farad;
  batch_.ohm[slot][i] = loop_ohm;
  lane.banks[slot] = bank;
  load_inverse(i);
  out.energy.discharged_J += energy_J;
  out.peak_voltage_V = std::max(out.peak_voltage_V, std::abs(volt));
  lane.record_volt = std::max(lane.record_volt, std::abs(volt));
}

/// Opens a slot's switch: the bank's charge is recovered, a current still flowing is lost.
template <int S>
void BatchRun<S>::open(int i, int slot, bool late) {
  Lane& lane = lane_[i];
  Bank& bank = lane.banks[slot];
  LaunchSolution& out = lane.result.solution;
  lane.before_J = magnetic_J(i);
  lane.count_loss = true;
  const double volt = batch_.volt[slot][i];
  out.energy.recovered_J += 0.5 * bank.farad * volt * volt;
  if (late && bank.phase != Phase::shorted) ++out.late_openings;
  const double heat = swap_in(batch_.heat[slot], i, 0.0), in_coil = heat * bank.coil_share;
  out.energy.coil_heat_J += in_coil;
  out.energy.switch_heat_J += heat - in_coil;
  const int stage = lane.reference + batch_.stage[slot][i];
  out.stage_heat_J[static_cast<std::size_t>(stage)] += in_coil;
  if (!late) {
    const DriverDesign& d = machine_.design;
    lane.opening[bank.coil] =
        batch_.x[i] - batch_.stage[slot][i] * d.track.pitch_m - bank.coil * d.bucket.spacing_m;
  }
  bank = {};
  lane.forced_m = 0.0;
  for (Bank& other : lane.banks) other.high_y = 0.0, other.tries = 0;  // their currents go on otherwise
  batch_.lambda[slot][i] = batch_.volt[slot][i] = batch_.inv_c[slot][i] = batch_.ohm[slot][i] = 0.0;
  batch_.current[slot][i] = 0.0;
  load_inverse(i);
}

/// Step to the zero of a slot's current within its bracket: by the slope at the end of the last step where
/// that stays inside, else by the secant; bisection after a few tries.
template <int S>
double BatchRun<S>::towards_zero(int i, int slot) const {
  const Bank& bank = lane_[i].banks[slot];
  const double x = batch_.x[i], y = bank.sign * batch_.current[slot][i];
  double to = bank.slope > 0.0 ? x - y / bank.slope : bank.high_x;
  if (!(to > bank.low_x && to < bank.high_x))
    to = bank.low_x + (bank.high_x - bank.low_x) * bank.low_y / (bank.low_y - bank.high_y);
  if (bank.tries > most_tries) to = 0.5 * (bank.low_x + bank.high_x);
  return to - x;
}

/// The slot whose current has come to its second zero, or −1. Where zeros have been passed, sets the step to
/// the first of them.
template <int S>
int BatchRun<S>::seek_zeros(int i) {
  Lane& lane = lane_[i];
  int due = -1;
  for (int j = 0; j < S; ++j) {
    Bank& bank = lane.banks[j];
    if (bank.phase != Phase::push) continue;
    const double y = bank.sign * batch_.current[j][i];
    if (y < 0.0) {
      bank.low_x = batch_.x[i], bank.low_y = y;
    } else {
      bank.high_x = batch_.x[i], bank.high_y = y;
    }
    const bool passed = bank.high_y > 0.0 && bank.low_y < 0.0;
    if (std::abs(y) <= open_below_ * bank.reference_A || (passed && bank.high_x - bank.low_x < same_zero_m)) {
      due = j;
    } else if (passed) {
      const double to_zero_m = towards_zero(i, j);
      ++bank.tries;
      lane.forced_m = lane.forced_m == 0.0 ? to_zero_m : std::min(lane.forced_m, to_zero_m);
    }
  }
  return due;
}

/// Follows each bank's half waves and opens one that is due. A zero that has been passed is gone back to
/// first: what lies beyond it has not happened, another bank's next half wave neither.
template <int S>
bool BatchRun<S>::open_banks(int i) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  const int due = seek_zeros(i);
  if (lane.forced_m < 0.0) return false;
  if (due >= 0) return open(i, due, false), true;
  if (lane.forced_m > 0.0) return false;
  for (int j = 0; j < S; ++j) {
    Bank& bank = lane.banks[j];
    if (bank.phase == Phase::idle) continue;
    const double y = bank.sign * batch_.current[j][i], zero = open_below_ * bank.reference_A;
    const int last = bank.phase == Phase::shorted ? model_.bucket_coils - 1 : bank.coil;
    const double z = batch_.x[i] - batch_.stage[j][i] * d.track.pitch_m - last * d.bucket.spacing_m;
    if (z >= d.firing.latest_opening * d.track.half_wave_m - same_place_m) return open(i, j, true), true;
    if (bank.phase == Phase::rising && y > zero) bank.phase = Phase::pull;
    if (bank.phase == Phase::pull && y < -10.0 * zero)
      bank.phase = Phase::push, bank.low_x = batch_.x[i], bank.low_y = y;
  }
  return false;
}

template <int S>
bool BatchRun<S>::fire_due(int i) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  for (int b = 0; b < model_.bucket_coils; ++b) {
    if (lane.next[b] >= lane.plan.stages || fire_x(i, b) > batch_.x[i] + same_place_m) continue;
    if (!lane.order->schedule_s.empty()) {
      const double z =
          batch_.x[i] - (lane.next[b] - lane.reference) * d.track.pitch_m - b * d.bucket.spacing_m;
      if (std::abs(z / d.track.half_wave_m + 1.0 + d.firing.advance) > misplaced_half_waves)
        return stop(i, SolverOutcome::lost_synchronism), true;
    }
    fire(i, b);
    return true;
  }
  return false;
}

/// Counts places from the stage the leading coil has just passed, so that numbers stay small.
template <int S>
void BatchRun<S>::move_reference(int i) {
  const double p = machine_.design.track.pitch_m;
  ++lane_[i].reference;
  batch_.x[i] -= p;
  for (int j = 0; j < S; ++j) {
    --batch_.stage[j][i];
    lane_[i].banks[j].low_x -= p, lane_[i].banks[j].high_x -= p;
  }
}

/// One event of a lane at its present place; true where circuits changed and must be evaluated anew. A place
/// is settled once, however long the lane then waits there: tries are counted.
template <int S>
bool BatchRun<S>::handle_event(int i) {
  Lane& lane = lane_[i];
  if (!lane.active || lane.settled) return false;
  if (lane.count_loss) {
    lane.count_loss = false;
    lane.result.solution.energy.discarded_J += lane.before_J - magnetic_J(i);
  }
  if (open_banks(i)) return true;
  if (lane.forced_m != 0.0)
    return lane.settled = true, false;  // nothing else happens here: a zero was passed, and comes first
  if (fire_due(i)) return true;
  if (batch_.x[i] >= machine_.design.track.pitch_m) {  // rounds differently: always evaluated anew
    while (batch_.x[i] >= machine_.design.track.pitch_m) move_reference(i);
    return true;
  }
  bool over = !conducts(i);
  for (int b = 0; b < model_.bucket_coils; ++b) over = over && lane.next[b] >= lane.plan.stages;
  if (over) complete(i);
  lane.settled = true;
  return false;
}

template <int S>
void BatchRun<S>::fold_extremes(int i) {
  Lane& lane = lane_[i];
  LaunchSolution& out = lane.result.solution;
  const DriverDesign& d = machine_.design;
  const double share = absolute_x(i) / (lane.plan.stages * d.track.pitch_m);
  const double a = swap_in(batch_.peak_force, i, 0.0) * batch_.inv_mass[i];
  const double drive = swap_in(batch_.peak_drive, i, 0.0), bucket = swap_in(batch_.peak_bucket, i, 0.0);
  out.peak_mps2 = std::max(out.peak_mps2, a);
  out.drive_current_A = std::max(out.drive_current_A, drive);
  out.bucket_current_A = std::max(out.bucket_current_A, bucket);
  out.low_bucket_A = std::min(out.low_bucket_A, swap_in(batch_.low_bucket, i, 1e300));
  if (share > cruise_from && share < cruise_to) {
    out.cruise_peak_mps2 = std::max(out.cruise_peak_mps2, a);
    out.cruise_drive_current_A = std::max(out.cruise_drive_current_A, drive);
  }
  if (settings_.hoop == nullptr) return;
  const double x = absolute_x(i), w = batch_.v[i] * batch_.v[i], dx = x - lane.record_x;
  double heat = out.energy.coil_heat_J;
  for (int j = 0; j < S; ++j) heat += batch_.heat[j][i] * lane.banks[j].coil_share;
  out.profile.push_back(
      {.stage = lane.recorded,
       .position_m = x,
       .time_s = batch_.t[i],
       .speed_mps = std::sqrt(w),
       .mean_mps2 = dx > 0.0 ? 0.5 * (w - lane.record_w) / dx : 0.0,
       .peak_mps2 = a,
       .drive_current_A = drive,
       .bucket_current_A = bucket,
       .voltage_V = std::exchange(lane.record_volt, 0.0),
       .heat_J = heat - lane.record_heat_J,
       .lateral_N_per_m = lane.stiffness_m > 0.0 ? lane.stiffness_sum / lane.stiffness_m : 0.0});
  lane.record_w = w, lane.record_x = x, lane.record_heat_J = heat,
  lane.stiffness_sum = lane.stiffness_m = 0.0;
}

/// Stresses, stiffness and jerk at the end of a step.
template <int S>
void BatchRun<S>::load_coils(int i, double h_m) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  LaunchSolution& out = lane.result.solution;
  std::vector<CoilState> coils;
  for (int j = 0; j < S; ++j) {
    if (lane.banks[j].phase != Phase::idle) {
      coils.push_back({.stage = batch_.stage[j][i],
                       .current_A = batch_.current[j][i],
                       .offset_m = batch_.x[i] - batch_.stage[j][i] * d.track.pitch_m});
    }
  }
  std::vector<double> bucket;
  bucket.reserve(most_bucket_coils);
  bucket.reserve(model_.bucket_coils);
  for (int b = 0; b < model_.bucket_coils; ++b) bucket.push_back(batch_.bucket_A[b][i]);
  const CoilLoads loads = coil_loads(*settings_.hoop, machine_.coupling, d.bucket.spacing_m, coils, bucket);
  out.hoop_drive_N = std::max(out.hoop_drive_N, loads.drive_N);
  out.hoop_bucket_N = std::max(out.hoop_bucket_N, loads.bucket_N);
  lane.stiffness_sum += loads.lateral_N_per_m * h_m, lane.stiffness_m += h_m;
  const double t = batch_.t[i], force = batch_.force[i];
  const double dt = t - std::exchange(lane.last_t, t);
  const double change_N = force - std::exchange(lane.last_force_N, force);
  if (dt > 0.0)
    out.peak_jerk_mps3 = std::max(out.peak_jerk_mps3, std::abs(change_N) * batch_.inv_mass[i] / dt);
}

/// After a step: bounds, records, and the end of launches that go wrong.
template <int S>
void BatchRun<S>::watch(int i, double h_m) {
  Lane& lane = lane_[i];
  if (!lane.active || h_m == 0.0) return;
  for (int j = 0; j < S; ++j) {
    Bank& bank = lane.banks[j];
    bank.slope = bank.sign * (batch_.current[j][i] - batch_.earlier[j][i]) / ((1.0 - earlier_at) * h_m);
  }
  const DriverDesign& d = machine_.design;
  const double x = absolute_x(i), w = batch_.v[i] * batch_.v[i];
  if (!(batch_.v[i] > slow_mps)) return stop(i, SolverOutcome::stalled);
  if (w < lost_share * nominal_speed_sq(machine_, lane.plan, x))
    return stop(i, SolverOutcome::lost_synchronism);
  if (++lane.steps > steps_per_bank * (lane.plan.stages + 16) * model_.bucket_coils)
    return stop(i, SolverOutcome::too_many_events);
  const int passed = static_cast<int>(std::floor(x / d.track.pitch_m));
  if (settings_.hoop != nullptr && h_m > least_loaded_step_m) load_coils(i, h_m);
  if (passed > lane.recorded && lane.forced_m == 0.0) {
    lane.recorded = passed;
    fold_extremes(i);
  }
}

template <int S>
void BatchRun<S>::stop(int i, SolverOutcome outcome) {
  Lane& lane = lane_[i];
  lane.result.solution.outcome = outcome;
  lane.result.solution.stopped_at_stage = lane.reference;
  close_account(i);
}

template <int S>
void BatchRun<S>::complete(int i) {
  const DriverDesign& d = machine_.design;
  const double end_m = (d.track.stages - 1) * d.track.pitch_m + (d.bucket.count - 1) * d.bucket.spacing_m +
                       d.firing.latest_opening * d.track.half_wave_m;
  coast(i, end_m - absolute_x(i));  // over stages not used
  batch_.eddy[i] = d.losses.eddy_N_per_mps;
  coast(i, d.track.drift_m);
  close_account(i);
}

/// Without force, against drag and eddy currents.
template <int S>
void BatchRun<S>::coast(int i, double length_m) {
  if (!(length_m > 0.0)) return;
  constexpr int parts = 64;
  const double h = length_m / parts;
  for (int k = 0; k < parts; ++k) {  // Heun: the forces are small and smooth
    const auto forces = [&](double v) {
      return std::pair{batch_.drag[i] / v, batch_.eddy[i] * v};
    };
    const double v0 = batch_.v[i], w0 = v0 * v0;
    const auto squared = [&](double force) {
      return std::max(w0 - 2.0 * h * force * batch_.inv_mass[i], slow_mps);
    };
    const auto [drag0, eddy0] = forces(v0);
    const auto [drag1, eddy1] = forces(std::sqrt(squared(drag0 + eddy0)));
    const double drag = 0.5 * (drag0 + drag1), eddy = 0.5 * (eddy0 + eddy1);
    batch_.v[i] = std::sqrt(squared(drag + eddy));
    batch_.drag_J[i] += drag * h, batch_.eddy_J[i] += eddy * h;
    batch_.t[i] += 2.0 * h / (v0 + batch_.v[i]);
  }
}

template <int S>
void BatchRun<S>::close_account(int i) {
  Lane& lane = lane_[i];
  LaunchSolution& out = lane.result.solution;
  fold_extremes(i);
  EnergyAccount& e = out.energy;
  double in_circuits = 0.0;  // of a launch that ended before its banks opened: discarded
  for (int j = 0; j < S; ++j) {
    const Bank& bank = lane.banks[j];
    if (bank.phase == Phase::idle) continue;
    in_circuits += 0.5 * bank.farad * batch_.volt[j][i] * batch_.volt[j][i];
    e.coil_heat_J += batch_.heat[j][i] * bank.coil_share;
    e.switch_heat_J += batch_.heat[j][i] * (1.0 - bank.coil_share);
    const int stage = lane.reference + batch_.stage[j][i];
    out.stage_heat_J[static_cast<std::size_t>(stage)] += batch_.heat[j][i] * bank.coil_share;
  }
  e.discarded_J += in_circuits;
  double before = 0.0;
  if (!model_.driven)
    for (int b = 0; b < model_.bucket_coils; ++b) before += 0.5 * model_.flux_Wb[b] * model_.current_A[b];
  e.magnetic_gain_J = (conducts(i) ? magnetic_J(i) : before) - before;
  e.drag_J = batch_.drag_J[i], e.eddy_J = batch_.eddy_J[i];
  e.kinetic_after_J = 0.5 * batch_.v[i] * batch_.v[i] / batch_.inv_mass[i];
  e.residual_J = e.discharged_J + e.kinetic_before_J - e.recovered_J - e.discarded_J - e.coil_heat_J -
                 e.switch_heat_J - e.eddy_J - e.drag_J - e.kinetic_after_J - e.magnetic_gain_J;
  out.muzzle_speed_mps = batch_.v[i];
  out.time_s = batch_.t[i];
  out.mean_mps2 = lane.plan.mean_mps2;
  out.steps = lane.steps;
  if (!std::isfinite(e.residual_J)) {  // the last step was beyond numbers: nothing is known
    e = {};
    out.muzzle_speed_mps = out.time_s = 0.0;
    std::fill(out.stage_heat_J.begin(), out.stage_heat_J.end(), 0.0);
  }
  lane.active = false;
  park(i);
}

template <int S>
std::vector<LaneResult> BatchRun<S>::finish() {
  for (int i = 0; i < used_; ++i)
    lane_[i].result.solution.stage_heat_J.assign(static_cast<std::size_t>(machine_.design.track.stages), 0.0);
  if (settings_.record_firing) {
    for (int i = 0; i < used_; ++i) {
      lane_[i].result.solution.fired_s.assign(bank_index(machine_.design, machine_.design.track.stages, 0),
                                              0.0);
    }
  }
  const auto any_active = [&] {
    return std::any_of(lane_, lane_ + used_, [](const Lane& l) { return l.active; });
  };
  align();
  evaluate<S>(model_, batch_);
  while (any_active()) {
    bool changed = false;
    for (int i = 0; i < used_; ++i) changed = handle_event(i) || changed;
    if (!any_active()) break;
    align();
    if (changed) {  // there may be more at the same places
      evaluate<S>(model_, batch_);
      continue;
    }
    Lanes h = {};
    for (int i = 0; i < used_; ++i) h[i] = waits(i) ? 0.0 : choose_step(i);
    step<S>(model_, batch_, h);
    for (int i = 0; i < used_; ++i) watch(i, h[i]);
  }
  std::vector<LaneResult> results;
  results.reserve(lanes);
  results.reserve(used_);
  for (int i = 0; i < used_; ++i) results.push_back(std::move(lane_[i].result));
  return results;
}

template class BatchRun<2>;
template class BatchRun<4>;
template class BatchRun<6>;
template class BatchRun<16>;

}  // namespace lunafab::massdriver
