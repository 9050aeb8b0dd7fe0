#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include "massdriver/batch_run.hpp"

// How far a lane steps: to its next event, in steps of much the same length.

namespace lunafab::massdriver {
namespace {

constexpr double overshoot = 0.02;  // half waves, beyond where a first half wave seems to end
constexpr double stretch = 1.1;     // a step may be the longer to avoid a short one
constexpr double same_time_s = 1e-9;

}  // namespace

/// Where the leading bucket coil is (from the reference stage's centre) when the next bank of `coil` fires.
template <int S>
double BatchRun<S>::fire_x(int i, int coil) const {
  const Lane& lane = lane_[i];
  const double speed = batch_.v[i];
  if (lane.order->schedule_s.empty()) return lane.trigger_m[coil] + speed * lane.delay_s[coil];
  // Open loop: where it will be at the scheduled time.
  const auto bank =
      static_cast<std::size_t>(lane.next[coil]) * static_cast<std::size_t>(machine_.design.bucket.count) +
      static_cast<std::size_t>(coil);
  const double dt = lane.order->schedule_s[bank] + lane.delay_s[coil] - batch_.t[i];
  if (dt <= same_time_s) return batch_.x[i];
  return batch_.x[i] + dt * (speed + 0.5 * dt * batch_.force[i] * batch_.inv_mass[i]);
}

template <int S>
double BatchRun<S>::to_next_fire(int i) const {
  double nearest = std::numeric_limits<double>::infinity();
  for (int b = 0; b < model_.bucket_coils; ++b)
    if (lane_[i].next[b] < lane_[i].plan.stages) nearest = std::min(nearest, fire_x(i, b));
  return nearest - batch_.x[i];
}

/// Slope by place of a slot's current in the direction of its first half wave, at the end of the last step.
template <int S>
double BatchRun<S>::slope_of(int i, int slot) const {
  return lane_[i].banks[slot].sign * batch_.current_slope[slot][i];
}

/// What following a bank's half waves allows; y: its current in the direction of the first.
template <int S>
double BatchRun<S>::longest_step(int i, const Bank& bank, double y, double slope) const {
  const double to_expected = bank.expected_m - batch_.x[i];
  const bool expected = to_expected > same_place_m;  // false where none has opened yet
  if (bank.phase == Phase::pull && slope < 0.0) {    // must not pass the whole second half wave
    const double to_first = std::max(y, 0.0) / -slope;
    const double beyond = expected ? 0.5 * (to_expected - to_first) : 0.0;
    return to_first + std::max(beyond, overshoot * machine_.design.track.half_wave_m);
  }
  if (bank.phase == Phase::push && !expected && y < 0.0 && slope > 0.0)
    return std::max(-y / slope, same_place_m);
  return std::numeric_limits<double>::infinity();
}

template <int S>
double BatchRun<S>::choose_step(int i) {
  Lane& lane = lane_[i];
  if (!lane.active) return 0.0;
  lane.settled = false;
  if (lane.forced_m != 0.0) return std::exchange(lane.forced_m, 0.0);
  const double x = batch_.x[i];
  double to_event = to_next_fire(i), h = batch_.accurate_m[i];
  for (int j = 0; j < S; ++j) {
    const Bank& bank = lane.banks[j];
    if (bank.phase == Phase::idle) continue;
    const double opens_m = bank.expected_m > x + same_place_m ? bank.expected_m : bank.latest_m;
    to_event = std::min(to_event, opens_m - x);
    h = std::min(h, longest_step(i, bank, bank.sign * batch_.current[j][i], slope_of(i, j)));
    if (batch_.ohm[j][i] > 0.0)  // stable where resistance damps within a step
      h = std::min(h, batch_.v[i] * machine_.drive_H / batch_.ohm[j][i]);
  }
  to_event = std::max(to_event, 0.0);
  return to_event <= stretch * h ? to_event : std::min(h, 0.5 * to_event);
}

// NOLINTBEGIN(bugprone-macro-parentheses)
#define LUNAFAB_STEPS(S)                                 \
  template double BatchRun<S>::fire_x(int, int) const;   \
  template double BatchRun<S>::to_next_fire(int) const;  \
  template double BatchRun<S>::slope_of(int, int) const; \
  template double BatchRun<S>::choose_step(int);
// NOLINTEND(bugprone-macro-parentheses)
LUNAFAB_EACH_WIDTH(LUNAFAB_STEPS)

}  // namespace lunafab::massdriver
