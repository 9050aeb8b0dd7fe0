#include <catch2/catch.hpp>
#include "report/day_report.hpp"

using namespace lunafab::report;
using namespace lunafab::massdriver;
using Catch::Contains;

namespace {

AbortPlace place(double at_m, double speed_mps, AbortOutcome outcome, double braking_m) {
  return {.position_m = at_m, .speed_mps = speed_mps, .stop = {.outcome = outcome, .braking_m = braking_m}};
}

/// Up to 10 launches an hour, each with 0.1 h of exchanges: sustained 5.
LaunchReport busy(double launches_per_h) {
  LaunchReport r;
  r.figures.emplace();
  r.figures->cadence.while_up_per_h = {10.0, 20.0, 1.0, 40.0, 1.0};  // coils, cooling: by the day's course
  r.figures->cadence.up_per_h = 10.0;
  r.figures->cadence.sustained_per_h = 5.0;
  r.day.emplace();
  r.day->hours = 24.0;
  r.day->launches_per_h = launches_per_h;
  r.day->bucket_margin = 0.5;
  r.design.limits.quench_margin = 0.2;
  r.design.track.coil.temperature_limit_K = 350.0;
  for (TemperatureCourse& coil : r.day->coils) coil.peak_K = 300.0;
  return r;
}

}  // namespace

TEST_CASE("day report: neighbouring aborts that end alike are one stretch", "[report]") {
  const auto stretches = abort_stretches(
      {place(0.0, 10.0, AbortOutcome::stranded, 0.0), place(1.0, 20.0, AbortOutcome::caught, 5.0),
       place(2.0, 30.0, AbortOutcome::caught, 9.0), place(3.0, 40.0, AbortOutcome::overrun, 10.0)});
  REQUIRE(stretches.size() == 3);
  CHECK(stretches[0].to_m == 0.0);
  CHECK(stretches[1].from_m == 1.0);
  CHECK(stretches[1].to_m == 2.0);
  CHECK(stretches[1].from_mps == 20.0);
  CHECK(stretches[1].to_mps == 30.0);
  CHECK(stretches[1].longest_braking_m == 9.0);
  CHECK(stretches[2].outcome == AbortOutcome::overrun);
  CHECK(abort_stretches({}).empty());
}

TEST_CASE("day report: recharge, track and buckets bound a cadence beside the exchanges", "[report]") {
  CHECK(day_refusals(busy(5.0)).empty());
  const auto six = day_refusals(busy(6.0));  // 1 / (1/20 + 0.1) = 6.67 on the track, 1 / (1/40 + 0.1) = 8
  REQUIRE(six.size() == 1);
  CHECK(six[0] == "6 launches an hour are more than recharge allows: 5, exchanges included");
  CHECK(day_refusals(busy(7.0)).size() == 2);
  CHECK(day_refusals(busy(9.0)).size() == 3);
}

TEST_CASE("day report: a coil above its limit and a margin below it are refused", "[report]") {
  LaunchReport r = busy(3.0);
  r.day->coils[1].peak_K = 350.0;
  CHECK(day_refusals(r).empty());
  r.day->coils[1].peak_K = 360.0;
  r.day->bucket_margin = 0.1;
  const auto reasons = day_refusals(r);
  REQUIRE(reasons.size() == 2);
  CHECK(reasons[0] ==
        "at 3 launches an hour the drive coil of the mean stage reaches 360.0 K within 24 h, above "
        "the limit 350.0 K");
  CHECK_THAT(reasons[1], Contains("quench margin falls to 0.1000, below the limit 0.2000"));
  r.design.track.coil.temperature_limit_K = 0.0;  // none given
  CHECK(day_refusals(r).size() == 1);
}

TEST_CASE("day report: without radiator and cooler the day still counts its launches", "[report]") {
  LaunchReport r = busy(2.0);
  r.day->hours = 1.0;
  r.day->launches = 2;
  r.design.back.buckets = 2;
  CHECK(day_csv(r) ==
        "time_s,first_coil_K,mean_coil_K,worst_coil_K,bucket_coil_K\n0,,,,\n1800,,,,\n3600,,,,\n");
  CHECK(day_json(r)["coils"]["first"]["by_day"].is_null());
  CHECK(day_json(r)["bucket_coil"].is_null());
  CHECK_THAT(day_summary(r),
             Contains("no radiator is given") && Contains("bucket coil not followed") && !Contains("Abort"));
  CHECK_THAT(day_section(r), Contains("2 launches in 1 h") && !Contains("<svg"));
  CHECK(abort_section(r).empty());
  r.day.reset();
  CHECK(day_summary(r).empty());
  CHECK(day_section(r).empty());
}
