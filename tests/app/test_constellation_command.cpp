#include <algorithm>
#include <cmath>
#include <numbers>
#include "tests/campaign/program.hpp"

using namespace lunafab::test;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
namespace orbit = lunafab::orbit;

namespace {

const std::string sso = source + "/configs/constellations/sso_600.yaml";
const std::string strong_array = "constellation.satellite.array.area=800 m2";
/// Standard output alone, without the times on standard error.
Json printed(const Arguments& arguments, const TemporaryDirectory& dir) {
  const std::string text = call(arguments, dir).text;
  return Json::parse(text.substr(text.find('{'), text.rfind('}') + 1 - text.find('{')));
}
std::size_t lines(const std::string& path) {
  const std::string text = read_bytes(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("constellation: a check that fails ends with code 1 and is named", "[app]") {
  TemporaryDirectory dir;
  const Ran no =
      call({"constellation", sso, "--years", "1", "--set", "constellation.satellite.array.area=400 m2"}, dir);
  INFO(no.text);
  CHECK(no.code == 1);
  CHECK_THAT(no.text, Contains("the model says no: shell earth_sso: array power at end of life"));
  CHECK_THAT(no.text, Contains("97.788") && Contains("750/1/0 delta") && Contains("NOT KEPT"));
  const Ran yes = call({"constellation", sso, "--years", "1", "--set", strong_array, "--set",
                        "constellation.satellite.disposal={within: 25 yr}"},
                       dir);
  INFO(yes.text);
  CHECK(yes.code == 0);
  CHECK_THAT(yes.text, !Contains("NOT KEPT") && !Contains("the model says no"));
}

TEST_CASE("constellation: the JSON holds each shell, its checks and the capacity of each month", "[app]") {
  TemporaryDirectory dir;
  const Json json = printed({"constellation", sso, "--json", "--years", "2"}, dir);
  REQUIRE(json["shells"].size() == 1);
  const Json& shell = json["shells"][0];
  CHECK(shell["slots"] == 750);
  // orbit.md: 97.788°; period of 600 km 96.5 min from node to node.
  CHECK_THAT(shell["inclination_rad"].get<double>(), WithinAbs(97.788 * std::numbers::pi / 180.0, 2e-5));
  CHECK_THAT(shell["period_s"].get<double>(), WithinRel(5801.0, 2e-3));
  CHECK(shell["checks"].size() == 8);
  for (const Json& check : shell["checks"]) {
    const double value = check["value"], limit = check["limit"];
    CHECK(check["holds"] == (check["bound"] == "at_most" ? value <= limit : value >= limit));
  }
  REQUIRE(json["capacity"].size() == 24);
  CHECK(json["capacity"][0]["month"] == "2031-02");
  // All 750 enter on day 0; a month later exp(−0.068·31/365.25) of them live (dose has hardly begun).
  CHECK_THAT(json["capacity"][0]["active"].get<double>(),
             WithinRel(750.0 * std::exp(-0.068 * 30.5 / 365.25), 1e-4));
  CHECK(json["capacity"][23]["compute_W"] < json["capacity"][0]["compute_W"]);
}

TEST_CASE("constellation: two slots that coincide are found by the screening and its table", "[app]") {
  TemporaryDirectory dir;
  const std::string twins =
      "constellation.shells={a: {altitude: 600 km, inclination: 53 deg, per_plane: 4}, "
      "b: {altitude: 601 km, inclination: 53 deg, per_plane: 1}, c: {altitude: 900 km, inclination: 53 deg, "
      "per_plane: 1}}";
  const Arguments asked{"constellation", sso,     "--json",      "--years", "0.5",   "--set", twins,
                        "--screen",      "0.5 d", "--threshold", "2",       "--out", "r"};
  const Json json = printed(asked, dir);
  REQUIRE(json["screenings"].size() == 1);
  const Json& screening = json["screenings"][0];
  CHECK(screening["satellites"] == 6);
  CHECK(screening["found"] == 1);  // b starts 1 km above a's first and falls behind
  CHECK_THAT(screening["shells"][0]["least_m"].get<double>(), WithinAbs(1000.0, 1.0));
  CHECK(screening["shells"][2]["events"] == 0);
  CHECK_THAT(screening["nearest_neighbour"]["least_m"].get<double>(), WithinAbs(1000.0, 1e-6));
  CHECK(lines(dir / "r/conjunctions.csv") == 2);
  CHECK(lines(dir / "r/slots.csv") == 7);
  CHECK(lines(dir / "r/shells.csv") == 4);
  CHECK(lines(dir / "r/capacity.csv") == 1 + 4 * 6);
  CHECK_THAT(read_bytes(dir / "r/conjunctions.csv"), Contains(",a,0,0,b,0,0\n"));
}

TEST_CASE("constellation: the screening finds a shell's closest approach of the closed form", "[app]") {
  // Two equal circles at an angle whose satellites pass their common line δ apart in phase come within
  // 2 a cos(β/2) |sin(δ/2)|, cos β = cos² i + sin² i cos ΔΩ. Speckman, Lang, Boyce, AIAA 90-2901 (1990).
  constexpr int planes = 6, per_plane = 10;
  constexpr double pi = std::numbers::pi, inclination = 53.0 * pi / 180.0, a_m = 6378137.0 + 540e3;
  const int phasing = GENERATE(1, 5);
  double least_m = 1e9;
  for (int m = 1; m < planes; ++m) {
    const double apart = 2.0 * pi * m / planes, spacing = 2.0 * pi / per_plane;
    const double phase = 2.0 * pi * m * phasing / (planes * per_plane) +
                         2.0 * std::atan2(std::cos(inclination) * std::sin(apart / 2), std::cos(apart / 2));
    const double cos_beta =
        std::pow(std::cos(inclination), 2) + std::pow(std::sin(inclination), 2) * std::cos(apart);
    least_m = std::min(least_m, 2.0 * a_m * std::sqrt((1.0 + cos_beta) / 2.0) *
                                    std::abs(std::sin(std::remainder(phase, spacing) / 2.0)));
  }
  TemporaryDirectory dir;
  const std::string shell =
      "constellation.shells={s: {altitude: 540 km, inclination: 53 deg, planes: 6, per_plane: 10, phasing: " +
      std::to_string(phasing) + "}}";
  const Json json = printed({"constellation", sso, "--json", "--years", "0.1", "--set", shell, "--screen",
                             "0.1 d", "--threshold", "1000"},
                            dir);
  // J2 turns the planes alike, and lets them pass the common line as two-body motion would; 0.1 % is for the
  // rate of the argument of latitude against the turning plane.
  CHECK_THAT(json["screenings"][0]["shells"][0]["least_m"].get<double>(), WithinRel(least_m, 1e-3));
}

TEST_CASE("constellation: a ledger's satellites enter by slot or destination and leave when they fail",
          "[app]") {
  TemporaryDirectory dir;
  using orbit::LifeState, orbit::Posting;
  {
    orbit::LedgerStore store(dir / "ledger.sqlite", orbit::LedgerStore::Open::create,
                             lunafab::parse_epoch("2031-01-01"));
    const auto live = [&](std::uint64_t serial, double operational_d, double failed_d,
                          const std::string& destination, const std::string& shell) {
      const auto post = [&](double at_d, LifeState state) {
        Posting p{.tick = lunafab::Tick{} + lunafab::ticks_from_seconds(at_d * 86400.0),
                  .serial = serial,
                  .state = state};
        p.destination = destination;
        if (!shell.empty() && state == LifeState::operational) p.slot = orbit::SlotRecord{shell, 0, 0};
        store.post(p);
      };
      for (const LifeState s : {LifeState::ordered, LifeState::building, LifeState::built, LifeState::queued,
                                LifeState::launched, LifeState::coasting, LifeState::inserting})
        post(0.0, s);
      post(operational_d, LifeState::operational);
      if (failed_d > 0.0) post(failed_d, LifeState::failed);
    };
    live(1, 40.0, 100.0, "earth_sso", "");
    live(2, 70.0, 0.0, "anywhere", "earth_sso");
    live(3, 70.0, 0.0, "deep_space", "");
    store.commit();
  }
  const Json json = printed({"constellation", sso, "--json", "--years", "0.5", "--ledger", dir.path()}, dir);
  CHECK(json["ledger_satellites_elsewhere"] == 1);
  std::vector<double> active;
  for (const Json& row : json["capacity"]) active.push_back(row["active"]);
  // Firsts of February to July: days 31, 59, 90, 120, 151, 181.
  CHECK(active == std::vector<double>{0.0, 1.0, 2.0, 1.0, 1.0, 1.0});
  CHECK(call({"constellation", sso, "--ledger", "nowhere"}, dir).code == 2);
}

TEST_CASE("constellation: bad input ends with code 2 and every finding", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call({"constellation", sso, "--years", "300", "--screen", "2 kg", "--set",
                        "constellation.shells.earth_sso.planes=0", "--out", "r"},
                       dir);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("--years") && Contains("--screen") &&
                           Contains("constellation.shells.earth_sso.planes") && Contains("3 problem(s)"));
  CHECK_FALSE(std::filesystem::exists(dir / "r"));
  CHECK(call({"constellation", sso, "--threshold", "3"}, dir).code == 2);
  CHECK(call({"constellation", sso, "--set", "start=2098-01-01"}, dir).code == 2);
  CHECK(call({"constellation", coupled}, dir).code == 2);  // a scenario without the section
  CHECK(call({"constellation", "absent.yaml"}, dir).code == 2);
}

TEST_CASE("constellation: a scenario may hold the section, and is checked with it", "[app]") {
  TemporaryDirectory dir;
  const std::string text = read_bytes(sso);
  const std::string section = text.substr(text.find("\nconstellation:"));
  // The section knows the satellites' power, failures and fade; the scenario then says nothing of them.
  std::string plain = read_bytes(coupled);
  for (const std::string said : {"power: 5 kW, destination", ", failure_rate: 0.5 yr-1, fade: 0.05 yr-1"}) {
    for (std::size_t at = plain.find(said); at != std::string::npos; at = plain.find(said))
      plain.replace(at, said.size(), said.front() == 'p' ? "destination" : "");
  }
  write_bytes(dir / "s.yaml", plain + section);
  CHECK(call({"check", dir / "s.yaml"}, dir).code == 0);
  CHECK_THAT(call({"constellation", dir / "s.yaml", "--years", "1"}, dir).text, Contains("earth_sso"));
  write_bytes(dir / "s.yaml", plain + edited(section, "altitude: 600 km", "altitude: 600 kg"));
  const Ran bad = call({"check", dir / "s.yaml"}, dir);
  CHECK(bad.code == 2);
  CHECK_THAT(bad.text, Contains("constellation.shells.earth_sso.altitude"));
}

TEST_CASE("constellation: the threads change no bit", "[app]") {
  TemporaryDirectory dir;
  const Arguments asked{"constellation", sso,   "--json",      "--years", "0.5",
                        "--screen",      "0.1", "--threshold", "70",      "--threads"};
  const Json one = printed(asked + Arguments{"1"}, dir);
  CHECK(one["screenings"][0]["found"] > 0);
  CHECK(one == printed(asked + Arguments{"2"}, dir));
}
