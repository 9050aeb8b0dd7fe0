#include <fmt/format.h>
#include <algorithm>
#include "tests/factory/plant_fixture.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

const std::string base =
    "materials:\n"
    "  soil: {composition: {SiO2: 50 %, Al2O3: 50 %}, found: ground}\n"
    "  oxygen: {composition: {O2: 100 %}}\n"
    "  slag: {composition: derived}\n"
    "  waste: {composition: mixed}\n"
    "  part: {piece: abstract}\n"
    "  box: {piece: abstract}\n"
    "  sat: {composition: derived, piece: derived}\n"
    "recipes:\n"
    "  melt: {inputs: {soil: 1 t}, outputs: {oxygen: 100 kg, slag: balance}, enthalpy: 1 GJ}\n"
    "  build: {inputs: {slag: 100 kg}, outputs: {sat: balance}}\n"
    "  wreck: {inputs: {sat: 1}, outputs: {waste: balance}}\n"
    "lines:\n"
    "  l:\n"
    "    stores:\n"
    "      o2: {material: oxygen, capacity: 50 t, when_full: vent}\n"
    "      pile: {material: slag}\n"
    "      bin: {material: waste}\n"
    "      parts: {material: part, capacity: 10}\n"
    "      boxes: {material: box}\n"
    "      sats: {material: sat}\n"
    "    stations:\n"
    "      melt: {recipe: melt, from: {soil: ground}, cycle: 1 h, power: {busy: 400 kW}}\n"
    "      build: {recipe: build, cycle: 1 h}\n"
    "      feed: {to: parts, cycle: 1 s}\n"
    "      pass: {from: parts, cycle: 2 s, servers: 2}\n"
    "  far:\n"
    "    stores:\n"
    "      heap: {material: slag, capacity: 9 t}\n"
    "      yard: {material: waste}\n"
    "routes:\n"
    "  haul: {from: l.pile, to: far.heap, load: 5 t, vehicles: 1, vehicle_mass: 2 t, distance: 1 km, "
    "speed: 1 m/s, load_time: 60 s, energy: 100 Wh/t/km}\n"
    "  fly: {from: l.sats, to: driver, load: 1, vehicles: 1, vehicle_mass: 2 t, distance: 1 km, "
    "speed: 1 m/s, load_time: 60 s, energy: 100 Wh/t/km}\n";

std::string with(const std::string& what, const std::string& instead) {
  std::string text = base;
  const auto place = text.find(what);
  REQUIRE(place != std::string::npos);
  return text.replace(place, what.size(), instead);
}

std::string all_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings.list()) text += format(finding) + "\n";
  return text;
}

struct Refusal {
  std::string what, instead;  ///< change of `base`, within a line
  std::string path, problem;
};

}  // namespace

TEST_CASE("The base plant of these tests reads without findings; lines that share no store stay apart",
          "[factory]") {
  const Reading reading = read_text(base, {"sat"});
  INFO(all_of(reading.findings));
  REQUIRE(reading.findings.empty());
  const Plant& plant = reading.plant;
  CHECK(plant.groups.size() == 2);
  CHECK(plant.groups[0].servers == 7);
  Findings unreachable;
  check_reach(plant, {}, unreachable);
  CHECK(unreachable.empty());
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
    const Station& station = plant.stations[s];
    CHECK(plant.groups[station.group].stations[station.local] == s);
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i)
      CHECK(plant.groups[station.group].station_of_server[station.first_server + i] == s);
  }
}

TEST_CASE("A store named across lines joins them into one group", "[factory]") {
  const Plant plant = plant_of(
      "materials: {part: {piece: abstract}}\nlines:\n"
      "  a: {stores: {x: {material: part}}}\n"
      "  b: {stores: {y: {material: part}}}\n"
      "  c: {stations: {s: {from: b.y, to: d.z, cycle: 1 s}}}\n"
      "  d: {stores: {z: {material: part}}, stations: {t: {from: z, cycle: 1 s}}}\n");
  REQUIRE(plant.groups.size() == 2);
  CHECK(plant.groups[0].name == "a");
  CHECK(plant.groups[1].name == "b");
  CHECK(plant.groups[1].stations.size() == 2);
  CHECK(plant.stores[2].producers == std::vector<std::uint32_t>{0});
  CHECK(plant.stores[2].consumers == std::vector<std::uint32_t>{1});
}

TEST_CASE("Plants that cannot run are refused with the line and the path", "[factory]") {
  const std::string melt = "lines.l.stations.melt", pass = "lines.l.stations.pass", haul = "routes.haul";
  const std::vector<Refusal> refusals{
      // stores
      {"{material: slag}", "{material: slug}", "lines.l.stores.pile.material", "no material named 'slug'"},
      {"capacity: 10}", "capacity: 10, initial: 11}", "lines.l.stores.parts.initial",
       "more than the capacity"},
      {"capacity: 10}", "capacity: -1}", "lines.l.stores.parts.capacity", "is not a number of pieces"},
      {"capacity: 10}", "capacity: 10, when_full: dump}", "lines.l.stores.parts.when_full", "only weighed"},
      {"{material: waste}", "{material: waste, initial: 1 t}", "lines.l.stores.bin.initial", "starts empty"},
      {"{material: sat}", "{material: sat, initial: 1}", "lines.l.stores.sats.initial", "starts empty"},
      {"capacity: 50 t", "capacity: 2e12 kg", "lines.l.stores.o2.capacity", "out of range"},
      // stations
      {"recipe: melt", "recipe: malt", melt + ".recipe", "no recipe named 'malt'"},
      {"recipe: melt", "mix: {melt: 0.9}", melt + ".mix", "the shares sum to 0.9"},
      {"recipe: melt", "recipe: melt, mix: {melt: 1}", melt + ".mix", "not both"},
      {"{soil: ground}", "{soil: endless}", melt + ".from", "cannot come from nowhere"},
      {"{soil: ground}", "{soil: ground, slag: pile}", melt + ".from",
       "no recipe of the station has a leg of 'slag'"},
      {"{soil: ground}", "{soil: pile}", melt + ".from", "holds 'slag', not 'soil'"},
      {"{soil: ground}", "{soil: pit}", melt + ".from", "no store 'pit'"},
      {", from: {soil: ground}", "", melt + ".from", "the line has 0 stores of 'soil'"},
      {"busy: 400 kW", "busy: 200 kW", melt + ".power", "a firing takes 200 kWh, less than the 277.8 kWh"},
      {"busy: 400 kW", "busy: 400 kW, idle: 500 kW", melt + ".power.busy", "within the busy power"},
      {"busy: 400 kW}", "busy: 400 kW}, thaw: 1 h", melt + ".thaw", "only servers with hold power"},
      {"busy: 400 kW}", "busy: 400 kW}, yield: 0.9", melt + ".scrap", "says where its scrap goes"},
      {"busy: 400 kW}", "busy: 400 kW}, yield: 0.9, scrap: pile", melt + ".scrap",
       "scrap is of mixed composition"},
      {"busy: 400 kW}", "busy: 400 kW}, yield: 0", melt + ".yield", "out of range"},
      {"cycle: 1 s}", "cycle: 0 s}", "lines.l.stations.feed.cycle", "shorter than the clock's microsecond"},
      {"cycle: 1 s}", "cycle: {dist: triangular, low: 3 s, mode: 2 s, high: 1 s}}",
       "lines.l.stations.feed.cycle.mode", "does not hold"},
      {"cycle: 1 s}", "cycle: {dist: normal, mean: 1 s, sd: 0 s}}", "lines.l.stations.feed.cycle.sd",
       "out of range"},
      {"cycle: 1 s}", "cycle: {dist: uniform, low: 2 s, high: 1 s}}", "lines.l.stations.feed.cycle.high",
       "does not hold"},
      {"cycle: 1 s}", "cycle: {dist: normal, mean: 1 s, sd: 1e-320 s}}", "lines.l.stations.feed.cycle.dist",
       "no such spans"},
      {"cycle: 1 s}", "cycle: 1 s, failures: {clock: operating, time_to_failure: 0 s, time_to_repair: 1 s}}",
       "lines.l.stations.feed.failures.time_to_failure", "never run"},
      {"servers: 2", "servers: 0", pass + ".servers", "out of range"},
      {"from: parts", "from: pile", pass + ".from", "passes counted pieces"},
      {"from: parts", "from: ground", pass + ".from", "not found in the ground"},
      {"from: parts", "from: parts, to: boxes", pass + ".to", "holds another material"},
      {"from: parts", "from: sats", pass + ".to", "satellites go to a store"},
      {"from: parts", "from: parts, to: vent", pass + ".to", "pieces cannot be vented"},
      {"from: parts", "to: sats", pass + ".from", "cannot come from nowhere"},
      {"recipe: build, cycle", "recipe: wreck, to: {waste: bin}, cycle", "lines.l.stations.build.recipe",
       "takes 1 satellites and puts 0"},
      // routes
      {"from: l.pile", "from: l.pole", haul + ".from", "no store 'l.pole'"},
      {"from: l.pile", "from: ground", haul + ".from", "starts at a store"},
      {"to: far.heap", "to: dump", haul + ".to", "ends at a store"},
      {"to: far.heap", "to: l.o2", haul + ".to", "holds 'oxygen', not 'slag'"},
      {"to: far.heap", "to: driver", haul + ".to", "only satellites go to the driver"},
      {"load: 5 t", "load: 10 t", haul + ".load", "unloaded into can hold"},
      {"load: 1,", "load: 2,", "routes.fly.load", "one at a time"},
      {"distance: 1 km", "distance: 10 m", haul + ".distance", "shorter than the lookahead"},
      {"distance: 1 km", "distance: 1e300 m", haul + ".distance", "out of range"},
      {"energy: 100 Wh/t/km", "energy: 1e30 Wh/t/km", haul + ".energy", "charging for a trip would take"},
  };
  for (const Refusal& refusal : refusals) {
    const std::string text = with(refusal.what, refusal.instead);
    const Reading reading = read_text(text, {"sat"});
    INFO(refusal.instead << "\n" << all_of(reading.findings));
    const auto place = text.begin() + static_cast<std::ptrdiff_t>(base.find(refusal.what));
    const auto line = std::count(text.begin(), place, '\n') + 1;
    bool found = false;
    for (const Finding& finding : reading.findings.list()) {
      CHECK(finding.mark.line > 0);
      CHECK(!finding.path.empty());
      if (finding.path != refusal.path || finding.problem.find(refusal.problem) == std::string::npos)
        continue;
      found = true;
      CHECK(finding.mark.line == line);
    }
    CHECK(found);
  }
}

TEST_CASE("A store that is not found is suggested by its nearest name", "[factory]") {
  const Reading reading = read_text(with("from: parts", "from: prats"), {"sat"});
  REQUIRE(reading.findings.size() == 1);
  CHECK(reading.findings.list()[0].nearest == "parts");
}

TEST_CASE("A line cannot be named like the depot, nor by anything but a name", "[factory]") {
  const Reading depot = read_text(with("  far:", "  depot:"), {"sat"});
  CHECK(all_of(depot.findings).find("'depot' is the name of the stores of imported goods") !=
        std::string::npos);
  const Reading dotted = read_text(with("  far:", "  far.off:"), {"sat"});
  CHECK(all_of(dotted.findings).find("is not a name") != std::string::npos);
  const Reading stations = read_text(
      base + "depot: {stores: {x: {material: part}}, stations: {s: {from: x, cycle: 1 s}}}\n", {"sat"});
  CHECK(all_of(stations.findings).find("a depot only stores") != std::string::npos);
  CHECK(read_text(base + "depot: {stores: {x: {material: part}}}\n", {"sat"}).findings.empty());
}

TEST_CASE("A plant without materials or lines is a finding, not a crash", "[factory]") {
  const Reading bare = read_text(
      "lines: {l: {stores: {x: {material: a, capacity: 3, when_full: vent}, y: {material: b}}, stations: {s: "
      "{from: "
      "x, to: y, yield: 0.5, scrap: y, cycle: 1 s}, t: {recipe: r, cycle: 1 s}}}}\n"
      "routes: {r: {from: l.x, to: driver, load: 1, vehicles: 1, vehicle_mass: 1 t, distance: 1 km, speed: 1 "
      "m/s, "
      "load_time: 60 s, energy: 1 Wh/t/km}}\n");
  CHECK(bare.findings.size() >= 4);
  const Reading empty = read_text("materials: {part: {piece: abstract}}\n");
  REQUIRE(empty.findings.size() == 1);
  CHECK(empty.findings.list()[0].path == "lines");
}

TEST_CASE("Stations that no material reaches are reported where they stand", "[factory]") {
  const auto reach = [](const std::string& text, const std::vector<std::uint32_t>& supplied = {}) {
    const Plant plant = plant_of(text, {"sat"});
    Findings findings;
    check_reach(plant, supplied, findings);
    return findings;
  };
  const std::string unfed = with("from: parts, cycle", "from: boxes, cycle");
  const Findings findings = reach(unfed);
  REQUIRE(findings.size() == 1);
  CHECK(findings.list()[0].path == "lines.l.stations.pass");
  CHECK(findings.list()[0].problem.find("'lines.l.stores.boxes'") != std::string::npos);
  CHECK(findings.list()[0].mark.line == 26);
  CHECK(reach(unfed, {4}).empty());  // flights bring boxes
  // A mix waits for each of its recipes: one that is never fed stops it.
  const std::string half =
      "materials: {a: {piece: abstract}, b: {piece: abstract}, c: {piece: abstract}}\n"
      "recipes: {from_a: {inputs: {a: 1}, outputs: {c: 1}}, from_b: {inputs: {b: 1}, outputs: {c: 1}}}\n"
      "lines: {l: {stores: {a: {material: a, initial: 1}, b: {material: b}, c: {material: c}},\n"
      "  stations: {s: {mix: {from_a: 0.5, from_b: 0.5}, cycle: 1 s}}}}\n";
  CHECK(reach(half).size() == 1);
}

TEST_CASE("Scrap reaches the route that carries it away", "[factory]") {
  std::string text = with("busy: 400 kW}", "busy: 400 kW}, yield: 0.9, scrap: bin");
  text +=
      "  clear: {from: l.bin, to: far.yard, load: 1 t, vehicles: 1, vehicle_mass: 2 t, distance: 1 km, "
      "speed: 1 m/s, load_time: 60 s, energy: 100 Wh/t/km}\n";
  Findings findings;
  check_reach(plant_of(text, {"sat"}), {}, findings);
  CHECK(findings.empty());
}

TEST_CASE("Speed multiplies power and divides cycles; the energy of a firing stays", "[factory]") {
  Simulation simulation(plant_of(with("cycle: 1 h, power", "cycle: 1 h, speed: 2, power"), {"sat"}));
  const Station& melt = simulation.plant.stations[0];
  CHECK(melt.power.busy_mW == 800'000'000);
  simulation.start();
  simulation.to(tick_s(1800));
  CHECK(simulation.good("melt") == 0);
  simulation.to(tick_s(1800) + Ticks{1});
  CHECK(simulation.good("melt") == 1);
}

TEST_CASE("Spans beyond the clock's reach simply never end", "[factory]") {
  // Shape 0.1: one draw in a thousand is longer than 29,000 years.
  Simulation simulation(plant_of(
      "materials: {part: {piece: abstract}}\n"
      "lines: {l: {stations: {s: {servers: 5000, cycle: {dist: weibull, scale: 1 h, shape: 0.1}}}}}\n"));
  simulation.start();
  simulation.to(tick_s(100));
  std::int64_t endless = 0;
  for (const Server& server : simulation.state.servers)
    endless += server.remaining.us > std::int64_t{900'000'000'000} * microseconds_per_second;
  CHECK(endless > 0);
  CHECK(simulation.good("s") > 0);
}
