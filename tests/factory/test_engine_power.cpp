#include <fmt/format.h>
#include "tests/factory/plant_fixture.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

/// One station `s` that takes parts from `q` (or from nowhere), in a plant with or without a power limit.
std::string station_text(const std::string& station, const std::string& store = "", bool limited = true) {
  return "materials: {part: {piece: abstract}}\nlines:\n  l:\n" +
         (store.empty() ? "" : "    stores: {q: {material: part, " + store + "}}\n") + "    stations: {s: {" +
         station + "}}\n" + (limited ? "power: {}\n" : "");
}

constexpr Int128 joule(std::int64_t J) {
  return static_cast<Int128>(J) * 1'000'000'000;
}

Int128 energy(Simulation& simulation) {
  simulation.book_now();
  return energy_nJ(simulation.plant.stations[0], simulation.state.stations[0]);
}

}  // namespace

TEST_CASE("A smaller grant pauses the highest servers, a larger one lets them go on where they were",
          "[factory]") {
  Simulation simulation(plant_of(station_text("servers: 3, cycle: 10 s, power: {busy: 10 W, idle: 1 W}")));
  simulation.grant(tick_s(0), 0, 3);
  simulation.grant(tick_s(4), 0, 1);
  simulation.grant(tick_s(7), 0, 3);
  simulation.start();
  CHECK(simulation.mode("s", 0) == Mode::no_power);  // nobody works before the first grant
  simulation.to(tick_s(5));
  CHECK(simulation.mode("s", 0) == Mode::busy);
  CHECK(simulation.mode("s", 1) == Mode::no_power);
  CHECK(simulation.mode("s", 2) == Mode::no_power);
  CHECK(simulation.server("s", 2).remaining == Ticks{6'000'000});
  simulation.to(tick_s(10) + Ticks{1});
  CHECK(simulation.good("s") == 1);
  simulation.to(tick_s(13));
  CHECK(simulation.good("s") == 1);
  simulation.to(tick_s(13) + Ticks{1});
  CHECK(simulation.good("s") == 3);
  // Server 0 worked 13 s, the others 4 s and 6 s each; the microsecond beyond is all three at work.
  CHECK((energy(simulation) == joule(330) + 30'000));
}

TEST_CASE("Idle servers give up their power before those at work", "[factory]") {
  Simulation simulation(plant_of(
      station_text("servers: 2, from: q, cycle: 10 s, power: {busy: 10 W, idle: 1 W}", "initial: 1")));
  simulation.grant(tick_s(0), 0, 2);
  simulation.send({.tick = tick_s(5),
                   .kind = GroupMessage::Kind::arrival,
                   .store = 0,
                   .load = {.amount = 1, .ids = {}},
                   .grants = {}});
  simulation.grant(tick_s(12), 0, 1);
  simulation.start();
  simulation.to(tick_s(13));
  CHECK(simulation.mode("s", 0) == Mode::no_power);
  CHECK(simulation.mode("s", 1) == Mode::busy);
  // Busy 10 s and 8 s; idle 2 s before the cut and 5 s before the second part came.
  CHECK((energy(simulation) == joule(18 * 10 + 7 * 1)));
}

TEST_CASE("Hold power keeps a server warm; without it it freezes, thaws and then goes on", "[factory]") {
  Simulation simulation(
      plant_of(station_text("servers: 2, cycle: 10 s, thaw: 5 s, power: {busy: 10 W, hold: 3 W}")));
  simulation.grant(tick_s(0), 0, 2);
  simulation.grant(tick_s(4), 0, 0, 1);
  simulation.grant(tick_s(10), 0, 2);
  simulation.start();
  simulation.to(tick_s(9));
  CHECK(simulation.mode("s", 1) == Mode::held);
  CHECK(simulation.mode("s", 0) == Mode::frozen);
  simulation.to(tick_s(11));
  CHECK(simulation.mode("s", 1) == Mode::busy);
  CHECK(simulation.mode("s", 0) == Mode::thawing);
  simulation.to(tick_s(16) + Ticks{1});  // 4 s before the cut, 6 s after it
  CHECK(simulation.good("s") == 1);
  simulation.to(tick_s(21));  // thawed at 15 s
  CHECK(simulation.good("s") == 1);
  // Busy: 4 + 6 s, then 5 s of its next (server 1); 4 + 6 s (server 0), which thawed 5 s at the same power.
  CHECK((energy(simulation) == joule((15 + 10 + 5) * 10 + 6 * 3)));
  simulation.to(tick_s(21) + Ticks{1});
  CHECK(simulation.good("s") == 2);
}

TEST_CASE("A held server freezes when its hold power goes, and a thaw that is cut starts anew", "[factory]") {
  Simulation simulation(
      plant_of(station_text("servers: 1, cycle: 10 s, thaw: 5 s, power: {busy: 10 W, hold: 3 W}")));
  simulation.grant(tick_s(0), 0, 1);
  simulation.grant(tick_s(2), 0, 0, 1);
  simulation.grant(tick_s(4), 0, 0, 0);
  simulation.grant(tick_s(6), 0, 1);
  simulation.grant(tick_s(10), 0, 0, 1);  // 4 s into the thaw: too cold to hold
  simulation.grant(tick_s(20), 0, 1);
  simulation.start();
  simulation.to(tick_s(3));
  CHECK(simulation.mode("s") == Mode::held);
  simulation.to(tick_s(5));
  CHECK(simulation.mode("s") == Mode::frozen);
  simulation.to(tick_s(15));
  CHECK(simulation.mode("s") == Mode::frozen);
  simulation.to(tick_s(33));  // thaws from 20 s to 25 s, then 8 s of work are left
  CHECK(simulation.good("s") == 0);
  simulation.to(tick_s(33) + Ticks{1});
  CHECK(simulation.good("s") == 1);
}

TEST_CASE("A repaired server waits for a grant that another has taken over", "[factory]") {
  Simulation simulation(
      plant_of(station_text("servers: 2, cycle: 10 s, power: {busy: 10 W}, "
                            "failures: {clock: operating, time_to_failure: 4 s, time_to_repair: 2 s}")));
  simulation.grant(tick_s(0), 0, 1);
  simulation.start();
  simulation.to(tick_s(5));
  CHECK(simulation.mode("s", 0) == Mode::down);
  CHECK(simulation.mode("s", 1) == Mode::busy);
  CHECK(servers_needing_power(simulation.plant, simulation.state, 0) == 1);
  simulation.to(tick_s(7));
  CHECK(simulation.mode("s", 0) == Mode::no_power);
  CHECK(simulation.server("s", 0).remaining == Ticks{6'000'000});
  CHECK(servers_needing_power(simulation.plant, simulation.state, 0) == 2);
  simulation.to(tick_s(9));  // server 1 failed at 8 s and handed its grant back
  CHECK(simulation.mode("s", 0) == Mode::busy);
  CHECK(simulation.mode("s", 1) == Mode::down);
}

TEST_CASE("A server that was finished when its power went hands over when it is back", "[factory]") {
  Simulation simulation(plant_of(station_text("to: q, cycle: 10 s, power: {busy: 10 W}", "capacity: 0")));
  simulation.grant(tick_s(0), 0, 1);
  simulation.grant(tick_s(12), 0, 0);
  simulation.grant(tick_s(20), 0, 1);
  simulation.start();
  simulation.to(tick_s(11));
  CHECK(simulation.mode("s") == Mode::blocked);
  simulation.to(tick_s(15));
  CHECK(simulation.mode("s") == Mode::no_power);
  simulation.to(tick_s(21));
  CHECK(simulation.mode("s") == Mode::blocked);
  CHECK(simulation.good("s") == 0);
  CHECK(simulation.station("s").starts == 1);
}

TEST_CASE("Without a power limit nobody waits for grants, and energy is still counted", "[factory]") {
  Simulation simulation(plant_of(station_text(
      "servers: 3, cycle: {dist: exponential, mean: 5 s}, power: {busy: 10 W, idle: 1 W, hold: 4 W}, "
      "failures: {clock: calendar, time_to_failure: {dist: exponential, mean: 20 s}, time_to_repair: 3 s}",
      "", false)));
  simulation.start();
  simulation.to(tick_s(2000));
  simulation.book_now();
  const auto& mode_us = simulation.station("s").mode_us;
  for (const Mode mode : {Mode::no_power, Mode::held, Mode::frozen, Mode::thawing, Mode::starved})
    CHECK(mode_us[static_cast<std::size_t>(mode)] == 0);
  CHECK(simulation.station("s").failures > 100);
  CHECK((energy(simulation) == Int128{mode_us[static_cast<std::size_t>(Mode::busy)]} * 10'000));
}

TEST_CASE(
    "A starved station asks for one server's power, a fed one for each server that can start and one more",
    "[factory]") {
  Simulation starved(
      plant_of(station_text("servers: 5, from: q, cycle: 10 s, power: {busy: 10 W}", "initial: 0")));
  CHECK(servers_needing_power(starved.plant, starved.state, 0) == 1);
  Simulation fed(
      plant_of(station_text("servers: 5, from: q, cycle: 10 s, power: {busy: 10 W}", "initial: 2")));
  CHECK(servers_needing_power(fed.plant, fed.state, 0) == 3);
  fed.grant(tick_s(0), 0, 3);
  fed.start();
  fed.to(tick_s(5));  // two at work, nothing left to start on
  CHECK(servers_needing_power(fed.plant, fed.state, 0) == 3);
  fed.to(tick_s(15));
  CHECK(servers_needing_power(fed.plant, fed.state, 0) == 1);
}
