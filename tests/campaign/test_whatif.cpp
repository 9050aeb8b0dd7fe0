#include <algorithm>
#include <catch2/catch.hpp>
#include "campaign/whatif.hpp"
#include "core/document.hpp"
using namespace lunafab;
using namespace lunafab::campaign;

namespace {

Scenario read(const std::string& text) {
  Findings warnings;
  return read_scenario(parse_document(text, "test.yaml"), warnings);
}

// Two saturated exponential stations, no place between: 2/3 an hour; one place: 3/4 (Hillier and Boling).
const std::string pair =
    "lunafab: scenario/1\nduration: 8000 h\nwarmup: 100 h\nseed: 20517\nconfidence: 0.999\n"
    "materials: {part: {piece: abstract}}\n"
    "lines:\n  line:\n    stores: {between: {material: part, capacity: 0}}\n    stations:\n"
    "      first: {to: between, cycle: {dist: exponential, mean: 1 h}}\n"
    "      second: {from: between, cycle: {dist: exponential, mean: 1 h}}\n";

const Addition& of(const WhatIf& answer, const std::string& name) {
  return *std::ranges::find(answer.additions, name, &Addition::name);
}

}  // namespace

TEST_CASE("One more place between two stations brings what Hillier and Boling's formula says", "[campaign]") {
  const WhatIf answer = what_if(read(pair), {.replications = 12});
  CHECK(answer.metric == "shipped_per_h");
  CHECK(answer.base.mean == Approx(2.0 / 3.0).margin(answer.base.half_width));
  const Addition& place = of(answer, "lines.line.stores.between");
  CHECK(place.what == "place");
  CHECK(place.verdict == Verdict::higher);
  CHECK(place.gain.interval.mean == Approx(0.75 - 2.0 / 3.0).margin(place.gain.interval.half_width));
  // Common random numbers: half the width of independent runs, at least.
  CHECK(place.gain.variance_ratio > 4.0);
}

TEST_CASE("Additions are ranked, and each names the setting that repeats it", "[campaign]") {
  const Scenario scenario = read(pair);
  const WhatIf answer = what_if(scenario, {.replications = 4});
  REQUIRE(answer.additions.size() == 3);
  CHECK(std::ranges::is_sorted(answer.additions, std::ranges::greater{},
                               [](const Addition& a) { return a.gain.interval.mean; }));
  CHECK(of(answer, "lines.line.stations.second").setting == "lines.line.stations.second.servers=2");
  const WhatIf stores = what_if(scenario, {.within = "lines.line.stores", .replications = 2});
  CHECK(stores.additions.size() == 1);
}

TEST_CASE("A question about an unknown metric or an empty part is refused with the nearest name",
          "[campaign]") {
  const Scenario scenario = read(pair);
  CHECK_THROWS_WITH(what_if(scenario, {.metric = "shiped_per_h", .replications = 2}),
                    Catch::Contains("shipped_per_h"));
  CHECK_THROWS_WITH(what_if(scenario, {.within = "lines.other", .replications = 2}),
                    Catch::Contains("nothing whose name begins so"));
}

TEST_CASE("Only serial lines go to the max-plus engine, and a file may insist on either", "[campaign]") {
  CHECK(read(pair).plant.groups[0].serial.size() == 2);
  CHECK(read(pair + "engine: events\n").plant.groups[0].serial.empty());
  CHECK(read(pair + "engine: max_plus\n").plant.groups[0].serial.size() == 2);
  const std::string parallel = pair + "      third: {cycle: 1 h}\n";
  CHECK(read(parallel).plant.groups[0].serial.empty());
  CHECK_THROWS_WITH(read(parallel + "engine: max_plus\n"), Catch::Contains("more than one stream of pieces"));
}
