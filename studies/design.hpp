#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>
#include "studies/study.hpp"

namespace lunafab::studies {

/// Points of the unit cube, [n×d], row by row.
using UnitPoints = std::vector<std::vector<double>>;

inline constexpr std::size_t most_sobol_dimensions = 3667;

/// Independent uniform draws. Those of a dimension follow from its name and the seed alone.
UnitPoints random_points(std::size_t n, const std::vector<std::string>& names, std::uint64_t seed);

/// One draw in each n-th of every dimension, in an order of its own.
/// @source McKay, Beckman, Conover, Technometrics 21 (1979).
UnitPoints latin_hypercube(std::size_t n, const std::vector<std::string>& names, std::uint64_t seed);

/// The first n points of Sobol's sequence, the origin first.
/// @source Bratley and Fox, ACM TOMS 14 (1988); direction numbers of Joe and Kuo, as Boost has them.
UnitPoints sobol_points(std::size_t n, std::size_t dimensions);

/// Where a point of a Morris design stands: trajectory t has the points t·(axes + 1) … in order.
struct MorrisPlace {
  std::size_t trajectory = 0;
  std::size_t step = 0;  ///< 0: where the trajectory starts
};
MorrisPlace morris_place(std::size_t axes, std::size_t point);

enum class SaltelliMatrix : std::uint8_t { a, a_b, b };
/// Which row of which matrix a point of a Saltelli design is. Rows follow each other as in SALib: A, then A
/// with column 0 … of B, then B.
struct SaltelliPlace {
  std::size_t row = 0;
  SaltelliMatrix matrix = SaltelliMatrix::a;
  std::size_t axis = 0;  ///< of a_b: whose column is that of B
};
SaltelliPlace saltelli_place(std::size_t axes, std::size_t point);

/// Points of the study's design.
std::size_t design_size(const Study& study);

/// The points of a study, each made when asked for.
class Design {
 public:
  explicit Design(const Study& study);
  std::size_t size() const { return size_; }
  Point point(std::size_t i) const;
  /// Place of the point by axis, 0 … 1 (of `Study::axes`; linked factors share one): the quantile, or the
  /// Morris lattice's j/(levels − 1). Two steps of a trajectory differ in one axis, by ± morris_step.
  /// @throws ContractError for designs that are not drawn (grid, list, one_at_a_time).
  std::vector<double> unit_point(std::size_t i) const;

 private:
  Point grid_point(std::size_t i) const;
  Point single_point(std::size_t i) const;
  void set_level(Point& point, std::size_t axis, std::size_t level) const;

  const Study* study_;
  std::size_t size_ = 0;
  UnitPoints unit_points_;  ///< of saltelli: rows of A and B side by side
};

/// Length of a step of a Morris trajectory in the unit cube: p/(2(p − 1)) with p even levels.
double morris_step(std::size_t levels);

/// Levels of the factors of an axis, which all have as many.
std::size_t axis_levels(const Study& study, std::size_t axis);

}  // namespace lunafab::studies
