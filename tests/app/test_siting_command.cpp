#include <cstdlib>
#include "tests/campaign/program.hpp"

using namespace lunafab::test;
using Catch::Contains;

namespace {

const std::string study = R"(lunafab: siting/1
dates: {start: 2030-01-01, days: 1 d, step: 1 d}
grid: {latitude: [-86 deg, 0 deg], longitude: {from: 3 deg, to: 7 deg, step: 4 deg}, azimuth: 266 deg}
speeds: {from: 1.69 km/s, to: 2.56 km/s}
muzzle_error: {along: 2 mm/s, left: 0.4 mm/s, up: 0.4 mm/s}
destinations:
  llo: {kind: low_lunar_orbit, altitude: 100 km, correction_budget: 30 m/s}
  deep: {kind: heliocentric, c3: 0.9 km2/s2}
mix: {llo: 25 %, deep: 75 %}
)";

/// The cache that programs started here use, for as long as this lives.
class CacheIn {
 public:
  explicit CacheIn(const std::string& directory) { setenv("LUNAFAB_CACHE", directory.c_str(), 1); }
  ~CacheIn() { unsetenv("LUNAFAB_CACHE"); }
  CacheIn(const CacheIn&) = delete;
  CacheIn& operator=(const CacheIn&) = delete;
};

}  // namespace

TEST_CASE("siting: the grid is covered, the mix ranks its sites, on any number of threads and from the cache",
          "[app]") {
  TemporaryDirectory dir;
  write_bytes(dir / "s.yaml", study);
  const auto run = [&](const char* threads) {
    const Ran ran =
        call(Arguments{"siting", "s.yaml", "--json", "--csv", "s.csv", "--threads", threads}, dir);
    INFO(ran.text);
    REQUIRE(ran.code == 0);
    // Before the answer may stand how far it is, where that takes long.
    return ran.text.substr(ran.text.find("{\n")) + read_bytes(dir / "s.csv");
  };
  std::string one, two, again;
  {
    const CacheIn cache(dir / "a");
    one = run("1");
    again = run("2");
  }
  {
    const CacheIn cache(dir / "b");
    two = run("2");
  }
  CHECK(one == two);
  CHECK(one == again);
  const std::string csv = read_bytes(dir / "s.csv");
  CHECK(std::count(csv.begin(), csv.end(), '\n') == 9);  // 2 latitudes × 2 longitudes × 2 destinations
  const Json json = Json::parse(one.substr(0, one.rfind('}') + 1));
  REQUIRE(json["sites"].size() == 4);
  for (const Json& site : json["sites"]) {
    CHECK(site["served"].get<double>() <= json["sites"][0]["served"].get<double>());
    if (site["latitude_deg"] == 0.0) continue;
    CHECK(site["served"] == 1.0);  // from Malapert both at any time (sources: deep_space_launch, llo_launch)
    CHECK(site["destinations"][0]["planned_mps"]["max"].get<double>() < 23.9);
    CHECK(site["destinations"][1]["speed_mps"]["min"].get<double>() > 2490.0);
  }
  CHECK(json["destinations"][1]["budget_mps"].is_null());
}

TEST_CASE("siting: all bad input is named at once, with line, path and the nearest name", "[app]") {
  TemporaryDirectory dir;
  std::string bad = edited(study, "longitude: {from: 3 deg", "longitude: {from: 30 deg");
  bad = edited(bad, "to: 2.56 km/s", "to: 1.56 km/s");
  bad = edited(bad, "deep: 75 %", "depp: 75 %");
  bad = edited(bad, "azimuth: 266 deg", "azimuth: [266 deg, 266 deg]");
  bad = edited(bad, "days: 1 d", "dayz: 1 d");
  write_bytes(dir / "s.yaml", bad + "muzzle_eror: {}\n");
  const Ran ran = call({"siting", "s.yaml"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 2);
  for (const char* part : {"s.yaml:2", "dates.dayz", "grid.longitude.to", "grid.azimuth", "speeds", "mix",
                           "did you mean 'deep'", "did you mean 'muzzle_error'"})
    CHECK_THAT(ran.text, Contains(part));
}

TEST_CASE("siting: a mix that no site serves is a no", "[app]") {
  TemporaryDirectory dir;
  const CacheIn cache(dir / "cache");
  write_bytes(dir / "s.yaml", edited(study, "1.69 km/s, to: 2.56", "1.40 km/s, to: 1.50"));
  const Ran ran = call({"siting", "s.yaml"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.text, Contains("need about 1703"));
}

TEST_CASE("Every shipped siting study and transfer file is fine", "[app]") {
  TemporaryDirectory dir;
  int found = 0;
  for (const char* folder : {"/configs/siting", "/configs/transfers"}) {
    for (const auto& entry : std::filesystem::directory_iterator(source + folder)) {
      ++found;
      const std::string file = entry.path().string();
      const Ran ran = call({"check", file}, dir);
      CHECK(ran.code == 0);
      CHECK(ran.text == file + ": fine\n");
    }
  }
  CHECK(found >= 4);
}
