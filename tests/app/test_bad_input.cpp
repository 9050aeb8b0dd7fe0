#include <algorithm>
#include <catch2/catch.hpp>
#include <regex>
#include <sstream>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

struct Edit {
  std::string from, to;
};

struct Broken {
  std::string what;
  std::vector<Edit> edits;
  std::vector<std::string> findings;  ///< path, problem, what is allowed, nearest name; one line each
};

std::vector<std::string> lines_with(const std::string& prefix, const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    if (line.starts_with(prefix)) lines.push_back(line);
  }
  return lines;
}

/// Refused with code 2, and nothing written.
Ran refused(const Arguments& arguments, const TemporaryDirectory& dir) {
  Ran ran = call(arguments, dir);
  INFO(ran.text);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("nothing was run or written"));
  CHECK_FALSE(std::filesystem::exists(dir / "runs"));
  CHECK_FALSE(std::filesystem::exists(dir / "out"));
  return ran;
}

const std::vector<Broken> broken_scenarios{
    {"unknown key",
     {{"        servers: 3\n", "        servers: 3\n        sevrers: 3\n"}},
     {"lines.mine.stations.cells.sevrers: unknown key; allowed: .*did you mean 'servers'"}},
    {"duplicate key",
     {{"seed: 20301\n", "seed: 20301\nseed: 2\n"}},
     {"seed: duplicate key, first on line 8"}},
    {"missing key", {{"duration: 60 d\n", ""}}, {"duration: .*missing"}},
    {"wrong dimension",
     {{"{power: 10 kW, priority: 0}", "{power: 3 kg, priority: 0}"}},
     {"power.base_load.power: is a mass, '3 kg', where a power is needed; allowed: a power, for example '40 "
      "kW'"}},
    {"number without a unit", {{"duration: 60 d", "duration: 60"}}, {"duration: .*allowed: a time"}},
    {"not a number", {{"area: 1600 m2", "area: nan m2"}}, {"power.solar.area: .*allowed: "}},
    {"infinite", {{"area: 1600 m2", "area: .inf"}}, {"power.solar.area: .*allowed: "}},
    {"overflowing number", {{"area: 1600 m2", "area: 1e999 m2"}}, {"power.solar.area: .*allowed: "}},
    {"negative count",
     {{"servers: 3", "servers: -3"}},
     {"lines.mine.stations.cells.servers: .*-3.*allowed: "}},
    {"part of a server",
     {{"servers: 3", "servers: 2.5"}},
     {"lines.mine.stations.cells.servers: .*2.5.*allowed: "}},
    {"negative duration", {{"duration: 60 d", "duration: -60 d"}}, {"duration: .*allowed: "}},
    {"endless duration", {{"duration: 60 d", "duration: 1e9 yr"}}, {"duration: .*allowed: "}},
    {"yield above one",
     {{"yield: 0.9\n", "yield: 1.9\n"}},
     {"lines.assembly.stations.benders.yield: .*allowed: "}},
    {"unbalanced recipe",
     {{"{silicon: 40 kg, oxygen: 45 kg, slag: balance}", "{silicon: 400 kg, slag: balance}"}},
     {"recipes.melt.*: .*Si.*"}},
    {"reserved material nobody makes",
     {{"outputs: {silicon: 40 kg, oxygen: 45 kg, slag: balance}",
       "outputs: {silicon: 40 kg, oxygen: 45 kg}"}},
     {"materials.slag: is derived, but is the balance leg of 0 recipes",
      "lines.mine.stations.cells.to: no recipe"}},
    {"dangling material",
     {{"{material: silicon, capacity: 600 kg}", "{material: silcon, capacity: 600 kg}"}},
     {"lines.mine.stores.silicon.material: .*allowed: .*did you mean 'silicon'"}},
    {"dangling recipe",
     {{"recipe: melt\n", "recipe: mlet\n"}},
     {"lines.mine.stations.cells.recipe: .*allowed: .*did you mean 'melt'"}},
    {"dangling store of a route",
     {{"from: mine.silicon", "from: mine.silcon"}},
     {"routes.silicon.from: .*did you mean 'mine.silicon'"}},
    {"dangling destination",
     {{"destination: low_orbit", "destination: low_orbt"}},
     {"satellites.sat_low.destination: .*did you mean 'low_orbit'"}},
    {"dangling product",
     {{"product: sat_deep", "product: sat_dep"}},
     {"orders.deep.product: .*did you mean 'sat_deep'"}},
    {"dangling depot store",
     {{"      chips: {reorder_at", "      chisp: {reorder_at"}},
     {"flights.lander.manifest: the depot has no store 'chisp'.*did you mean 'chips'"}},
    {"a route of another material",
     {{"from: mine.silicon", "from: mine.oxygen"}},
     {"routes.silicon.to: holds 'silicon', not 'oxygen'; allowed: a store of the same material"}},
    {"stations that nothing can reach",
     {{"{material: dug, capacity: 4 t}", "{material: dug, capacity: 4 t}\n      spare: {material: dug}"},
      {"        from: {soil: ground}\n", "        from: {soil: ground}\n        to: {dug: pile}\n"},
      {"        recipe: melt\n", "        recipe: melt\n        from: {dug: spare}\n"}},
     {"lines.mine.stations.cells: no material can reach it: nothing ever fills 'lines.mine.stores.spare'; "
      "allowed: ",
      "lines.assembly.stations.benders: no material can reach it", "routes.deep: no material can reach it"}},
    {"a payload heavier than the driver takes",
     {{"payload: 150 kg", "payload: 109 kg"}},
     {"satellites.sat_deep: weighs 110.0 kg, more than the driver takes; allowed: up to 109.0 kg"}},
    {"a destination faster than the driver",
     {{"speed: 2.6 km/s", "speed: 2.4 km/s"}},
     {"satellites.sat_deep.destination: needs 2550.0 m/s, more than the driver gives to 110.0 kg; allowed: "
      "up to "
      "2400.0 m/s"}},
    {"a store below one launch",
     {{"store: 1.2 GJ", "store: 0.2 GJ"}},
     {"driver.store: holds less than one launch of 'sat_deep' takes; allowed: at least 0.447 GJ"}},
    {"satellites without a way to the driver",
     {{"  low: {from: assembly.low, to: driver, load: 1, vehicles: 1, vehicle_mass: 500 kg, distance: 1500 "
       "m, "
       "speed: 0.5 m/s,\n        load_time: 30 min, unload_time: 30 min, energy: 100 Wh/t/km, power: "
       "{priority: "
       "3}}\n",
       ""}},
     {"satellites.sat_low: no route carries it to the driver; allowed: "}},
    {"a flight sooner than the lookahead",
     {{"{dist: uniform, low: 5 d, high: 9 d}", "10 min"}},
     {"destinations.deep_space: is reached sooner than the lookahead"}},
    {"a route shorter than the lookahead",
     {{"distance: 600 m", "distance: 6 m"}},
     {"routes.silicon.distance: the drive out and unloading lasts 20.4 min, shorter than the lookahead of 30 "
      "min",
      "routes.silicon.distance: the drive back lasts 0.4 min, shorter than the lookahead of 30 min"}},
    {"a window longer than the lookahead",
     {{"lookahead: 30 min", "lookahead: 30 min\nwindow: 31 min"}},
     {"window: is longer than the lookahead; allowed: "}},
    {"a warm-up as long as the run",
     {{"warmup: 10 d", "warmup: 60 d"}},
     {"warmup: is not shorter than the duration"}},
    {"another format",
     {{"scenario/1", "scenario/2"}},
     {"lunafab: 'scenario/2' is not a format .*'scenario/1'"}},
    {"not a date", {{"2030-01-01", "2030-13-01"}}, {"start: '2030-13-01' is not a date; allowed: "}},
    {"an element that is none", {{"{N2: 100 %}", "{Qq2: 100 %}"}}, {"materials.gas.composition.*: .*Qq"}},
    {"a list where a map belongs",
     {{"  solar: {area: 1600 m2, efficiency: 25 %, fade: 2 %/yr}", "  solar: [1, 2]"}},
     {"power.solar: "}},
};

}  // namespace

TEST_CASE("Bad input: every finding has its place, its path and what is allowed", "[app]") {
  const std::string good = read_bytes(coupled);
  for (const Broken& broken : broken_scenarios) {
    TemporaryDirectory dir;
    std::string text = good;
    for (const Edit& edit : broken.edits) text = edited(text, edit.from, edit.to);
    write_bytes(dir / "s.yaml", text);
    const Ran ran = refused({"run", "s.yaml"}, dir);
    INFO(broken.what << "\n" << ran.text);
    const auto findings = lines_with("error: ", ran.text);
    for (const std::string& line : findings)
      CHECK(std::regex_match(line, std::regex("error: s\\.yaml:[1-9][0-9]*:[1-9][0-9]*: [a-z][^ ]*: .+")));
    for (const std::string& expected : broken.findings) {
      const std::regex pattern("error: s\\.yaml:[0-9]+:[0-9]+: " + expected + ".*");
      INFO(expected);
      CHECK(std::any_of(findings.begin(), findings.end(),
                        [&](const std::string& line) { return std::regex_match(line, pattern); }));
    }
  }
}

TEST_CASE("Bad input: the place of a finding is the line that has to change", "[app]") {
  TemporaryDirectory dir;
  std::string text = read_bytes(coupled);
  text = edited(text, "payload: 150 kg", "payload: 100 kg");
  write_bytes(dir / "s.yaml", text);
  const auto line_of = [&](const std::string& part) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(text.find(part));
    return std::to_string(1 + std::count(text.begin(), end, '\n'));
  };
  const Ran ran = refused({"run", "s.yaml"}, dir);
  CHECK_THAT(ran.text, Contains("s.yaml:" + line_of("  sat_deep: {power") + ":13: satellites.sat_deep: "));
  CHECK_THAT(ran.text, Contains("s.yaml:" + line_of("  sat_low: {power") + ":12: satellites.sat_low: "));
}

TEST_CASE("Bad input: all errors of a file are reported at once, in its order", "[app]") {
  TemporaryDirectory dir;
  std::string text = read_bytes(coupled);
  for (const Edit& edit : std::vector<Edit>{{"warmup: 10 d", "warmup: 10 kg"},
                                            {"thaw: 12 h", "thwa: 12 h"},
                                            {"servers: 3", "servers: -3"},
                                            {"area: 1600 m2", "area: inf m2"},
                                            {"destination: low_orbit", "destination: low_orbt"},
                                            {"buckets: 1", "buckets: 0"}})
    text = edited(text, edit.from, edit.to);
  write_bytes(dir / "s.yaml", text);
  const Ran ran = refused({"run", "s.yaml"}, dir);
  INFO(ran.text);
  std::size_t from = 0;
  for (const char* path : {"warmup", "cells.servers", "cells.thwa", "power.solar.area", "sat_low.destination",
                           "driver.buckets"}) {
    INFO(path);
    const std::size_t at = ran.text.find(std::string(path) + ": ", from);
    CHECK(at != std::string::npos);
    from = std::min(at, ran.text.size());
  }
  CHECK_THAT(ran.text, Contains("6 problem(s)"));
}

TEST_CASE("Bad input: what is no scenario at all is refused by name", "[app]") {
  TemporaryDirectory dir;
  std::string deep = "lunafab: ";
  for (int i = 0; i < 5000; ++i) deep += "{a: ";
  std::string binary;
  for (int i = 0; i < 4000; ++i) binary += static_cast<char>(0x80 + i % 0x40);
  for (const auto& [text, finding] : std::vector<std::pair<std::string, std::string>>{
           {"lunafab: [unclosed\nx: }", "s.yaml:"},
           {"just words", "s.yaml:1:1: "},
           {"- a\n- list\n", "s.yaml:1:1: "},
           {binary, "not UTF-8"},
           {std::string("lunafab: a\0b", 12), "s.yaml:1:"},
           {"", "s.yaml:1:1: the file holds nothing"},
           {"a: &x 1\nb: *x\n", "s.yaml:1:4: "},
           {deep, "nesting deeper than 32 levels"},
           {std::string(5000, '['), "nesting deeper than 32 levels"}}) {
    write_bytes(dir / "s.yaml", text);
    const Ran ran = refused({"run", "s.yaml"}, dir);
    CHECK_THAT(ran.text, Contains(finding));
  }
  std::filesystem::create_directory(dir / "folder");
  CHECK_THAT(refused({"run", "folder"}, dir).text, Contains("folder: is a directory; allowed: a YAML file"));
  CHECK_THAT(refused({"run", "absent.yaml"}, dir).text, Contains("absent.yaml: no such file"));
  CHECK_THAT(refused({"run", "/dev/zero"}, dir).text, Contains("/dev/zero: is not a regular file"));
  write_bytes(dir / "huge.yaml", "");
  std::filesystem::resize_file(dir / "huge.yaml", 100'000'000);  // a hole: no disk is used
  CHECK_THAT(refused({"run", "huge.yaml"}, dir).text, Contains("huge.yaml: 100000000 bytes are too many"));
}

TEST_CASE("Bad input: a setting that cannot be applied is named, with the nearest path", "[app]") {
  TemporaryDirectory dir;
  for (const auto& [setting, finding] : std::vector<std::pair<std::string, std::string>>{
           {"durtaion=1 d", "did you mean 'duration'"},
           {"lines.mien.stations.cells.servers=2", "did you mean 'mine'"},
           {"lines.mine.stations.cells.sevrers=2", "did you mean 'servers'"},
           {"duration=1 kg", "duration: is a mass"},
           {"duration", "--set duration"},
           {"duration=[", "--set duration=["}}) {
    INFO(setting);
    for (const char* command : {"run", "explain"}) {
      const Ran ran = refused({command, coupled, "--set", setting}, dir);
      CHECK_THAT(ran.text, Contains(finding) && Contains("--set " + setting));
    }
  }
}
