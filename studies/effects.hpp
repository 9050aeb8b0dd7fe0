#pragma once
#include <cstddef>
#include <limits>
#include <vector>
#include "core/statistics.hpp"
#include "studies/response.hpp"

// What factors do to a metric, from designs of levels. Differences are taken replication by replication, so
// common random numbers narrow their intervals.
namespace lunafab::studies {

/// Mean of the finite values of a point; NaN where there are none.
double point_mean(const std::vector<double>& values);

/// Mean of b − a over the replications that both points have.
Interval difference(const std::vector<double>& a, const std::vector<double>& b, double confidence);

/// A point of `one_at_a_time` against the scenario as it is.
struct TornadoStep {
  std::size_t point = 0;
  Interval difference;
};
struct TornadoBar {
  std::size_t axis = 0;
  std::vector<TornadoStep> steps;  ///< in the order of the levels
  double swing = 0.0;              ///< highest less lowest mean, the scenario as it is among them
};
/// Bars by falling swing. `axis_of[p]` is the axis that point p > 0 changes; point 0 changes none.
std::vector<TornadoBar> tornado(const Responses& responses, const std::vector<std::size_t>& axis_of,
                                double confidence);

/// A complete grid: levels of each axis, the last one fastest.
using GridShape = std::vector<std::size_t>;

struct LevelEffect {
  std::size_t level = 0;
  Interval effect;  ///< mean of the level less the mean of all points
};
struct MainEffect {
  std::size_t axis = 0;
  std::vector<LevelEffect> levels;
  double share = 0.0;  ///< of the sum of squares between points
};
struct Interaction {
  std::size_t a = 0, b = 0;  ///< axes
  double share = 0.0;        ///< of the sum of squares between points, main effects taken out
};
struct GridEffects {
  double mean = 0.0;
  std::vector<MainEffect> main;           ///< by axis
  std::vector<Interaction> interactions;  ///< by falling share
  double rest = 0.0;                      ///< share of interactions of three axes and more
};
/// Analysis of variance of the point means of a full grid. Half-widths come from the replications that all
/// points have; without variance all shares are 0.
/// @throws ContractError unless there are as many points as the grid has, each with a mean.
/// @source Montgomery, Design and Analysis of Experiments, §5.3.
GridEffects grid_effects(const Responses& responses, const GridShape& shape, double confidence);

/// The levels' effects where points of the grid have no value: those of the sum of one effect a factor that
/// comes closest (least squares), with no shares. Empty where the points left cannot tell the factors apart.
/// On a full grid the same as `grid_effects`.
std::vector<MainEffect> additive_effects(const Responses& responses, const GridShape& shape,
                                         double confidence);

}  // namespace lunafab::studies
