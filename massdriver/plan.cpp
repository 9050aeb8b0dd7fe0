#include "massdriver/plan.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>

namespace lunafab::massdriver {
namespace {

constexpr double rounding = 1.0 + 1e-9;

double design_acceleration(const DriverDesign& d) {
  const double gained =
      d.muzzle_speed_mps * d.muzzle_speed_mps - d.injection.speed_mps * d.injection.speed_mps;
  return gained / (2.0 * d.track.stages * d.track.pitch_m);
}

/// Energy of a half-bank for each m/s²: one per stage and bucket coil gives 1/count of the stage's work
/// m·a·p.
double bank_J_per_mps2(const DriverDesign& d, double weighed_kg) {
  return (d.bucket_kg + weighed_kg) * d.track.pitch_m * d.firing.energy / d.bucket.count;
}

double allowed_acceleration(const DriverDesign& d, double weighed_kg) {
  return std::min(design_acceleration(d), bank_rating_J(d) * rounding / bank_J_per_mps2(d, weighed_kg));
}

double behind_m(const DriverDesign& d, int stages, double x_m) {
  double sum = 0.0;
  for (int b = 0; b < d.bucket.count; ++b)
    sum += std::clamp(x_m - b * d.bucket.spacing_m, 0.0, stages * d.track.pitch_m);
  return sum / d.bucket.count;
}

}  // namespace

double usable_share(const Store& store) {
  if (store.kind == StoreKind::capacitor) return 1.0;
  return store.converter_efficiency * store.depth / central_allowance;
}

double bank_rating_J(const DriverDesign& d) {
  const double banks = static_cast<double>(d.track.stages) * d.bucket.count;
  if (d.store.capacity_J > 0.0) return d.store.capacity_J * usable_share(d.store) / banks;
  return bank_J_per_mps2(d, d.payload_kg) * design_acceleration(d);
}

double store_energy_J(const DriverDesign& d) {
  return bank_rating_J(d) * d.track.stages * d.bucket.count / usable_share(d.store);
}

double top_speed_mps(const DriverDesign& d, double weighed_kg) {
  const double v0 = d.injection.speed_mps;
  return std::sqrt(v0 * v0 + 2.0 * allowed_acceleration(d, weighed_kg) * d.track.stages * d.track.pitch_m);
}

double bus_energy_J(const DriverDesign& d, double speed_mps, double injected_J, double discharged_J,
                    double recovered_J) {
  const double regenerated = d.back.recovery * 0.5 * d.bucket_kg * speed_mps * speed_mps;
  return (discharged_J - recovered_J) / d.store.charger_efficiency + injected_J - regenerated;
}

std::optional<LaunchPlan> plan_launch(const Machine& machine, double weighed_kg, double muzzle_mps) {
  return plan_launch(machine.design, weighed_kg, muzzle_mps);
}

std::optional<LaunchPlan> plan_launch(const DriverDesign& d, double weighed_kg, double muzzle_mps) {
  const double kg = d.bucket_kg + weighed_kg;
  const double gained = muzzle_mps * muzzle_mps - d.injection.speed_mps * d.injection.speed_mps;
  const double a_mps2 = allowed_acceleration(d, weighed_kg);
  if (!(gained > 0.0) || !(a_mps2 > 0.0)) return std::nullopt;
  const double needed = std::ceil(gained / (2.0 * a_mps2 * d.track.pitch_m) - 1e-6);
  if (!(needed <= d.track.stages)) return std::nullopt;
  LaunchPlan plan{.stages = static_cast<int>(needed), .injection_mps = d.injection.speed_mps};
  plan.mean_mps2 = gained / (2.0 * plan.stages * d.track.pitch_m);
  plan.bank_J = bank_J_per_mps2(d, weighed_kg) * plan.mean_mps2;
  plan.muzzle_mps = muzzle_mps;
  plan.moving_kg = kg;
  return plan;
}

double nominal_speed_sq(const Machine& machine, const LaunchPlan& plan, double x_m) {
  return plan.injection_mps * plan.injection_mps +
         2.0 * plan.mean_mps2 * behind_m(machine.design, plan.stages, x_m);
}

double track_end_m(const DriverDesign& d) {
  return (d.track.stages - 1) * d.track.pitch_m + (d.bucket.count - 1) * d.bucket.spacing_m +
         d.firing.latest_opening * d.track.half_wave_m;
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
