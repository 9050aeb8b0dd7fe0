#include <cmath>
#include "tests/campaign/program.hpp"

using namespace lunafab::test;
using Catch::Contains, Catch::WithinAbs;

namespace {

const std::string malapert = source + "/configs/transfers/malapert.yaml";

Json insert_json(const Arguments& more, const TemporaryDirectory& dir, int code = 0) {
  const Ran ran = call(Arguments{"insert", malapert, "--json"} + more, dir);
  INFO(ran.text);
  REQUIRE(ran.code == code);
  const std::size_t end = ran.text.rfind('}');  // what follows is standard error
  return Json::parse(ran.text.substr(0, end + 1));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_CASE("insert: low lunar orbit takes what two-body theory says, within the Moon's field", "[app]") {
  TemporaryDirectory dir;
  const Json json = insert_json({}, dir);
  CHECK(json["outcome"] == "inserted");
  CHECK(json["destination"] == "low_lunar_orbit");
  // Two-body: 1.7032 km/s, 23.0 m/s, 56.5 min; the field moves the burns up to 23.9 m/s (sources:
  // llo_launch).
  CHECK_THAT(json["launch_speed_mps"].get<double>(), WithinAbs(1703.2, 1.0));
  CHECK_THAT(json["insertion_dv_mps"].get<double>(), WithinAbs(23.55, 0.35));
  CHECK_THAT(json["transfer_days"].get<double>() * 1440.0, WithinAbs(56.5, 0.3));
  for (const char* key : {"correction_dv_mps_p95", "loss_probability", "margin_mps", "budget_mps", "burns",
                          "arrival", "timeline", "model", "corrections"}) {
    INFO(key);
    REQUIRE(json.contains(key));
    CHECK_FALSE(json[key].is_null());
  }
  CHECK_THAT(json["arrival"]["semi_major_axis_m"].get<double>(), WithinAbs(1837.4e3, 2e3));
  CHECK(json["arrival"]["eccentricity"].get<double>() < 1e-3);
}

TEST_CASE("insert: an escape has the energy asked for, and the Monte Carlo agrees with its covariance",
          "[app]") {
  TemporaryDirectory dir;
  const Json json =
      insert_json({"--destination", "deep_space", "--launches", "200", "--seed", "7", "--out", "r"}, dir);
  CHECK(json["outcome"] == "inserted");
  CHECK(json["launch_speed_mps"].get<double>() > 2490.0);
  CHECK(json["launch_speed_mps"].get<double>() < 2560.0);
  CHECK(json["transfer_days"].get<double>() > 7.2);
  CHECK(json["transfer_days"].get<double>() < 8.2);
  CHECK_THAT(json["c3_m2ps2"].get<double>(), WithinAbs(0.9e6, 1.0));
  CHECK(json["perihelion_au"].get<double>() < 1.02);
  CHECK(json["aphelion_au"].get<double>() > 0.975);  // baseline: from .98 on, to two digits
  const Json& drawn = json["monte_carlo"];
  CHECK(drawn["corrected"] == 200);
  // Cost is nearly |normal|, of which the root mean square of 200 draws scatters by 1/sqrt(400) = 5 %: 4
  // sigma.
  const double linear = std::sqrt(json["corrections"]["first_covariance_m2ps2"][0][0].get<double>() +
                                  json["corrections"]["first_covariance_m2ps2"][1][1].get<double>() +
                                  json["corrections"]["first_covariance_m2ps2"][2][2].get<double>());
  CHECK(std::abs(drawn["rms_mps"].get<double>() / linear - 1.0) < 0.2);
  CHECK_THAT(read_bytes(dir / "r/trajectory.csv"), Catch::StartsWith("date_tt,elapsed_s,centre,x_m"));
  const std::string oem = read_bytes(dir / "r/trajectory.oem"), page = read_bytes(dir / "r/insertion.html");
  CHECK_THAT(oem, Contains("CENTER_NAME          = MOON") || Contains("MOON"));
  CHECK_THAT(oem, Contains("EARTH") && Contains("CCSDS_OEM_VERS"));
  CHECK(count(page, "<svg ") == 3);
  CHECK(count(page, "<script") == 0);
  CHECK(Json::parse(read_bytes(dir / "r/insertion.json"))["outcome"] == "inserted");
}

TEST_CASE("insert: the same seed gives the same bytes on one thread and on two", "[app]") {
  TemporaryDirectory dir;
  const Arguments asked{"--destination", "deep_space", "--launches", "50"};
  CHECK(insert_json(asked + Arguments{"--threads", "1"}, dir) ==
        insert_json(asked + Arguments{"--threads", "2"}, dir));
}

TEST_CASE("insert: a launch too slow for its orbit is lost, and the reason says what would do", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call(Arguments{"insert", malapert, "--speed", "1660 m/s"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.text, Contains("the model says no") && Contains("--speed 170"));
  const Json json = insert_json({"--set", "destinations.low_lunar_orbit.correction_budget=20 m/s"}, dir, 1);
  CHECK(json["outcome"] == "correction beyond budget");
  CHECK_THAT(json["reasons"].dump(), Contains("correction_budget"));
}

TEST_CASE("insert: everything that is wrong is said at once", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call(Arguments{"insert", malapert, "--destination", "deep_spice", "--at", "2099-12-01",
                                 "--speed", "9 km/s", "--launches", "0", "--set",
                                 "muzzle_error.along_left=0.9", "--set", "muzzle_error.along_up=0.9", "--set",
                                 "muzzle_error.left_up=-0.9", "--set", "muzzle_errors=1"},
                       dir);
  INFO(ran.text);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("did you mean 'deep_space'"));
  CHECK_THAT(ran.text, Contains("outside the ephemeris"));
  CHECK_THAT(ran.text, Contains("beyond the driver"));
  CHECK_THAT(ran.text, Contains("--launches: is out of range"));
  CHECK_THAT(ran.text, Contains("positive semidefinite"));
  CHECK_THAT(ran.text, Contains("muzzle_errors"));
  CHECK_THAT(ran.text, Contains("6 problem(s)"));
}

TEST_CASE("insert: between two windows it costs what the full solution costs", "[app]") {
  TemporaryDirectory dir;
  const Arguments asked{"--destination", "deep_space", "--at", "3.3 d"};
  const Json table = insert_json(asked + Arguments{"--fidelity", "table"}, dir),
             solved = insert_json(asked, dir);
  // Half a day between nodes: the speed for one C3 moves by metres per second over half a month.
  CHECK_THAT(table["launch_speed_mps"].get<double>(),
             WithinAbs(solved["launch_speed_mps"].get<double>(), 0.2));
  CHECK_THAT(table["transfer_days"].get<double>(), WithinAbs(solved["transfer_days"].get<double>(), 0.01));
}
