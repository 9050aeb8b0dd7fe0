#pragma once
#include <vector>
#include "core/statistics.hpp"

namespace lunafab::studies {

/// What a factor's elementary effects say: changes of the metric for a step through the whole range.
struct MorrisIndices {
  double mu = 0.0;     ///< their mean: the effect with its sign
  Interval mu_star;    ///< mean of their absolute values: how much the factor matters
  double sigma = 0.0;  ///< their standard deviation: bends, and other factors' influence on the effect
  std::size_t count = 0;
};

/// @param effects of one factor, one a trajectory
/// @source Morris, Technometrics 33 (1991); μ*: Campolongo, Cariboni, Saltelli, Environ. Model. Softw. 22
/// (2007).
MorrisIndices morris_indices(const std::vector<double>& effects, double confidence);

}  // namespace lunafab::studies
