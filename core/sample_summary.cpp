#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "core/fit.hpp"

namespace lunafab {
namespace {

double autocovariance(std::span<const double> values, double mean, std::size_t lag) {
  double sum = 0.0;
  for (std::size_t i = lag; i < values.size(); ++i) sum += (values[i] - mean) * (values[i - lag] - mean);
  return sum / static_cast<double>(values.size());
}

void add_order(std::span<const double> values, SampleSummary& summary) {
  const double variance = autocovariance(values, summary.mean, 0);
  if (!(variance > 0.0)) return;
  const auto n = static_cast<double>(values.size());
  const std::size_t lags = std::clamp<std::size_t>(values.size() / 5, 1, 10);
  double q = 0.0;
  for (std::size_t lag = 1; lag <= lags; ++lag) {
    const double r = autocovariance(values, summary.mean, lag) / variance;
    if (lag == 1) summary.lag_1 = r;
    q += n * (n + 2.0) * r * r / (n - static_cast<double>(lag));
  }
  summary.independence_p = boost::math::gamma_q(0.5 * static_cast<double>(lags), 0.5 * q);
}

}  // namespace

SampleSummary summarise(std::span<const double> values) {
  expects(values.size() >= 2, "summarise: two values at least");
  SampleSummary s;
  s.count = values.size();
  const auto n = static_cast<double>(s.count);
  for (const double x : values) s.mean += x / n;
  double second = 0.0, third = 0.0;
  for (const double x : values) {
    const double deviation = x - s.mean;
    second += deviation * deviation, third += deviation * deviation * deviation;
  }
  s.sd = std::sqrt(second / (n - 1.0));
  s.skewness = second > 0.0 ? third / n / std::pow(second / n, 1.5) : 0.0;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const EmpiricalTable table(sorted, {}, EmpiricalTable::Between::linear);
  s.low = sorted.front(), s.high = sorted.back();
  s.lower_quartile = table.quantile(0.25), s.median = table.quantile(0.5),
  s.upper_quartile = table.quantile(0.75);
  s.distinct = static_cast<std::size_t>(std::unique(sorted.begin(), sorted.end()) - sorted.begin());
  add_order(values, s);
  return s;
}

}  // namespace lunafab
