#include <tbb/global_control.h>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include "core/random.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/solver.hpp"
#include "tests/validation/driver_designs.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinRel;
using lunafab::massdriver::test::design_of, lunafab::massdriver::test::nominal_launch;
using lunafab::massdriver::test::Machinery, lunafab::massdriver::test::one_coil_machine,
    lunafab::massdriver::test::large_machine;

namespace {

constexpr double most_fineness = 1.4 * 1.4 * 1.4 * 1.4;         // of the last retry at 1e-6
constexpr double one_coil_mps2 = 576.0, two_coil_mps2 = 294.0;  // nominal, of the full machines

/// A stretch of a machine at its own acceleration.
DriverDesign stretch(const Machinery& m, int stages, double entry_mps, double mean_mps2) {
  const double gained = 2.0 * mean_mps2 * stages * m.pitch_m;
  DriverDesign d = design_of(m, stages, entry_mps, std::sqrt(entry_mps * entry_mps + gained));
  d.errors.early_by = 0.2;
  return d;
}

const Machine& one_coil() {
  static const Machine machine = build_machine(stretch(one_coil_machine, 60, 200.0, one_coil_mps2));
  return machine;
}
const Machine& two_coils() {
  static const Machine machine = build_machine(stretch(large_machine, 60, 300.0, two_coil_mps2));
  return machine;
}

LaunchSolution solve(const Machine& machine, double tolerance = 1e-6) {
  return solve_launch(machine, nominal_launch(machine.design), {.tolerance = tolerance});
}

std::vector<double> account(const EnergyAccount& e) {
  return {e.discharged_J, e.recovered_J,      e.discarded_J,     e.coil_heat_J, e.switch_heat_J,  e.eddy_J,
          e.drag_J,       e.kinetic_before_J, e.kinetic_after_J, e.residual_J,  e.magnetic_gain_J};
}

/// Every number of a solution.
std::vector<double> numbers(const LaunchSolution& s) {
  std::vector<double> all = account(s.energy);
  all.insert(all.end(), {s.muzzle_speed_mps, s.time_s, s.peak_mps2, s.cruise_peak_mps2, s.mean_mps2,
                         s.peak_voltage_V, s.drive_current_A, s.cruise_drive_current_A, s.bucket_current_A,
                         s.low_bucket_A, static_cast<double>(s.steps), 1.0 * s.late_openings,
                         1.0 * s.saturated_banks, 1.0 * s.skipped_banks, static_cast<double>(s.outcome)});
  all.insert(all.end(), s.stage_heat_J.begin(), s.stage_heat_J.end());
  return all;
}

void check_finite(const LaunchSolution& s) {
  for (const double number : numbers(s)) REQUIRE(std::isfinite(number));
}

/// The account closes to the tolerance, and its terms agree with what else is known of them.
void check_account(const Machine& machine, const LaunchSolution& s, double tolerance) {
  const EnergyAccount& e = s.energy;
  const double in = e.discharged_J + e.kinetic_before_J;
  const double out = e.recovered_J + e.discarded_J + e.coil_heat_J + e.switch_heat_J + e.eddy_J + e.drag_J +
                     e.kinetic_after_J + e.magnetic_gain_J;
  check_finite(s);
  CHECK(std::abs(in - out - e.residual_J) <= 1e-13 * in);
  CHECK(std::abs(e.residual_rel()) <= tolerance);
  double heat_J = 0.0;
  for (const double each : s.stage_heat_J) heat_J += each;
  CHECK(std::abs(heat_J - e.coil_heat_J) <= 1e-12 * (heat_J + 1.0));
  const double kg = machine.design.bucket_kg + machine.design.payload_kg;
  CHECK_THAT(e.kinetic_after_J, WithinRel(0.5 * kg * s.muzzle_speed_mps * s.muzzle_speed_mps, 1e-12));
}

/// Launches that differ in every respect a launch can.
std::vector<LaunchConditions> different_launches(const Machine& machine, std::size_t n) {
  std::vector<LaunchConditions> launches(n, nominal_launch(machine.design));
  const auto banks = static_cast<std::size_t>(machine.design.track.stages * machine.design.bucket.count);
  for (std::size_t i = 1; i < n; ++i) {
    LaunchConditions& c = launches[i];
    const double k = static_cast<double>(i);
    c.weighed_kg = c.payload_kg *= 1.0 - 0.01 * k;
    c.coil_temperature_K += k;
    c.deviations.voltage.assign(banks, 1e-3 * k);
    c.deviations.delay_s.assign(banks, 1e-6 * k);
    if (i % 3 == 1) c.muzzle_speed_mps -= 2.0 * k;
    if (i % 3 == 2) c.deviations.faults = {{static_cast<int>(10 + i % 30), 0, BankFault::miss}};
    if (i % 4 == 3) c.first_stage = 20;
  }
  return launches;
}

void check_independent(const Machine& machine) {
  const std::vector<LaunchConditions> launches = different_launches(machine, 19);
  const std::vector<LaunchSolution> together = solve_launches(machine, launches, {});
  std::vector<LaunchConditions> backwards(launches.rbegin(), launches.rend());
  const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
  const std::vector<LaunchSolution> reversed = solve_launches(machine, backwards, {});
  for (std::size_t i = 0; i < launches.size(); ++i) {
    INFO(i);
    CHECK(numbers(together[i]) == numbers(reversed[launches.size() - 1 - i]));
    if (i < 9) CHECK(numbers(together[i]) == numbers(solve_launch(machine, launches[i], {})));
  }
}

/// When the nominal run passes the place of each firing.
std::vector<double> nominal_schedule(const Machine& machine) {
  const DriverDesign& d = machine.design;
  const LaunchSolution s = solve_launch(machine, nominal_launch(d), {.profile = true});
  const double lead_m = (1.0 + d.firing.advance) * d.track.half_wave_m;
  std::vector<double> x{-lead_m}, t{0.0}, v{d.injection.speed_mps};
  for (const StageRecord& r : s.profile)
    if (r.position_m > x.back()) x.push_back(r.position_m), t.push_back(r.time_s), v.push_back(r.speed_mps);
  std::vector<double> times;
  for (int k = 0; k < d.track.stages; ++k) {
    const double at = k * d.track.pitch_m - lead_m;
    const auto next = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end() - 1, at) - x.begin());
    const double h = x[next] - x[next - 1], u = (at - x[next - 1]) / h;
    const double rise = t[next] - t[next - 1], a = h / v[next - 1] - rise, b = rise - h / v[next];
    times.push_back(t[next - 1] + u * rise + u * (1.0 - u) * (a * (1.0 - u) + b * u));  // cubic Hermite
  }
  return times;
}

}  // namespace

TEST_CASE("solver: the energy residual falls with the eighth order of the step", "[massdriver]") {
  for (const Machine* machine : {&one_coil(), &two_coils()}) {
    // Root mean squares over a few finenesses: whole numbers of steps between events make single ones jump.
    const auto residual = [&](double times) {
      double sum = 0.0;
      for (const double fineness : {0.9, 1.0, 1.1, 1.2}) {
        const SolverOptions options{.fineness = times * fineness, .tolerance = 1e-10};
        const LaunchSolution s = solve_launch(*machine, nominal_launch(machine->design), options);
        sum += std::pow(s.energy.residual_rel(), 2);
      }
      return std::sqrt(sum / 4.0);
    };
    const double usual = residual(1.0), fine = residual(2.0), order = std::log2(usual / fine);
    INFO(usual << " " << fine);
    CHECK(order > 6.5);
    CHECK(order < 10.0);
  }
}

TEST_CASE("solver: the residual is below 1e-6, or what is asked for", "[massdriver]") {
  for (const Machine* machine : {&one_coil(), &two_coils()}) {
    double speed_mps = 0.0;
    for (const double tolerance : {1e-8, 1e-6}) {
      const LaunchSolution s = solve(*machine, tolerance);
      CHECK(s.outcome == SolverOutcome::completed);
      check_account(*machine, s, tolerance);
      if (speed_mps == 0.0) speed_mps = s.muzzle_speed_mps;
      CHECK_THAT(s.muzzle_speed_mps, WithinRel(speed_mps, 1e-6));
    }
  }
}

TEST_CASE("solver: a launch's bits hang on its own conditions only", "[massdriver]") {
  check_independent(one_coil());
  check_independent(two_coils());
}

TEST_CASE("solver: energy closes term by term with every loss", "[massdriver]") {
  for (const Machine* plain : {&one_coil(), &two_coils()}) {
    Machine machine = *plain;
    DriverDesign& d = machine.design;
    d.losses = {.drag_N_at_reference = 2e4, .drag_reference_mps = 100.0, .eddy_N_per_mps = 30.0};
    machine.eddy_N_per_mps = 50.0;  // with the drive coils' strands
    d.store.switch_ohm = 10e-6, d.store.esr_ohm = 5e-6;
    d.track.drift_m = 20.0;
    const LaunchSolution s = solve(machine);
    const EnergyAccount& e = s.energy;
    check_account(machine, s, 1e-6);
    // Drag falls as 1/v: a constant power.
    CHECK_THAT(e.drag_J, WithinRel(2e4 * 100.0 * s.time_s, 1e-6));
    const double coil_ohm = drive_resistance_ohm(machine, d.track.coil.temperature_K);
    CHECK_THAT(e.switch_heat_J, WithinRel(e.coil_heat_J * 15e-6 / coil_ohm, 1e-12));
    const double track_m = (d.track.stages - 1) * d.track.pitch_m +
                           (d.bucket.count - 1) * d.bucket.spacing_m +
                           (1.0 + d.firing.advance + d.firing.latest_opening) * d.track.half_wave_m;
    CHECK(e.eddy_J > 50.0 * track_m * d.injection.speed_mps);
    CHECK(e.eddy_J < (50.0 * track_m + 30.0 * d.track.drift_m) * 1.01 * d.muzzle_speed_mps);
    CHECK(e.coil_heat_J > 0.0);
    CHECK(e.magnetic_gain_J == 0.0);  // all banks open: the flux is again the bucket's alone
  }
}

TEST_CASE("solver: without resistance nothing is heated, and energy closes", "[massdriver]") {
  for (const Machine* plain : {&one_coil(), &two_coils()}) {
    Machine machine = *plain;
    machine.drive_dc_ohm = 0.0;
    const LaunchSolution s = solve(machine, 1e-8);
    check_account(machine, s, 1e-8);
    CHECK(s.energy.coil_heat_J == 0.0);
    CHECK(s.energy.switch_heat_J == 0.0);
    CHECK(s.energy.discharged_J > 0.0);
  }
}

TEST_CASE("solver: a bucket fed with a held current", "[massdriver]") {
  DriverDesign d = one_coil().design;
  d.bucket.supply = BucketSupply::driven;
  const Machine machine = build_machine(d);
  const LaunchSolution s = solve(machine, 1e-8);
  CHECK(s.outcome == SolverOutcome::completed);
  check_account(machine, s, 1e-8);
  CHECK(s.bucket_current_A == d.bucket.current_A);
  CHECK(s.low_bucket_A == d.bucket.current_A);
  const LaunchSolution conserving = solve(one_coil(), 1e-8);
  CHECK(conserving.low_bucket_A < conserving.bucket_current_A);
}

TEST_CASE("solver: fired by position the banks keep their planned energy", "[massdriver]") {
  Machine machine = one_coil();
  machine.design.firing.trigger = Trigger::position;
  const LaunchSolution s = solve(machine);
  CHECK(s.outcome == SolverOutcome::completed);
  check_account(machine, s, 1e-6);
  const auto plan = plan_launch(machine, machine.design.payload_kg, machine.design.muzzle_speed_mps);
  REQUIRE(plan);
  CHECK_THAT(s.energy.discharged_J, WithinRel(plan->stages * plan->bank_J, 1e-12));
  const double fed_back_mps = solve(one_coil()).muzzle_speed_mps;
  CHECK(s.muzzle_speed_mps != fed_back_mps);
}

TEST_CASE("solver: fired at fixed times a machine with too little energy loses synchronism", "[massdriver]") {
  Machine machine = one_coil();
  machine.design.firing.trigger = Trigger::open_loop;
  LaunchConditions launch = nominal_launch(machine.design);
  const LaunchSolution by_place = solve_launch(machine, launch, {});
  launch.schedule_s = nominal_schedule(machine);
  const LaunchSolution nominal = solve_launch(machine, launch, {});
  CHECK(nominal.outcome == SolverOutcome::completed);
  CHECK_THAT(nominal.muzzle_speed_mps, WithinRel(by_place.muzzle_speed_mps, 1e-5));
  launch.deviations.voltage.assign(static_cast<std::size_t>(machine.design.track.stages), -0.3);
  const LaunchSolution weak = solve_launch(machine, launch, {});
  CHECK(weak.outcome == SolverOutcome::lost_synchronism);
  CHECK(weak.stopped_at_stage > 0);
  CHECK(weak.stopped_at_stage < machine.design.track.stages);
  check_account(machine, weak, 1e-5);
}

TEST_CASE("solver: a bank that misses, fires early, or a coil that is shorted", "[massdriver]") {
  for (const Machine* machine : {&one_coil(), &two_coils()}) {
    const LaunchSolution good = solve(*machine);
    for (const BankFault fault : {BankFault::miss, BankFault::early, BankFault::shorted}) {
      LaunchConditions launch = nominal_launch(machine->design);
      launch.deviations.faults = {{machine->design.track.stages - 3, 0, fault}};
      const LaunchSolution s = solve_launch(*machine, launch, {});
      INFO(machine->design.title << ", fault " << static_cast<int>(fault) << ": " << s.muzzle_speed_mps
                                 << " of " << good.muzzle_speed_mps);
      CHECK(s.outcome == SolverOutcome::completed);
      check_account(*machine, s, 1e-6);
      CHECK(s.skipped_banks == (fault == BankFault::miss ? 1 : 0));
      CHECK(std::abs(s.muzzle_speed_mps - good.muzzle_speed_mps) > 1e-6);
      if (fault != BankFault::early) CHECK(s.muzzle_speed_mps < good.muzzle_speed_mps);
    }
  }
}

TEST_CASE("solver: launches that cannot be are outcomes", "[massdriver]") {
  Machine machine = one_coil();
  LaunchConditions launch = nominal_launch(machine.design);
  SECTION("more speed than the store gives") {
    machine.design.store.capacity_J = 0.0;
    launch.muzzle_speed_mps *= 1.01;
    const LaunchSolution s = solve_launch(machine, launch, {});
    CHECK(s.outcome == SolverOutcome::store_too_small);
    CHECK(s.energy.discharged_J == 0.0);
    check_finite(s);
  }
  SECTION("a payload that is far heavier than weighed") {
    launch.payload_kg *= 10.0;
    const LaunchSolution s = solve_launch(machine, launch, {});
    CHECK((s.outcome == SolverOutcome::completed || s.outcome == SolverOutcome::lost_synchronism));
    CHECK(std::abs(s.energy.residual_rel()) <= 1e-6);
    check_finite(s);
  }
  SECTION("drag that stops it before the first stage") {
    machine.design.injection.speed_mps = 1.2;
    machine.design.losses = {.drag_N_at_reference = 1e5, .drag_reference_mps = 1.0};
    const LaunchSolution s = solve_launch(machine, launch, {});
    CHECK(s.outcome == SolverOutcome::stalled);
    check_finite(s);
  }
}

TEST_CASE("plan: slower takes fewer stages, heavier a smaller acceleration", "[massdriver]") {
  Machine machine = one_coil();
  machine.design.store.capacity_J = 0.0;  // sized for the nominal launch
  const DriverDesign& d = machine.design;
  const double v = d.muzzle_speed_mps, kg = d.payload_kg;
  const auto full = plan_launch(machine, kg, v), slow = plan_launch(machine, kg, 0.9 * v),
             light = plan_launch(machine, 0.5 * kg, v);
  REQUIRE((full && slow && light));
  CHECK(full->stages == d.track.stages);
  CHECK(slow->stages < full->stages);
  CHECK(light->stages == full->stages);  // the payload's limit is the design's acceleration
  CHECK(light->bank_J < full->bank_J);
  const double heavy_mps = top_speed_mps(d, 1.5 * kg);
  CHECK(heavy_mps < v);
  const auto heavy = plan_launch(machine, 1.5 * kg, heavy_mps);
  REQUIRE(heavy);
  CHECK(heavy->mean_mps2 < full->mean_mps2);
  CHECK_FALSE(plan_launch(machine, 1.5 * kg, v).has_value());
  LaunchConditions launch = nominal_launch(d);
  launch.muzzle_speed_mps = 0.9 * v;
  const LaunchSolution s = solve_launch(machine, launch, {});
  CHECK_THAT(s.muzzle_speed_mps, WithinRel(0.9 * v, 0.01));
  check_account(machine, s, 1e-6);
}

namespace {

const StreamKey fuzz_key{7, 0, entity_key("solver"), Purpose::test};

double draw(std::uint64_t& n, double low, double high) {
  return low + (high - low) * uniform(fuzz_key, n++);
}

/// A valid machine with a wide gap (few cells to tabulate) but otherwise anything.
DriverDesign hostile_design(std::uint64_t& n) {
  const double r = draw(n, 0.3, 2.0);
  const int coils = 1 + static_cast<int>(draw(n, 0.0, 4.0));
  Machinery m{.title = "fuzz",
              .drive = {r, draw(n, 0.05, 0.4) * r, 0.05 * r},
              .bucket = {draw(n, 0.5, 0.8) * r, 0.15 * r, 0.03 * r},
              .fill = 0.7,
              .bucket_coils = coils,
              .spacing_m = draw(n, 1.2, 4.0) * r,
              .bucket_A = draw(n, 0.1, 1.5) * 1e6,
              .pitch_m = draw(n, 0.5, 1.2) * r,
              .half_wave_m = 0.0,
              .payload_kg = draw(n, 100.0, 4000.0),
              .bucket_kg = draw(n, 100.0, 2000.0),
              .advance = 0.0,
              .tuning = 1.0,
              .energy = 1.0,
              .gain = 0.0};
  m.half_wave_m = draw(n, 0.7, 2.5) * m.pitch_m;
  DriverDesign d = design_of(m, 40, 100.0, 200.0);
  d.errors.early_by = 0.3;
  d.bucket.supply = draw(n, 0.0, 1.0) < 0.2 ? BucketSupply::driven : BucketSupply::flux_conserving;
  return d;
}

/// The same coils, otherwise operated.
void operate(Machine& machine, std::uint64_t& n) {
  DriverDesign& d = machine.design;
  d.track.stages = static_cast<int>(draw(n, 1.0, 40.0));
  d.injection.speed_mps = draw(n, 2.0, 300.0);
  const double mps2 = std::pow(10.0, draw(n, 0.0, 3.7));
  d.muzzle_speed_mps =
      std::sqrt(std::pow(d.injection.speed_mps, 2) + 2.0 * mps2 * d.track.stages * d.track.pitch_m);
  d.firing = {.trigger = draw(n, 0.0, 1.0) < 0.5 ? Trigger::velocity_feedback : Trigger::position,
              .advance = draw(n, -0.4, 0.5),
              .tuning = draw(n, 0.3, 3.0),
              .energy = draw(n, 0.5, 2.0),
              .gain = draw(n, 0.0, 1.0),
              .latest_opening = draw(n, 0.8, 1.8)};
  d.losses = {.drag_N_at_reference = draw(n, 0.0, 1e5), .drag_reference_mps = draw(n, 1.0, 100.0)};
  machine.eddy_N_per_mps = d.losses.eddy_N_per_mps = draw(n, 0.0, 100.0);
  machine.drive_dc_ohm = std::pow(10.0, draw(n, -7.0, -3.0));
  d.store.switch_ohm = draw(n, 0.0, 1e-4);
}

}  // namespace

TEST_CASE("A shorted coil keeps its slot while other banks come and go", "[massdriver]") {
  LaunchConditions launch = nominal_launch(two_coils().design);
  launch.deviations.faults = {{20, 0, BankFault::shorted}, {33, 1, BankFault::shorted}};
  const LaunchSolution s = solve_launch(two_coils(), launch, {});
  CHECK(s.outcome == SolverOutcome::completed);
  CHECK(std::abs(s.energy.residual_rel()) < 1e-6);
  CHECK(s.stage_heat_J[20] > 2.0 * s.stage_heat_J[24]);
}

TEST_CASE("solver: whatever the design, launches end with finite numbers and bounded steps", "[massdriver]") {
  std::array<int, 5> outcomes{};
  std::uint64_t n = 0;
  for (int geometry = 0; geometry < 5; ++geometry) {
    Machine machine = build_machine(hostile_design(n));
    for (int trial = 0; trial < 10; ++trial) {
      operate(machine, n);
      const DriverDesign& d = machine.design;
      LaunchConditions launch = nominal_launch(d);
      const auto fault = static_cast<BankFault>(static_cast<int>(draw(n, 0.0, 4.0)));
      launch.deviations.faults = {{d.track.stages / 2, 0, fault}};
      const LaunchSolution s = solve_launch(machine, launch, {});
      INFO("geometry " << geometry << ", trial " << trial << ": " << name(s.outcome) << ", residual "
                       << s.energy.residual_rel());
      check_finite(s);
      CHECK(static_cast<double>(s.steps) <=
            50.0 * most_fineness * (d.track.stages + 16) * d.bucket.count + 1);
      if (s.outcome == SolverOutcome::completed) CHECK(std::abs(s.energy.residual_rel()) <= 1e-6);
      ++outcomes[static_cast<std::size_t>(s.outcome)];
    }
  }
  CHECK(outcomes[0] > 10);  // the cases are not all absurd
  CHECK(outcomes[0] < 50);
}
