#include "tests/campaign/program.hpp"

using namespace lunafab::test;

namespace {

const std::string scenario = R"(lunafab: scenario/1
start: 2030-01-01
orbit: {fidelity: table, muzzle: {latitude: -86 deg, longitude: 3 deg, azimuth: 266 deg}}
destinations:
  llo: {kind: low_lunar_orbit, altitude: 100 km, correction_budget: 30 m/s}
  deep: {kind: heliocentric, c3: 0.9 km2/s2, correction_budget: 10 m/s}
)";

}  // namespace

TEST_CASE("windows: lunar orbit and escape are open at any time; the JSON and the CSV say so", "[app]") {
  TemporaryDirectory dir;
  write_bytes(dir / "s.yaml", scenario);
  const Ran ran = call(Arguments{"windows", "s.yaml", "--days", "2", "--step", "1 d", "--json", "--csv",
                                 "w.csv", "--threads", "1"},
                       dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const Json json = Json::parse(ran.text);
  REQUIRE(json["destinations"].size() == 2);
  for (const Json& d : json["destinations"]) {
    CHECK(d["windows"].size() == 3);
    CHECK(d["share_open"] == 1.0);
    CHECK(d["longest_wait_d"] == 0.0);
  }
  const std::string csv = read_bytes(dir / "w.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 7);
}

TEST_CASE("windows: all bad input is named at once, and nothing is solved", "[app]") {
  TemporaryDirectory dir;
  std::string bad = scenario;
  bad.replace(bad.find("azimuth: 266 deg"), 16, "azimuth: 266 km");
  write_bytes(dir / "s.yaml", bad);
  const Ran ran = call(Arguments{"windows", "s.yaml", "--days", "-1", "--step", "1 m"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 2);
  for (const char* part : {"azimuth", "--days", "--step"}) CHECK(ran.text.find(part) != std::string::npos);
}

TEST_CASE("windows: ground in the way is a no, with the place", "[app]") {
  TemporaryDirectory dir;
  write_bytes(dir / "s.yaml", scenario);
  write_bytes(dir / "hill.csv", "distance_m,elevation_m\n0,-10\n20000,400\n40000,0\n");
  const Ran ran = call(Arguments{"windows", "s.yaml", "--destination", "llo", "--days", "0", "--set",
                                 "orbit.terrain=hill.csv"},
                       dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK(ran.text.find("20.0 km") != std::string::npos);
}

TEST_CASE("run: ground in the way is refused before anything is run", "[app]") {
  TemporaryDirectory dir;
  write_bytes(dir / "hill.csv", "distance_m,elevation_m\n0,-10\n20000,400\n40000,0\n");
  const Ran ran = call(Arguments{"run", source + "/configs/baseline.yaml", "--set", "duration=10 d", "--set",
                                 "warmup=1 d", "--set", "orbit.terrain=" + (dir / "hill.csv"), "--out", "r"},
                       dir);
  INFO(ran.text);
  CHECK(ran.code == 2);
  CHECK(ran.text.find("launches to 'low_lunar_orbit'") != std::string::npos);
  CHECK(ran.text.find("20.0 km from the muzzle") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(dir / "r"));
}

TEST_CASE("windows: a transfer file does as well as a scenario, with the errors it gives", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call({"windows", source + "/configs/transfers/malapert.yaml", "--destination", "deep_space",
                        "--days", "0", "--json"},
                       dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const Json json = Json::parse(ran.text);
  CHECK(json["muzzle"] == "muzzle_error of the file");
  // 5 cm/s along, taken out an hour later: as `insert` says, whose covariance a Monte Carlo confirms.
  const double p95_mps = json["destinations"][0]["windows"][0]["correction_p95_mps"];
  CHECK(p95_mps > 0.1);
  CHECK(p95_mps < 0.5);
}
