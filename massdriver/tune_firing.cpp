#include "massdriver/tune_firing.hpp"
#include <algorithm>
#include <cmath>
#include <memory>
#include "massdriver/solver.hpp"
#include "massdriver/window.hpp"

namespace lunafab::massdriver {
namespace {

constexpr int section_stages = 200;
constexpr double earliest = 0.0, latest = -0.19, advance_step = 0.01;  // advances tried, half waves
constexpr double first_advance = -0.13;
constexpr double bracket = 1.35;        // around the estimate, either way
constexpr int golden_steps = 9;         // narrow it to 1 %
constexpr double too_much_left = 0.10;  // of the discharged energy, in banks: not a machine

/// The last stages as a machine of their own: their speeds, accelerations and banks.
DriverDesign section_of(const DriverDesign& whole, double mean_mps2) {
  DriverDesign d = whole;
  const double v = d.muzzle_speed_mps;
  d.track.stages = std::min(section_stages, whole.track.stages);
  const double gain = 2.0 * mean_mps2 * d.track.stages * d.track.pitch_m;
  d.injection.speed_mps = std::sqrt(std::max(v * v - gain, d.injection.speed_mps * d.injection.speed_mps));
  d.store.capacity_J = (d.payload_kg + d.bucket_kg) * gain;  // twice the need
  d.track.drift_m = 0.0;
  return d;
}

/// The machine with another bucket current; the winding is kept, so inductances are.
Machine with_current(const Machine& machine, double current_A) {
  Machine other = machine;
  const double factor = current_A / machine.design.bucket.current_A;
  auto window = std::make_shared<WindowModel>(*machine.window);
  for (int b = 0; b < window->bucket_coils; ++b) window->current_A[b] *= factor, window->flux_Wb[b] *= factor;
  other.design.bucket.current_A = current_A;
  other.window = std::move(window);
  return other;
}

/// A trial's merit, smaller is better: share of the energy not handed over.
struct Trial {
  double left = 1.0;
  bool in_time = false;  ///< completed, and no bank cut off
  double discharged_J = 0.0, recovered_J = 0.0;
};

Trial try_out(Machine machine, double advance) {
  machine.design.firing.advance = advance;
  const DriverDesign& d = machine.design;
  const LaunchConditions launch{.payload_kg = d.payload_kg,
                                .weighed_kg = d.payload_kg,
                                .muzzle_speed_mps = d.muzzle_speed_mps,
                                .coil_temperature_K = d.track.coil.temperature_K};
  const LaunchSolution s = solve_launch(machine, launch, {.fineness = 1.0});
  if (s.outcome != SolverOutcome::completed || !(s.energy.discharged_J > 0.0)) return {};
  return {.left = (s.energy.recovered_J + s.energy.discarded_J) / s.energy.discharged_J,
          .in_time = s.late_openings == 0,
          .discharged_J = s.energy.discharged_J,
          .recovered_J = s.energy.recovered_J};
}

/// Golden section over the logarithm of the current; the share left has one minimum.
double match(const Machine& machine, double around_A, double advance) {
  const double ratio = 0.5 * (std::sqrt(5.0) - 1.0);
  double low = std::log(around_A / bracket), high = std::log(around_A * bracket);
  const auto left = [&](double x) {
    return try_out(with_current(machine, std::exp(x)), advance).left;
  };
  double a = high - ratio * (high - low), b = low + ratio * (high - low);
  double at_a = left(a), at_b = left(b);
  for (int i = 0; i < golden_steps; ++i) {
    if (at_a < at_b) {
      high = b, b = a, at_b = at_a;
      a = high - ratio * (high - low), at_a = left(a);
    } else {
      low = a, a = b, at_a = at_b;
      b = low + ratio * (high - low), at_b = left(b);
    }
  }
  return std::exp(0.5 * (low + high));
}

/// The latest advance from which on every earlier one, up to the first tried, ends its cycle in time.
double latest_in_time(const Machine& machine) {
  double found = earliest;
  for (double advance = first_advance; advance > latest - 1e-9; advance -= advance_step) {
    if (!try_out(machine, advance).in_time) break;
    found = advance;
  }
  for (double advance = first_advance; found == earliest && advance < earliest; advance += advance_step)
    if (try_out(machine, advance).in_time) found = advance;
  return found;
}

}  // namespace

std::variant<DriverDesign, std::string> tune_firing(const DriverStudy& study, const Sizing& sizing) {
  DriverDesign d = sizing.design;
  const Machine section = build_machine(section_of(d, sizing.mean_mps2));
  double current_A = match(section, d.bucket.current_A, first_advance);
  const double bound = latest_in_time(with_current(section, current_A));
  const double advance = std::min(earliest, bound + study.rules.advance_reserve);
  current_A = match(section, current_A, advance);
  const Trial trial = try_out(with_current(section, current_A), advance);
  if (!trial.in_time || trial.left > too_much_left)
    return std::string(
        "synchronism: no firing was found that keeps in step and empties the banks; other proportions "
        "(half_wave, pitch) may");
  d.firing.advance = std::round(advance * 1e3) / 1e3;
  // Recovered energy is charged anew each launch; a half of a percent is for heat and what the start loses.
  d.firing.energy = 1.005 + trial.recovered_J / trial.discharged_J * 0.8;
  shape_machine(study, sizing.bore, current_A, sizing.mean_mps2, d);
  return d;
}

}  // namespace lunafab::massdriver
