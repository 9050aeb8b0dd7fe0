#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>
#include "core/contract.hpp"
#include "massdriver/stage_thermal.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double sigma = 5.670374419e-8;

// Resistivity 2.2e-8 Ω m is what the stage resistances of the prototype imply; the coefficient is that of
// pure aluminium about 250 K, 1.15e-10 Ω m/K (remembered from the CRC tables). 880 J/kgK: aluminium just
// below 0 °C.
const Conductor aluminium{.resistivity_ohm_m = 2.2e-8,
                          .reference_K = 250.0,
                          .temperature_coefficient_per_K = 5.2e-3,
                          .density_kg_per_m3 = 2700.0,
                          .specific_heat_J_per_kgK = 880.0};

DriverDesign design_of(const Winding& winding) {
  DriverDesign design;
  design.track.coil = {.winding = winding, .fill = 0.7, .conductor = aluminium, .emissivity = 0.85};
  return design;
}

CoilNode constant_heat(CoilNode node) {
  node.conductor.temperature_coefficient_per_K = 0.0;
  return node;
}

struct PrototypeCase {
  const char* what;
  Winding winding;
  double all_coils_J, stages, first_J;
  double mean_per_h, first_per_h, first_rise_K, stage_kg;
};

// Coil Joule and stages of the prototype's two machines. Only rates and warming of the first stages are
// printed, to three and two digits: their heat is 45.0 and 19.4 kJ by both.
const std::vector<PrototypeCase> prototype{
    {"3.5 t", {1.50, 0.25, 0.040}, 54.5e6, 10834, 45.05e3, 1236, 138, 0.29, 178.0},
    {"1.5 t", {1.15, 0.20, 0.035}, 30.6e6, 14132, 19.40e3, 1765, 197, 0.23, 95.6}};

// All coils' heat, the first stage's as given and the rest spread evenly.
LaunchSolution launch_of(const PrototypeCase& machine) {
  const auto stages = static_cast<std::size_t>(machine.stages);
  LaunchSolution launch;
  launch.stage_heat_J.assign(stages, (machine.all_coils_J - machine.first_J) / (machine.stages - 1.0));
  launch.stage_heat_J.front() = machine.first_J;
  return launch;
}

}  // namespace

TEST_CASE("stage thermal: nodes carry the first, mean and largest heat of the stages", "[massdriver]") {
  const LaunchSolution launch{.stage_heat_J = {30.0, 50.0, 10.0}};
  const auto nodes = coil_nodes(design_of(prototype[0].winding), launch, 250.0);
  CHECK(nodes[0].heat_J == 30.0);
  CHECK(nodes[1].heat_J == 30.0);
  CHECK(nodes[2].heat_J == 50.0);
  CHECK(coil_nodes(design_of(prototype[0].winding), {}, 250.0)[2].heat_J == 0.0);
}

// How the area was found: the cadence times the mean heat at 350 K, 1236 · 54.5 MJ / 10834 / 3600 s = 1727 W,
// over .85 σ 350⁴ = 723.3 W/m² is 2.388 m², and 2.388 = 2π · 1.52 · .25: the outer cylindrical face, a black
// sky at 0 K and the heat of a cold coil. The second machine confirms it to 0.1 %.
TEST_CASE("stage thermal: the prototype's cadences at 350 K follow from the coils' outer faces",
          "[massdriver]") {
  for (const PrototypeCase& machine : prototype) {
    INFO(machine.what);
    const DriverDesign design = design_of(machine.winding);
    CHECK_THAT(coil_mass_kg(design.track.coil), WithinRel(machine.stage_kg, 1e-3));
    const auto nodes = coil_nodes(design, launch_of(machine), 250.0);
    CHECK_THAT(passive_launches_per_h(constant_heat(nodes[1]), 350.0, 0.0),
               WithinRel(machine.mean_per_h, 2e-3));
    CHECK_THAT(passive_launches_per_h(constant_heat(nodes[0]), 350.0, 0.0),
               WithinRel(machine.first_per_h, 5e-3));
    CHECK_THAT(nodes[0].heat_J / nodes[0].heat_capacity_J_per_K, WithinAbs(machine.first_rise_K, 0.005));
  }
}

TEST_CASE("stage thermal: resistance at 350 K takes a third off the prototype's cadence", "[massdriver]") {
  const DriverDesign design = design_of(prototype[0].winding);
  const auto nodes = coil_nodes(design, {.stage_heat_J = {45.05e3}}, 250.0);
  const double cold = passive_launches_per_h(constant_heat(nodes[0]), 350.0, 0.0);
  CHECK_THAT(passive_launches_per_h(nodes[0], 350.0, 0.0), WithinRel(cold / 1.52, 1e-12));
}

TEST_CASE("stage thermal: the steady state balances its cadence, with resistance and sky", "[massdriver]") {
  const auto node = coil_nodes(design_of(prototype[0].winding), {.stage_heat_J = {45.05e3}}, 250.0)[0];
  for (const double sky_K : {0.0, 100.0, 250.0}) {
    for (const double rate : {0.5, 30.0, 138.0, 1000.0}) {
      const double hot_K = steady_state_K(node, rate, sky_K);
      CHECK_THAT(passive_launches_per_h(node, hot_K, sky_K), WithinRel(rate, 1e-9));
      CHECK(hot_K > sky_K);
    }
  }
  // Without feedback and sky: T⁴ = q / (ε σ A).
  const CoilNode cold = constant_heat(node);
  CHECK_THAT(steady_state_K(cold, 100.0, 0.0),
             WithinRel(std::pow(100.0 / 3600.0 * 45.05e3 / (0.85 * sigma * cold.radiator_m2), 0.25), 1e-12));
  CHECK(passive_launches_per_h(node, 200.0, 250.0) == 0.0);
  CHECK_THAT(steady_state_K(node, 0.0, 180.0), WithinRel(180.0, 1e-12));
}

TEST_CASE("stage thermal: a coil at rest cools as 1/T³ grows linearly under a black sky", "[massdriver]") {
  const auto node = coil_nodes(design_of(prototype[0].winding), {}, 250.0)[0];
  const std::vector<CadencePhase> night{{.duration_s = 86400.0}};
  const TemperatureCourse course = simulate_coil(node, 350.0, night);
  const double k = 0.85 * sigma * node.radiator_m2 / node.heat_capacity_J_per_K;
  CHECK_THAT(course.final_K,
             WithinRel(std::pow(std::pow(350.0, -3.0) + 3.0 * k * 86400.0, -1.0 / 3.0), 1e-9));
  CHECK(course.launches == 0);
}

TEST_CASE("stage thermal: after days of launches the coil swings about its steady state", "[massdriver]") {
  const auto node = coil_nodes(design_of(prototype[0].winding), {.stage_heat_J = {45.05e3}}, 250.0)[0];
  const std::vector<CadencePhase> days{{.duration_s = 10 * 86400.0, .launches_per_h = 60.0, .sky_K = 150.0}};
  const TemperatureCourse course = simulate_coil(node, 250.0, days);
  CHECK(course.launches == 14400);
  // Each launch's heat is that of the temperature before it, the radiation that of the mean, half a jump
  // above.
  const double heat_J = launch_heat_J(node, course.final_K), jump_K = heat_J / node.heat_capacity_J_per_K;
  CHECK_THAT(radiated_W(node, course.final_K + 0.5 * jump_K, 150.0), WithinRel(60.0 / 3600.0 * heat_J, 1e-5));
  CHECK_THAT(course.final_K + 0.5 * jump_K, WithinAbs(steady_state_K(node, 60.0, 150.0), 0.5 * jump_K));
  CHECK_THAT(course.peak_K, WithinAbs(course.final_K + jump_K, 1e-3));
}

TEST_CASE("stage thermal: a day of launches, a night without", "[massdriver]") {
  const auto node = coil_nodes(design_of(prototype[0].winding), {.stage_heat_J = {45.05e3}}, 250.0)[0];
  const std::vector<CadencePhase> phases{{.duration_s = 43200.0, .launches_per_h = 114.0, .sky_K = 200.0},
                                         {.duration_s = 43200.0, .launches_per_h = 0.0, .sky_K = 100.0}};
  const TemperatureCourse course = simulate_coil(node, 250.0, phases);
  CHECK(course.launches == 1368);
  CHECK(course.time_s.size() == 1370);
  CHECK(course.time_s.back() == 86400.0);
  CHECK(course.peak_K < steady_state_K(node, 114.0, 200.0) + 0.5);
  CHECK(course.final_K < course.peak_K);
  // Radiated heat by the trapezoidal rule on an independent fine integration of the same balance.
  double temperature_K = 250.0, radiated_J = 0.0;
  constexpr double dt = 0.5;
  for (double t = 0.0; t < 86400.0; t += dt) {
    const bool day = t < 43200.0;
    const double out_W = radiated_W(node, temperature_K, day ? 200.0 : 100.0);
    const double in_W = day ? 114.0 / 3600.0 * launch_heat_J(node, temperature_K) : 0.0;
    temperature_K += dt * (in_W - out_W) / node.heat_capacity_J_per_K;
    radiated_J += dt * out_W;
  }
  // Launches spread evenly differ from jumps by half a jump, .15 K of a hundred.
  CHECK_THAT(course.final_K, WithinAbs(temperature_K, 0.2));
  CHECK_THAT(course.radiated_J, WithinRel(radiated_J, 2e-3));
}

TEST_CASE("stage thermal: an impossible node or phase is a broken contract", "[massdriver]") {
  auto node = coil_nodes(design_of(prototype[0].winding), {}, 250.0)[0];
  const std::vector<CadencePhase> backwards{{.duration_s = -1.0}};
  CHECK_THROWS_AS(simulate_coil(node, 250.0, backwards), ContractError);
  node.emissivity = 0.0;
  CHECK_THROWS_AS(steady_state_K(node, 1.0, 0.0), ContractError);
}

TEST_CASE("bucket cooling: the cryocooler's net power sets the shortest cycle", "[massdriver]") {
  BucketNode node{
      .heat_capacity_J_per_K = 4000.0, .base_K = 20.0, .heat_J = 8000.0, .leak_W = 1.0, .cooler_W = 5.0};
  CHECK_THAT(shortest_cycle_s(node), WithinRel(2000.0, 1e-15));
  // At that cycle every launch starts at the base temperature again.
  CHECK_THAT(simulate_bucket(node, 2000.0, 40).peak_K, WithinRel(22.0, 1e-12));
  // At half of it, half the heat stays: +1 K a launch.
  const TemperatureCourse fast = simulate_bucket(node, 1000.0, 40);
  CHECK_THAT(fast.peak_K, WithinRel(20.0 + 40.0 * 1.0 + 1.0, 1e-12));
  CHECK_THAT(fast.radiated_J, WithinRel(40 * 4000.0, 1e-12));
  CHECK_THAT(simulate_bucket(node, 4000.0, 40).final_K, WithinRel(20.0, 1e-15));
  node.cooler_W = 1.0;
  CHECK(shortest_cycle_s(node) == std::numeric_limits<double>::infinity());
}
