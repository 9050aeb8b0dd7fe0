#include <fmt/format.h>
#include <cmath>
#include "tests/factory/plant_fixture.hpp"

// What stops servers, and who puts them right.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

const std::string part = "materials: {part: {piece: abstract}}\n";

std::string line(const std::string& stations, const std::string& stores = "") {
  return part + "lines: {l: {stores: {" + stores + "}, stations: {" + stations + "}}}\n";
}

std::int64_t in_mode_us(Simulation& simulation, const std::string& station, Mode mode) {
  return simulation.station(station).mode_us[static_cast<std::size_t>(mode)];
}

}  // namespace

TEST_CASE("Machines wait for repairmen as the finite-source queue says", "[factory]") {
  // N machines, R repairmen, exponential with rates λ and μ: P(k) ∝ N!/(N − k)! (λ/μ)^k / (k! or R! R^(k −
  // R)).
  const int machines = 6, crew = 2;
  const double ratio = 0.2;
  double weight = 1.0, total = 1.0, down = 0.0;
  for (int k = 1; k <= machines; ++k) {
    weight *= (machines - k + 1) * ratio / std::min(k, crew);
    total += weight, down += k * weight;
  }
  Simulation simulation(
      plant_of("resources: {fixer: {count: 2}}\n" +
               line(fmt::format(
                   "m: {{servers: {}, cycle: 1000 h, failures: {{clock: operating, time_to_failure: {{dist: "
                   "exponential, mean: 50 s}}, time_to_repair: {{dist: exponential, mean: 10 s}}, crew: "
                   "{{fixer: 1}}}}}}",
                   machines))),
      {.seed = 11});
  simulation.start();
  simulation.to(tick_s(3'000'000));
  simulation.book_now();
  const double mean_down = static_cast<double>(in_mode_us(simulation, "m", Mode::down)) / 3e12;
  CHECK(mean_down == Approx(down / total).epsilon(0.01));  // 250,000 repairs
  double serving = 0.0;
  for (const UnitState& unit : simulation.state.units)
    serving += static_cast<double>(unit.mode_us[static_cast<std::size_t>(UnitMode::serving)]);
  CHECK(serving / 3e12 == Approx((machines - down / total) * ratio).epsilon(0.01));
}

TEST_CASE("Failure modes run on clocks of their own", "[factory]") {
  Simulation simulation(plant_of(line(
      "m: {cycle: 10 h, failures: {jam: {clock: operating, time_to_failure: 100 s, time_to_repair: 10 s}, "
      "pump: {clock: calendar, time_to_failure: 1000 s, time_to_repair: 50 s}}}")));
  simulation.start();
  // Jams every 110 s while it runs; the pump, 1000 s after its last repair.
  simulation.to(tick_s(1000) + Ticks{1});
  CHECK(simulation.station("m").failures == 10);  // nine jams and the pump
  simulation.to(tick_s(1050));
  simulation.book_now();
  CHECK(in_mode_us(simulation, "m", Mode::down) == 9 * 10'000'000 + 50'000'000);
}

TEST_CASE("Maintenance waits for the piece in hand, and for its window", "[factory]") {
  Simulation by_count(
      plant_of(line("m: {cycle: 10 s, maintenance: {oil: {clock: pieces, every: 3, time: 7 s}}}")));
  by_count.start();
  by_count.to(tick_s(30) + Ticks{1});
  CHECK(by_count.mode("m") == Mode::maintenance);
  by_count.to(tick_s(37) + Ticks{1});
  CHECK(by_count.mode("m") == Mode::busy);
  by_count.to(tick_s(370));
  CHECK(by_count.good("m") == 30);
  CHECK(by_count.station("m").maintenances == 10);

  Simulation by_time(plant_of(
      "calendars: {night: {period: 100 s, on: [[80 s, 100 s]]}}\n" +
      line(
          "m: {cycle: 10 s, maintenance: {oil: {clock: calendar, every: 25 s, time: 7 s, window: night}}}")));
  by_time.start();
  by_time.to(tick_s(80) + Ticks{1});
  CHECK(by_time.mode("m") == Mode::maintenance);
  by_time.to(tick_s(100));
  CHECK(by_time.station("m").maintenances == 1);  // next due at 112 s, and from 180 s on possible
  by_time.to(tick_s(190));
  CHECK(by_time.station("m").maintenances == 2);
}

TEST_CASE("A shift ends by the policy that is named", "[factory]") {
  const auto made = [](const char* policy) {
    Simulation simulation(plant_of(
        "calendars: {day: {period: 100 s, on: [[0 s, 50 s]]}}\n" +
        line(fmt::format("m: {{cycle: 30 s, calendar: day, yield: 1, interruptions: {{shift_end: {}}}}}",
                         policy))));
    simulation.start();
    simulation.to(tick_s(1000));
    simulation.book_now();
    const Firings& firings = simulation.station("m").firings[0];
    return std::tuple{firings.good, firings.scrapped, in_mode_us(simulation, "m", Mode::off) / 1'000'000};
  };
  CHECK(made("resume") == std::tuple{16, 0, 500});   // 500 s of work
  CHECK(made("restart") == std::tuple{10, 0, 500});  // one a shift, 20 s in vain
  CHECK(made("scrap") == std::tuple{10, 9, 500});    // what a shift scraps leaves when the next begins
  CHECK(made("finish") == std::tuple{20, 0, 400});   // the second of a shift ends 10 s late
}

TEST_CASE("An interruption may cost the work done", "[factory]") {
  const auto made = [](const char* policy) {
    Simulation simulation(
        plant_of(line(fmt::format("m: {{cycle: 30 s, failures: {{clock: calendar, time_to_failure: 40 s, "
                                  "time_to_repair: 10 s, work: {}}}}}",
                                  policy))));
    simulation.start();
    simulation.to(tick_s(50));
    return simulation.server("m").remaining.us / 1'000'000;
  };
  CHECK(made("resume") == 20);
  CHECK(made("restart") == 30);
}

TEST_CASE("A station without people waits for them, robots travel and charge", "[factory]") {
  Simulation simulation(
      plant_of("resources: {robot: {count: 1, travel: 5 s, charge: {endurance: 60 s, time: 20 s}}}\n" +
               line("a: {to: x, cycle: 10 s, crew: {robot: 1}}, b: {from: x, cycle: 10 s, crew: {robot: 1}}",
                    "x: {material: part, capacity: 1}")));
  simulation.start();
  simulation.to(tick_s(10) + Ticks{1});
  CHECK(simulation.mode("a") == Mode::no_resource);  // b asked before
  CHECK(simulation.mode("b") == Mode::no_resource);  // the robot is on its way
  simulation.to(tick_s(1000));
  simulation.book_now();
  const UnitState& robot = simulation.state.units[0];
  CHECK(robot.mode_us[static_cast<std::size_t>(UnitMode::charging)] > 100'000'000);
  CHECK(simulation.good("b") == 25);  // 60 s of driving and work for two pieces, then 20 s of charging
  CHECK(simulation.good("a") - simulation.good("b") <= 2);
}

TEST_CASE("A crew leaves work of low priority for work of high", "[factory]") {
  Simulation simulation(
      plant_of("resources: {crew: {count: 1, preempts: true}}\n" +
               line("low: {cycle: 100 s, crew: {crew: 1}, priority: 9, interruptions: {preempted: resume}}, "
                    "feed: {to: x, cycle: 30 s}, high: {from: x, cycle: 5 s, crew: {crew: 1}, priority: 1}",
                    "x: {material: part, capacity: 1}")));
  simulation.start();
  simulation.to(tick_s(30) + Ticks{1});
  CHECK(simulation.mode("high") == Mode::busy);
  CHECK(simulation.mode("low") == Mode::no_resource);
  simulation.to(tick_s(115));
  CHECK(simulation.good("low") == 0);
  simulation.to(tick_s(115) + Ticks{1});  // 100 s of work and 3 × 5 s lost
  CHECK(simulation.good("low") == 1);
}

TEST_CASE("Blocking before service holds the piece back, not the server's finished work", "[factory]") {
  Simulation simulation(
      plant_of(line("a: {to: x, cycle: 1 s, blocking: before_service}, b: {from: x, cycle: 3 s}",
                    "x: {material: part, capacity: 1}")));
  simulation.start();
  simulation.to(tick_s(2) + Ticks{1});
  CHECK(simulation.mode("a") == Mode::blocked);
  CHECK(simulation.server("a").loaded == 0);
  simulation.to(tick_s(300));
  CHECK(simulation.good("b") >= 98);
  CHECK(simulation.store("x").amount + simulation.store("x").reserved <= 1);
}

TEST_CASE("Pieces are batched, inspected by sample, and sent back", "[factory]") {
  Simulation oven(plant_of(
      line("feed: {to: x, cycle: 4 s}, oven: {from: x, cycle: 10 s, batch: {least: 2, most: 3, wait: 60 s}}",
           "x: {material: part}")));
  oven.start();
  oven.to(tick_s(1000));
  const Firings& baked = oven.station("oven").firings[0];
  CHECK(baked.good >= 244);  // 250 fed
  CHECK(oven.station("oven").starts < 110);

  Simulation loop(plant_of(line("work: {from: in, to: out, cycle: 1 s}, test: {from: out, to: done, cycle: "
                                "0.5 s, yield: 0.8, scrap: dump, rework: {to: in, limit: 1}}, "
                                "feed: {to: in, cycle: 2 s}",
                                "in: {material: part}, out: {material: part}, done: {material: part}")),
                  {.seed = 5});
  loop.start();
  loop.to(tick_s(200'000));
  const Firings& tested = loop.station("test").firings[0];
  CHECK(static_cast<double>(tested.reworked) / 1e5 == Approx(0.2).epsilon(0.03));
  CHECK(static_cast<double>(tested.scrapped) / 1e5 == Approx(0.04).epsilon(0.06));
}
