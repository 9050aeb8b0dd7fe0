#include <catch2/catch.hpp>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

TEST_CASE("limited_by: anyone can repeat the candidates with --set, and finds the same winner",
          "[campaign]") {
  TemporaryDirectory dir;
  const Arguments span{"--set", "duration=90 d"};
  run_scenario(coupled, "base", span + Arguments{"--threads", "1"}, dir);
  const Json base = summary(dir / "base");
  const Json& candidates = base["limit_candidates"];
  REQUIRE(candidates.size() >= 8);
  CHECK(base["limited_by"] == candidates[0]["name"]);
  CHECK(candidates[0]["inserted"] > base["satellites_inserted"]);

  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, candidates.size() - 1}) {
    Arguments settings = span + Arguments{"--limits", "-1"};
    for (const std::string setting : candidates[i]["set"]) settings = settings + Arguments{"--set", setting};
    const std::string out = "again-" + std::to_string(i);
    run_scenario(coupled, out, settings, dir);
    const Json again = summary(dir / out);
    INFO(candidates[i]["name"]);
    CHECK(again["satellites_inserted"] == candidates[i]["inserted"]);
    CHECK(again["satellites_launched"] == candidates[i]["launched"]);
    CHECK(again["satellites_built"] == candidates[i]["built"]);
    CHECK(candidates[i]["gain"].get<double>() ==
          Approx(again["satellites_inserted"].get<double>() / base["satellites_inserted"].get<double>() - 1));
  }
  for (const Json& candidate : candidates) CHECK(candidate["inserted"] <= candidates[0]["inserted"]);

  run_scenario(coupled, "two", span + Arguments{"--threads", "2"}, dir);
  CHECK(differing(dir / "base", dir / "two") == none);
}

TEST_CASE("limited_by: nothing where nothing is tried", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "r", {"--limits", "-1", "--set", "duration=20 d"}, dir);
  CHECK(summary(dir / "r")["limited_by"].is_null());
}

TEST_CASE("limited_by: in a plain line it is the slow station", "[campaign]") {
  TemporaryDirectory dir;
  write_bytes(dir / "line.yaml", R"(
lunafab: scenario/1
duration: 50 d
materials: {part: {piece: abstract}}
lines:
  line:
    stores: {one: {material: part, capacity: 10}, two: {material: part, capacity: 10}}
    stations:
      quick: {to: one, cycle: 1 h}
      slow: {from: one, to: two, cycle: 2 h}
      last: {from: two, cycle: 1 h}
)");
  run_scenario("line.yaml", "r", {}, dir);
  const Json json = summary(dir / "r");
  CHECK(json["shipped"] ==
        598);  // a part every 2 h, the first after 4 h; what ends at the last moment is not counted
  CHECK(json["limited_by"] == "lines.line.stations.slow");
  CHECK(json["limited_by_gain"].get<double>() == Approx(0.1).margin(0.005));
}
