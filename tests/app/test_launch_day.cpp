#include <cmath>
#include <sstream>
#include "tests/campaign/program.hpp"

using namespace lunafab::test;
using Catch::Contains, Catch::StartsWith, Catch::WithinAbs, Catch::WithinRel;

namespace {

const std::string one_coil = source + "/configs/drivers/one_coil_1t.yaml";

Ran launch(const Arguments& more, const TemporaryDirectory& dir) {
  return call(Arguments{"launch", one_coil} + more, dir);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

}  // namespace

TEST_CASE("launch: without a rate the day is 24 hours at the sustained cadence", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = launch({"--json"}, dir);
  REQUIRE(ran.code == 0);
  const Json json = Json::parse(ran.text);
  const Json& day = json["day"];
  const double per_h = json["cadence"]["sustained_per_h"].get<double>();
  CHECK(day["rate"] == "sustained");
  CHECK(day["launches_per_h"] == per_h);
  CHECK(day["launches"] == static_cast<int>(24.0 * per_h));
  // The cadence gives the standstill of a whole day, fractions of a launch included.
  CHECK_THAT(day["standstill_h"].get<double>(), WithinRel(json["cadence"]["down_h_per_day"].get<double>() *
                                                              day["launches"].get<double>() / (24.0 * per_h),
                                                          1e-9));
  const double rise_K = json["first_coil_rise_K"].get<double>();
  for (const char* sky : {"by_day", "by_night"})
    CHECK(day["coils"]["first"][sky]["peak_K"].get<double>() >= 253.0 + rise_K);
  // Nothing is warmer than right after a launch, and a limit holds what the margin says.
  CHECK(day["coils"]["worst"]["by_day"]["final_K"] <= day["coils"]["worst"]["by_day"]["peak_K"]);
  CHECK(day["quench_margin"] >= day["quench_margin_limit"]);
  CHECK(json["cruise_hoop_drive_Pa"] < json["hoop_drive_Pa"]);
  CHECK(json["cruise_hoop_bucket_Pa"] < json["hoop_bucket_Pa"]);
  CHECK(json["cruise_hoop_drive_Pa"].get<double>() > 0.8 * json["hoop_drive_Pa"].get<double>());
}

TEST_CASE("launch: aborts from the whole track end in the catcher, the last one by v²/2a", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = launch({"--json"}, dir);
  const Json aborts = Json::parse(ran.text)["aborts"];
  REQUIRE(aborts["stretches"].size() == 1);
  const Json& all = aborts["stretches"][0];
  CHECK(all["outcome"] == "caught");
  CHECK_THAT(all["to_m"].get<double>(), WithinRel(5000.0, 1e-3));
  const double v_mps = all["to_mps"].get<double>();
  CHECK_THAT(aborts["longest_braking_m"].get<double>(),
             WithinRel(v_mps * v_mps / (2.0 * 100.0 * 9.80665), 1e-3));
  CHECK(aborts["catcher_m"] == 3000.0);
  CHECK_THAT(launch({}, dir).text, Contains("Abort        caught from 0.00 to 5.00 km"));
  // At the injection speed the sled has 59 MJ; this drag takes that on less than the 11 km of the track.
  const std::string two_coils = source + "/configs/drivers/two_coil_baseline.yaml";
  const Ran dragged = call({"launch", two_coils, "--set", "losses.drag.force=60 kN"}, dir);
  INFO(dragged.text);
  CHECK_THAT(dragged.text,
             Contains("Abort        stranded on the track from 0.00 to") && Contains("km, caught from"));
}

TEST_CASE("launch --rate: an hourly number with or without its unit, hours or days", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = launch({"--rate", "4/h", "--hours", "2 d"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.text, Contains("Day          4 launches an hour for 48 h: 192 launches"));
  const Json same = Json::parse(launch({"--rate", "4", "--hours", "48", "--json"}, dir).text);
  const Json other = Json::parse(launch({"--rate", "96 1/d", "--hours", "2 d", "--json"}, dir).text);
  CHECK(same["day"]["launches"] == 192);
  CHECK(same["day"]["rate"] == "asked for");
  CHECK(other["day"]["launches"] == 192);
}

TEST_CASE("launch --rate: what the machine cannot keep up, the model refuses with its reason", "[app]") {
  TemporaryDirectory dir;
  const Ran hot = launch({"--rate", "300"}, dir);
  CHECK(hot.code == 1);
  CHECK_THAT(hot.text,
             Contains("limit 350.0 K, EXCEEDED") &&
                 Contains("the model says no: at 300 launches an hour the drive coil of the first") &&
                 Contains("more than recharge allows") && Contains("more than track allows") &&
                 Contains("more than buckets allows"));
  const Arguments weak{"--set", "bucket.coils.cryocooler=10.05 W"};
  const Ran quench = launch(weak + Arguments{"--rate", "4"}, dir);
  CHECK(quench.code == 1);
  CHECK_THAT(quench.text, Contains("the bucket's quench margin falls to") && !Contains("drive coil of") &&
                              !Contains("allows:"));
  // The same machine at the cadence that its cooler allows; and the bound as it is printed.
  CHECK(launch(weak, dir).code == 0);
  const Ran all = launch({"--rate", "4.9"}, dir), beyond = launch({"--rate", "4.91"}, dir);
  CHECK(all.code == 0);
  CHECK(beyond.code == 1);
  CHECK_THAT(beyond.text, Contains("4.91 launches an hour are more than buckets allows: 4.90265"));
  CHECK(launch({"--rate", "4.90265"}, dir).code == 0);
}

TEST_CASE("launch --rate: bad values end with code 2, all at once", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = launch({"--rate", "0", "--hours", "2 kg", "--payload", "x", "--out", "r"}, dir);
  CHECK(ran.code == 2);
  CHECK_THAT(ran.text, Contains("--rate 0") && Contains("--hours 2 kg") && Contains("--payload x") &&
                           Contains("1e-06 … 1e+06 1/h"));
  CHECK_FALSE(std::filesystem::exists(dir / "r"));
  const Ran alone = launch({"--hours", "3"}, dir);
  CHECK(alone.code == 2);
  CHECK_THAT(alone.text, Contains("says nothing without --rate"));
  const Ran many = launch({"--rate", "5e5", "--hours", "1000"}, dir);
  CHECK(many.code == 2);
  CHECK_THAT(many.text, Contains("makes 5e+08 launches"));
  CHECK_THAT(launch({"--rate", "4 m"}, dir).text, Contains("a rate, for example '12/h'"));
}

TEST_CASE("launch: day.csv has a row a launch, and the page the day", "[app]") {
  TemporaryDirectory dir;
  const Ran ran = launch({"--rate", "4", "--hours", "6", "--out", "r"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const std::vector<std::string> rows = lines_of(read_bytes(dir / "r/day.csv"));
  REQUIRE(rows.size() == 1 + 24 + 1);
  CHECK(rows[0] == "time_s,first_coil_K,mean_coil_K,worst_coil_K,bucket_coil_K");
  CHECK_THAT(rows[2], StartsWith("900,"));
  CHECK_THAT(rows.back(), StartsWith("21600,"));
  for (std::size_t i = 0; i < 24; ++i) CHECK((rows[1 + i].back() == ',') == (i % 3 != 0));  // three buckets
  const Json day = Json::parse(read_bytes(dir / "r/launch.json"))["day"];
  const double final_K = day["coils"]["first"]["by_day"]["final_K"].get<double>();
  CHECK_THAT(std::stod(rows.back().substr(rows.back().find(',') + 1)), WithinAbs(final_K, 1e-9));
  CHECK_THAT(read_bytes(dir / "r/launch.html"), Contains("A day of such launches") && Contains("Aborts") &&
                                                    Contains("Drive coils right after each launch"));
}
