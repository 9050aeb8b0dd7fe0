#include <catch2/catch.hpp>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

constexpr double year_h = 8766.0;

Json explained(const std::string& scenario) {
  TemporaryDirectory dir;
  write_bytes(dir / "plant.yaml", scenario);
  const Ran ran = call({"explain", "plant.yaml", "--json"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  CHECK(call({"explain", "plant.yaml"}, dir).code == 0);
  CHECK_FALSE(std::filesystem::exists(dir / "runs"));
  return Json::parse(ran.text);
}

const Json& station(const Json& cut, const std::string& name) {
  for (const Json& row : cut["stations"]) {
    if (row["name"] == "lines.plant.stations." + name) return row;
  }
  throw std::runtime_error("no station " + name);
}

void check_station(const Json& cut, const std::string& name, double starts, double capacity_per_h) {
  INFO(name);
  CHECK(station(cut, name)["starts_per_product"].get<double>() == Approx(starts));
  CHECK(station(cut, name)["capacity_per_h"].get<double>() == Approx(capacity_per_h));
  CHECK(station(cut, name)["products_per_year"].get<double>() == Approx(capacity_per_h / starts * year_h));
}

}  // namespace

TEST_CASE("explain: three stations with yields and failures, by hand", "[campaign]") {
  const Json cut = explained(R"(
lunafab: scenario/1
duration: 100 d
materials:
  ore: {composition: {SiO2: 100 %}, found: ground}
  bar: {composition: derived}
  blank: {composition: derived, piece: derived}
  part: {composition: derived, piece: derived}
recipes:
  dig: {inputs: {ore: 100 kg}, outputs: {bar: balance}}
  forge: {inputs: {bar: 50 kg}, outputs: {blank: balance}}
  finish: {inputs: {blank: 1}, outputs: {part: balance}}
lines:
  plant:
    stores: {bars: {material: bar}, blanks: {material: blank}}
    stations:
      dig:
        recipe: dig
        from: {ore: ground}
        servers: 2
        cycle: 3 h
        failures: {clock: operating, time_to_failure: {dist: exponential, mean: 90 h}, time_to_repair: {dist: exponential, mean: 10 h}}
        power: {busy: 12 kW}
      forge: {recipe: forge, cycle: {dist: erlang, mean: 1 h, stages: 2}, yield: 0.8, scrap: dump}
      finish:
        recipe: finish
        to: {part: shipped}
        servers: 3
        cycle: 2 h
        speed: 1.25
        yield: 0.9
        scrap: dump
)");
  // Starts for one good part: finish 1/0.9; forge as many over 0.8; a dig feeds two forgings.
  const double finish = 1 / 0.9, forge = finish / 0.8, dig = forge / 2;
  check_station(cut, "finish", finish, 3 / (2 / 1.25));
  check_station(cut, "forge", forge, 1.0);
  check_station(cut, "dig", dig, 2 / 3.0 * 0.9);
  CHECK(cut["bottleneck"] == "lines.plant.stations.forge");
  CHECK(cut["bottleneck_per_year"].get<double>() == Approx(year_h / forge));
  CHECK(cut["raw_process_time_h"].get<double>() == Approx(3 + 1 + 2 / 1.25));
  CHECK(cut["critical_wip"].get<double>() == Approx((3 + 1 + 2 / 1.25) / forge));
  CHECK(station(cut, "forge")["load"].get<double>() == Approx(1.0));
  CHECK(station(cut, "dig")["load"].get<double>() == Approx(dig / 0.6 / forge));
  // At the bottleneck's rate: digs an hour × 3 h × 12 kW.
  CHECK(station(cut, "dig")["mean_power_W"].get<double>() == Approx(dig / forge * 3 * 12e3));
}

TEST_CASE("explain: a loop of acid is followed round, and only its losses are imported", "[campaign]") {
  const Json cut = explained(R"(
lunafab: scenario/1
duration: 100 d
materials:
  ore: {composition: {SiO2: 100 %}, found: ground}
  acid: {composition: {HCl: 100 %}}
  chloride: {composition: {HCl: 100 %}, imported: true}
  liquor: {composition: derived}
  cake: {composition: derived}
  brick: {composition: derived, piece: derived}
recipes:
  dissolve: {inputs: {ore: 100 kg, acid: 50 kg}, outputs: {liquor: balance}}
  split: {inputs: {liquor: 150 kg}, outputs: {acid: 45 kg, cake: balance}}
  make_up: {inputs: {chloride: 10 kg}, outputs: {acid: balance}}
  press: {inputs: {cake: 210 kg}, outputs: {brick: balance}}
lines:
  plant:
    stores:
      acid: {material: acid, initial: 500 kg}
      chloride: {material: chloride, initial: 1 t}
      liquor: {material: liquor}
      cake: {material: cake}
    stations:
      dissolve: {recipe: dissolve, from: {ore: ground}, cycle: 1 h, yield: 0.8, scrap: dump}
      split: {recipe: split, cycle: 2 h}
      make_up: {recipe: make_up, cycle: 30 min}
      press: {recipe: press, to: {brick: shipped}, cycle: 4 h}
)");
  // A brick takes 2 splits, so 2 / 0.8 = 2.5 dissolvings and 125 kg of acid; the splits give back 90, 35 are
  // lost.
  check_station(cut, "press", 1, 0.25);
  check_station(cut, "split", 2, 0.5);
  check_station(cut, "dissolve", 2.5, 1);
  check_station(cut, "make_up", 3.5, 2);
  REQUIRE(cut["imports"].size() == 1);
  CHECK(cut["imports"][0]["name"] == "chloride");
  CHECK(cut["imports"][0]["kg_per_product"].get<double>() == Approx(35));
  CHECK(cut["bottleneck_per_year"].get<double>() == Approx(year_h / 4));
  CHECK(cut["raw_process_time_h"].get<double>() == Approx(0.5 + 1 + 2 + 4));
}

TEST_CASE("explain: a stream of arrivals is the demand, and neither bottleneck nor work", "[campaign]") {
  const Json cut = explained(R"(
lunafab: scenario/1
duration: 100 d
materials: {part: {piece: abstract}}
lines:
  plant:
    stores: {first: {material: part}, second: {material: part}}
    stations:
      arrivals: {source: true, to: first, cycle: {dist: exponential, mean: 4 h}}
      press: {from: first, to: second, cycle: 2 h}
      drill: {from: second, cycle: 3 h, yield: 0.9, scrap: dump}
)");
  CHECK(cut["bottleneck"] == "lines.plant.stations.drill");
  CHECK(cut["bottleneck_per_year"].get<double>() == Approx(0.9 / 3 * year_h));
  CHECK(cut["demand_per_year"].get<double>() == Approx(0.9 / 4 * year_h));
  CHECK(station(cut, "press")["load"].get<double>() == Approx(2.0 / 4));
  CHECK(station(cut, "drill")["load"].get<double>() == Approx(3.0 / 4));
  CHECK(cut["raw_process_time_h"].get<double>() == Approx(2 + 3));
}
