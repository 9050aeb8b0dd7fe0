#pragma once
#include <algorithm>
#include <cmath>
#include "core/elementary.hpp"
#include "massdriver/gauss_legendre.hpp"

namespace lunafab::massdriver {

/// A rectangle of the plane of integration; a side of length 0 stands for a concentrated weight.
struct Cell {
  double x_low = 0.0, x_high = 0.0, y_low = 0.0, y_high = 0.0;
};

/// How finely to integrate.
struct Resolution {
  double digits = 10.0;  ///< relative accuracy the a-priori orders aim at
  int extra_order = 0;   ///< added to every order: the difference of two runs measures the error
};

/// Gauss orders of a cell.
struct Orders {
  int x = 1, y = 1;
};

/// Sum of the semi-axes of the ellipse with foci ±1 through (x, y), both ≥ 0: an n-point Gauss rule on [−1,
/// 1] errs by about ρ⁻²ⁿ where the integrand is analytic inside. @source Trefethen, SIAM Rev. 50 (2008),
/// Thm 4.5.
inline double bernstein_radius(double x, double y) {
  const double axis =
      0.5 * (std::sqrt((x - 1.0) * (x - 1.0) + y * y) + std::sqrt((x + 1.0) * (x + 1.0) + y * y));
  return axis + std::sqrt(std::max(axis * axis - 1.0, 0.0));
}

/// Order that reaches `digits` on an interval of half-width `half` with its nearest singularity at
/// `along` from the middle and `across` off the line; 1 where the interval is a point.
inline int gauss_order(double half, double along, double across, Resolution to) {
  constexpr double ln10 = 2.302585092994046;
  if (half <= 0.0) return 1;
  const double rho = std::max(bernstein_radius(along / half, across / half), 1.05);
  const double order = std::ceil(to.digits * ln10 / (2.0 * portable_log(rho)));
  return std::clamp(static_cast<int>(order), 2, highest_gauss_order - 8) + to.extra_order;
}

/// Calls `visit(cell, orders)` on pieces of `whole` small enough against their distance from the
/// point (x, y), where the integrand behaves like ln ρ or ρ⁻¹. Each bisection gives up as many digits as the
/// piece weighs less. The last pieces, 1e-9 of the whole a side (1e-13 on a line), still touch the point:
/// they are left out. Finer ones would drown in the rounding of the radii.
template <class Visit>
void visit_graded(const Cell& whole, double x, double y, Resolution to, Visit&& visit, int depth = 0) {
  constexpr double roomy = 3.5, digits_per_bisection = 0.15;
  const double x_half = 0.5 * (whole.x_high - whole.x_low), x_middle = 0.5 * (whole.x_high + whole.x_low);
  const double y_half = 0.5 * (whole.y_high - whole.y_low), y_middle = 0.5 * (whole.y_high + whole.y_low);
  const int deepest = x_half > 0.0 && y_half > 0.0 ? 60 : 43;
  const double x_off = std::abs(x - x_middle), y_off = std::abs(y - y_middle);
  const double x_clear = std::max(x_off - x_half, 0.0), y_clear = std::max(y_off - y_half, 0.0);
  const double x_rho = x_half > 0.0 ? bernstein_radius(x_off / x_half, y_clear / x_half) : roomy;
  const double y_rho = y_half > 0.0 ? bernstein_radius(y_off / y_half, x_clear / y_half) : roomy;
  if (x_rho >= roomy && y_rho >= roomy) {
    visit(whole, Orders{gauss_order(x_half, x_off, y_clear, to), gauss_order(y_half, y_off, x_clear, to)});
    return;
  }
  const bool by_x = x_rho < y_rho || (x_rho == y_rho && x_half >= y_half);
  const double half = by_x ? x_half : y_half, middle = by_x ? x_middle : y_middle;
  if (depth >= deepest || half <= 4e-15 * (std::abs(middle) + half)) return;
  to.digits = std::max(to.digits - digits_per_bisection, 1.0);
  Cell low = whole, high = whole;
  (by_x ? low.x_high : low.y_high) = middle;
  (by_x ? high.x_low : high.y_low) = middle;
  visit_graded(low, x, y, to, visit, depth + 1);
  visit_graded(high, x, y, to, visit, depth + 1);
}

}  // namespace lunafab::massdriver
