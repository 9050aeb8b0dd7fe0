#include <catch2/catch.hpp>
#include <limits>
#include "core/contract.hpp"
#include "logistics/roads.hpp"

using namespace lunafab;
using namespace lunafab::logistics;

namespace {

constexpr double J_per_Wh = 3600.0, kg_m_per_t_km = 1e6;

// A 2-t vehicle on 5 km at 2 m/s, 5 min to unload, haul energy 100 Wh/(t km) (logistics_power.csv).
Road worked_example() {
  return {.distance_m = 5000.0,
          .speed_mps = 2.0,
          .unload_s = 300.0,
          .vehicle_kg = 2000.0,
          .energy_J_per_kg_m = 100.0 * J_per_Wh / kg_m_per_t_km};
}

}  // namespace

TEST_CASE("road: 5 km at 2 m/s take 2,500 s each way, and unloading counts on the way out", "[logistics]") {
  CHECK(outbound(worked_example()) == Ticks{2'800'000'000});
  CHECK(inbound(worked_example()) == Ticks{2'500'000'000});
}

TEST_CASE("road: 3 t over 5 km at 100 Wh/(t km) take 3.5 kWh", "[logistics]") {
  // out (2 + 3) t · 5 km · 100 Wh/(t km) = 2,500 Wh, back 2 t · 5 km · 100 = 1,000 Wh
  CHECK_THAT(trip_energy_J(worked_example(), 3000.0), Catch::WithinRel(3500.0 * J_per_Wh, 1e-15));
}

TEST_CASE("road: a ton of payload adds its own ton-kilometres and nothing else", "[logistics]") {
  const Road road = worked_example();
  const double added_J = trip_energy_J(road, 4000.0) - trip_energy_J(road, 3000.0);
  CHECK_THAT(added_J, Catch::WithinRel(5.0 * 100.0 * J_per_Wh, 1e-14));
}

TEST_CASE("road: no distance takes unloading only, and no energy", "[logistics]") {
  Road road = worked_example();
  road.distance_m = 0.0;
  CHECK(outbound(road) == Ticks{300'000'000});
  CHECK(inbound(road) == Ticks{0});
  CHECK(trip_energy_J(road, 3000.0) == 0.0);
}

TEST_CASE("road: standing vehicles and negative lengths break the contract", "[logistics]") {
  Road still = worked_example(), behind = worked_example(), early = worked_example(), odd = worked_example();
  still.speed_mps = 0.0;
  behind.distance_m = -1.0;
  early.unload_s = -1.0;
  odd.distance_m = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(inbound(still), ContractError);
  CHECK_THROWS_AS(inbound(behind), ContractError);
  CHECK_THROWS_AS(outbound(early), ContractError);
  CHECK_THROWS_AS(outbound(odd), ContractError);
}
