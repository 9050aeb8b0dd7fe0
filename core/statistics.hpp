#pragma once
#include <cstdint>
#include <span>
#include "core/integer.hpp"
#include "core/tick.hpp"

namespace lunafab {

/// Mean and spread of a sample, one value at a time (Welford); plain data.
struct Tally {
  std::int64_t count = 0;
  double mean = 0.0;
  double sum_squares = 0.0;      ///< Σ(x − mean)²
  double low = 0.0, high = 0.0;  ///< of all values; 0 while there are none

  void add(double x);
  double variance() const;  ///< unbiased; 0 for fewer than two values

  static void visit_fields(auto& self, auto&& visit) {
    visit("count", self.count), visit("mean", self.mean), visit("sum_squares", self.sum_squares);
    visit("low", self.low), visit("high", self.high);
  }
};

/// Time integral of an integer level since the last `reset`, exact; plain data. The level must be reported at
/// each change.
struct TimeWeighted {
  Int128 integral = 0;  ///< level × µs, up to `since`
  std::int64_t level = 0;
  Tick since{};

  void set(Tick now, std::int64_t new_level) {
    integral += static_cast<Int128>(level) * (now - since).us;
    level = new_level;
    since = now;
  }
  /// Starts the integral anew, the level stays (end of a warm-up).
  void reset(Tick now) {
    integral = 0;
    since = now;
  }
  /// Mean level over [from, now], where `from` is the tick of the last `reset` (or of the start of the run);
  /// the level itself where now = from.
  /// @throws ContractError unless from ≤ since ≤ now.
  double mean(Tick from, Tick now) const;

  static void visit_fields(auto& self, auto&& visit) {
    visit("integral", self.integral), visit("level", self.level), visit("since", self.since);
  }
};

/// A confidence interval for a mean: mean ± half_width.
struct Interval {
  double mean = 0.0;
  double half_width = 0.0;  ///< infinite for fewer than two values
};

/// Student's t interval from independent, identically distributed values.
/// @throws ContractError unless 0 < confidence < 1.
Interval mean_interval(std::span<const double> values, double confidence);
Interval mean_interval(const Tally& tally, double confidence);

}  // namespace lunafab
