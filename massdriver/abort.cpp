#include "massdriver/abort.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

/// Kinetic energy per mass after a distance, d(v²/2)/dx = −F/m, by Runge–Kutta of fourth order in 512 steps;
/// negative distances go back in time. Ends at 0.
double coast_J_per_kg(const Losses& losses, double mass_kg, double energy_J_per_kg, double distance_m) {
  constexpr int steps = 512;
  const double h = distance_m / steps;
  const auto slope = [&](double energy) {
    return -coasting_drag_N(losses, std::sqrt(2.0 * std::max(energy, 0.0))) / mass_kg;
  };
  double energy = energy_J_per_kg;
  for (int i = 0; i < steps; ++i) {
    const double a = slope(energy), b = slope(energy + 0.5 * h * a);
    const double c = slope(energy + 0.5 * h * b), d = slope(energy + h * c);
    energy += h / 6.0 * (a + 2.0 * b + 2.0 * c + d);
    if (energy <= 0.0) return 0.0;
  }
  return energy;
}

double loaded_kg(const DriverDesign& design, double payload_kg) {
  const double mass_kg = design.bucket_kg + payload_kg;
  expects(mass_kg > 0.0 && design.back.catcher_mps2 > 0.0 && design.back.catcher_m > 0.0,
          "abort: mass and catcher must be positive");
  return mass_kg;
}

}  // namespace

const char* name(AbortOutcome outcome) {
  switch (outcome) {
    case AbortOutcome::caught:
      return "caught";
    case AbortOutcome::stranded:
      return "stranded on the track";
    case AbortOutcome::overrun:
      break;
  }
  return "overran the catcher";
}

double largest_catch_mps(const Return& back) {
  return std::sqrt(2.0 * back.catcher_mps2 * back.catcher_m);
}

double coasting_drag_N(const Losses& losses, double speed_mps) {
  const double reference = losses.drag_reference_mps;
  const double lift = speed_mps > reference && reference > 0.0 ? reference / speed_mps : 1.0;
  return losses.drag_N_at_reference * lift + losses.eddy_N_per_mps * speed_mps;
}

double coast_mps(const Losses& losses, double mass_kg, double speed_mps, double distance_m) {
  return std::sqrt(2.0 * coast_J_per_kg(losses, mass_kg, 0.5 * speed_mps * speed_mps, distance_m));
}

SpeedRange catchable_speeds(const DriverDesign& design, double payload_kg, double distance_m) {
  const double mass_kg = loaded_kg(design, payload_kg);
  const double top = largest_catch_mps(design.back);
  const auto before = [&](double energy) {
    return std::sqrt(2.0 * coast_J_per_kg(design.losses, mass_kg, energy, -distance_m));
  };
  return {before(0.0), before(0.5 * top * top)};
}

AbortStop stop_launch(const DriverDesign& design, double payload_kg, double speed_mps, double distance_m) {
  expects(speed_mps >= 0.0 && distance_m >= 0.0, "abort: speed and distance must not be negative");
  const double mass_kg = loaded_kg(design, payload_kg);
  const Return& back = design.back;
  const double before = 0.5 * speed_mps * speed_mps;
  const double entry = coast_J_per_kg(design.losses, mass_kg, before, distance_m);
  AbortStop stop{.entry_mps = std::sqrt(2.0 * entry), .drag_J = mass_kg * (before - entry)};
  if (entry == 0.0 && distance_m > 0.0) {
    stop.outcome = AbortOutcome::stranded;
    return stop;
  }
  stop.braking_m = std::min(entry / back.catcher_mps2, back.catcher_m);
  const double braked = std::min(entry, back.catcher_mps2 * back.catcher_m);
  stop.exit_mps = std::sqrt(2.0 * (entry - braked));
  stop.outcome = entry > braked ? AbortOutcome::overrun : AbortOutcome::caught;
  stop.braking_s = (stop.entry_mps - stop.exit_mps) / back.catcher_mps2;
  stop.recovered_J = std::min(back.recovery * mass_kg * braked, back.receiving_J);
  stop.dumped_J = mass_kg * braked - stop.recovered_J;
  stop.left_J = mass_kg * (entry - braked);
  return stop;
}

}  // namespace lunafab::massdriver
