#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "massdriver/abort.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

DriverDesign design_with_catcher() {
  DriverDesign design;
  design.bucket_kg = 1750.0;
  design.back = {.recovery = 0.8, .catcher_mps2 = 60.0 * 9.80665, .catcher_m = 4900.0, .receiving_J = 5e9};
  return design;
}

double kinetic_J(double speed_mps) {
  return 0.5 * 5250.0 * speed_mps * speed_mps;
}

}  // namespace

TEST_CASE("abort: 60 g over 4.9 km stop a bucket from 2.40 km/s", "[massdriver]") {
  const DriverDesign design = design_with_catcher();
  CHECK_THAT(largest_catch_mps(design.back), WithinAbs(2401.4, 0.1));
  const AbortStop stop = stop_launch(design, 3500.0, 2400.0, 0.0);
  CHECK(stop.outcome == AbortOutcome::caught);
  CHECK_THAT(stop.braking_m, WithinRel(2400.0 * 2400.0 / (2.0 * 60.0 * 9.80665), 1e-14));
  CHECK_THAT(stop.braking_s, WithinRel(2400.0 / (60.0 * 9.80665), 1e-14));
  CHECK(stop.recovered_J == 5e9);  // the receiving store is full long before
  const AbortStop over = stop_launch(design, 3500.0, 2410.0, 0.0);
  CHECK(over.outcome == AbortOutcome::overrun);
  CHECK_THAT(over.exit_mps, WithinRel(std::sqrt(2410.0 * 2410.0 - 2.0 * 60.0 * 9.80665 * 4900.0), 1e-12));
  CHECK_THAT(over.braking_s,
             WithinRel(2.0 * 4900.0 / (2410.0 + over.exit_mps), 1e-9));  // length over mean speed
}

TEST_CASE("abort: energy closes whatever the outcome", "[massdriver]") {
  DriverDesign design = design_with_catcher();
  design.losses = {.drag_N_at_reference = 20e3, .drag_reference_mps = 100.0, .eddy_N_per_mps = 2.0};
  int caught = 0, stranded = 0, overrun = 0;
  for (const double speed_mps : {1.0, 60.0, 300.0, 2000.0, 2400.0, 2600.0}) {
    for (const double distance_m : {0.0, 1000.0, 9000.0}) {
      const AbortStop stop = stop_launch(design, 3500.0, speed_mps, distance_m);
      CHECK_THAT(stop.drag_J + stop.recovered_J + stop.dumped_J + stop.left_J,
                 WithinRel(kinetic_J(speed_mps), 1e-12));
      CHECK(stop.dumped_J >= 0.0);
      CHECK((stop.left_J > 0.0) == (stop.outcome == AbortOutcome::overrun));
      caught += stop.outcome == AbortOutcome::caught ? 1 : 0;
      stranded += stop.outcome == AbortOutcome::stranded ? 1 : 0;
      overrun += stop.outcome == AbortOutcome::overrun ? 1 : 0;
    }
  }
  CHECK(caught > 0);
  CHECK(stranded > 0);
  CHECK(overrun > 0);
}

TEST_CASE("abort: what recovers is the brake's share until the store is full", "[massdriver]") {
  const DriverDesign design = design_with_catcher();
  const AbortStop slow = stop_launch(design, 3500.0, 1000.0, 0.0);
  CHECK_THAT(slow.recovered_J, WithinRel(0.8 * kinetic_J(1000.0), 1e-14));
  CHECK_THAT(slow.dumped_J, WithinRel(0.2 * kinetic_J(1000.0), 1e-13));
}

TEST_CASE("abort: a coasting bucket loses speed as its drag's closed form says", "[massdriver]") {
  // Constant force: v² = v₀² − 2Fx/m. Eddies: v = v₀ − cx/m. Above the reference speed F v is constant: v³ =
  // v₀³ − 3Fv_r x/m.
  const Losses constant{.drag_N_at_reference = 10e3};
  CHECK_THAT(coast_mps(constant, 5000.0, 200.0, 4000.0),
             WithinRel(std::sqrt(200.0 * 200.0 - 16000.0), 1e-12));
  const Losses eddies{.eddy_N_per_mps = 100.0};
  CHECK_THAT(coast_mps(eddies, 5000.0, 200.0, 4000.0), WithinRel(120.0, 1e-9));
  const Losses levitation{.drag_N_at_reference = 50e3, .drag_reference_mps = 50.0};
  CHECK_THAT(coast_mps(levitation, 5000.0, 200.0, 4000.0), WithinRel(std::cbrt(8e6 - 6e6), 1e-9));
  CHECK(coast_mps(constant, 5000.0, 100.0, 4000.0) == 0.0);
  CHECK(coast_mps({}, 5000.0, 100.0, 4000.0) == 100.0);
}

TEST_CASE("abort: inside the catchable range the bucket is caught, outside it is not", "[massdriver]") {
  DriverDesign design = design_with_catcher();
  design.losses = {.drag_N_at_reference = 20e3, .drag_reference_mps = 100.0, .eddy_N_per_mps = 2.0};
  const auto outcome = [&](double speed_mps) {
    return stop_launch(design, 3500.0, speed_mps, 6000.0).outcome;
  };
  const SpeedRange range = catchable_speeds(design, 3500.0, 6000.0);
  CHECK(range.lowest_mps > 0.0);
  CHECK(range.highest_mps > largest_catch_mps(design.back));
  CHECK(outcome(range.lowest_mps * 0.999) == AbortOutcome::stranded);
  CHECK(outcome(range.lowest_mps * 1.001) == AbortOutcome::caught);
  CHECK(outcome(range.highest_mps * 0.9999) == AbortOutcome::caught);
  CHECK(outcome(range.highest_mps * 1.0001) == AbortOutcome::overrun);
  design.losses = {};
  CHECK(catchable_speeds(design, 3500.0, 6000.0).lowest_mps == 0.0);
}

TEST_CASE("abort: without a catcher or with a negative speed the contract is broken", "[massdriver]") {
  DriverDesign design = design_with_catcher();
  CHECK_THROWS_AS(stop_launch(design, 3500.0, -1.0, 0.0), ContractError);
  design.back.catcher_m = 0.0;
  CHECK_THROWS_AS(stop_launch(design, 3500.0, 1.0, 0.0), ContractError);
}
