#include "orbit/time_scales.hpp"
#include <erfa.h>
#include <erfam.h>
#include <fmt/format.h>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

/// ERFA's status of a date in UTC: what it calls dubious is before 1960 or years after its table.
constexpr int dubious = 1;

JulianDate tai(Epoch at) {
  JulianDate out;
  eraTttai(ERFA_DJ00, at.tt_days_since_j2000, &out.day, &out.fraction);
  return out;
}

Epoch from_tai(double day, double fraction) {
  double tt1 = 0.0, tt2 = 0.0;
  eraTaitt(day, fraction, &tt1, &tt2);
  return {(tt1 - ERFA_DJ00) + tt2};
}

void expect_utc(Epoch at) {
  constexpr double utc_1972_tt_days = -10227.5 + 42.184 / ERFA_DAYSEC;  // 1972-01-01 00:00 UTC
  // A microsecond of grace: the rounding of dates in days.
  expects(at.tt_days_since_j2000 > utc_1972_tt_days - 1e-11,
          "UTC: dates before 1972-01-01 follow other rules; use TT or TDB");
}

struct UtcOffset {
  double tai_minus_utc_s = 0.0;
  LeapSeconds standing = LeapSeconds::known;
};

UtcOffset utc_offset(Epoch at) {
  const JulianDate utc = julian_date(at, TimeScale::utc);
  int year = 0, month = 0, day = 0;
  double fraction = 0.0;
  eraJd2cal(utc.day, utc.fraction, &year, &month, &day, &fraction);
  UtcOffset out;
  const int status = eraDat(year, month, day, fraction, &out.tai_minus_utc_s);
  if (status == dubious) out.standing = LeapSeconds::assumed;
  return out;
}

/// The whole day into `day`, to its midnight.
JulianDate split(double large, double small) {
  JulianDate out{std::floor(large) + 0.5, 0.0};
  out.fraction = (large - out.day) + small;
  const double whole = std::floor(out.fraction);
  return {out.day + whole, out.fraction - whole};
}

struct Calendar {
  int year = 0, month = 1, day = 1, hour = 0, minute = 0;
  double second = 0.0;
};

[[noreturn]] void refuse(const std::string& text, const char* problem) {
  throw std::invalid_argument(fmt::format("'{}': {}", text, problem));
}

bool scan_date(const std::string& text, Calendar& out, int& used) {
  int day_of_year = 0;
  // NOLINTBEGIN(cert-err34-c): the counts and the ranges are checked.
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%n", &out.year, &out.month, &out.day, &used) == 3 && used == 11)
    return true;
  used = 0;
  if (std::sscanf(text.c_str(), "%4d-%3dT%n", &out.year, &day_of_year, &used) != 2 || used != 9) return false;
  // NOLINTEND(cert-err34-c)
  const bool leap = (out.year % 4 == 0 && out.year % 100 != 0) || out.year % 400 == 0;
  if (day_of_year < 1 || day_of_year > (leap ? 366 : 365)) return false;
  double midnight = 0.0, mjd = 0.0, rest = 0.0;
  eraCal2jd(out.year, 1, 1, &midnight, &mjd);
  return eraJd2cal(midnight, mjd + day_of_year - 1, &out.year, &out.month, &out.day, &rest) == 0;
}

Calendar scan(const std::string& text) {
  constexpr const char* shape =
      "not a date like 2027-03-01T12:00:00.5 or 2027-060T12:00:00.5 (a Z may follow)";
  if (text.find_first_not_of("0123456789-T:.Z") != std::string::npos) refuse(text, shape);
  Calendar out;
  int used = 0, more = 0;
  if (!scan_date(text, out, used)) refuse(text, shape);
  const std::string clock = text.substr(static_cast<std::size_t>(used));
  // NOLINTNEXTLINE(cert-err34-c)
  if (std::sscanf(clock.c_str(), "%2d:%2d:%n", &out.hour, &out.minute, &more) != 2 || more != 6)
    refuse(text, shape);
  std::string second = clock.substr(6);
  if (!second.empty() && second.back() == 'Z') second.pop_back();
  const bool two_digits =
      second.size() >= 2 && second.find_first_of(".-") != 0 && second.find_first_of(".-") != 1;
  if (!two_digits || second.find_first_not_of("0123456789.") != std::string::npos ||
      (second.size() > 2 && (second[2] != '.' || second.find('.', 3) != std::string::npos)))
    refuse(text, shape);
  out.second = std::stod(second);
  return out;
}

}  // namespace

double tdb_minus_tt_s(Epoch at) {
  // TT for TDB as the argument: an error of 1e-13 s. At the Earth's centre the time of day does not matter.
  return eraDtdb(ERFA_DJ00, at.tt_days_since_j2000, 0.0, 0.0, 0.0, 0.0);
}

JulianDate julian_date(Epoch at, TimeScale scale) {
  const double tt = at.tt_days_since_j2000;
  switch (scale) {
    case TimeScale::tt:
      return split(ERFA_DJ00, tt);
    case TimeScale::tdb:
      return split(ERFA_DJ00, tt + tdb_minus_tt_s(at) / ERFA_DAYSEC);
    case TimeScale::tai: {
      const JulianDate date = tai(at);
      return split(date.day, date.fraction);
    }
    case TimeScale::utc:
      break;
  }
  expect_utc(at);
  const JulianDate date = tai(at);
  double utc1 = 0.0, utc2 = 0.0;
  expects(eraTaiutc(date.day, date.fraction, &utc1, &utc2) >= 0, "UTC: a year beyond all calendars");
  return split(utc1, utc2);
}

Epoch from_julian_date(const JulianDate& date, TimeScale scale) {
  switch (scale) {
    case TimeScale::tt:
      return {(date.day - ERFA_DJ00) + date.fraction};
    case TimeScale::tdb: {
      const double tdb_days = (date.day - ERFA_DJ00) + date.fraction;
      return {tdb_days - tdb_minus_tt_s({tdb_days}) / ERFA_DAYSEC};
    }
    case TimeScale::tai:
      return from_tai(date.day, date.fraction);
    case TimeScale::utc:
      break;
  }
  double tai1 = 0.0, tai2 = 0.0;
  expects(eraUtctai(date.day, date.fraction, &tai1, &tai2) >= 0, "UTC: a year beyond all calendars");
  const Epoch out = from_tai(tai1, tai2);
  expect_utc(out);
  return out;
}

LeapSeconds leap_seconds(Epoch at) {
  return utc_offset(at).standing;
}

double tai_minus_utc_s(Epoch at) {
  return utc_offset(at).tai_minus_utc_s;
}

std::string format_time(Epoch at, TimeScale scale, int digits) {
  expects(digits >= 0 && digits <= 9, "format_time: 0 to 9 digits");
  const JulianDate date = julian_date(at, scale);
  int year = 0, month = 0, day = 0, clock[4] = {};
  const int status = eraD2dtf(scale == TimeScale::utc ? "UTC" : "TT", digits, date.day, date.fraction, &year,
                              &month, &day, clock);
  expects(status >= 0 && year >= 0 && year <= 9999, "format_time: the year must lie between 0 and 9999");
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", year, month, day, clock[0], clock[1], clock[2]);
  if (digits > 0) text += fmt::format(".{:0{}}", clock[3], digits);
  return text;
}

Epoch parse_time(const std::string& text, TimeScale scale) {
  const Calendar date = scan(text);
  double day = 0.0, fraction = 0.0;
  const int status = eraDtf2d(scale == TimeScale::utc ? "UTC" : "TT", date.year, date.month, date.day,
                              date.hour, date.minute, date.second, &day, &fraction);
  if (status == -3) refuse(text, "the month has no such day");
  if (status < 0 || status > dubious)
    refuse(text, "out of range; second 60 exists only where UTC has a leap second");
  if (scale == TimeScale::utc && date.year < 1972)
    refuse(text, "UTC before 1972 follows other rules; give TT or TDB");
  return from_julian_date({day, fraction}, scale);
}

}  // namespace lunafab::orbit
