#include "core/output_analysis.hpp"
#include <cmath>
#include <limits>
#include <numeric>
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab {
namespace {

constexpr std::size_t fewest_mser_batches = 20, undecided_batches = 5;
constexpr double correlation_level = 0.05;

}  // namespace

std::optional<std::size_t> mser5(std::span<const double> series) {
  const std::size_t batches = series.size() / mser_batch;
  if (batches < fewest_mser_batches) return std::nullopt;
  const auto batch = [&](std::size_t i) {
    const auto first = series.begin() + static_cast<std::ptrdiff_t>(i * mser_batch);
    return std::accumulate(first, first + mser_batch, 0.0) / mser_batch;
  };
  // From the back, so that the tally is that of the batches kept. Ties go to the shorter warm-up.
  Tally kept;
  std::size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t dropped = batches; dropped-- > 0;) {
    kept.add(batch(dropped));
    const auto count = static_cast<double>(kept.count);
    const double statistic = kept.sum_squares / (count * count);
    if (dropped + undecided_batches <= batches && statistic <= least) {
      least = statistic;
      best = dropped;
    }
  }
  if (2 * best > batches) return std::nullopt;
  return best * mser_batch;
}

double von_neumann_ratio(std::span<const double> values) {
  Tally tally;
  double successive = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    tally.add(values[i]);
    if (i > 0) successive += (values[i] - values[i - 1]) * (values[i] - values[i - 1]);
  }
  return values.size() < 3 || tally.sum_squares == 0.0 ? 2.0 : successive / tally.sum_squares;
}

double von_neumann_p(double ratio, std::size_t n) {
  if (n < 3) return 1.0;
  const auto count = static_cast<double>(n);
  return normal_cdf((ratio - 2.0) / std::sqrt(4.0 * (count - 2.0) / (count * count - 1.0)));
}

std::vector<double> batch_sums(std::span<const double> values, std::size_t batches) {
  expects(batches >= 1 && batches <= values.size(), "batch_sums: 1 <= batches <= values");
  const std::size_t size = values.size() / batches;
  std::vector<double> sums(batches, 0.0);
  const std::span<const double> used = values.last(size * batches);
  for (std::size_t i = 0; i < used.size(); ++i) sums[i / size] += used[i];
  return sums;
}

BatchMeans batch_means(std::span<const double> totals, std::span<const double> sizes, double confidence) {
  expects(totals.size() == sizes.size(), "batch_means: a size for each total");
  const auto batches = static_cast<double>(totals.size());
  const double size = std::accumulate(sizes.begin(), sizes.end(), 0.0);
  BatchMeans result{.interval = {0.0, std::numeric_limits<double>::infinity()}, .count = totals.size()};
  if (!(size > 0.0)) return result;
  const double ratio = std::accumulate(totals.begin(), totals.end(), 0.0) / size;
  std::vector<double> deviations;  // of the ratio, to first order
  for (std::size_t i = 0; i < totals.size(); ++i)
    deviations.push_back((totals[i] - ratio * sizes[i]) / (size / batches));
  result.interval = {ratio, mean_interval(deviations, confidence).half_width};
  result.von_neumann = von_neumann_ratio(deviations);
  if (von_neumann_p(result.von_neumann, result.count) < correlation_level)
    result.batches = Batches::correlated;
  return result;
}

bool is_narrow(const Interval& interval, double relative) {
  return interval.half_width <= relative * std::abs(interval.mean);
}

PairedDifference paired_difference(std::span<const double> a, std::span<const double> b, double confidence) {
  expects(a.size() == b.size(), "paired_difference: pairs");
  Tally of_a, of_b, of_difference;
  for (std::size_t i = 0; i < a.size(); ++i) {
    of_a.add(a[i]);
    of_b.add(b[i]);
    of_difference.add(b[i] - a[i]);
  }
  const double apart = of_a.variance() + of_b.variance();
  return {.interval = mean_interval(of_difference, confidence),
          .variance_ratio = apart > 0.0 ? apart / of_difference.variance() : 1.0};
}

}  // namespace lunafab
