#pragma once
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace lunafab::orbit {

/// The N values T_j(x) of the Chebyshev polynomials, or of their derivatives.
template <int N>
using ChebyshevBasis = std::array<double, static_cast<std::size_t>(N)>;

template <int N>
ChebyshevBasis<N> chebyshev_values(double x) {
  ChebyshevBasis<N> t{};
  t[0] = 1.0, t[1] = x;
  for (std::size_t j = 2; j < t.size(); ++j) t[j] = 2.0 * x * t[j - 1] - t[j - 2];
  return t;
}

template <int N>
ChebyshevBasis<N> chebyshev_slopes(double x) {
  const ChebyshevBasis<N> t = chebyshev_values<N>(x);
  ChebyshevBasis<N> slope{};
  slope[0] = 0.0, slope[1] = 1.0;
  for (std::size_t j = 2; j < t.size(); ++j) slope[j] = 2.0 * (t[j - 1] + x * slope[j - 1]) - slope[j - 2];
  return slope;
}

/// Coefficients of the polynomial of N terms through values at the N Chebyshev nodes.
template <int N>
struct ChebyshevFit {
  std::array<double, static_cast<std::size_t>(N)> nodes{};  ///< in −1 … 1
  std::array<ChebyshevBasis<N>, static_cast<std::size_t>(N)> weights{};

  ChebyshevFit() {
    for (std::size_t k = 0; k < nodes.size(); ++k) {
      const double angle = std::numbers::pi * (static_cast<double>(k) + 0.5) / N;
      nodes[k] = std::cos(angle);
      for (std::size_t j = 0; j < nodes.size(); ++j)
        weights[j][k] = (j == 0 ? 1.0 : 2.0) / N * std::cos(static_cast<double>(j) * angle);
    }
  }
};

}  // namespace lunafab::orbit
