#include "massdriver/plan.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace lunafab::massdriver {
namespace {

constexpr double feedback_reserve = 1.02;  // of a bank's energy, kept for the feedback to draw on

double design_acceleration(const DriverDesign& d) {
  const double gained = d.muzzle_speed_mps * d.muzzle_speed_mps - d.injection.speed_mps * d.injection.speed_mps;
  return gained / (2.0 * d.track.stages * d.track.pitch_m);
}

double behind_m(const DriverDesign& d, int stages, double x_m) {
  double sum = 0.0;
  for (int b = 0; b < d.bucket.count; ++b)
    sum += std::clamp(x_m - b * d.bucket.spacing_m, 0.0, stages * d.track.pitch_m);
  return sum / d.bucket.count;
}

}  // namespace

double bank_capacity_J(const Machine& machine) {
  const DriverDesign& d = machine.design;
  return d.store.capacity_J / (static_cast<double>(d.track.stages) * d.bucket.count);
}

std::optional<LaunchPlan> plan_launch(const Machine& machine, double weighed_kg, double muzzle_mps) {
  const DriverDesign& d = machine.design;
  const double kg = d.bucket_kg + weighed_kg;
  const double gained = muzzle_mps * muzzle_mps - d.injection.speed_mps * d.injection.speed_mps;
  // One half-bank per stage and bucket coil gives 1/count of the stage's work m·a·p.
  const double work_factor = kg * d.track.pitch_m * d.firing.energy / d.bucket.count;
  const double allowed = bank_capacity_J(machine) / (work_factor * feedback_reserve);
  const double a_mps2 = std::min(design_acceleration(d), allowed);
  if (!(gained > 0.0) || !(a_mps2 > 0.0)) return std::nullopt;
  const double needed = std::ceil(gained / (2.0 * a_mps2 * d.track.pitch_m) - 1e-9);
  if (!(needed <= d.track.stages)) return std::nullopt;
  LaunchPlan plan{.stages = static_cast<int>(needed), .injection_mps = d.injection.speed_mps};
  plan.mean_mps2 = gained / (2.0 * plan.stages * d.track.pitch_m);
  plan.bank_J = work_factor * plan.mean_mps2;
  plan.muzzle_mps = muzzle_mps;
  plan.moving_kg = kg;
  return plan;
}

double nominal_speed_sq(const Machine& machine, const LaunchPlan& plan, double x_m) {
  return plan.injection_mps * plan.injection_mps +
         2.0 * plan.mean_mps2 * behind_m(machine.design, plan.stages, x_m);
}

double bank_capacitance_F(const Machine& machine, int stage, int coil) {
  const DriverDesign& d = machine.design;
  const double x_m = stage * d.track.pitch_m + coil * d.bucket.spacing_m;
  const double speed_sq = d.injection.speed_mps * d.injection.speed_mps +
                          2.0 * design_acceleration(d) * behind_m(d, d.track.stages, x_m);
  const double s = d.track.half_wave_m;
  return d.firing.tuning * s * s / (std::numbers::pi * std::numbers::pi * speed_sq * machine.drive_H);
}

}  // namespace lunafab::massdriver
