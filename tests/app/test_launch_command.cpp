#include <algorithm>
#include <cmath>
#include "tests/campaign/program.hpp"

using namespace lunafab::test;
using Catch::Contains, Catch::WithinRel;

namespace {

const std::string drivers = source + "/configs/drivers/";
const std::string one_coil = drivers + "one_coil_1t.yaml";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

void check_no_null(const Json& json, const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    INFO(key);
    REQUIRE(json.contains(key));
    CHECK_FALSE(json[key].is_null());
  }
}

const std::vector<std::string> promised{"muzzle_speed_mps",
                                        "energy_residual_rel",
                                        "peak_g",
                                        "mean_g",
                                        "cruise_peak_g",
                                        "peak_voltage_V",
                                        "em_efficiency",
                                        "wall_plug_efficiency",
                                        "wall_plug_efficiency_without_regeneration",
                                        "bus_energy_J",
                                        "hoop_drive_Pa",
                                        "hoop_bucket_Pa",
                                        "cruise_hoop_drive_Pa",
                                        "cruise_hoop_bucket_Pa",
                                        "day",
                                        "aborts",
                                        "discharged_J",
                                        "recovered_J",
                                        "coil_heat_J",
                                        "heat_J",
                                        "drive_current_A",
                                        "cruise_drive_current_A",
                                        "time_s",
                                        "outcome",
                                        "limits",
                                        "cadence",
                                        "recharge_s"};

}  // namespace

TEST_CASE("launch: within its limits it ends with code 0, and the JSON is the account", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call(Arguments{"launch", one_coil, "--json", "--threads", "1"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const Json json = Json::parse(ran.text);
  check_no_null(json, promised);
  CHECK(json["outcome"] == "completed");
  CHECK(json["within_limits"] == true);
  CHECK(std::abs(json["energy_residual_rel"].get<double>()) <= 1e-6);
  // The prototype's one-coil machine: 4.385 GJ, 17.0 MJ of Joule heat, 19.3 kV, 106 g at cruise.
  CHECK_THAT(json["discharged_J"].get<double>(), WithinRel(4.385e9, 0.01));
  CHECK_THAT(json["coil_heat_J"].get<double>(), WithinRel(17.0e6, 0.01));
  CHECK_THAT(json["peak_voltage_V"].get<double>(), WithinRel(19.3e3, 0.01));
  CHECK_THAT(json["cruise_peak_g"].get<double>(), WithinRel(106.0, 0.01));
  const double in = json["discharged_J"].get<double>() + json["kinetic_before_J"].get<double>();
  double out = 0.0;
  for (const char* term : {"recovered_J", "discarded_J", "coil_heat_J", "switch_heat_J", "eddy_J", "drag_J",
                           "kinetic_after_J", "magnetic_gain_J", "energy_residual_J"})
    out += json[term].get<double>();
  CHECK_THAT(out, WithinRel(in, 1e-12));
}

TEST_CASE("launch: every shipped driver keeps its own limits", "[app]") {
  TemporaryDirectory dir;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(drivers)) {
    if (!entry.is_regular_file()) continue;  // studies
    const Ran ran = call({"launch", entry.path().string()}, dir);
    INFO(entry.path() << "\n" << ran.text);
    CHECK(ran.code == 0);
    CHECK_THAT(ran.text, !Contains("FAILS"));
    ++files;
  }
  CHECK(files >= 6);
}

TEST_CASE("launch: --out leaves tables, JSON and one self-contained page", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call(Arguments{"launch", one_coil, "--out", "r"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  CHECK_THAT(ran.text, Contains("numerical residual") && Contains("bound by") &&
                           Contains("Not validated against a full shot") && Contains("Results      r"));
  CHECK(Json::parse(read_bytes(dir / "r/launch.json"))["outcome"] == "completed");
  const std::string profile = read_bytes(dir / "r/profile.csv"), limits = read_bytes(dir / "r/limits.csv");
  CHECK_THAT(profile, Catch::StartsWith("stage,position_m,time_s,speed_mps"));
  CHECK(count(profile, "\n") > 5000);
  CHECK_THAT(limits, Contains("peak acceleration,") && Contains(",at most,"));
  const std::string page = read_bytes(dir / "r/launch.html");
  CHECK(page.size() < 300'000);
  CHECK(count(page, "<svg ") == 12);
  CHECK(count(page, "class=\"line\"") >= 12);
  CHECK(count(page, "<script") == 0);
  CHECK(count(page, "http") == count(page, "http-equiv"));
  CHECK_THAT(page, Contains("default-src 'none'; style-src 'unsafe-inline'"));
  CHECK(page.find("nan") == std::string::npos);
  for (const auto& entry : std::filesystem::directory_iterator(dir / "r"))
    CHECK(entry.path().extension() != ".tmp");
}

TEST_CASE("launch: where the model says no, code 1 and the reason", "[app]") {
  TemporaryDirectory dir;
  const Ran limit = call(Arguments{"launch", one_coil, "--set", "limits.acceleration=110 g0"}, dir);
  CHECK(limit.code == 1);
  CHECK_THAT(limit.text, Contains("the model says no: peak acceleration 112.6 g is above the limit 110.0 g"));

  const Ran heavy = call({"launch", one_coil, "--payload", "2 t", "--json", "--out", "r"}, dir);
  CHECK(heavy.code == 1);
  const Json json = Json::parse(heavy.text);
  CHECK(json["outcome"] == "the store cannot give this speed");
  CHECK(json["bus_energy_J"].is_null());
  CHECK_THAT(json["reasons"][0].get<std::string>(), Contains("at most"));
  CHECK(std::filesystem::exists(dir / "r/launch.html"));

  const Ran lost =
      call({"launch", one_coil, "--set", "firing.trigger=position", "--set", "firing.energy=0.5"}, dir);
  CHECK(lost.code == 1);
  CHECK_THAT(lost.text,
             Contains("the model says no: lost synchronism at stage") && Contains("km along the track"));
}

TEST_CASE("launch: stages told to fail do so", "[app]") {
  TemporaryDirectory dir;
  const auto launched = [&](const std::vector<std::string>& options) {
    Arguments arguments{"launch", one_coil, "--json", "--set", "limits.acceleration=1000 g0"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return Json::parse(call(arguments, dir).text);
  };
  const Json plain = launched({}), missed = launched({"--fault", "miss:2500-2507", "--fault", "miss:30"});
  CHECK(plain["skipped_banks"] == 0);
  CHECK(missed["skipped_banks"] == 9);
  CHECK(missed["peak_g"].get<double>() > plain["peak_g"].get<double>());  // the feedback makes good
  const double off = missed["muzzle_speed_mps"].get<double>() - plain["muzzle_speed_mps"].get<double>();
  CHECK(std::abs(off) < 1e-3);  // and has forgotten at the muzzle
  CHECK(launched({"--fault", "short:4990"})["coil_heat_J"] > plain["coil_heat_J"]);

  const Ran bad = call({"launch", one_coil, "--fault", "mis:3", "--fault", "miss:5000", "--fault", "miss:x",
                        "--fault", "early:0-15", "--launches", "2"},
                       dir);
  CHECK(bad.code == 2);
  CHECK_THAT(bad.text, Contains("--fault mis:3") && Contains("miss, early or short") &&
                           Contains("--fault miss:5000") && Contains("stages from 0 to 4999") &&
                           Contains("--fault miss:x") && Contains("does not go with --launches"));
}

TEST_CASE("launch: a slower launch of a lighter payload stays within the store", "[app]") {
  TemporaryDirectory dir;
  const Arguments asked{"launch", one_coil, "--payload", "800 kg", "--speed", "2000", "--json"};
  const Json json = Json::parse(call(asked, dir).text);
  CHECK(json["payload_kg"] == 800.0);
  CHECK_THAT(json["muzzle_speed_mps"].get<double>(), WithinRel(2000.0, 1e-3));
  CHECK(json["discharged_J"].get<double>() < 3.0e9);
}

TEST_CASE("launch: bad input ends with code 2 and every finding", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = call({"launch", one_coil, "--payload", "-3 kg", "--speed", "2 kg", "--tolerance", "1",
                        "--set", "track.stages=0", "--out", "r"},
                       dir);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("--payload") && Contains("--speed") && Contains("--tolerance") &&
                           Contains("track.stages") && Contains("4 problem(s)"));
  CHECK_FALSE(std::filesystem::exists(dir / "r"));
  CHECK(call({"launch", one_coil, "--speed", "40"}, dir).code == 2);
  CHECK(call({"launch", coupled}, dir).code == 2);
  CHECK(call({"launch", "absent.yaml"}, dir).code == 2);
}

TEST_CASE("launch: the threads change no bit", "[app]") {
  TemporaryDirectory dir;
  const Arguments launch{"launch", one_coil, "--json", "--threads"};
  CHECK(call(launch + Arguments{"1"}, dir).text == call(launch + Arguments{"2"}, dir).text);
}
