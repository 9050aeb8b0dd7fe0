#include "studies/correlation.hpp"
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab::studies {
namespace {

/// Pivots below this part of the largest are rounding: a column follows from others.
constexpr double least_pivot = 1e-10;

}  // namespace

double pearson(std::span<const double> x, std::span<const double> y) {
  expects(x.size() == y.size(), "pearson: as many x as y");
  if (x.size() < 2) return 0.0;
  const auto n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0, yy = 0.0, xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double dx = x[i] - mean_x, dy = y[i] - mean_y;
    xx += dx * dx, yy += dy * dy, xy += dx * dy;
  }
  return xx > 0.0 && yy > 0.0 ? std::clamp(xy / (std::sqrt(xx) * std::sqrt(yy)), -1.0, 1.0) : 0.0;
}

std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> result(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t i = first; i < end; ++i) result[order[i]] = 0.5 * static_cast<double>(first + 1 + end);
    first = end;
  }
  return result;
}

double spearman(std::span<const double> x, std::span<const double> y) {
  return pearson(ranks(x), ranks(y));
}

std::vector<double> partial_rank_correlations(const std::vector<std::vector<double>>& columns,
                                              std::span<const double> y) {
  std::vector<std::vector<double>> varying;
  std::vector<std::size_t> place;
  for (std::size_t f = 0; f < columns.size(); ++f) {
    expects(columns[f].size() == y.size(), "partial_rank_correlations: columns as long as y");
    if (std::ranges::adjacent_find(columns[f], std::not_equal_to{}) == columns[f].end()) continue;
    varying.push_back(ranks(columns[f])), place.push_back(f);
  }
  varying.push_back(ranks(y));
  const auto size = static_cast<Eigen::Index>(varying.size());
  if (y.size() < varying.size() + 2) return {};
  Eigen::MatrixXd correlation = Eigen::MatrixXd::Identity(size, size);
  for (Eigen::Index i = 0; i < size; ++i) {
    for (Eigen::Index j = 0; j < i; ++j) {
      correlation(i, j) = correlation(j, i) =
          pearson(varying[static_cast<std::size_t>(i)], varying[static_cast<std::size_t>(j)]);
    }
  }
  std::vector<double> result(columns.size(), 0.0);
  Eigen::FullPivLU<Eigen::MatrixXd> factors(correlation);
  factors.setThreshold(least_pivot);
  if (!factors.isInvertible()) return {};
  const Eigen::MatrixXd inverse = factors.inverse();
  const Eigen::Index last = size - 1;
  for (Eigen::Index i = 0; i < last; ++i) {
    const double scale = std::sqrt(inverse(i, i) * inverse(last, last));
    result[place[static_cast<std::size_t>(i)]] = std::clamp(-inverse(i, last) / scale, -1.0, 1.0);
  }
  return result;
}

Bounds correlation_bounds(double r, std::size_t n, std::size_t controlled, double confidence) {
  if (n <= controlled + 3) return {};
  if (std::abs(r) >= 1.0) return {r, r};
  const double z = std::atanh(r);
  const double half =
      normal_quantile(0.5 + 0.5 * confidence) / std::sqrt(static_cast<double>(n - controlled - 3));
  return {std::tanh(z - half), std::tanh(z + half)};
}

}  // namespace lunafab::studies
