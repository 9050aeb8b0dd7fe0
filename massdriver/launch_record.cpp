#include "massdriver/launch_record.hpp"
#include <algorithm>
#include <cmath>
#include <utility>

namespace lunafab::massdriver {
namespace {

constexpr double cruise_from = 0.20, cruise_to = 0.98;  // of the stages used

}  // namespace

bool in_cruise(double x_m, const LaunchPlan& plan, const DriverDesign& design) {
  const double share = x_m / (plan.stages * design.track.pitch_m);
  return share > cruise_from && share < cruise_to;
}

void fold_extremes(LaunchSolution& out, const StageExtremes& e, bool cruise) {
  out.peak_mps2 = std::max(out.peak_mps2, e.acceleration_mps2);
  out.drive_current_A = std::max(out.drive_current_A, e.drive_A);
  out.bucket_current_A = std::max(out.bucket_current_A, e.bucket_A);
  out.low_bucket_A = std::min(out.low_bucket_A, e.low_bucket_A);
  out.peak_voltage_V = std::max(out.peak_voltage_V, e.voltage_V);
  if (!cruise) return;
  out.cruise_peak_mps2 = std::max(out.cruise_peak_mps2, e.acceleration_mps2);
  out.cruise_drive_current_A = std::max(out.cruise_drive_current_A, e.drive_A);
}

void add_row(LaunchSolution& out, LaunchRecord& r, const LaunchPoint& now, const StageExtremes& e) {
  const double dx = now.x_m - r.x_m;
  out.profile.push_back({.stage = r.passed,
                         .position_m = now.x_m,
                         .time_s = now.time_s,
                         .speed_mps = std::sqrt(now.speed_sq),
                         .mean_mps2 = dx > 0.0 ? 0.5 * (now.speed_sq - r.speed_sq) / dx : 0.0,
                         .peak_mps2 = e.acceleration_mps2,
                         .drive_current_A = e.drive_A,
                         .bucket_current_A = e.bucket_A,
                         .voltage_V = e.voltage_V,
                         .heat_J = now.coil_heat_J - r.heat_J,
                         .lateral_N_per_m = r.stiffness_m > 0.0 ? r.stiffness_sum / r.stiffness_m : 0.0});
  r.x_m = now.x_m, r.speed_sq = now.speed_sq, r.heat_J = now.coil_heat_J;
  r.stiffness_sum = r.stiffness_m = 0.0;
}

void fold_loads(LaunchSolution& out, LaunchRecord& r, const CoilLoads& loads, const LoadedStep& step,
                bool cruise) {
  out.hoop_drive_N = std::max(out.hoop_drive_N, loads.drive_N);
  out.hoop_bucket_N = std::max(out.hoop_bucket_N, loads.bucket_N);
  if (cruise) {
    out.cruise_hoop_drive_N = std::max(out.cruise_hoop_drive_N, loads.drive_N);
    out.cruise_hoop_bucket_N = std::max(out.cruise_hoop_bucket_N, loads.bucket_N);
  }
  r.stiffness_sum += loads.lateral_N_per_m * step.length_m, r.stiffness_m += step.length_m;
  const double dt = step.time_s - std::exchange(r.time_s, step.time_s);
  const double change_N = step.force_N - std::exchange(r.force_N, step.force_N);
  if (dt > 0.0) out.peak_jerk_mps3 = std::max(out.peak_jerk_mps3, std::abs(change_N) * step.per_kg / dt);
}

double unexplained_J(const EnergyAccount& e) {
  return e.discharged_J + e.kinetic_before_J - e.recovered_J - e.discarded_J - e.coil_heat_J -
         e.switch_heat_J - e.eddy_J - e.drag_J - e.kinetic_after_J - e.magnetic_gain_J;
}

}  // namespace lunafab::massdriver
