#include <fmt/format.h>
#include "tests/factory/plant_fixture.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

using Kind = SiteMessage::Kind;

std::string haul_text(const std::string& more = "") {
  return "materials: {part: {piece: abstract}}\n"
         "lines:\n"
         "  a: {stores: {out: {material: part, initial: 10}}}\n"
         "  b: {stores: {in: {material: part, capacity: 5}}, stations: {eat: {from: in, cycle: 100 s}}}\n"
         "routes:\n"
         "  haul: {from: a.out, to: b.in, load: 4, vehicles: 2, vehicle_mass: 1 t, distance: 1 km, speed: 1 "
         "m/s,\n"
         "         load_time: 30 s, unload_time: 10 s, energy: 100 Wh/t/km" +
         more + "}\n";
}

GroupMessage arrival(Tick tick, std::uint32_t store, std::int64_t amount, std::uint32_t vehicle = 0,
                     std::uint32_t route = 0) {
  return {.tick = tick,
          .kind = GroupMessage::Kind::arrival,
          .store = store,
          .load = {.route = route, .amount = amount, .server = vehicle, .ids = {}},
          .grants = {}};
}

GroupMessage back(Tick tick, std::uint32_t station, std::uint32_t vehicle, Ticks trip) {
  return {.tick = tick,
          .kind = GroupMessage::Kind::vehicle_back,
          .station = station,
          .trip = trip,
          .load = {.server = vehicle, .ids = {}},
          .grants = {}};
}

}  // namespace

TEST_CASE("Vehicles load side by side, leave with a message, and wait empty where the stock is too small",
          "[factory]") {
  Simulation simulation(plant_of(haul_text()));
  REQUIRE(simulation.plant.groups.size() == 2);
  CHECK(simulation.plant.routes[0].outbound == Ticks{1'010'000'000});
  CHECK(simulation.plant.routes[0].inbound == Ticks{1'000'000'000});
  // 100 Wh/t/km on 1 km with 1 t out and 1 t back (abstract parts weigh nothing), charged in 30 s.
  CHECK(simulation.plant.stations[1].power.busy_mW == 24'000'000);
  simulation.start();
  CHECK(simulation.store("out").amount == 2);
  simulation.to(tick_s(30));
  CHECK(simulation.out.empty());
  simulation.to(tick_s(31));
  REQUIRE(simulation.out.size() == 2);
  for (std::uint32_t vehicle = 0; vehicle < 2; ++vehicle) {
    CHECK((simulation.out[vehicle].kind == Kind::departed && simulation.out[vehicle].tick == tick_s(30)));
    CHECK(simulation.out[vehicle].server == vehicle);
    CHECK(simulation.out[vehicle].amount == 4);
    CHECK(simulation.state.servers[vehicle].mode == Mode::away);
  }
  simulation.send(back(tick_s(2040), 1, 1, Ticks{2'010'000'000}));
  simulation.to(tick_s(3000));
  CHECK(simulation.state.servers[1].mode == Mode::starved);  // 2 parts are no load
  simulation.send(arrival(tick_s(3000), 0, 2));
  simulation.to(tick_s(3001));
  CHECK(simulation.state.servers[1].mode == Mode::busy);
  CHECK(simulation.store("out").amount == 0);
}

TEST_CASE("A load that finds no room waits on its vehicle, first come first served", "[factory]") {
  Simulation simulation(plant_of(haul_text()), {}, 1);
  simulation.start();
  simulation.send(arrival(tick_s(10), 1, 4, 7));
  simulation.send(arrival(tick_s(20), 1, 4, 8));
  simulation.send(arrival(tick_s(30), 1, 1, 9));  // would fit, but is not its turn
  simulation.to(tick_s(40));
  REQUIRE(simulation.out.size() == 1);
  CHECK((simulation.out[0].kind == Kind::unloaded && simulation.out[0].server == 7));
  CHECK(simulation.out[0].tick == tick_s(10));
  CHECK(simulation.store("in").amount == 3);
  CHECK(simulation.store("in").inbound.size() == 2);
  simulation.to(tick_s(500));  // a part is eaten at 110 s, 210 s …: 1 is left from 210 s on
  REQUIRE(simulation.out.size() == 3);
  CHECK((simulation.out[1].server == 8 && simulation.out[1].tick == tick_s(210)));
  CHECK((simulation.out[2].server == 9 && simulation.out[2].tick == tick_s(310)));
  CHECK(simulation.store("in").arrived == 9);
}

TEST_CASE("The road wears a vehicle: it fails when it is back, and loads again after its repair",
          "[factory]") {
  Simulation simulation(
      plant_of(haul_text(", failures: {clock: operating, time_to_failure: 2050 s, time_to_repair: 100 s}")));
  simulation.start();
  simulation.to(tick_s(31));
  CHECK(simulation.state.servers[0].life == Ticks{2'020'000'000});
  simulation.send(back(tick_s(2000), 1, 0, Ticks{2'010'000'000}));
  simulation.send(back(tick_s(2100), 1, 1, Ticks{2'020'000'000}));
  simulation.to(tick_s(2099));
  CHECK(simulation.state.servers[0].mode == Mode::starved);
  CHECK(simulation.state.servers[0].life == Ticks{10'000'000});
  simulation.to(tick_s(2150));
  CHECK(simulation.state.servers[1].mode == Mode::down);  // its life ended on the last metre
  simulation.to(tick_s(2201));
  CHECK(simulation.state.servers[1].mode == Mode::starved);
  CHECK(simulation.state.servers[1].life == Ticks{2'050'000'000});
  CHECK(simulation.state.stations[0].failures == 1);
}

TEST_CASE("A calendar failure that falls due on the road shows when the vehicle is back", "[factory]") {
  Simulation simulation(
      plant_of(haul_text(", failures: {clock: calendar, time_to_failure: 100 s, time_to_repair: 10 s}")));
  simulation.start();
  simulation.to(tick_s(1000));
  CHECK(simulation.state.servers[0].mode == Mode::away);
  simulation.send(back(tick_s(1000), 1, 0, Ticks{900'000'000}));
  simulation.to(tick_s(1001));
  CHECK(simulation.state.servers[0].mode == Mode::down);
}

TEST_CASE("A waiting load is unloaded when only its parts let the consumer start", "[factory]") {
  // 8 of 10 places are taken; 5 parts a firing leave 3, and 8 more do not fit: the consumer must take from
  // the load itself.
  Simulation simulation(
      plant_of("materials: {p: {piece: abstract}, q: {piece: abstract}}\n"
               "recipes: {join: {inputs: {p: 5}, outputs: {q: 1}}}\n"
               "lines: {l: {stores: {p: {material: p, capacity: 10, initial: 8}},\n"
               "  stations: {join: {recipe: join, to: {q: shipped}, cycle: 10 s}}}}\n"));
  simulation.start();
  simulation.send(arrival(tick_s(5), 0, 8, 0, no_route));
  simulation.to(tick_s(9));
  CHECK(simulation.store("p").inbound.size() == 1);
  simulation.to(tick_s(11));
  CHECK(simulation.store("p").inbound.empty());
  CHECK(simulation.store("p").amount == 3 + 8 - 5);
  CHECK(simulation.mode("join") == Mode::busy);
}
