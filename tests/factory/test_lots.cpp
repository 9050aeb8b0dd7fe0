#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "tests/factory/plant_fixture.hpp"

// Lots on routes against closed forms and recursions of queueing theory.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

const std::string part = "materials: {part: {piece: abstract}}\n";

std::string shop(const std::string& stations, const std::string& products, const std::string& rest) {
  return part + "lines:\n  fab:\n    stations: {" + stations + "}\n    products: {" + products + "}\n" + rest;
}

const ProductState& product(const Simulation& simulation, std::size_t i = 0) {
  return simulation.state.lots.products[i];
}

double mean_cycle_s(const ProductState& state) {
  return state.cycle.mean_s();
}

/// Departures a second over [from, to].
double throughput(const std::string& text, Tick from, Tick to) {
  Simulation simulation(plant_of(text), {.seed = 20260101});
  simulation.start();
  simulation.to(from);
  const std::int64_t before = product(simulation).finished;
  simulation.to(to);
  return static_cast<double>(product(simulation).finished - before) / seconds(to - from);
}

std::string penny_fab(const std::string& time, int lots) {
  return shop(
      "a: {}, b: {}, c: {}, d: {}",
      fmt::format("penny: {{route: {{a: {{station: a, time: {0}}}, b: {{station: b, time: {0}}}, c: "
                  "{{station: c, time: {0}}}, d: {{station: d, time: {0}}}}}}}",
                  time),
      fmt::format(
          "    limits: {{wip: {{lots: {}}}}}\n    releases: {{all: {{product: penny, limit: wip}}}}\n",
          lots));
}

}  // namespace

TEST_CASE("Penny Fab: constant work in process gives the textbook's throughput", "[factory]") {
  // Hopp and Spearman, Factory Physics, chapter 7: four stations of 2 h.
  for (const int lots : {1, 2, 3, 4, 6, 10}) {
    CAPTURE(lots);
    const double expected_per_h = std::min(lots / 8.0, 0.5);
    const double got = throughput(penny_fab("2 h", lots), tick_s(288'000), tick_s(29'088'000)) * 3600.0;
    CHECK(got == Approx(expected_per_h).epsilon(1e-3));  // one piece more or less in 8000 h
  }
  for (const int lots : {1, 4, 12}) {
    CAPTURE(lots);
    const double got = throughput(penny_fab("{dist: exponential, mean: 2 h}", lots), tick_s(100'000),
                                  tick_s(1'000'000'000)) *
                       3600.0;
    // 139,000 departures at w = 12: the standard error is below 0.3 %.
    CHECK(got == Approx(lots / 2.0 / (lots + 3.0)).epsilon(0.01));
  }
}

TEST_CASE("Hot lots overtake by Cobham's formula", "[factory]") {
  // M/M/1 with two non-preemptive classes: W0 = Σ λ E[S²]/2, W1 = W0/(1 − ρ1), W2 = W0/((1 − ρ1)(1 − ρ)).
  Simulation simulation(
      plant_of(shop("m: {dispatch: priority}",
                    "hot: {route: {m: {station: m, time: {dist: exponential, mean: 1 s}}}}, "
                    "cold: {route: {m: {station: m, time: {dist: exponential, mean: 1 s}}}}",
                    "    releases: {h: {product: hot, priority: 1, every: {dist: exponential, mean: 5 s}}, "
                    "c: {product: cold, every: {dist: exponential, mean: 2 s}}}\n")),
      {.seed = 7});
  simulation.start();
  simulation.to(tick_s(2'000'000));
  const double w0 = 0.7, rho1 = 0.2, rho = 0.7;
  CHECK(mean_cycle_s(product(simulation, 0)) == Approx(w0 / (1 - rho1) + 1.0).epsilon(0.02));
  CHECK(mean_cycle_s(product(simulation, 1)) == Approx(w0 / (1 - rho1) / (1 - rho) + 1.0).epsilon(0.03));
}

TEST_CASE("A lot waits for a batch as long as its rule says", "[factory]") {
  const std::string text = shop(
      "oven: {}", "p: {route: {bake: {station: oven, time: 10 s, batch: {least: 3, most: 4, wait: 30 s}}}}",
      "    releases: {r: {product: p, at: [0 s, 1 s, 2 s, 3 s, 4 s, 100 s, 101 s]}}\n");
  Simulation simulation(plant_of(text));
  simulation.start();
  simulation.to(tick_s(2) + Ticks{1});
  CHECK(simulation.mode("oven") == Mode::busy);  // three are enough
  simulation.to(tick_s(12) + Ticks{1});
  CHECK(product(simulation).finished == 3);
  CHECK(simulation.mode("oven") == Mode::starved);  // two wait for a third
  simulation.to(tick_s(33) + Ticks{1});             // the first of them has waited from 3 s on
  CHECK(simulation.mode("oven") == Mode::busy);
  simulation.to(tick_s(1000));
  CHECK(product(simulation).finished == 7);  // the last two went at 130 s
  CHECK(simulation.station("oven").lots.served == 7);
}

TEST_CASE("A change-over costs what the matrix says, and the rule avoids it", "[factory]") {
  const auto text = [](const char* dispatch) {
    return "setups: {colour: {states: [red, blue], time: 5 s}}\n" +
           shop(fmt::format("paint: {{setups: {{matrix: colour, initial: red}}, dispatch: {}}}", dispatch),
                "r: {route: {p: {station: paint, time: 1 s, setup: red}}}, b: {route: {p: {station: paint, "
                "time: 1 s, setup: blue}}}",
                "    releases: {r: {product: r, every: 100 s, lots: 2, count: 1}, b: {product: b, first: 0 "
                "s, every: 100 s, lots: 1, count: 1}, "
                "r2: {product: r, first: 0.5 s, every: 100 s, count: 1}}\n");
  };
  // Red, red, blue, red: with first in, first out two change-overs; avoided, one.
  Simulation fifo(plant_of(text("fifo")));
  fifo.start(), fifo.to(tick_s(50)), fifo.book_now();
  CHECK(fifo.station("paint").mode_us[static_cast<std::size_t>(Mode::setup)] == 10'000'000);
  Simulation avoiding(plant_of(text("[setup, fifo]")));
  avoiding.start(), avoiding.to(tick_s(50)), avoiding.book_now();
  CHECK(avoiding.station("paint").mode_us[static_cast<std::size_t>(Mode::setup)] == 5'000'000);
}

TEST_CASE("Rework repeats a stretch of the route as often as its limit allows", "[factory]") {
  Simulation simulation(plant_of(shop("work: {}, test: {}",
                                      "p: {route: {work: {station: work, time: 1 s}, test: {station: test, "
                                      "time: 0.1 s, yield: 0.75, rework: {to: work, limit: 2}}}}",
                                      "    releases: {r: {product: p, every: 2 s}}\n")),
                        {.seed = 3});
  simulation.start();
  simulation.to(tick_s(400'000));
  // 200,000 lots; visits of `work` a lot: 1 + q + q²; scrapped: q³, each within five standard errors.
  const double q = 0.25, lots = 200'000.0;
  CHECK(static_cast<double>(simulation.station("work").lots.served) / lots ==
        Approx(1 + q + q * q).epsilon(0.005));
  CHECK(static_cast<double>(product(simulation).scrapped) / lots == Approx(q * q * q).epsilon(0.09));
  CHECK(product(simulation).finished + product(simulation).scrapped + product(simulation).wip.level ==
        static_cast<std::int64_t>(product(simulation).serials));
}

TEST_CASE("Lots return to the server they used, and wait for it", "[factory]") {
  Simulation simulation(
      plant_of(
          shop("litho: {servers: 2}, etch: {servers: 4}",
               "p: {route: {l1: {station: litho, time: {dist: exponential, mean: 1 s}}, e: {station: etch, "
               "time: 1 s}, l2: {station: litho, time: {dist: exponential, mean: 1 s}, same_tool_as: l1}}}",
               "    releases: {r: {product: p, every: 1.3 s}}\n")),
      {.seed = 3});
  simulation.start();
  for (int i = 1; i <= 2000; ++i) {
    simulation.to(tick_s(i));
    for (std::uint32_t number = 0; number < 2; ++number) {
      const Server& server = simulation.server("litho", number);
      if (server.lot == no_lot) continue;
      const Lot& lot = simulation.state.lots.all[server.lot];
      if (lot.step != 2) continue;
      REQUIRE(lot.notes.size() == 1);
      CHECK(lot.notes.front().slot == number);
    }
  }
  CHECK(product(simulation).finished > 1000);
}

TEST_CASE("Work on lots begins again with times of their steps where the failure says so", "[factory]") {
  const auto finished = [](const char* step, int lots) {
    Simulation simulation(plant_of(shop(
        "m: {failures: {clock: operating, time_to_failure: 5 s, time_to_repair: 1 s, work: resample}}",
        fmt::format("p: {{route: {{m: {{station: m, {}}}}}}}", step),
        fmt::format("    limits: {{wip: {{lots: {}}}}}\n    releases: {{all: {{product: p, limit: wip}}}}\n",
                    lots))));
    simulation.start();
    simulation.to(tick_s(99));
    return product(simulation).finished;
  };
  // 4 s of work; then 1 s in vain, 1 s of repair, and 4 s anew: ends at 4, 10, 16 … 94 s.
  CHECK(finished("time: 4 s", 1) == 16);
  CHECK(finished("time: 4 s, per: batch, batch: {least: 2, most: 2}", 2) == 32);
  CHECK(finished("time: 2 s, per: lot, batch: {least: 2, most: 2}", 2) == 32);
}

TEST_CASE("A lot that waited too long is scrapped where the limit says so", "[factory]") {
  Simulation simulation(plant_of(shop("clean: {}, coat: {}",
                                      "p: {route: {clean: {station: clean, time: 1 s, queue_limits: {coat: "
                                      "{within: 5 s, broken: scrap}}}, coat: {station: coat, time: 4 s}}}",
                                      "    releases: {r: {product: p, every: 100 s, lots: 5, count: 1}}\n")));
  simulation.start();
  simulation.to(tick_s(100));
  // Cleaned at 1, 2, 3, 4, 5 s; coating would begin at 1, 5, 9: the third has waited 6 s, the fourth 5, the
  // fifth 8.
  CHECK(product(simulation).finished == 3);
  CHECK(product(simulation).scrapped == 2);
}

TEST_CASE("A queue that is full keeps the lot on its server", "[factory]") {
  // Blocking after service, two deterministic stations, no place between: as in a line with stores.
  Simulation simulation(plant_of(shop("a: {}, b: {queue: 0}",
                                      "p: {route: {a: {station: a, time: 1 s}, b: {station: b, time: 3 s}}}",
                                      "    releases: {r: {product: p, every: 1 s, lots: 5, count: 1}}\n")));
  simulation.start();
  simulation.to(tick_s(2) + Ticks{1});
  CHECK(simulation.mode("a") == Mode::blocked);
  simulation.to(tick_s(4) + Ticks{1});
  CHECK(simulation.mode("a") == Mode::busy);
  simulation.to(tick_s(100)), simulation.book_now();
  CHECK(product(simulation).finished == 5);
  CHECK(simulation.station("a").mode_us[static_cast<std::size_t>(Mode::blocked)] == 8'000'000);
}

TEST_CASE("Routes that cannot work are refused, each with its place", "[factory]") {
  const auto problems = [](const std::string& step, const std::string& more = "") {
    std::string all;
    const Reading reading = read_text(
        shop("a: {}", "p: {route: {one: {station: a, time: 1 s}, two: {station: a, time: 1 s" + step + "}}}",
             "    releases: {r: {product: p, every: 1 s" + more + "}}\n"));
    for (const Finding& finding : reading.findings.list())
      all += finding.path + ": " + finding.problem + "; " + finding.nearest + "\n";
    return all;
  };
  using Catch::Contains;
  CHECK(problems("").empty());
  CHECK_THAT(problems(", batch: {least: 3, most: 2}"),
             Contains("route.two.batch.least") && Contains("above `most`"));
  CHECK_THAT(problems(", rework: {to: onne, limit: 1}"), Contains("rework.to") && Contains("one"));
  CHECK_THAT(problems(", rework: {to: one}"), Contains("rework.limit"));
  CHECK_THAT(problems(", same_tool_as: two"), Contains("comes later"));
  CHECK_THAT(problems(", queue_limits: {one: {within: 1 s}}"), Contains("no later"));
  CHECK_THAT(problems("", ", limit: wip"), Contains("releases.r.limit"));
}

TEST_CASE("A lot waits on its server until a store has room for what it gives", "[factory]") {
  Simulation simulation(
      plant_of(part + "lines:\n  l:\n    stores: {made: {material: part, capacity: 1}}\n"
                      "    stations: {a: {}, use: {from: made, cycle: 10 s}}\n"
                      "    products: {p: {route: {cut: {station: a, time: 1 s, put: {made: 1}}}}}\n"
                      "    releases: {r: {product: p, every: 1 s, lots: 5, count: 1}}\n"));
  simulation.start();
  simulation.to(tick_s(9));
  CHECK(simulation.mode("a") == Mode::blocked);
  simulation.to(tick_s(100));
  CHECK(product(simulation).finished == 5);
  CHECK(simulation.good("use") == 5);
}
