#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include "core/tick.hpp"

namespace lunafab::orbit {

enum class TimeScale : std::uint8_t { tt, tdb, tai, utc };
constexpr const char* name(TimeScale scale) {
  constexpr const char* names[] = {"TT", "TDB", "TAI", "UTC"};
  return names[static_cast<std::size_t>(scale)];
}

/// TDB − TT at the Earth's centre, s: at most 1.7 ms, good to microseconds.
/// @source Fairhead and Bretagnon, Astron. Astrophys. 229, 240 (1990); ERFA eraDtdb.
double tdb_minus_tt_s(Epoch at);

/// A date as two numbers whose sum is the Julian date; days of leap seconds are longer in UTC.
struct JulianDate {
  double day = 0.0;       ///< ends in .5: midnight
  double fraction = 0.0;  ///< 0 … 1
};
JulianDate julian_date(Epoch at, TimeScale scale);
Epoch from_julian_date(const JulianDate& date, TimeScale scale);

/// Whether leap seconds of a date have been announced, or could be different by then.
enum class LeapSeconds : std::uint8_t { known, assumed };
/// Leap seconds are announced half a year ahead: `assumed` from five years after the table's last year on.
/// @throws ContractError before 1972, when UTC had other rules.
LeapSeconds leap_seconds(Epoch at);
double tai_minus_utc_s(Epoch at);

/// `YYYY-MM-DDThh:mm:ss.fff` with 0 … 9 digits, rounded; second 60 where UTC has it. CCSDS 301.0-B, ASCII A.
/// @throws ContractError for UTC before 1972.
std::string format_time(Epoch at, TimeScale scale, int digits);
/// Reads CCSDS ASCII A `YYYY-MM-DDThh:mm:ss[.f…][Z]` and B `YYYY-DDDThh:mm:ss[.f…][Z]`.
/// @throws std::invalid_argument with what is wrong.
Epoch parse_time(const std::string& text, TimeScale scale);

}  // namespace lunafab::orbit
