#pragma once
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace lunafab::test {

/// Critical √n·D of the Kolmogorov–Smirnov test at α = 1e-4: √(½ ln(2/α)) (asymptotic; conservative for
/// finite n).
inline constexpr double ks_critical = 2.2253;

/// √n times the largest distance between the empirical distribution of the sample and `cdf`.
template <class Cdf>
double ks_statistic(std::vector<double> sample, Cdf cdf) {
  std::sort(sample.begin(), sample.end());
  const double n = static_cast<double>(sample.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const double expected = cdf(sample[i]), below = static_cast<double>(i) / n;
    distance = std::max({distance, expected - below, below + 1.0 / n - expected});
  }
  return std::sqrt(n) * distance;
}

/// √n times the correlation of two samples of uniforms: standard normal if they are independent.
inline double scaled_correlation(std::span<const double> x, std::span<const double> y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - 0.5) * (y[i] - 0.5);
  return 12.0 * sum / std::sqrt(static_cast<double>(x.size()));
}

}  // namespace lunafab::test
