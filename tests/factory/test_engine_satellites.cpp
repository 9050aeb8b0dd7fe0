#include <map>
#include <set>
#include "core/random.hpp"
#include "tests/factory/plant_fixture.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

using Kind = SiteMessage::Kind;

const std::string materials =
    "materials:\n"
    "  metal: {composition: {Al: 100 %}, found: ground}\n"
    "  sat: {composition: derived, piece: derived}\n"
    "  pallet: {piece: abstract}\n"
    "  waste: {composition: mixed}\n";

const std::string tested_line =
    materials +
    "recipes: {build: {inputs: {metal: 500 kg}, outputs: {sat: balance}}}\n"
    "lines:\n"
    "  l:\n"
    "    stores:\n"
    "      made: {material: sat, capacity: 3}\n"
    "      ready: {material: sat}\n"
    "      bin: {material: waste}\n"
    "    stations:\n"
    "      build: {recipe: build, from: {metal: ground}, to: {sat: made}, servers: 2, yield: 0.9, scrap: "
    "bin,\n"
    "              cycle: {dist: exponential, mean: 10 s}}\n"
    "      test: {from: made, to: ready, yield: 0.7, scrap: bin, cycle: {dist: exponential, mean: 4 s}}\n";

}  // namespace

TEST_CASE("Each satellite is begun, then built or scrapped once, and a failed test scraps it", "[factory]") {
  Simulation simulation(plant_of(tested_line, {"sat"}), {.seed = 5});
  simulation.start();
  simulation.to(tick_s(3000));
  std::map<std::uint64_t, std::vector<Kind>> life;
  std::uint64_t begun = 0;
  Tick last{};
  for (const SiteMessage& message : simulation.out) {
    REQUIRE(message.tick >= last);
    last = message.tick;
    CHECK(message.material == 1);
    if (message.kind == Kind::building) CHECK(message.id == ++begun);
    life[message.id].push_back(message.kind);
  }
  std::int64_t failed_tests = 0, scrapped = 0;
  std::set<std::uint64_t> passed;
  for (const auto& [id, kinds] : life) {
    REQUIRE(kinds.front() == Kind::building);
    REQUIRE(kinds.size() <= 3);
    if (kinds.size() == 3) CHECK((kinds[1] == Kind::built && kinds[2] == Kind::scrapped));
    failed_tests += kinds.size() == 3;
    scrapped += kinds.back() == Kind::scrapped;
    if (kinds.back() == Kind::built) passed.insert(id);
  }
  CHECK(failed_tests == simulation.station("test").firings[0].scrapped);
  CHECK(scrapped - failed_tests == simulation.station("build").firings[0].scrapped);
  CHECK(simulation.store("bin").amount == scrapped * 500'000'000);
  // Those that passed their test stand in the store, with the numbers they were begun under.
  PieceQueue ready = simulation.store("ready").pieces;
  REQUIRE(ready.size() > 100);
  while (!ready.empty()) CHECK(passed.count(ready.pop().id) == 1);
}

TEST_CASE("The n-th start fails where the n-th draw of the yield stream is above the yield", "[factory]") {
  Simulation simulation(plant_of(tested_line, {"sat"}), {.seed = 5});
  simulation.start();
  simulation.to(tick_s(3000));
  const Station& test = simulation.plant.stations[1];
  const Firings& firings = simulation.station("test").firings[0];
  std::int64_t bad = 0;
  for (std::uint64_t n = 0; n < static_cast<std::uint64_t>(firings.good + firings.scrapped); ++n)
    bad += uniform({5, 0, test.entity, Purpose::yield}, n) >= 0.7;
  CHECK(firings.scrapped == bad);
}

TEST_CASE("What is made beside a satellite does not carry its number", "[factory]") {
  Simulation simulation(plant_of(
      materials + "recipes: {build: {inputs: {metal: 500 kg}, outputs: {pallet: 1, sat: balance}}}\n"
                  "lines: {l: {stores: {made: {material: sat}, pallets: {material: pallet}}, stations: {\n"
                  "  build: {recipe: build, from: {metal: ground}, cycle: 10 s},\n"
                  "  reuse: {from: pallets, yield: 0.5, scrap: dump, cycle: 1 s}}}}\n",
      {"sat"}));
  simulation.start();
  simulation.to(tick_s(1000));
  CHECK(simulation.station("reuse").firings[0].scrapped > 10);
  for (const SiteMessage& message : simulation.out) CHECK(message.kind != Kind::scrapped);
}

TEST_CASE("A satellite goes on the road under its number", "[factory]") {
  Simulation simulation(plant_of(
      materials + "recipes: {build: {inputs: {metal: 500 kg}, outputs: {sat: balance}}}\n"
                  "lines: {l: {stores: {made: {material: sat}}, stations: {\n"
                  "  build: {recipe: build, from: {metal: ground}, cycle: 10 s}}}}\n"
                  "routes: {out: {from: l.made, to: driver, load: 1, vehicles: 2, vehicle_mass: 1 t,\n"
                  "  distance: 1 km, speed: 1 m/s, load_time: 3 s, energy: 100 Wh/t/km}}\n",
      {"sat"}));
  simulation.start();
  simulation.to(tick_s(100));
  std::vector<std::uint64_t> on_board;
  for (const SiteMessage& message : simulation.out) {
    if (message.kind == Kind::departed) {
      REQUIRE(message.ids.size() == 1);
      on_board.push_back(message.ids[0]);
    }
  }
  CHECK(on_board == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("Satellites of different line groups never share a number", "[factory]") {
  const std::string line =
      ": {stores: {made: {material: sat}}, stations: {build: {recipe: build, from: {metal: ground}, cycle: "
      "10 "
      "s}}}\n";
  const Plant plant = plant_of(
      materials + "recipes: {build: {inputs: {metal: 500 kg}, outputs: {sat: balance}}}\nlines:\n  a" + line +
          "  b" + line,
      {"sat"});
  std::set<std::uint64_t> ids;
  std::size_t begun = 0;
  for (std::uint32_t group = 0; group < 2; ++group) {
    Simulation simulation(plant, {}, group);
    simulation.start();
    simulation.to(tick_s(100));
    for (const SiteMessage& message : simulation.out) {
      if (message.kind != Kind::building) continue;
      ++begun;
      ids.insert(message.id);
    }
  }
  CHECK(begun == 20);
  CHECK(ids.size() == begun);
}
