#include "core/statistics.hpp"
#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab {

void Tally::add(double x) {
  low = count == 0 ? x : std::min(low, x);
  high = count == 0 ? x : std::max(high, x);
  ++count;
  const double before = x - mean;
  mean += before / static_cast<double>(count);
  sum_squares += before * (x - mean);
}

double Tally::variance() const {
  return count < 2 ? 0.0 : sum_squares / static_cast<double>(count - 1);
}

double TimeWeighted::mean(Tick from, Tick now) const {
  expects(from <= since && since <= now, "time-weighted mean: from <= last change <= now");
  if (now == from) return static_cast<double>(level);
  const Int128 total = integral + static_cast<Int128>(level) * (now - since).us;
  return static_cast<double>(total) / static_cast<double>((now - from).us);
}

Interval mean_interval(std::span<const double> values, double confidence) {
  Tally tally;
  for (const double value : values) tally.add(value);
  return mean_interval(tally, confidence);
}

Interval mean_interval(const Tally& tally, double confidence) {
  expects(confidence > 0.0 && confidence < 1.0, "mean_interval: 0 < confidence < 1");
  if (tally.count < 2) return {tally.mean, std::numeric_limits<double>::infinity()};
  const auto count = static_cast<double>(tally.count);
  const boost::math::students_t t(count - 1.0);
  const double quantile = boost::math::quantile(boost::math::complement(t, (1.0 - confidence) / 2.0));
  return {tally.mean, quantile * std::sqrt(tally.variance() / count)};
}

}  // namespace lunafab
