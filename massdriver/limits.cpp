#include "massdriver/limits.hpp"
#include <algorithm>
#include <cmath>
#include <utility>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "massdriver/coil_loss.hpp"
#include "massdriver/stage_thermal.hpp"
#include "massdriver/winding_field.hpp"

namespace lunafab::massdriver {
namespace {

LimitRow row(std::string name, double value, double limit, const char* unit, std::string note = {}) {
  const bool limited = limit > 0.0;
  // Written so that a value that is not a number fails.
  return {.name = std::move(name),
          .value = value,
          .limit = limited ? limit : 0.0,
          .unit = unit,
          .passes = !limited || value <= limit,
          .note = limited || !note.empty() ? std::move(note) : "no limit given",
          .sense = limited ? LimitSense::at_most : LimitSense::reported};
}

LimitRow margin_row(std::string name, double value, double limit, std::string note = {}) {
  return {.name = std::move(name),
          .value = value,
          .limit = limit,
          .unit = "1",
          .passes = value >= limit,
          .note = std::move(note),
          .sense = LimitSense::at_least};
}

void add_motion(std::vector<LimitRow>& rows, const DriverDesign& design, const LaunchSolution& launch) {
  constexpr double g = constants::standard_gravity_mps2;
  rows.push_back(row("peak acceleration", launch.peak_mps2 / g, design.limits.acceleration_mps2 / g, "g"));
  rows.push_back(row("mean acceleration", launch.mean_mps2 / g, 0.0, "g"));
  rows.push_back(row("peak jerk", launch.peak_jerk_mps3, design.limits.jerk_mps3, "m/s^3"));
}

void add_conductors(std::vector<LimitRow>& rows, const DriverDesign& design, const LaunchSolution& launch) {
  const DriveCoil& coil = design.track.coil;
  const BucketCoils& bucket = design.bucket;
  const char* const mean = "tension over section and fill: the mean, not the innermost turn";
  rows.push_back(row("drive coil hoop stress",
                     launch.hoop_drive_N / conductor_section_m2(coil.winding, coil.fill), coil.hoop_limit_Pa,
                     "Pa", mean));
  rows.push_back(row("bucket coil hoop stress",
                     launch.hoop_bucket_N / conductor_section_m2(bucket.winding, bucket.fill),
                     bucket.hoop_limit_Pa, "Pa", mean));
  rows.push_back(row("voltage per turn", launch.peak_voltage_V, coil.voltage_limit_V, "V"));
  if (design.store.kind != StoreKind::capacitor) {
    rows.push_back(row("power of the central store", launch.store_power_W, design.store.power_W, "W",
                       "of the full store; it falls with the root of the energy left"));
  }
  rows.push_back(row("drive current density",
                     current_density_A_per_m2(coil.winding, coil.fill, launch.drive_current_A), 0.0,
                     "A/m^2"));
  if (coil.strand_m > 0.0) {
    const double drag = strand_drag_N_per_mps(design, coil.temperature_K);
    rows.push_back(row("strand eddies of the passing bucket",
                       drag * launch.muzzle_speed_mps * design.track.pitch_m, 0.0, "J",
                       "last stage; part of the launch only as far as losses.eddy_N_per_mps holds it"));
  }
  const CoilNode worst = coil_nodes(design, launch, coil.temperature_K)[2];
  rows.push_back(row("drive coil temperature",
                     coil.temperature_K + worst.heat_J / worst.heat_capacity_J_per_K,
                     coil.temperature_limit_K, "K", "worst stage, right after this launch"));
}

void add_superconductor(std::vector<LimitRow>& rows, const DriverDesign& design, const BucketFigures& bucket,
                        const LaunchSolution& launch) {
  const BucketCoils& coils = design.bucket;
  const BucketHeating heating = launch_heating(design, bucket, launch);
  const double density = current_density_A_per_m2(coils.winding, coils.fill, launch.bucket_current_A);
  const double critical = critical_density_A_per_m2(
      coils.superconductor, launch.bucket_current_A * bucket.peak_field_T_per_A, coils.temperature_K);
  rows.push_back({.name = "bucket current density",
                  .value = density,
                  .limit = critical,
                  .unit = "A/m^2",
                  .passes = density <= critical,
                  .note = "limit: critical density at the peak field",
                  .sense = LimitSense::at_most});
  rows.push_back(margin_row("quench margin", heating.margin_before, design.limits.quench_margin,
                            "1 - J/Jc before the launch warms the coil"));
  rows.push_back(row("bucket coil warming", heating.rise_K, 0.0, "K",
                     "hysteresis and coupling loss, nothing cooled meanwhile"));
  rows.push_back(margin_row("quench margin after the launch", heating.margin_after,
                            design.limits.quench_margin, "at the temperature the launch leaves"));
}

void add_abort(std::vector<LimitRow>& rows, const DriverDesign& design, const LaunchSolution& launch) {
  const double catcher_mps2 = design.back.catcher_mps2;
  if (catcher_mps2 <= 0.0 || design.back.catcher_m <= 0.0) {
    rows.push_back({.name = "abort into the catcher", .unit = "m", .passes = false, .note = "no catcher"});
    return;
  }
  const double speed_mps = launch.muzzle_speed_mps;
  rows.push_back(row("abort into the catcher", speed_mps * speed_mps / (2.0 * catcher_mps2),
                     design.back.catcher_m, "m", "length to stop the loaded bucket from muzzle speed"));
}

void add_payload_field(std::vector<LimitRow>& rows, const DriverDesign& design,
                       const LaunchSolution& launch) {
  const BucketCoils& coils = design.bucket;
  const double first_m = 0.5 * (coils.count - 1) * coils.spacing_m;
  const double reach_m = std::min(1.0, coils.count > 1 ? first_m : 1.0);
  const auto strength = [&](double at_m) {
    return std::abs(bucket_field_T(coils, launch.bucket_current_A, at_m));
  };
  rows.push_back(row("field at the payload", std::max(strength(reach_m), strength(-reach_m)),
                     design.limits.payload_field_T, "T", "on the axis, 1 m from the middle of the coils"));
  rows.push_back(row("field inside a bucket coil", strength(first_m), 0.0, "T", "on the axis"));
}

}  // namespace

double bucket_field_T(const BucketCoils& coils, double current_A, double position_m) {
  double field_T = 0.0, sign = 1.0;
  for (int i = 0; i < coils.count; ++i, sign = -sign) {
    const double coil_m = (0.5 * (coils.count - 1) - i) * coils.spacing_m;
    field_T += sign * current_A * field_T_per_A(coils.winding, 0.0, position_m - coil_m).y();
  }
  return field_T;
}

FieldHistory bucket_history(const DriverDesign& design, const BucketFigures& bucket,
                            const LaunchSolution& launch) {
  expects(design.track.pitch_m > 0.0, "bucket history: the pitch must be positive");
  const double swing_A = launch.bucket_current_A - launch.low_bucket_A;
  const double ripple_A = design.bucket.ripple_share * (bucket.ripple_A > 0.0 ? bucket.ripple_A : swing_A);
  const double critical = critical_density_A_per_m2(design.bucket.superconductor,
                                                    design.bucket.current_A * bucket.peak_field_T_per_A,
                                                    design.bucket.temperature_K);
  const double density =
      current_density_A_per_m2(design.bucket.winding, design.bucket.fill, design.bucket.current_A);
  return {.swing_T = swing_A * bucket.peak_field_T_per_A,
          .ripple_T = ripple_A * bucket.peak_field_T_per_A,
          .ripples = static_cast<double>(design.track.stages),
          .first_Hz = design.injection.speed_mps / design.track.pitch_m,
          .last_Hz = launch.muzzle_speed_mps / design.track.pitch_m,
          .transport_share = critical > 0.0 ? std::min(1.0, density / critical) : 1.0};
}

BucketHeating launch_heating(const DriverDesign& design, const BucketFigures& bucket,
                             const LaunchSolution& launch) {
  return heat_bucket(design.bucket, launch.bucket_current_A, bucket.peak_field_T_per_A,
                     bucket_history(design, bucket, launch), design.bucket.temperature_K);
}

std::vector<LimitRow> check_limits(const DriverDesign& design, const BucketFigures& bucket,
                                   const LaunchSolution& launch) {
  std::vector<LimitRow> rows;
  add_motion(rows, design, launch);
  add_conductors(rows, design, launch);
  add_superconductor(rows, design, bucket, launch);
  add_abort(rows, design, launch);
  add_payload_field(rows, design, launch);
  return rows;
}

std::vector<LimitRow> check_limits(const Machine& machine, const LaunchSolution& launch) {
  return check_limits(machine.design, {peak_field_T_per_A(machine.design.bucket.winding)}, launch);
}

}  // namespace lunafab::massdriver
