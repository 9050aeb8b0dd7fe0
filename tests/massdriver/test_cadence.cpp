#include <catch2/catch.hpp>
#include <limits>
#include "core/contract.hpp"
#include "massdriver/cadence.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double heavy_bus_J = 12.33e9, light_bus_J = 5.29e9;  // 3.5 t and 1.5 t at 2.4 km/s

DriverDesign design_with(double bus_W, int buckets) {
  DriverDesign design;
  design.bus_W = bus_W;
  design.store = {.specific_energy_J_per_kg = 1000.0};
  design.back = {.cycle_s = 1945.0, .buckets = buckets, .clear_s = 5.0};
  return design;
}

LaunchDemand demand() {
  return {.bus_J = heavy_bus_J, .track_s = 7.65, .coil_launches_per_h = 138.0};
}

}  // namespace

TEST_CASE("cadence: recharge allows what the prototype's table says", "[massdriver]") {
  // Printed to two or three digits.
  CHECK_THAT(recharge_per_h(10e6, heavy_bus_J), WithinAbs(2.9, 0.05));
  CHECK_THAT(recharge_per_h(100e6, heavy_bus_J), WithinAbs(29, 0.5));
  CHECK_THAT(recharge_per_h(1e9, heavy_bus_J), WithinAbs(292, 0.5));
  CHECK_THAT(recharge_per_h(10e6, light_bus_J), WithinAbs(6.8, 0.05));
  CHECK_THAT(recharge_per_h(100e6, light_bus_J), WithinAbs(68, 0.5));
  CHECK_THAT(recharge_per_h(1e9, light_bus_J), WithinAbs(680, 0.7));
}

TEST_CASE("cadence: bus power at 0.12, 2.3 and 114 launches an hour", "[massdriver]") {
  struct Row {
    double per_h, heavy_MW, light_MW, digit;
  };
  for (const Row row :
       {Row{0.12, 0.41, 0.18, 0.005}, Row{2.3, 7.9, 3.4, 0.05}, Row{114.0, 391.0, 168.0, 0.6}}) {
    // Plenty of everything; the coils bind at the cadence asked for.
    LaunchDemand asked{.bus_J = heavy_bus_J, .coil_launches_per_h = row.per_h};
    const DriverDesign design = design_with(1e12, 1000);
    const Cadence heavy = find_cadence(design, asked, 0.0);
    CHECK(heavy.binding == RateBound::coils);
    CHECK_THAT(heavy.bus_W / 1e6, WithinAbs(row.heavy_MW, row.digit));
    asked.bus_J = light_bus_J;
    CHECK_THAT(find_cadence(design, asked, 0.0).bus_W / 1e6, WithinAbs(row.light_MW, row.digit));
  }
}

TEST_CASE("cadence: one bucket on the track at a time allows 284 an hour, 62 buckets give 114",
          "[massdriver]") {
  // 9.75 km from 150 to 2400 m/s at constant acceleration take 2 · 9750 / 2550 = 7.647 s; injection not
  // counted.
  CHECK_THAT(track_per_h(2.0 * 9750.0 / 2550.0, 5.0), WithinAbs(284.0, 1.0));
  // The 1.53 s of a 10 g injection on the same track cost a tenth of it.
  CHECK_THAT(track_per_h(2.0 * 9750.0 / 2550.0 + 150.0 / 98.0665, 5.0), WithinAbs(254.0, 0.5));
  CHECK(buckets_per_h(62, 1945.0) >= 114.0);
  CHECK(buckets_per_h(61, 1945.0) < 114.0);
  CHECK(buckets_per_h(1, 0.0) == std::numeric_limits<double>::infinity());
}

TEST_CASE("cadence: the scarcest resource binds", "[massdriver]") {
  CHECK(find_cadence(design_with(10e6, 62), demand(), 0.0).binding == RateBound::recharge);
  CHECK(find_cadence(design_with(1e9, 62), demand(), 0.0).binding == RateBound::buckets);
  CHECK(find_cadence(design_with(1e9, 100), demand(), 0.0).binding == RateBound::coils);
  LaunchDemand cool = demand();
  cool.coil_launches_per_h = std::numeric_limits<double>::infinity();
  CHECK(find_cadence(design_with(1e10, 1000), cool, 0.0).binding == RateBound::track);
  cool.bucket_cooling_s = 1e5;
  CHECK(find_cadence(design_with(1e10, 1000), cool, 0.0).binding == RateBound::bucket_cooling);
  CHECK_THAT(find_cadence(design_with(1e10, 1000), cool, 0.0).buckets_needed, WithinRel(1000.0, 1e-14));
  cool.bucket_cooling_s = std::numeric_limits<double>::infinity();
  const Cadence stuck = find_cadence(design_with(1e10, 1000), cool, 0.0);
  CHECK(stuck.up_per_h == 0.0);
  CHECK(stuck.sustained_per_h == 0.0);
}

TEST_CASE("cadence: hours up and hours down make a day", "[massdriver]") {
  LaunchDemand worn = demand();
  worn.down_s = 12.0;
  const Cadence cadence = find_cadence(design_with(1e9, 62), worn, 0.0);
  const double launches_a_day = 24.0 * cadence.sustained_per_h;
  CHECK_THAT(launches_a_day / cadence.up_per_h + cadence.down_h_per_day, WithinRel(24.0, 1e-14));
  CHECK_THAT(cadence.down_h_per_day, WithinRel(launches_a_day * 12.0 / 3600.0, 1e-14));
  CHECK_THAT(cadence.up_per_h, WithinRel(62 * 3600.0 / 1945.0, 1e-15));
}

TEST_CASE("cadence: capacitors of 10⁴ shots at a million launches a year are 1.5 Mt a year", "[massdriver]") {
  LaunchDemand asked{
      .bus_J = heavy_bus_J, .coil_launches_per_h = 1e6 / (24.0 * 365.25), .store_life_launches = 1e4};
  const Cadence cadence = find_cadence(design_with(1e12, 1000), asked, 15.15e9);
  CHECK_THAT(cadence.store_kg_per_year, WithinRel(1.515e9, 1e-12));
  CHECK_THAT(store_mass_kg({.specific_energy_J_per_kg = 1000.0}, 15.15e9), WithinRel(15150e3, 1e-15));
}

TEST_CASE("cadence: no power, no bus energy and negative times are broken contracts", "[massdriver]") {
  CHECK_THROWS_AS(recharge_per_h(0.0, 1.0), ContractError);
  CHECK_THROWS_AS(track_per_h(-1.0, 5.0), ContractError);
  CHECK_THROWS_AS(buckets_per_h(0, 100.0), ContractError);
}
