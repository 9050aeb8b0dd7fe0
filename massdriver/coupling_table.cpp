#include "massdriver/coupling_table.hpp"
#include <algorithm>
#include <cmath>
#include <cstddef>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

// Noise of the nodes, not their bias, limits the slope: it enters divided by the cell.
constexpr double node_tolerance = 1e-11;

/// The polynomial of degree 5 in u that has value, slope and curvature of both ends.
std::array<double, 6> hermite_cell(const Coupling& left, const Coupling& right, double cell_m) {
  const double area = cell_m * cell_m;
  const double c0 = left.mutual_H, c1 = cell_m * left.slope_H_per_m,
               c2 = 0.5 * area * left.curvature_H_per_m2;
  // What the parabola from the left end misses at the right end.
  const double value = right.mutual_H - (c0 + c1 + c2);
  const double slope = cell_m * right.slope_H_per_m - (c1 + 2.0 * c2);
  const double curvature = area * right.curvature_H_per_m2 - 2.0 * c2;
  return {c0,
          c1,
          c2,
          10.0 * value - 4.0 * slope + 0.5 * curvature,
          -15.0 * value + 7.0 * slope - curvature,
          6.0 * value - 3.0 * slope + 0.5 * curvature};
}

Coupling evaluate(const std::array<double, 6>& c, double u, double cell_m) {
  const double value = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))));
  const double first = c[1] + u * (2.0 * c[2] + u * (3.0 * c[3] + u * (4.0 * c[4] + u * 5.0 * c[5])));
  const double second = 2.0 * c[2] + u * (6.0 * c[3] + u * (12.0 * c[4] + u * 20.0 * c[5]));
  return {value, first / cell_m, second / (cell_m * cell_m)};
}

void record_error(CouplingTable& table, const Winding& primary, const Winding& secondary, double gap_m) {
  const auto [exact, quadrature_error_H] = couple(primary, secondary, gap_m, node_tolerance);
  const Coupling found = lookup(table, gap_m);
  table.worst_error_H =
      std::max(table.worst_error_H, std::abs(found.mutual_H - exact.mutual_H) + quadrature_error_H);
  table.worst_slope_error_H_per_m =
      std::max(table.worst_slope_error_H_per_m, std::abs(found.slope_H_per_m - exact.slope_H_per_m));
}

}  // namespace

CouplingTable tabulate(const Winding& primary, const Winding& secondary, double reach_m, double cell_m) {
  expects(cell_m > 0.0 && reach_m > 0.0 && std::isfinite(reach_m) && reach_m <= 1e6 * cell_m,
          "tabulate: cell and reach must be positive and finite, and the cells at most a million");
  // A reach of whole cells must not gain one by rounding.
  const auto count = static_cast<std::size_t>(std::max(1.0, std::ceil(reach_m / cell_m - 1e-9)));
  CouplingTable table{.cell_m = cell_m, .reach_m = static_cast<double>(count) * cell_m};
  table.cells.reserve(count);
  Coupling left = couple(primary, secondary, 0.0, node_tolerance).coupling;
  left.slope_H_per_m = 0.0;  // exactly, by symmetry: the even continuation has no kink
  for (std::size_t i = 0; i < count; ++i) {
    const double right_m = static_cast<double>(i + 1) * cell_m;
    const Coupling right = couple(primary, secondary, right_m, node_tolerance).coupling;
    table.cells.push_back(hermite_cell(left, right, cell_m));
    left = right;
  }
  for (std::size_t i = 0; i < count; ++i) {
    const double left_m = static_cast<double>(i) * cell_m;
    record_error(table, primary, secondary, left_m + 0.5 * cell_m);
    if (i % 8 == 0) record_error(table, primary, secondary, left_m + 0.25 * cell_m);
  }
  return table;
}

Coupling lookup(const CouplingTable& table, double gap_m) {
  const double place = std::abs(gap_m) / table.cell_m;
  const auto count = table.cells.size();
  expects(std::abs(gap_m) <= table.reach_m && count > 0, "lookup: the gap is beyond the table's reach");
  const std::size_t cell = std::min(static_cast<std::size_t>(place), count - 1);
  Coupling found = evaluate(table.cells[cell], place - static_cast<double>(cell), table.cell_m);
  if (gap_m < 0.0) found.slope_H_per_m = -found.slope_H_per_m;
  return found;
}

}  // namespace lunafab::massdriver
