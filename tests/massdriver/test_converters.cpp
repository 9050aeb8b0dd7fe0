#include <catch2/catch.hpp>
#include <cmath>
#include "massdriver/converter_run.hpp"
#include "massdriver/sections.hpp"
#include "tests/validation/driver_designs.hpp"

using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;
using lunafab::massdriver::test::design_of, lunafab::massdriver::test::nominal_launch;
using lunafab::massdriver::test::large_machine, lunafab::massdriver::test::one_coil_machine,
    lunafab::massdriver::test::Machinery;

namespace {

DriverDesign fed(const Machinery& m, int stages, double entry_mps, double mean_mps2) {
  const double gained = 2.0 * mean_mps2 * stages * m.pitch_m;
  DriverDesign d = design_of(m, stages, entry_mps, std::sqrt(entry_mps * entry_mps + gained));
  d.store.kind = StoreKind::flywheel;
  d.store.converter_efficiency = 0.95;
  d.firing.advance = 0.0;
  d.firing.energy = 1.0;
  d.errors.early_by = 0.2;
  return d;
}

const Machine& two_coils() {
  static const Machine machine = build_machine(fed(large_machine, 60, 300.0, 294.0));
  return machine;
}

LaunchSolution solve(const Machine& machine, const SolverOptions& options = {}) {
  return solve_launch(machine, nominal_launch(machine.design), options);
}

void check_closed(const LaunchSolution& s, double within = 1e-6) {
  const EnergyAccount& e = s.energy;
  CHECK(std::abs(e.residual_rel()) <= within);
  for (const double part : {e.discharged_J, e.recovered_J, e.coil_heat_J, e.switch_heat_J}) {
    CHECK(std::isfinite(part));
    CHECK(part >= 0.0);
  }
}

}  // namespace

TEST_CASE("Converters: the work law gives the work asked for in mid-track", "[massdriver]") {
  Machine machine = two_coils();
  machine.design.firing.trigger = Trigger::position;
  const WorkLaw law = converter_work(machine);
  CHECK(law.linear_J_per_A > 0.0);
  CHECK(law.quadratic_J_per_A2 > 0.0);
  const double asked = 5e5, amplitude = amplitude_A(law, asked).value();
  CHECK_THAT(amplitude * (law.linear_J_per_A - law.quadratic_J_per_A2 * amplitude), WithinRel(asked, 1e-12));
  CHECK_THAT(
      *amplitude_A(law, -asked) * (law.linear_J_per_A - law.quadratic_J_per_A2 * *amplitude_A(law, -asked)),
      WithinRel(-asked, 1e-12));
  CHECK_FALSE(amplitude_A(law, law.linear_J_per_A * law.linear_J_per_A / law.quadratic_J_per_A2).has_value());
  const LaunchSolution s = solve(machine, {.tolerance = 1e-10, .profile = true});
  const StageRecord &from = s.profile.at(25), &to = s.profile.at(45);
  const double gained = 0.5 * (to.speed_mps * to.speed_mps - from.speed_mps * from.speed_mps);
  const double plan =
      plan_launch(machine, machine.design.payload_kg, machine.design.muzzle_speed_mps)->mean_mps2;
  CHECK_THAT(gained / (to.position_m - from.position_m), WithinRel(plan, 2e-3));
}

TEST_CASE("Converters: energy closes, and does so at eighth order", "[massdriver]") {
  const LaunchSolution s = solve(two_coils());
  REQUIRE(s.outcome == SolverOutcome::completed);
  check_closed(s);
  CHECK_THAT(s.muzzle_speed_mps, WithinRel(two_coils().design.muzzle_speed_mps, 2e-3));
  CHECK_THAT(s.energy.magnetic_gain_J, WithinAbs(0.0, 1e-6));
  const double exact = solve(two_coils(), {.fineness = 4.0}).muzzle_speed_mps;
  const double coarse = std::abs(solve(two_coils(), {.fineness = 0.4}).muzzle_speed_mps - exact);
  const double fine = std::abs(solve(two_coils(), {.fineness = 2.0}).muzzle_speed_mps - exact);
  CHECK(coarse > 0.0);
  CHECK(std::log(coarse / fine) / std::log(5.0) > 6.5);  // events divide steps unevenly
}

TEST_CASE("Converters: without losses the store gives what the bucket gains", "[massdriver]") {
  DriverDesign d = fed(one_coil_machine, 30, 200.0, 576.0);
  d.store.converter_efficiency = 1.0;
  d.track.coil.conductor.resistivity_ohm_m = 0.0;
  const LaunchSolution s = solve(build_machine(d), {.tolerance = 1e-9});
  const EnergyAccount& e = s.energy;
  CHECK(e.recovered_J > 0.0);
  CHECK_THAT(e.discharged_J - e.recovered_J, WithinRel(e.kinetic_after_J - e.kinetic_before_J, 1e-8));
}

TEST_CASE("Converters: a bucket current that is held answers in proportion", "[massdriver]") {
  DriverDesign d = fed(one_coil_machine, 30, 200.0, 576.0);
  d.bucket.supply = BucketSupply::driven;
  const Machine machine = build_machine(d);
  const WorkLaw law = converter_work(machine);
  CHECK(std::abs(law.quadratic_J_per_A2 * d.bucket.current_A) < 1e-12 * law.linear_J_per_A);
  // ∮ of −Î sin(π z/s) I_b M'(z) over the half waves, by Simpson's rule.
  const double s = d.track.half_wave_m;
  double work = 0.0;
  constexpr int parts = 2000;
  for (int i = 0; i <= parts; ++i) {
    const double z = s * (2.0 * i / parts - 1.0), weight = i == 0 || i == parts ? 1.0
                                                           : i % 2 == 1         ? 4.0
                                                                                : 2.0;
    work -= weight * 2.0 * s / parts / 3.0 * std::sin(M_PI * z / s) * d.bucket.current_A *
            lookup(machine.coupling, z).slope_H_per_m;
  }
  CHECK_THAT(law.linear_J_per_A, WithinRel(work, 1e-9));
  check_closed(solve(machine));
}

TEST_CASE("Converters: faults cost speed, and energy still closes", "[massdriver]") {
  Machine machine = two_coils();
  machine.design.firing.trigger = Trigger::position;
  const double plain = solve(machine).muzzle_speed_mps;
  const auto with = [&](BankFault fault) {
    LaunchConditions launch = nominal_launch(machine.design);
    launch.deviations.faults = {{30, 0, fault}};
    LaunchSolution s = solve_launch(machine, launch, {});
    CHECK(s.outcome == SolverOutcome::completed);
    check_closed(s);
    return s;
  };
  const LaunchSolution missed = with(BankFault::miss), shorted = with(BankFault::shorted);
  CHECK(missed.skipped_banks == 1);
  CHECK(missed.muzzle_speed_mps < plain);
  CHECK(shorted.muzzle_speed_mps < missed.muzzle_speed_mps);  // and brakes
  CHECK(with(BankFault::early).muzzle_speed_mps != plain);
}

TEST_CASE("Converters: errors reach the speed, each launch for itself", "[massdriver]") {
  std::vector<LaunchConditions> launches(3, nominal_launch(two_coils().design));
  const std::size_t banks = 120;
  launches[1].deviations.voltage.assign(banks, 0.0);
  launches[1].deviations.voltage[118] = 0.01;
  launches[2].deviations.delay_s.assign(banks, 1e-6);
  const auto together = solve_launches(two_coils(), launches, {});
  for (std::size_t i = 0; i < launches.size(); ++i)
    CHECK(together[i].muzzle_speed_mps == solve_launch(two_coils(), launches[i], {}).muzzle_speed_mps);
  const double plain = together[0].muzzle_speed_mps;
  CHECK(together[1].muzzle_speed_mps > plain);
  CHECK(together[2].muzzle_speed_mps != plain);
}

TEST_CASE("Converters: a store that runs down needs the more power", "[massdriver]") {
  Machine machine = two_coils();
  const double plenty = solve(machine).store_power_W;  // capacity is that of the test's unlimited store
  machine.design.store.capacity_J = 0.0;
  machine.design.store.depth = 0.75;  // a quarter is left at the end: the root is one half
  const LaunchSolution s = solve(machine);
  CHECK(s.store_power_W > 1.5 * plenty);
  CHECK(s.store_power_W < 2.3 * plenty);
  machine.design.store.capacity_J = 1e6;
  CHECK(solve(machine).outcome == SolverOutcome::store_too_small);
}

TEST_CASE("Sections: injection from the bus and brake of the empty bucket", "[massdriver]") {
  DriverDesign d = fed(large_machine, 60, 150.0, 294.0);
  d.injection.acceleration_mps2 = 98.0665;
  d.injection.efficiency = 0.93;
  d.back.brake_mps2 = 588.0;
  const Machine machine = build_machine(d);
  const SectionRun in = run_injection(machine, d.payload_kg, d.track.coil.temperature_K);
  const double kg = d.payload_kg + d.bucket_kg;
  CHECK(in.stages == static_cast<int>(std::ceil((150.0 * 150.0 - 25.0) / (2.0 * 98.0665 * d.track.pitch_m))));
  CHECK_THAT(in.kinetic_J, WithinRel(0.5 * kg * (150.0 * 150.0 - 25.0), 1e-2));
  CHECK(std::abs(in.residual_rel) < 1e-6);
  CHECK_THAT(in.source_J, WithinRel(in.kinetic_J + in.coil_heat_J + in.inverter_loss_J, 1e-6));
  CHECK(in.source_J > in.kinetic_J / 0.93);  // coils warm, and power swings through the inverter
  const SectionRun out = run_brake(machine, 400.0, 0.85, d.track.coil.temperature_K);
  CHECK_THAT(out.kinetic_J, WithinRel(-0.5 * d.bucket_kg * (160000.0 - 25.0), 1e-2));
  CHECK(-out.source_J < -0.85 * out.kinetic_J);
  CHECK(-out.source_J > -0.80 * out.kinetic_J);
  CHECK_THAT(out.source_J, WithinRel(out.kinetic_J + out.coil_heat_J + out.inverter_loss_J, 1e-6));
}

TEST_CASE("Converters: hoop tension at cruise is the run's without its ends", "[massdriver]") {
  const LaunchSolution s = solve(two_coils(), {.profile = true});
  CHECK(s.cruise_hoop_drive_N > 0.5 * s.hoop_drive_N);
  CHECK(s.cruise_hoop_drive_N <= s.hoop_drive_N);
  CHECK(s.cruise_hoop_bucket_N > 0.5 * s.hoop_bucket_N);
  CHECK(s.cruise_hoop_bucket_N <= s.hoop_bucket_N);
  CHECK(solve(two_coils()).cruise_hoop_drive_N == 0.0);  // only with a profile
}
