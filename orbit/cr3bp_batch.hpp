#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <vector>
#include "core/simd_level.hpp"
#include "orbit/propagate.hpp"

namespace lunafab::orbit {

/// Six components a row: x y z, ẋ ẏ ż.
using StateRows = Eigen::Matrix<double, Eigen::Dynamic, 6, Eigen::RowMajor>;

struct Cr3bpEnds {
  StateRows states;          ///< [n×6] at the end, or where the arc stopped
  std::vector<ArcEnd> ends;  ///< [n]
};

/// Many arcs of the circular restricted three-body problem with mass ratio `mu`, all from t = 0 to `span`,
/// forwards or backwards: barycentric rotating frame, dimensionless, the larger body at x = −mu. Arcs
/// side by side in the registers of `level`, and over the cores; each result has the same bits whatever its
/// neighbours and the level.
Cr3bpEnds propagate_cr3bp_batch(double mu, const StateRows& from, double span,
                                const Precision& precision = {.tolerance = 1e-10},
                                SimdLevel level = simd_level());

}  // namespace lunafab::orbit
