#pragma once
#include <compare>
#include <cstdint>
#include <limits>
#include <string>

namespace lunafab {

/// A length of time in whole microseconds.
struct Ticks {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(Ticks, Ticks) = default;
  friend constexpr Ticks operator+(Ticks a, Ticks b) { return {a.us + b.us}; }
  friend constexpr Ticks operator-(Ticks a, Ticks b) { return {a.us - b.us}; }
  friend constexpr Ticks operator*(Ticks a, std::int64_t n) { return {a.us * n}; }
};

/// An instant: microseconds of Terrestrial Time since the scenario's start date.
struct Tick {
  std::int64_t us = 0;
  friend constexpr auto operator<=>(Tick, Tick) = default;
  friend constexpr Tick operator+(Tick t, Ticks d) { return {t.us + d.us}; }
  friend constexpr Tick operator-(Tick t, Ticks d) { return {t.us - d.us}; }
  friend constexpr Ticks operator-(Tick a, Tick b) { return {a.us - b.us}; }
};

inline constexpr std::int64_t microseconds_per_second = 1'000'000;
inline constexpr Tick never{std::numeric_limits<std::int64_t>::max()};
/// The longest span the clock counts, about 29,000 years: sums of a few stay clear of overflow.
inline constexpr double longest_span_s = 9.2e11;

/// Nearest microsecond. @throws ContractError for non-finite spans and those beyond `longest_span_s`.
Ticks ticks_from_seconds(double seconds);
constexpr double seconds(Ticks span) {
  return static_cast<double>(span.us) * 1e-6;
}
constexpr double seconds(Tick tick) {
  return static_cast<double>(tick.us) * 1e-6;
}
constexpr double days(Tick tick) {
  return seconds(tick) / 86400.0;
}

/// A calendar date on the TT scale, as days since J2000.0 (2000-01-01 12:00 TT).
struct Epoch {
  double tt_days_since_j2000 = 0.0;
  static void visit_fields(auto& self, auto&& visit) {
    visit("tt_days_since_j2000", self.tt_days_since_j2000);
  }
};

/// Reads `YYYY-MM-DD` or `YYYY-MM-DDThh:mm:ss` (TT, Gregorian). @throws std::invalid_argument otherwise.
Epoch parse_epoch(const std::string& text);
/// `YYYY-MM-DDThh:mm:ss` (TT) of the instant `since` after `start`, to the second below.
std::string format_date(Epoch start, Tick since);

}  // namespace lunafab
