#include <algorithm>
#include <cmath>
#include <utility>
#include "massdriver/batch_run.hpp"

// What a launch leaves behind: extremes, loads, a profile, and where its energy went.

namespace lunafab::massdriver {
namespace {

constexpr double lost_share = 0.5;  // of the nominal squared speed: below, stages no longer find the bucket
constexpr double least_loaded_step_m = 1e-3;  // shorter steps only settle events

/// Puts a value into one lane and gives back what was there.
double swap_in(Lanes& values, int lane, double value) {
  const double before = values[lane];
  values[lane] = value;
  return before;
}

}  // namespace

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

/// A stage has been passed: extremes go into the launch, a row into the profile.
template <int S>
void BatchRun<S>::pass_stage(int i) {
  Lane& lane = lane_[i];
  LaunchSolution& out = lane.result.solution;
  const double x = absolute_x(i);
  const StageExtremes extremes{.acceleration_mps2 = swap_in(batch_.peak_force, i, 0.0) * batch_.inv_mass[i],
                               .drive_A = swap_in(batch_.peak_drive, i, 0.0),
                               .bucket_A = swap_in(batch_.peak_bucket, i, 0.0),
                               .voltage_V = std::exchange(lane.record_volt, 0.0),
                               .low_bucket_A = swap_in(batch_.low_bucket, i, 1e300)};
  fold_extremes(out, extremes, in_cruise(x, lane.plan, machine_.design));
  if (settings_.hoop == nullptr) return;
  double heat_J = out.energy.coil_heat_J;
  for (int j = 0; j < S; ++j) heat_J += batch_.heat[j][i] * lane.banks[j].coil_share;
  add_row(out, lane.record, {x, batch_.v[i] * batch_.v[i], batch_.t[i], heat_J}, extremes);
}

/// Stresses, stiffness and jerk at the end of a step.
template <int S>
void BatchRun<S>::load_coils(int i, double h_m) {
  Lane& lane = lane_[i];
  const DriverDesign& d = machine_.design;
  std::vector<CoilState> coils;
  for (int j = 0; j < S; ++j) {
    if (lane.banks[j].phase != Phase::idle) {
      coils.push_back({.stage = batch_.stage[j][i],
                       .current_A = batch_.current[j][i],
                       .offset_m = batch_.x[i] - batch_.stage[j][i] * d.track.pitch_m});
    }
  }
  std::vector<double> bucket;
  bucket.reserve(model_.bucket_coils);
  for (int b = 0; b < model_.bucket_coils; ++b) bucket.push_back(batch_.bucket_A[b][i]);
  const CoilLoads loads = coil_loads(*settings_.hoop, machine_.coupling, d.bucket.spacing_m, coils, bucket);
  fold_loads(lane.result.solution, lane.record, loads,
             {h_m, batch_.t[i], batch_.force[i], batch_.inv_mass[i]}, in_cruise(absolute_x(i), lane.plan, d));
}

/// After a step: bounds, records, and the end of launches that go wrong.
template <int S>
void BatchRun<S>::watch(int i, double h_m) {
  Lane& lane = lane_[i];
  if (!lane.active) return;
  const DriverDesign& d = machine_.design;
  if (!(batch_.v[i] > slow_mps)) return stop(i, SolverOutcome::stalled);
  if (++lane.steps > lane.most_steps) return stop(i, SolverOutcome::too_many_events);
  if (settings_.hoop != nullptr && h_m > least_loaded_step_m) load_coils(i, h_m);
  const double x = absolute_x(i);
  const int passed = static_cast<int>(std::floor(x / d.track.pitch_m));
  if (passed <= lane.record.passed || lane.forced_m != 0.0) return;
  lane.record.passed = passed;
  pass_stage(i);
  if (batch_.v[i] * batch_.v[i] < lost_share * nominal_speed_sq(machine_, lane.plan, x))
    stop(i, SolverOutcome::lost_synchronism);
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
  coast(i, track_end_m(d) - absolute_x(i));  // over stages not used
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
  pass_stage(i);
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
  e.residual_J = unexplained_J(e);
  out.muzzle_speed_mps = batch_.v[i];
  out.time_s = batch_.t[i];
  out.mean_mps2 = lane.plan.mean_mps2;
  out.steps = lane.steps;
  // Where the last step was beyond numbers, or turned the bucket round, nothing is known.
  if (!std::isfinite(e.residual_J) || batch_.v[i] < 0.0) {
    e = {};
    out.muzzle_speed_mps = out.time_s = 0.0;
    std::fill(out.stage_heat_J.begin(), out.stage_heat_J.end(), 0.0);
  }
  lane.active = false;
  park(i);
}

// NOLINTBEGIN(bugprone-macro-parentheses)
#define LUNAFAB_ACCOUNT(S)                             \
  template double BatchRun<S>::magnetic_J(int) const;  \
  template void BatchRun<S>::watch(int, double);       \
  template void BatchRun<S>::stop(int, SolverOutcome); \
  template void BatchRun<S>::complete(int);
// NOLINTEND(bugprone-macro-parentheses)
LUNAFAB_EACH_WIDTH(LUNAFAB_ACCOUNT)

}  // namespace lunafab::massdriver
