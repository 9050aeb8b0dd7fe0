#pragma once
#include <array>
#include <vector>
#include "massdriver/inductance.hpp"

namespace lunafab::massdriver {

/// Mutual inductance of two coaxial windings over the distance of their middles: quintic in each cell, with
/// continuous first and second derivatives, even in the gap. Slope and curvature are derivatives of this same
/// polynomial, so that energy closes whatever the error of the table. It ends at `reach_m`: there is no
/// silent zero beyond.
struct CouplingTable {
  double cell_m = 0.0;
  double reach_m = 0.0;  ///< cell_m times the number of cells
  std::vector<std::array<double, 6>>
      cells{};                 ///< [H] coefficients of 1, u, … u⁵, u = place in the cell, 0 to 1
  double worst_error_H = 0.0;  ///< of `lookup` against quadrature between the nodes, with its error
  double worst_slope_error_H_per_m = 0.0;  ///< the same of the slope
};

/// Table for gaps up to `reach_m`, rounded up to whole cells: quintic Hermite interpolation of M, M', M'' of
/// `couple` at the nodes, checked in the middle of each cell, where the interpolation error is largest, and
/// at the quarter of every eighth. The error falls with the sixth power of the cell. About 0.15 ms a cell.
/// @throws ContractError as `couple` at any gap from 0 to the reach (so the windings must pass each other),
/// and unless cell and reach are positive and finite and the cells at most a million.
/// @source de Boor, A Practical Guide to Splines (1978), ch. IV, Hermite interpolation of order 6.
CouplingTable tabulate(const Winding& primary, const Winding& secondary, double reach_m, double cell_m);

/// Coupling at a signed gap; the slope is odd in it. A few nanoseconds.
/// @throws ContractError where |gap| is beyond the table's reach, or NaN.
Coupling lookup(const CouplingTable& table, double gap_m);

}  // namespace lunafab::massdriver
