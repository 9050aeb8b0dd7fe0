#include <catch2/catch.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "massdriver/wear.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinRel;

namespace {

constexpr std::size_t capacitor = 0, closing_switch = 1, coil = 2;

// Assumptions throughout: 10⁴ full shots at rated voltage, eighth power; 10⁶ switchings; 48 MPa endured 5·10⁸
// times (remembered for hard-drawn 1350 aluminium), exponent 8.
DriverDesign worn_design() {
  DriverDesign design;
  design.bucket.count = 2;
  design.track = {.stages = 1000,
                  .coil = {.winding = {1.5, 0.25, 0.04},
                           .fill = 0.7,
                           .conductor = {.density_kg_per_m3 = 2700.0},
                           .fatigue_Pa = 48e6,
                           .fatigue_cycles = 5e8,
                           .fatigue_exponent = 8.0}};
  design.store = {.specific_energy_J_per_kg = 1000.0,
                  .life_launches = 1e4,
                  .voltage_ratio = 0.7,
                  .life_exponent = 8.0,
                  .switch_life_launches = 1e6,
                  .switch_kg = 30.0};
  design.maintenance = {.exchange_s = 3600.0, .crews = 10, .replace_at = 0.5, .wear_shape = 3.0};
  return design;
}

constexpr double rated_J = 15.15e9, rated_V = 12.6e3;

LaunchSolution nominal_launch() {
  return {.energy = {.discharged_J = rated_J},
          .peak_voltage_V = 12.6e3,
          .drive_current_A = 448e3,
          .cruise_drive_current_A = 404e3,
          .hoop_drive_N = 31e6 * 0.007};
}

}  // namespace

TEST_CASE("wear: a capacitor at 70 % of its voltage lives 0.7⁻⁸ = 17.3 times as long", "[massdriver]") {
  DriverDesign design = worn_design();
  const auto stresses = stage_stresses(design, nominal_launch(), rated_V, rated_J);
  const double share = life_shares(design, stresses[1])[capacitor];
  CHECK_THAT(1.0 / (share * 1e4), WithinRel(std::pow(0.7, -8.0), 1e-12));
  // Four times the energy of the nominal launch, twice the voltage, takes 2⁸ times as much.
  LaunchSolution harder = nominal_launch();
  harder.energy.discharged_J *= 4.0;
  harder.peak_voltage_V *= 2.0;
  for (const StageStress& stress : stage_stresses(design, harder, rated_V, rated_J))
    CHECK_THAT(life_shares(design, stress)[capacitor], WithinRel(256.0 * share, 1e-12));
  design.store.kind = StoreKind::smes;
  CHECK(life_shares(design, stresses[1])[capacitor] == 0.0);
}

TEST_CASE("wear: coils age by Basquin's law, the mean stage less than the worst", "[massdriver]") {
  const DriverDesign design = worn_design();
  const auto stresses = stage_stresses(design, nominal_launch(), rated_V, rated_J);
  CHECK_THAT(stresses[2].hoop_Pa, WithinRel(31e6, 1e-12));
  CHECK_THAT(stresses[1].hoop_Pa, WithinRel(31e6 * (404.0 / 448.0) * (404.0 / 448.0), 1e-12));
  CHECK(stresses[2].hoop_cycles == 4.0);
  // 5·10⁸ (48/31)⁸ = 1.65·10¹⁰ cycles, four a launch.
  CHECK_THAT(life_shares(design, stresses[2])[coil],
             WithinRel(4.0 / (5e8 * std::pow(48.0 / 31.0, 8.0)), 1e-12));
  CHECK_THAT(life_shares(design, {.hoop_Pa = 48e6, .hoop_cycles = 1.0})[coil] * 5e8, WithinRel(1.0, 1e-12));
}

TEST_CASE("wear: a life that is not given does not end", "[massdriver]") {
  const PerPart share = life_shares(DriverDesign{}, {.hoop_Pa = 1e9, .hoop_cycles = 4.0});
  CHECK(share == PerPart{0.0, 0.0, 0.0});
  CHECK(stage_failure_probability({}, share, 3.0) == 0.0);
}

TEST_CASE("wear: parts are exchanged at their planned share of life", "[massdriver]") {
  DriverDesign design = worn_design();
  design.store.life_launches = 100.0;
  design.store.voltage_ratio = 1.0;
  const auto stresses = stage_stresses(design, nominal_launch(), rated_V, rated_J);
  WearState state;
  constexpr int launches = 1020;
  double largest = 0.0;
  for (int i = 0; i < launches; ++i) {
    state = advance(state, design, stresses);
    largest = std::max(largest, state.stages[1].consumed[capacitor]);
  }
  // 50 hundredths add up to a half or just below: then one launch more.
  const double exchanges = state.stages[1].exchanges[capacitor];
  CHECK(exchanges >= 20.0);
  CHECK(exchanges <= 1020.0 / 50.0);
  CHECK(largest < 0.5);
  CHECK(state.stages[0].launches == launches);
  CHECK(state.stages[0].exchanges[closing_switch] == 0.0);
  CHECK_THAT(state.stages[0].consumed[closing_switch], WithinRel(launches * 1e-6, 1e-12));
}

TEST_CASE("wear: survival over many launches telescopes to the Weibull law", "[massdriver]") {
  const PerPart share{1e-3, 0.0, 5e-4};
  ClassWear wear;
  double survival = 1.0;
  for (int i = 0; i < 800; ++i) {
    survival *= 1.0 - stage_failure_probability(wear, share, 3.0);
    for (std::size_t part = 0; part < wear_parts; ++part) wear.consumed[part] += share[part];
  }
  CHECK_THAT(survival, WithinRel(std::exp(-(std::pow(0.8, 3.0) + std::pow(0.4, 3.0))), 1e-10));
}

TEST_CASE("wear: with shape 1 a stage fails as often new as old, with shape 3 more often", "[massdriver]") {
  const PerPart share{1e-3, 0.0, 0.0};
  ClassWear fresh, old;
  old.consumed[capacitor] = 0.5;
  CHECK_THAT(stage_failure_probability(old, share, 1.0),
             WithinRel(stage_failure_probability(fresh, share, 1.0), 1e-10));
  CHECK(stage_failure_probability(old, share, 3.0) > 1e5 * stage_failure_probability(fresh, share, 3.0));
}

TEST_CASE("wear: failed stages add up over all stages of the track", "[massdriver]") {
  DriverDesign design = worn_design();
  design.maintenance.wear_shape = 1.0;
  LaunchSolution launch = nominal_launch();
  launch.cruise_drive_current_A = launch.drive_current_A;  // then all classes are alike
  const auto stresses = stage_stresses(design, launch, rated_V, rated_J);
  const double one = stage_failure_probability({}, life_shares(design, stresses[0]), 1.0);
  CHECK_THAT(expected_failed_stages({}, design, stresses), WithinRel(1000.0 * one, 1e-12));
}

TEST_CASE("wear: the store of the 3.5-t machine at full voltage is exchanged at 1.5 t a launch",
          "[massdriver]") {
  DriverDesign design = worn_design();
  design.store.voltage_ratio = 1.0;
  design.store.switch_life_launches = 0.0;
  design.track.coil.fatigue_Pa = 0.0;
  // Exchange only at the end of life, and no failures before it: the limit of a steep Weibull law.
  design.maintenance = {.exchange_s = 3600.0, .crews = 10, .replace_at = 0.999999, .wear_shape = 1e8};
  const MaintenanceNeed need =
      maintenance_need(design, stage_stresses(design, nominal_launch(), rated_V, rated_J), 15.15e9);
  CHECK_THAT(need.exchanged_kg, WithinRel(15150e3 / 1e4, 1e-5));
  CHECK_THAT(need.planned[capacitor], WithinRel(1000.0 / 1e4, 1e-5));
  CHECK_THAT(need.down_s, WithinRel(need.planned[capacitor] * 3600.0 / 10.0, 1e-12));
}

TEST_CASE("wear: the planned need is what the launch-by-launch account exchanges", "[massdriver]") {
  DriverDesign design = worn_design();
  design.store.life_launches = 64.0;  // sums of 1/64 are exact
  design.store.voltage_ratio = 1.0;
  const auto stresses = stage_stresses(design, nominal_launch(), rated_V, rated_J);
  WearState state;
  for (int i = 0; i < 3200; ++i) state = advance(state, design, stresses);
  const MaintenanceNeed need = maintenance_need(design, stresses, 1e9);
  CHECK_THAT(998.0 * state.stages[1].exchanges[capacitor] + state.stages[0].exchanges[capacitor] +
                 state.stages[2].exchanges[capacitor],
             WithinRel(3200.0 * need.planned[capacitor], 1e-12));
  // Failures before exchange at half a life, cubed.
  CHECK_THAT(need.failed[capacitor], WithinRel(0.125 * need.planned[capacitor], 1e-12));
}
