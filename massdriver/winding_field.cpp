#include "massdriver/winding_field.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "massdriver/graded_cells.hpp"
#include "massdriver/loop_integrals.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double field_digits = 11.0;

/// Field of a loop of radius a at (r, z). Both forms are regular on the axis: no division by r.
Eigen::Vector2d loop_field(double a, double r, double z) {
  const auto [s3, s5, s7] = loop_integrals(a, r, z);
  const double factor = constants::vacuum_permeability_H_per_m * a * a / (2.0 * std::numbers::pi);
  return {factor * 3.0 * r * z * s5, factor * (0.5 * s3 + 1.5 * (a * a - r * r + z * z) * s5)};
}

/// The parts of a width about `middle` on both sides of x, or the whole where x is not well inside.
struct Sides {
  std::array<double, 3> edge;
  std::size_t count;
};

Sides split_at(double middle, double width, double x) {
  const double low = middle - 0.5 * width, high = middle + 0.5 * width;
  const double sliver = 1e-12 * width;
  if (x > low + sliver && x < high - sliver) return {{low, x, high}, 2};
  return {{low, high, high}, 1};
}

Eigen::Vector2d mean_over(const Cell& cell, Orders orders, double r, double z) {
  const GaussRule along = gauss_legendre(orders.x), across = gauss_legendre(orders.y);
  Eigen::Vector2d sum = Eigen::Vector2d::Zero();
  for (std::size_t i = 0; i < along.node.size(); ++i) {
    const double zeta = 0.5 * (cell.x_low + cell.x_high) + 0.5 * (cell.x_high - cell.x_low) * along.node[i];
    for (std::size_t j = 0; j < across.node.size(); ++j) {
      const double a = 0.5 * (cell.y_low + cell.y_high) + 0.5 * (cell.y_high - cell.y_low) * across.node[j];
      sum += 0.25 * along.weight[i] * across.weight[j] * loop_field(a, r, z - zeta);
    }
  }
  return sum;
}

// A side without width has all its weight in one place.
double share(double part, double width) {
  return width > 0.0 ? part / width : 1.0;
}

double magnitude(const Winding& winding, double r_m, double z_m) {
  return field_T_per_A(winding, r_m, z_m).norm();
}

/// Largest value on [0, 1] of a function with one maximum in the neighbourhood of its largest sample.
template <class Function>
double largest(const Function& f) {
  constexpr int samples = 8;
  constexpr double golden = 0.6180339887498949;
  double best = f(0.0), place = 0.0;
  for (int i = 1; i <= samples; ++i) {
    const double x = static_cast<double>(i) / samples, value = f(x);
    if (value > best) best = value, place = x;
  }
  double low = std::max(place - 1.0 / samples, 0.0), high = std::min(place + 1.0 / samples, 1.0);
  double left = high - golden * (high - low), right = low + golden * (high - low);
  double at_left = f(left), at_right = f(right);
  while (high - low > 1e-3) {
    best = std::max({best, at_left, at_right});
    if (at_left > at_right) {
      high = right, right = left, at_right = at_left;
      left = high - golden * (high - low), at_left = f(left);
    } else {
      low = left, left = right, at_left = at_right;
      right = low + golden * (high - low), at_right = f(right);
    }
  }
  return std::max({best, at_left, at_right});
}

}  // namespace

Eigen::Vector2d field_T_per_A(const Winding& winding, double r_m, double z_m) {
  expect_valid(winding);
  expects(r_m >= 0.0 && std::isfinite(r_m) && std::isfinite(z_m),
          "field_T_per_A: the point must be finite and its radius not negative");
  const bool outside =
      std::abs(r_m - winding.radius_m) > 0.5 * winding.depth_m || std::abs(z_m) > 0.5 * winding.length_m;
  expects(outside || winding.length_m * winding.depth_m > 0.0,
          "field_T_per_A: on a winding without area the field is not defined");
  const Sides along = split_at(0.0, winding.length_m, z_m);
  const Sides across = split_at(winding.radius_m, winding.depth_m, r_m);
  Eigen::Vector2d sum = Eigen::Vector2d::Zero();
  for (std::size_t i = 0; i < along.count; ++i) {
    for (std::size_t j = 0; j < across.count; ++j) {
      visit_graded({along.edge[i], along.edge[i + 1], across.edge[j], across.edge[j + 1]}, z_m, r_m,
                   {.digits = field_digits}, [&](const Cell& cell, Orders orders) {
                     sum += share(cell.x_high - cell.x_low, winding.length_m) *
                            share(cell.y_high - cell.y_low, winding.depth_m) *
                            mean_over(cell, orders, r_m, z_m);
                   });
    }
  }
  return sum;
}

double peak_field_T_per_A(const Winding& winding) {
  expect_valid(winding);
  expects(winding.length_m > 0.0 && winding.depth_m > 0.0,
          "peak_field_T_per_A: the winding must have an area");
  const double inner_m = winding.radius_m - 0.5 * winding.depth_m, outer_m = inner_m + winding.depth_m;
  const double end_m = 0.5 * winding.length_m;
  return std::max(
      {largest([&](double x) { return magnitude(winding, inner_m, x * end_m); }),
       largest([&](double x) { return magnitude(winding, outer_m, x * end_m); }),
       largest([&](double x) { return magnitude(winding, inner_m + x * winding.depth_m, end_m); })});
}

}  // namespace lunafab::massdriver
