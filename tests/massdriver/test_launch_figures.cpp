#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include "core/contract.hpp"
#include "massdriver/launch_figures.hpp"
#include "massdriver/read_design.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

struct Solved {
  Machine machine;
  LaunchSolution launch;
  LaunchFigures figures;
};

Solved solve(const std::string& name, const std::vector<std::string>& settings = {}) {
  const DriverDesign d = load_design(std::string(LUNAFAB_SOURCE_DIR) + "/configs/drivers/" + name, settings);
  Solved s{.machine = build_machine(d), .launch = {}, .figures = {}};
  s.launch = solve_launch(s.machine,
                          {.payload_kg = d.payload_kg,
                           .weighed_kg = d.payload_kg,
                           .muzzle_speed_mps = d.muzzle_speed_mps,
                           .coil_temperature_K = d.track.coil.temperature_K},
                          {});
  s.figures = figures_of(s.machine, s.launch);
  return s;
}

/// Rows of the coupled-circuit prototype's table, printed to three or four digits.
struct PrototypeRow {
  const char* file;
  double bus_GJ, wall_plug, unregenerated, em, heat_GJ, regenerated_GJ, store_t, recharge_per_h;
};

}  // namespace

TEST_CASE("launch figures: bus, efficiencies, heat and rates of the prototype's table within 1 %",
          "[massdriver]") {
  for (const PrototypeRow& row :
       {PrototypeRow{"two_coil_3500kg.yaml", 12.33, .817, .618, .9964, 2.26, 3.98, 15150, 2.9},
        PrototypeRow{"two_coil_1500kg.yaml", 5.29, .816, .617, .9953, .97, 1.71, 6615, 6.8}}) {
    INFO(row.file);
    const LaunchFigures f = solve(row.file).figures;
    CHECK_THAT(f.bus_J, WithinRel(row.bus_GJ * 1e9, 0.01));
    CHECK_THAT(f.wall_plug_efficiency, WithinRel(row.wall_plug, 0.01));
    CHECK_THAT(f.wall_plug_unregenerated, WithinRel(row.unregenerated, 0.01));
    CHECK_THAT(f.em_efficiency, WithinAbs(row.em, 1e-4));
    CHECK_THAT(f.heat.total_J(), WithinRel(row.heat_GJ * 1e9, 0.01));
    CHECK_THAT(f.regenerated_J, WithinRel(row.regenerated_GJ * 1e9, 0.01));
    CHECK_THAT(f.store_kg, WithinRel(row.store_t * 1e3, 0.01));
    CHECK_THAT(f.cadence.while_up_per_h[static_cast<std::size_t>(RateBound::recharge)],
               WithinRel(row.recharge_per_h, 0.01));
  }
}

TEST_CASE("launch figures: the bus gives payload and heat, and nothing else", "[massdriver]") {
  // With every loss the design knows of, and the residual among the stages' losses: exact but for rounding.
  const Solved s =
      solve("one_coil_1t.yaml", {"losses={drag: {force: 180 N, speed: 100 m/s}, eddy: 0.1 N s/m}",
                                 "store.switch=15 uohm", "store.esr=5 uohm"});
  const LaunchFigures& f = s.figures;
  CHECK_THAT(f.payload_J + f.heat.total_J(), WithinRel(f.bus_J, 1e-12));
  CHECK_THAT(f.payload_kg, WithinRel(1000.0, 1e-12));
  const EnergyAccount& e = s.launch.energy;
  CHECK_THAT(f.heat.stages_J, WithinRel(e.coil_heat_J + e.switch_heat_J + e.eddy_J + e.drag_J +
                                            e.discarded_J + e.magnetic_gain_J + e.residual_J,
                                        1e-9));
  CHECK(f.em_efficiency > f.wall_plug_efficiency);
  CHECK(f.wall_plug_efficiency > f.wall_plug_unregenerated);
  CHECK_THAT(f.recharge_s, WithinRel(f.bus_J / s.machine.design.bus_W, 1e-15));
}

TEST_CASE("launch figures: the smallest bound is the cadence", "[massdriver]") {
  Solved s = solve("one_coil_1t.yaml");
  const auto again = [&](auto change) {
    Machine machine = s.machine;
    change(machine.design);
    return figures_of(machine, s.launch).cadence;
  };
  // Bounds by hand: 8 buckets in an hour each are 8 launches; a bus of 1 W takes years for one.
  const Cadence buckets = again([](DriverDesign& d) {
    d.back.buckets = 8, d.back.cycle_s = 3600.0, d.bus_W = 1e12, d.bucket.cryocooler_W = 0.0;
    d.maintenance.exchange_s = 0.0;
  });
  CHECK(buckets.binding == RateBound::buckets);
  CHECK_THAT(buckets.sustained_per_h, WithinRel(8.0, 1e-12));
  CHECK(again([](DriverDesign& d) { d.bus_W = 1.0; }).binding == RateBound::recharge);
  const Cadence dark = again([](DriverDesign& d) { d.track.coil.emissivity = 0.0; });
  CHECK(dark.binding == RateBound::coils);
  CHECK(dark.up_per_h == 0.0);
}

TEST_CASE("launch figures: a launch that did not complete has none", "[massdriver]") {
  const LaunchSolution lost{.outcome = SolverOutcome::lost_synchronism, .muzzle_speed_mps = 100.0};
  CHECK_THROWS_AS(figures_of(Machine{}, lost), ContractError);
}
