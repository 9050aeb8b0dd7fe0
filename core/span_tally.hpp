#pragma once
#include <algorithm>
#include <cmath>
#include "core/integer.hpp"
#include "core/log_histogram.hpp"
#include "core/tick.hpp"

namespace lunafab {

/// Spans of time: number, mean, spread and quantiles; plain data.
struct SpanTally {
  std::int64_t count = 0;
  Int128 total_us = 0;
  double squares_s2 = 0.0;
  LogHistogram classes;

  /// @throws ContractError for a negative span.
  void add(Ticks span) {
    const double span_s = seconds(span);
    ++count;
    total_us += span.us;
    squares_s2 += span_s * span_s;
    classes.add(span.us);
  }
  /// Takes off what was added in `earlier`, a former state of this one.
  void subtract(const SpanTally& earlier) {
    count -= earlier.count;
    total_us -= earlier.total_us;
    squares_s2 -= earlier.squares_s2;
    classes.subtract(earlier.classes);
  }
  /// 0 while there are none.
  double mean_s() const {
    return count > 0 ? static_cast<double>(total_us) * 1e-6 / static_cast<double>(count) : 0.0;
  }
  /// Unbiased; 0 for fewer than two.
  double deviation_s() const {
    if (count < 2) return 0.0;
    const auto n = static_cast<double>(count);
    return std::sqrt(std::max(0.0, (squares_s2 - n * mean_s() * mean_s()) / (n - 1.0)));
  }
  /// To 1.6 %. @throws ContractError unless 0 ≤ p ≤ 1.
  double quantile_s(double p) const { return classes.quantile(p) * 1e-6; }

  static void visit_fields(auto& self, auto&& visit) {
    visit("count", self.count), visit("total_us", self.total_us), visit("squares_s2", self.squares_s2);
    visit("classes", self.classes);
  }
};

}  // namespace lunafab
