#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <stdexcept>
#include <string>
#include "core/contract.hpp"
#include "orbit/time_scales.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

constexpr double deg = std::numbers::pi / 180.0;

}  // namespace

TEST_CASE("time: leap seconds are those of the IERS' Bulletin C", "[orbit][time]") {
  struct Row {
    const char* utc;
    double tai_minus_utc_s;
  };
  const Row row =
      GENERATE(Row{"1972-01-01T00:00:01", 10}, Row{"1998-12-31T23:59:58", 31}, Row{"1999-01-01T00:00:01", 32},
               Row{"2006-01-01T00:00:01", 33}, Row{"2009-01-01T00:00:01", 34}, Row{"2012-07-01T00:00:01", 35},
               Row{"2015-07-01T00:00:01", 36}, Row{"2016-12-31T23:59:58", 36}, Row{"2017-01-01T00:00:01", 37},
               Row{"2024-06-01T00:00:00", 37});
  const Epoch at = parse_time(row.utc, TimeScale::utc);
  CHECK(tai_minus_utc_s(at) == row.tai_minus_utc_s);
  CHECK(leap_seconds(at) == LeapSeconds::known);
}

TEST_CASE("time: leap seconds not announced yet are said to be assumed", "[orbit][time]") {
  const Epoch late = parse_epoch("2060-01-01");
  CHECK(leap_seconds(late) == LeapSeconds::assumed);
  CHECK(tai_minus_utc_s(late) >= 37.0);
  CHECK_THROWS_AS(tai_minus_utc_s(parse_epoch("1971-12-31")), ContractError);
  CHECK_THROWS_AS(format_time(parse_epoch("1971-12-31"), TimeScale::utc, 0), ContractError);
  CHECK_NOTHROW(format_time(parse_epoch("1971-12-31"), TimeScale::tdb, 0));
}

TEST_CASE("time: J2000.0 and the leap second of 2016 read as the almanac has them", "[orbit][time]") {
  CHECK(format_time({0.0}, TimeScale::tt, 3) == "2000-01-01T12:00:00.000");
  CHECK(format_time({0.0}, TimeScale::tai, 3) == "2000-01-01T11:59:27.816");
  CHECK(format_time({0.0}, TimeScale::utc, 3) == "2000-01-01T11:58:55.816");
  const auto utc = [](double tt_s_after_midnight) {  // of 2017-01-01
    return format_time({parse_epoch("2017-01-01").tt_days_since_j2000 + tt_s_after_midnight / 86400.0},
                       TimeScale::utc, 1);
  };
  CHECK(utc(67.184) == "2016-12-31T23:59:59.0");
  CHECK(utc(68.684) == "2016-12-31T23:59:60.5");
  CHECK(utc(69.184) == "2017-01-01T00:00:00.0");
  CHECK(utc(69.684) == "2017-01-01T00:00:00.5");
}

TEST_CASE("time: formatting rounds, across midnight and year too", "[orbit][time]") {
  const double midnight = parse_epoch("2028-01-01").tt_days_since_j2000;
  CHECK(format_time({midnight - 4e-4 / 86400.0}, TimeScale::tt, 3) == "2028-01-01T00:00:00.000");
  CHECK(format_time({midnight - 6e-4 / 86400.0}, TimeScale::tt, 3) == "2027-12-31T23:59:59.999");
  CHECK(format_time({midnight - 0.4 / 86400.0}, TimeScale::tt, 0) == "2028-01-01T00:00:00");
  CHECK(format_time({midnight + 1e-3 / 86400.0}, TimeScale::tt, 6) == "2028-01-01T00:00:00.001000");
  CHECK_THROWS_AS(format_time({midnight}, TimeScale::tt, 10), ContractError);
}

TEST_CASE("time: what is formatted reads back to the microsecond", "[orbit][time]") {
  const TimeScale scale = GENERATE(TimeScale::tt, TimeScale::tdb, TimeScale::tai, TimeScale::utc);
  for (int i = 0; i < 400; ++i) {
    const Epoch at{-9000.0 + 83.0123456789 * i};
    const Epoch again = parse_time(format_time(at, scale, 9), scale);
    // Dates in days round to 2e-12 d = 0.3 µs.
    CHECK(std::abs(again.tt_days_since_j2000 - at.tt_days_since_j2000) * 86400.0 < 1e-6);
    const JulianDate date = julian_date(at, scale);
    CHECK(date.day - std::floor(date.day) == 0.5);
    CHECK(date.fraction >= 0.0);
    CHECK(date.fraction < 1.0);
    CHECK(std::abs(from_julian_date(date, scale).tt_days_since_j2000 - at.tt_days_since_j2000) * 86400.0 <
          1e-6);
  }
}

TEST_CASE("time: CCSDS dates by month or day of the year, and nothing else", "[orbit][time]") {
  const double day = parse_epoch("2028-03-01T12:00:00").tt_days_since_j2000;
  for (const char* text : {"2028-03-01T12:00:00", "2028-03-01T12:00:00Z", "2028-061T12:00:00",
                           "2028-061T12:00:00.000Z", "2028-03-01T12:00:00."})
    CHECK(parse_time(text, TimeScale::tt).tt_days_since_j2000 == Approx(day).margin(1e-11));
  CHECK(parse_time("2028-366T00:00:00", TimeScale::tt).tt_days_since_j2000 ==
        parse_epoch("2028-12-31").tt_days_since_j2000);
  for (const char* text : {"",
                           "2028",
                           "2028-03-01",
                           "2028-03-01 12:00:00",
                           "2028-03-01T12:00",
                           "2028-03-01T12:00:5",
                           "2028-02-30T00:00:00",
                           "2027-366T00:00:00",
                           "2028-000T00:00:00",
                           "2028-13-01T00:00:00",
                           "2028-03-01T24:00:00",
                           "2028-03-01T12:60:00",
                           "2028-03-01T12:00:60",
                           "2028-03-01T12:00:00ZZ",
                           "2028-03-01T12:00:00.1.2",
                           "2028-03-01T12:00:-1",
                           "2028-03-01T-1:00:00",
                           "2028-3-1T12:00:00",
                           "+028-03-01T12:00:00",
                           "2028-03-01T12:00:001"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_time(text, TimeScale::tt), std::invalid_argument);
  }
  CHECK_NOTHROW(parse_time("2016-12-31T23:59:60.9", TimeScale::utc));
  CHECK_THROWS_AS(parse_time("2016-12-30T23:59:60", TimeScale::utc), std::invalid_argument);
  CHECK_THROWS_AS(parse_time("1971-12-31T00:00:00", TimeScale::utc), std::invalid_argument);
}

TEST_CASE("time: TDB swings about TT by 1.66 ms once a year", "[orbit][time]") {
  // SOFA's test of iauDtdb, taken on the ground: up to 2.1 µs from the Earth's centre.
  CHECK(tdb_minus_tt_s({2448939.5 + 0.123 - 2451545.0}) == Approx(-0.1280368005936998991e-2).margin(2.2e-6));
  double largest_s = 0.0;
  for (int day = 9000; day < 9366; ++day) {
    const double difference_s = tdb_minus_tt_s({static_cast<double>(day)});
    largest_s = std::max(largest_s, std::abs(difference_s));
    // Astronomical Almanac, B7: g the Earth's mean anomaly, L − L_J its longitude from Jupiter's; good to ~30
    // µs.
    const double g = (357.53 + 0.98560028 * day) * deg, from_jupiter = (246.11 + 0.90251792 * day) * deg;
    CHECK(std::abs(difference_s - (0.001657 * std::sin(g) + 0.000022 * std::sin(from_jupiter))) < 3e-5);
  }
  CHECK(largest_s > 1.6e-3);
  CHECK(largest_s < 1.7e-3);
}
