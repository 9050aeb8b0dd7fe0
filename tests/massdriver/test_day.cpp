#include <catch2/catch.hpp>
#include "massdriver/day.hpp"
#include "massdriver/limits.hpp"
#include "massdriver/read_design.hpp"

using namespace lunafab::massdriver;
using Catch::WithinRel;

namespace {

struct Solved {
  Machine machine;
  LaunchSolution launch;
  LaunchFigures figures;
};

const Solved& baseline() {
  static const Solved solved = [] {
    Solved s{build_machine(load_design(LUNAFAB_SOURCE_DIR "/configs/drivers/two_coil_3500kg.yaml")), {}, {}};
    const DriverDesign& d = s.machine.design;
    s.launch = solve_launch(s.machine,
                            {.payload_kg = d.payload_kg,
                             .weighed_kg = d.payload_kg,
                             .muzzle_speed_mps = d.muzzle_speed_mps,
                             .coil_temperature_K = d.track.coil.temperature_K},
                            {.profile = true});
    s.figures = figures_of(s.machine, s.launch);
    return s;
  }();
  return solved;
}

}  // namespace

TEST_CASE("A day of launches warms the coils towards their steady state", "[massdriver]") {
  const auto& [machine, launch, figures] = baseline();
  const DayOfLaunches slow = launch_day(machine, launch, figures, 3.0),
                      fast = launch_day(machine, launch, figures, 60.0);
  CHECK(slow.launches == 72);
  CHECK(fast.launches == 1440);
  for (std::size_t i = 0; i < stage_classes; ++i) {
    CHECK(slow.coils[i].final_K < fast.coils[i].final_K);
    const TemperatureCourse& c = fast.coils[i];
    const double capacity =
        coil_mass_kg(machine.design.track.coil) * machine.design.track.coil.conductor.specific_heat_J_per_kgK;
    CHECK_THAT(c.heat_in_J - c.radiated_J,
               WithinRel(capacity * (c.final_K - machine.design.track.coil.temperature_K), 1e-9));
  }
  const CoilNode first = coil_nodes(machine.design, launch, machine.design.track.coil.temperature_K)[0];
  const double steady_K = steady_state_K(first, 60.0, machine.design.track.coil.sky_K);
  const DayOfLaunches month = launch_day(machine, launch, figures, 60.0, 720.0);
  CHECK_THAT(month.coils[0].final_K, WithinRel(steady_K, 2e-3));
}

TEST_CASE("A day's maintenance is the need of its launches", "[massdriver]") {
  const auto& [machine, launch, figures] = baseline();
  const DayOfLaunches day = launch_day(machine, launch, figures, 10.0);
  // 21,668 half-banks of 10,000 shots, exchanged at 80 %; both of a stage count as one part of the stage.
  CHECK_THAT(day.maintenance.planned[0], WithinRel(240.0 * 10834.0 / 10000.0 / 0.8, 1e-2));
  CHECK_THAT(day.maintenance.failed[0], WithinRel(day.maintenance.planned[0] * 0.512, 1e-9));
  CHECK(day.failed_stages_new > 0.0);
  CHECK(day.failed_stages_new < 1.0);
}

TEST_CASE("A bucket coil warms where launches follow faster than its cooler", "[massdriver]") {
  auto [machine, launch, figures] = baseline();
  const double base_K = machine.design.bucket.temperature_K;
  const DayOfLaunches calm = launch_day(machine, launch, figures, 2.0);
  CHECK_THAT(calm.bucket.final_K, WithinRel(base_K, 1e-9));
  CHECK(calm.bucket.peak_K > base_K);
  machine.design.bucket.cryocooler_W = machine.design.bucket.heat_leak_W * 1.001;
  const DayOfLaunches hot = launch_day(machine, launch, figures, 60.0);
  CHECK(hot.bucket.peak_K > base_K + 1.0);
  CHECK(hot.bucket_margin < calm.bucket_margin);
}

TEST_CASE("Aborts from every place are stopped by the catcher", "[massdriver]") {
  const auto& [machine, launch, figures] = baseline();
  const std::vector<AbortPlace> places = abort_places(machine, launch);
  REQUIRE(places.size() == 41);
  for (const AbortPlace& p : places) {
    CHECK(p.stop.outcome == AbortOutcome::caught);  // no drag in this design: nothing strands
    const double kinetic_J =
        0.5 * (machine.design.payload_kg + machine.design.bucket_kg) * p.speed_mps * p.speed_mps;
    CHECK_THAT(p.stop.drag_J + p.stop.recovered_J + p.stop.dumped_J + p.stop.left_J,
               WithinRel(kinetic_J, 1e-6));
  }
  Machine dragged = machine;
  dragged.design.losses = {.drag_N_at_reference = 2e4, .drag_reference_mps = 100.0};
  CHECK(abort_places(dragged, launch).front().stop.outcome == AbortOutcome::stranded);
  dragged.design.losses = {};
  dragged.design.back.catcher_m = 1000.0;
  CHECK(abort_places(dragged, launch).back().stop.outcome == AbortOutcome::overrun);
}
