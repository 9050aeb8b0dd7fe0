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

/// The points of a study, each made when asked for.
class Design {
 public:
  explicit Design(const Study& study);
  std::size_t size() const { return size_; }
  Point point(std::size_t i) const;

 private:
  Point grid_point(std::size_t i) const;
  Point single_point(std::size_t i) const;
  void set_level(Point& point, std::size_t axis, std::size_t level) const;

  const Study* study_;
  std::size_t size_ = 0;
  UnitPoints unit_points_;
};

/// Levels of the factors of an axis, which all have as many.
std::size_t axis_levels(const Study& study, std::size_t axis);

}  // namespace lunafab::studies
