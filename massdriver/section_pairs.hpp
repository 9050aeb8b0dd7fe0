#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include "massdriver/graded_cells.hpp"
#include "massdriver/inductance.hpp"

namespace lunafab::massdriver {

/// One pair of filaments out of two windings, or all pairs with these radii and this gap: how far the
/// secondary filament lies from its winding's middle is averaged.
struct FilamentPair {
  double primary_radius_m = 0.0, secondary_radius_m = 0.0, gap_m = 0.0;
  double offset_m = 0.0, offset_squared_m2 = 0.0;  ///< means of ζ and ζ², ζ along the axis
};

/// Part of the distribution of the difference of two uniform variables: density linear in x, or all of it in
/// one point (low == high).
struct DifferencePart {
  double low = 0.0, high = 0.0, density_low = 1.0, density_high = 1.0;

  /// Weight of a Gauss node at x with weight `half_weight` (half the width times the rule's weight).
  double weigh(double x, double half_weight) const {
    if (high <= low) return 1.0;
    return half_weight * (density_low + (density_high - density_low) * (x - low) / (high - low));
  }
};

struct DifferenceParts {
  std::array<DifferencePart, 3> part{};
  std::size_t count = 0;
};

/// Distribution of second − first, each uniform on its width about 0: a trapezoid, shifted by `centre`.
DifferenceParts difference_parts(double first_width, double second_width, double centre);

/// Mean of ζ and ζ² of the secondary over all filaments at axial difference `u`.
FilamentPair at_difference(const Winding& primary, const Winding& secondary, double gap_m, double u);

/// Integrates over pairs of filaments of two sections: calls `visit(weight, pair)`; the weights sum to 1.
///
/// A filament's M depends on both axial places only through their difference u, and is singular only where
/// u = −gap and the radii differ by v = 0. In (u, v, mean radius c) the density is a product of trapezoids
/// and c is smooth, so the four-fold integral over two sections, also over one section twice, has three
/// dimensions and one point to grade the (u, v) cells about.
template <class Visit>
void visit_filament_pairs(const Winding& primary, const Winding& secondary, double gap_m, Resolution to,
                          Visit&& visit) {
  const double radius_difference = secondary.radius_m - primary.radius_m;
  const auto along = difference_parts(primary.length_m, secondary.length_m, 0.0);
  const auto across = difference_parts(primary.depth_m, secondary.depth_m, radius_difference);
  const double mean_half = 0.5 * std::min(primary.depth_m, secondary.depth_m);
  const double mean_radius = 0.5 * (primary.radius_m + secondary.radius_m);
  const GaussRule means = gauss_legendre(gauss_order(mean_half, mean_radius, 0.0, to));

  const auto at_radii = [&](double weight, FilamentPair pair, double v) {
    const double low = std::max(primary.radius_m - 0.5 * primary.depth_m + 0.5 * v,
                                secondary.radius_m - 0.5 * secondary.depth_m - 0.5 * v);
    const double high = std::min(primary.radius_m + 0.5 * primary.depth_m + 0.5 * v,
                                 secondary.radius_m + 0.5 * secondary.depth_m - 0.5 * v);
    for (std::size_t i = 0; i < means.node.size(); ++i) {
      const double c = 0.5 * (low + high) + 0.5 * (high - low) * means.node[i];
      pair.primary_radius_m = c - 0.5 * v;
      pair.secondary_radius_m = c + 0.5 * v;
      visit(weight * 0.5 * means.weight[i], pair);
    }
  };
  const auto in_cell = [&](const DifferencePart& u_part, const DifferencePart& v_part, const Cell& cell,
                           Orders orders) {
    const GaussRule us = gauss_legendre(orders.x), vs = gauss_legendre(orders.y);
    const double u_half = 0.5 * (cell.x_high - cell.x_low), v_half = 0.5 * (cell.y_high - cell.y_low);
    for (std::size_t i = 0; i < us.node.size(); ++i) {
      const double u = 0.5 * (cell.x_low + cell.x_high) + u_half * us.node[i];
      const double u_weight = u_part.weigh(u, u_half * us.weight[i]);
      const FilamentPair pair = at_difference(primary, secondary, gap_m, u);
      for (std::size_t j = 0; j < vs.node.size(); ++j) {
        const double v = 0.5 * (cell.y_low + cell.y_high) + v_half * vs.node[j];
        at_radii(u_weight * v_part.weigh(v, v_half * vs.weight[j]), pair, v);
      }
    }
  };
  for (std::size_t i = 0; i < along.count; ++i) {
    for (std::size_t j = 0; j < across.count; ++j) {
      const DifferencePart &u_part = along.part[i], &v_part = across.part[j];
      visit_graded({u_part.low, u_part.high, v_part.low, v_part.high}, -gap_m, 0.0, to,
                   [&](const Cell& cell, Orders orders) { in_cell(u_part, v_part, cell, orders); });
    }
  }
}

/// Averages of some quantities over two sections and the error of the first.
template <std::size_t n>
struct PairAverage {
  std::array<double, n> value{};
  double first_error = 0.0;
};

/// Mean of `kernel(pair)`, an array of n numbers, over two sections, at one resolution.
template <std::size_t n, class Kernel>
std::array<double, n> average_once(const Winding& primary, const Winding& secondary, double gap_m,
                                   Resolution to, const Kernel& kernel) {
  std::array<double, n> sum{};
  visit_filament_pairs(primary, secondary, gap_m, to, [&](double weight, const FilamentPair& pair) {
    const std::array<double, n> value = kernel(pair);
    for (std::size_t i = 0; i < n; ++i) sum[i] += weight * value[i];
  });
  return sum;
}

/// The same with orders raised until two successive runs agree in the first number, at most thrice.
template <std::size_t n, class Kernel>
PairAverage<n> average(const Winding& primary, const Winding& secondary, double gap_m,
                       double relative_tolerance, const Kernel& kernel) {
  constexpr double rounding = 4e-15;
  Resolution to{.digits = -0.4342944819032518 * portable_log(relative_tolerance)};
  std::array<double, n> coarse = average_once<n>(primary, secondary, gap_m, to, kernel);
  for (int raised = 1;; ++raised) {
    to.extra_order = 2 * raised - 1;
    const std::array<double, n> fine = average_once<n>(primary, secondary, gap_m, to, kernel);
    const double error = std::abs(fine[0] - coarse[0]);
    if (error <= relative_tolerance * std::abs(fine[0]) || raised == 3)
      return {fine, error + rounding * std::abs(fine[0])};
    coarse = fine;
  }
}

}  // namespace lunafab::massdriver
