#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include "massdriver/limits.hpp"
#include "massdriver/winding_field.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

// The 3.5-t machine with limits its nominal launch keeps. The superconductor is invented: enough of it.
DriverDesign kept_design() {
  DriverDesign design;
  design.payload_kg = 3500.0;
  design.bucket_kg = 1750.0;
  design.bucket = {.winding = {1.30, 0.16, 0.035},
                   .count = 2,
                   .spacing_m = 4.05,
                   .current_A = 1.2e6,
                   .temperature_K = 20.0,
                   .hoop_limit_Pa = 200e6,
                   .superconductor = {.jc0_A_per_m2 = 4e9,
                                      .field_scale_T = 2.0,
                                      .critical_temperature_K = 90.0,
                                      .exponent = 1.5,
                                      .filament_m = 1e-6,
                                      .coupling_time_s = 1e-9,
                                      .heat_capacity_J_per_m3K = 1e5}};
  design.track = {.stages = 10834,
                  .pitch_m = 0.9,
                  .half_wave_m = 1.8,
                  .coil = {.winding = {1.5, 0.25, 0.04},
                           .fill = 0.7,
                           .conductor = {.resistivity_ohm_m = 2.2e-8,
                                         .reference_K = 250.0,
                                         .density_kg_per_m3 = 2700.0,
                                         .specific_heat_J_per_kgK = 880.0},
                           .temperature_K = 250.0,
                           .hoop_limit_Pa = 60e6,
                           .voltage_limit_V = 15e3,
                           .temperature_limit_K = 350.0}};
  design.injection.speed_mps = 150.0;
  design.back = {.catcher_mps2 = 600.0, .catcher_m = 4900.0};
  design.limits = {
      .acceleration_mps2 = 400.0, .jerk_mps3 = 1e6, .quench_margin = 0.2, .payload_field_T = 0.3};
  return design;
}

LaunchSolution nominal_launch() {
  return {.muzzle_speed_mps = 2400.0,
          .peak_mps2 = 38.9 * 9.80665,
          .mean_mps2 = 30.0 * 9.80665,
          .peak_jerk_mps3 = 5e5,
          .peak_voltage_V = 12.6e3,
          .drive_current_A = 448e3,
          .bucket_current_A = 1.2e6,
          .hoop_drive_N = 31e6 * 0.25 * 0.04 * 0.7,
          .hoop_bucket_N = 126e6 * 0.16 * 0.035,
          .stage_heat_J = {5e3, 45e3, 5e3},
          .low_bucket_A = 1.198e6};
}

BucketFigures figures() {
  return {.peak_field_T_per_A = 4e-6};
}

LimitRow find(const std::vector<LimitRow>& rows, const std::string& name) {
  const auto at =
      std::find_if(rows.begin(), rows.end(), [&](const LimitRow& row) { return row.name == name; });
  REQUIRE(at != rows.end());
  return *at;
}

}  // namespace

TEST_CASE("limits: the nominal launch keeps every limit and shows its values", "[massdriver]") {
  const auto rows = check_limits(kept_design(), figures(), nominal_launch());
  for (const LimitRow& row : rows) {
    INFO(row.name << ' ' << row.value << " beside " << row.limit);
    CHECK(row.passes);
  }
  for (const LimitRow& row : rows) {
    INFO(row.name);
    CHECK(row.passes);
  }
  CHECK_THAT(find(rows, "peak acceleration").value, WithinRel(38.9, 1e-12));
  CHECK_THAT(find(rows, "drive coil hoop stress").value, WithinRel(31e6, 1e-12));
  CHECK_THAT(find(rows, "bucket coil hoop stress").value, WithinRel(126e6, 1e-12));
  CHECK_THAT(find(rows, "bucket current density").value, WithinRel(214e6, 0.5 / 214));
  CHECK_THAT(find(rows, "drive current density").value, WithinRel(448e3 / 0.007, 1e-12));
  CHECK_THAT(find(rows, "drive coil temperature").value, WithinAbs(250.29, 0.005));
  CHECK_THAT(find(rows, "abort into the catcher").value, WithinRel(4800.0, 1e-12));
  CHECK_THAT(find(rows, "field at the payload").value, WithinAbs(0.25, 0.006));
  CHECK_THAT(find(rows, "field inside a bucket coil").value, WithinAbs(0.563, 0.005));
  CHECK(find(rows, "mean acceleration").sense == LimitSense::reported);
}

TEST_CASE("limits: each limit broken by itself fails in its own row and in no other", "[massdriver]") {
  const auto failing = [](auto change) {
    DriverDesign design = kept_design();
    change(design);
    std::string names;
    for (const LimitRow& row : check_limits(design, figures(), nominal_launch())) {
      if (!row.passes) names += row.name + ";";
    }
    return names;
  };
  CHECK(failing([](DriverDesign& d) { d.limits.acceleration_mps2 = 380.0; }) == "peak acceleration;");
  CHECK(failing([](DriverDesign& d) { d.limits.jerk_mps3 = 4e5; }) == "peak jerk;");
  CHECK(failing([](DriverDesign& d) { d.track.coil.hoop_limit_Pa = 30e6; }) == "drive coil hoop stress;");
  CHECK(failing([](DriverDesign& d) { d.bucket.hoop_limit_Pa = 125e6; }) == "bucket coil hoop stress;");
  CHECK(failing([](DriverDesign& d) { d.track.coil.voltage_limit_V = 12e3; }) == "voltage per turn;");
  CHECK(failing([](DriverDesign& d) { d.track.coil.temperature_limit_K = 250.2; }) ==
        "drive coil temperature;");
  CHECK(failing([](DriverDesign& d) { d.back.catcher_m = 4799.0; }) == "abort into the catcher;");
  CHECK(failing([](DriverDesign& d) { d.back.catcher_m = 0.0; }) == "abort into the catcher;");
  CHECK(failing([](DriverDesign& d) { d.limits.payload_field_T = 0.2; }) == "field at the payload;");
  CHECK(failing([](DriverDesign& d) { d.bucket.superconductor.heat_capacity_J_per_m3K = 10.0; }) ==
        "quench margin after the launch;");
  CHECK(failing([](DriverDesign& d) { d.bucket.temperature_K = 95.0; }) ==
        "bucket current density;quench margin;quench margin after the launch;");
}

TEST_CASE("limits: what is not a number passes no limit", "[massdriver]") {
  LaunchSolution broken = nominal_launch();
  broken.peak_mps2 = std::nan("");
  CHECK_FALSE(find(check_limits(kept_design(), figures(), broken), "peak acceleration").passes);
}

TEST_CASE("limits: the payload sees .25 T 1 m from the middle, .58 T inside a coil, 18 mT three radii ahead",
          "[massdriver]") {
  const BucketCoils coils = kept_design().bucket;
  // The prototype's figures, printed to two digits; .58 and 18 mT are those of one coil alone.
  CHECK_THAT(bucket_field_T(coils, 1.2e6, 1.0), WithinAbs(0.25, 0.006));
  CHECK_THAT(bucket_field_T(coils, 1.2e6, -1.0), WithinAbs(-0.25, 0.006));
  CHECK_THAT(bucket_field_T(coils, 1.2e6, 0.0), WithinAbs(0.0, 1e-12));
  BucketCoils one = coils;
  one.count = 1;
  CHECK_THAT(bucket_field_T(one, 1.2e6, 0.0), WithinAbs(0.58, 0.005));
  CHECK_THAT(bucket_field_T(one, 1.2e6, 3.9), WithinAbs(0.018, 0.0005));
  CHECK_THAT(bucket_field_T(coils, 1.2e6, 2.025), WithinAbs(0.563, 0.005));  // .58 less the other coil's .017
}

TEST_CASE("limits: the field on the axis is that of a thick solenoid", "[massdriver]") {
  // B = μ0 J/2 · [(z+b) ln((R₂ + √(R₂² + (z+b)²))/(R₁ + √(R₁² + (z+b)²))) − (the same with z−b)]; Montgomery,
  // Solenoid Magnet Design (1969), ch. 1.
  const BucketCoils one{.winding = {1.30, 0.16, 0.035}, .count = 1};
  const auto edge = [](double z) {
    return z * std::log((1.3175 + std::hypot(1.3175, z)) / (1.2825 + std::hypot(1.2825, z)));
  };
  for (const double z : {0.0, 0.05, 0.7, 3.0}) {
    const double solenoid = 1.25663706212e-6 / (2.0 * 0.16 * 0.035) * (edge(z + 0.08) - edge(z - 0.08));
    CHECK_THAT(bucket_field_T(one, 1.0, z), WithinRel(solenoid, 1e-7));
  }
}

TEST_CASE("limits: the bucket sees a ripple a stage, of the whole swing unless told otherwise",
          "[massdriver]") {
  BucketFigures bucket = figures();
  const FieldHistory history = bucket_history(kept_design(), bucket, nominal_launch());
  CHECK_THAT(history.swing_T, WithinRel(2e3 * 4e-6, 1e-12));
  CHECK(history.ripple_T == history.swing_T);
  CHECK(history.ripples == 10834.0);
  CHECK_THAT(history.last_Hz, WithinRel(2400.0 / 0.9, 1e-15));
  bucket.ripple_A = 200.0;
  CHECK_THAT(bucket_history(kept_design(), bucket, nominal_launch()).ripple_T,
             WithinRel(0.1 * history.swing_T, 1e-14));
}

TEST_CASE("limits: the last stage's strand eddies are the drag's work over one pitch", "[massdriver]") {
  DriverDesign design = kept_design();
  design.track.coil.strand_m = 1e-3;
  const auto rows = check_limits(design, figures(), nominal_launch());
  // Thin strands of 1 mm: 4.94 N per m/s, more heat than the 5 kJ of the mean stage's own current.
  CHECK_THAT(find(rows, "strand eddies of the passing bucket").value, WithinRel(4.94 * 2400.0 * 0.9, 2e-3));
}

TEST_CASE("limits: a machine lends its winding's peak field", "[massdriver]") {
  Machine machine;
  machine.design = kept_design();
  BucketFigures bucket = figures();
  bucket.peak_field_T_per_A = peak_field_T_per_A(machine.design.bucket.winding);
  const auto by_machine = check_limits(machine, nominal_launch());
  const auto by_figures = check_limits(machine.design, bucket, nominal_launch());
  CHECK(find(by_machine, "quench margin").value == find(by_figures, "quench margin").value);
  CHECK(find(by_machine, "bucket coil warming").value == find(by_figures, "bucket coil warming").value);
}
