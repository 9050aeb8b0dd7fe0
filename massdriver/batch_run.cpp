#include "massdriver/batch_run.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

// Steps at fineness 1: in half waves, for the circuits' oscillation; and as a share of the distance to the
// nearest singularity of M(z).
constexpr double largest_step = 0.2, largest_near_step = 0.75;
constexpr double largest_shift = 0.0133;  // of the longest accurate step, at a tolerance of 1e-6
constexpr double zero_current = 1e-4;     // of a bank's reference current, at a tolerance of 1e-6
// Ordinary launches take 4 to 8 at fineness 1, and 2.5 times as many for a profile.
constexpr double most_steps_a_bank = 50.0;

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
      shift_(largest_shift * std::cbrt(settings.tolerance / 1e-6)),
      open_below_(zero_current * std::min(1.0, std::sqrt(settings.tolerance / 1e-6))),
      batch_{} {
  const double near_step = largest_near_step / settings.fineness;
  batch_.limits = {.largest_m = largest_step * machine.design.track.half_wave_m / settings.fineness,
                   .near_sq = near_step * near_step,
                   .gap_m = radial_gap_m(machine.design)};
  for (int i = 0; i < lanes; ++i) park(i);
}

/// A lane at rest: finite numbers, no circuits.
template <int S>
void BatchRun<S>::park(int i) {
  for (auto& l : batch_.linv) l[i] = 0.0;
  for (int j = 0; j < S; ++j) {
    batch_.lambda[j][i] = batch_.volt[j][i] = batch_.inv_c[j][i] = batch_.ohm[j][i] = 0.0;
    batch_.heat[j][i] = batch_.current[j][i] = batch_.current_slope[j][i] = 0.0;
    batch_.stage[j][i] = 0;
  }
  batch_.v[i] = 100.0;
  batch_.x[i] = 0.0;
  batch_.inv_mass[i] = 1.0;
  batch_.force[i] = batch_.force_slope[i] = batch_.drag[i] = batch_.eddy[i] = 0.0;
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
  lane.most_steps = static_cast<long>(most_steps_a_bank * std::max(1.0, settings_.fineness) *
                                      (plan->stages + 16) * model_.bucket_coils);
  lane.coil_ohm = drive_resistance_ohm(machine_, launch.coil_temperature_K);
  lane.loop_ohm = lane.coil_ohm + d.store.switch_ohm + d.store.esr_ohm;
  lane.reference = launch.first_stage;
  lane.faults = launch.deviations.faults;
  std::sort(lane.faults.begin(), lane.faults.end(),
            [](const StageFault& a, const StageFault& b) { return a.stage < b.stage; });
  for (int b = 0; b < model_.bucket_coils; ++b) {
    lane.next[b] = launch.first_stage;
    lane.opening[b] = std::numeric_limits<double>::quiet_NaN();
    prepare_next(i, b);
  }
  lane.record.passed = launch.first_stage - 1;
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
  lane.record.speed_sq = speed_sq;
  lane.record.x_m = absolute_x(i);
  lane.result.solution.energy.kinetic_before_J = 0.5 * kg * speed_sq;
}

template <int S>
double BatchRun<S>::absolute_x(int i) const {
  return batch_.x[i] + lane_[i].reference * machine_.design.track.pitch_m;
}

template <int S>
bool BatchRun<S>::conducts(int i) const {
  return std::any_of(lane_[i].banks, lane_[i].banks + S,
                     [](const Bank& b) { return b.phase != Phase::idle; });
}

template <int S>
std::vector<LaneResult> BatchRun<S>::finish() {
  const auto stages = static_cast<std::size_t>(machine_.design.track.stages);
  for (int i = 0; i < used_; ++i) {
    LaunchSolution& out = lane_[i].result.solution;
    out.stage_heat_J.assign(stages, 0.0);
    if (settings_.record_firing)
      out.fired_s.assign(stages * static_cast<std::size_t>(model_.bucket_coils), 0.0);
  }
  evaluate<S>(model_, batch_, LaneLongs{} - 1);
  while (std::any_of(lane_, lane_ + used_, [](const Lane& l) { return l.active; })) {
    LaneLongs changed = {};
    bool any_changed = false;
    for (int i = 0; i < used_; ++i) {
      Change change = Change::same_currents;
      while (change == Change::same_currents) change = handle_event(i);
      if (change == Change::other_currents) changed[i] = -1, any_changed = true;
    }
    if (any_changed) {  // there may be more at the same places
      evaluate<S>(model_, batch_, changed);
      continue;
    }
    Lanes h = {};
    for (int i = 0; i < used_; ++i) h[i] = choose_step(i);
    step<S>(model_, batch_, h);
    for (int i = 0; i < used_; ++i) watch(i, h[i]);
  }
  std::vector<LaneResult> results;
  results.reserve(lanes);
  for (int i = 0; i < used_; ++i) results.push_back(std::move(lane_[i].result));
  return results;
}

// NOLINTBEGIN(bugprone-macro-parentheses)
#define LUNAFAB_RUN(S)                                                                    \
  template BatchRun<S>::BatchRun(const WindowModel&, const Machine&, const RunSettings&); \
  template void BatchRun<S>::add(const LaunchConditions&);                                \
  template std::vector<LaneResult> BatchRun<S>::finish();                                 \
  template double BatchRun<S>::absolute_x(int) const;                                     \
  template bool BatchRun<S>::conducts(int) const;                                         \
  template void BatchRun<S>::park(int);
// NOLINTEND(bugprone-macro-parentheses)
LUNAFAB_EACH_WIDTH(LUNAFAB_RUN)

}  // namespace lunafab::massdriver
