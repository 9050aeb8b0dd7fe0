#include "studies/design.hpp"
#include <algorithm>
#include <boost/random/sobol.hpp>
#include <cmath>
#include <numeric>
#include "core/contract.hpp"
#include "core/random.hpp"
#include "studies/maximin.hpp"
#include "studies/morris_design.hpp"

namespace lunafab::studies {
namespace {

/// The stream that places the points of a dimension, or that shuffles its slices.
StreamKey stream(const char* what, const std::string& name, std::uint64_t seed) {
  return {.seed = seed,
          .replication = 0,
          .entity = entity_key(std::string("design ") + what + " " + name),
          .purpose = Purpose::sampling};
}

/// A permutation of 0 … n − 1.
std::vector<std::size_t> shuffled(std::size_t n, const StreamKey& key) {
  std::vector<double> draws(n);
  fill_uniform(key, 0, draws);
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return draws[i]; });
  return order;
}

/// A place within slice `slice` of n, which rounding must not carry into the next.
double within(std::size_t slice, double u, std::size_t n) {
  const auto cells = static_cast<double>(n);
  double x = (static_cast<double>(slice) + u) / cells;
  while (static_cast<std::size_t>(x * cells) > slice) x = std::nextafter(x, 0.0);
  return x;
}

std::vector<std::string> axis_names(const Study& study) {
  std::vector<std::string> names;
  for (const auto& axis : study.axes) names.push_back(study.factors[axis.front()].path);
  return names;
}

/// Sobol's points from the corners of their cells to the middles: no quantile of 0.
UnitPoints centred_sobol(std::size_t n, std::size_t dimensions) {
  UnitPoints points = sobol_points(n, dimensions);
  for (auto& point : points)
    for (double& u : point) u += 0.5 / static_cast<double>(n);
  return points;
}

/// Rows of Saltelli's A and B side by side: the n points of the sequence after the first n, which avoid the
/// origin and lie on odd multiples of 1/2n.
UnitPoints saltelli_rows(std::size_t n, std::size_t axes) {
  UnitPoints points = sobol_points(2 * n, 2 * axes);
  points.erase(points.begin(), points.begin() + static_cast<std::ptrdiff_t>(n));
  return points;
}

/// Quantile of a place on the Morris lattice: distributions have none at 0 and 1, so they take the middles
/// of p slices.
double lattice_quantile(const Factor& factor, double u, std::size_t levels) {
  if (level_count(factor) > 0) return u;
  const auto p = static_cast<double>(levels);
  return (u * (p - 1.0) + 0.5) / p;
}

}  // namespace

UnitPoints random_points(std::size_t n, const std::vector<std::string>& names, std::uint64_t seed) {
  UnitPoints points(n, std::vector<double>(names.size()));
  for (std::size_t d = 0; d < names.size(); ++d) {
    const StreamKey key = stream("place", names[d], seed);
    for (std::size_t i = 0; i < n; ++i) points[i][d] = uniform(key, i);
  }
  return points;
}

UnitPoints latin_hypercube(std::size_t n, const std::vector<std::string>& names, std::uint64_t seed) {
  UnitPoints points = random_points(n, names, seed);
  for (std::size_t d = 0; d < names.size(); ++d) {
    const std::vector<std::size_t> slices = shuffled(n, stream("order", names[d], seed));
    for (std::size_t i = 0; i < n; ++i) points[i][d] = within(slices[i], points[i][d], n);
  }
  return points;
}

UnitPoints sobol_points(std::size_t n, std::size_t dimensions) {
  expects(dimensions >= 1 && dimensions <= most_sobol_dimensions, "sobol_points: 1 to 3667 dimensions");
  UnitPoints points(n, std::vector<double>(dimensions, 0.0));
  boost::random::sobol sequence(dimensions);  // begins behind the origin
  for (std::size_t i = 1; i < n; ++i)
    for (double& u : points[i]) u = static_cast<double>(sequence()) * 0x1p-64;
  return points;
}

std::size_t axis_levels(const Study& study, std::size_t axis) {
  return level_count(study.factors[study.axes[axis].front()]);
}

std::size_t design_size(const Study& study) {
  const std::size_t axes = study.axes.size();
  std::size_t levels = 0, combinations = 1;
  for (std::size_t axis = 0; axis < axes; ++axis) {
    levels += axis_levels(study, axis);
    combinations *= axis_levels(study, axis);
  }
  switch (study.design) {
    case DesignKind::grid:
      return combinations;
    case DesignKind::list:
      return study.listed.size();
    case DesignKind::one_at_a_time:
      return 1 + levels;
    case DesignKind::morris:
      return study.trajectories * (axes + 1);
    case DesignKind::saltelli:
      return study.points * (axes + 2);
    case DesignKind::random:
    case DesignKind::latin_hypercube:
    case DesignKind::sobol:
      break;
  }
  return study.points;
}

Design::Design(const Study& study) : study_(&study), size_(design_size(study)) {
  switch (study.design) {
    case DesignKind::grid:
    case DesignKind::list:
    case DesignKind::one_at_a_time:
      return;
    case DesignKind::random:
      unit_points_ = random_points(study.points, axis_names(study), study.seed);
      return;
    case DesignKind::latin_hypercube:
      unit_points_ = latin_hypercube(study.points, axis_names(study), study.seed);
      if (study.spread == Spread::maximin) unit_points_ = spread_out(std::move(unit_points_), study.seed);
      return;
    case DesignKind::sobol:
      unit_points_ = centred_sobol(study.points, study.axes.size());
      return;
    case DesignKind::morris:
      unit_points_ = morris_points(study.trajectories, study.lattice_levels, axis_names(study), study.seed);
      return;
    case DesignKind::saltelli:
      unit_points_ = saltelli_rows(study.points, study.axes.size());
      return;
  }
}

void Design::set_level(Point& point, std::size_t axis, std::size_t which) const {
  for (const std::size_t f : study_->axes[axis]) point[f] = level(study_->factors[f], which);
}

Point Design::grid_point(std::size_t i) const {
  Point point(study_->factors.size());
  for (std::size_t axis = study_->axes.size(); axis-- > 0;) {
    const std::size_t levels = axis_levels(*study_, axis);
    set_level(point, axis, i % levels);
    i /= levels;
  }
  return point;
}

Point Design::single_point(std::size_t i) const {
  Point point(study_->factors.size());
  if (i-- == 0) return point;
  std::size_t axis = 0;
  while (i >= axis_levels(*study_, axis)) i -= axis_levels(*study_, axis++);
  set_level(point, axis, i);
  return point;
}

Point Design::point(std::size_t i) const {
  expects(i < size_, "point: i below the number of points");
  if (study_->design == DesignKind::grid) return grid_point(i);
  if (study_->design == DesignKind::one_at_a_time) return single_point(i);
  if (study_->design == DesignKind::list) return study_->listed[i];
  Point point(study_->factors.size());
  const std::vector<double> place = unit_point(i);
  for (std::size_t axis = 0; axis < study_->axes.size(); ++axis) {
    for (const std::size_t f : study_->axes[axis]) {
      const Factor& factor = study_->factors[f];
      const double u = study_->design == DesignKind::morris
                           ? lattice_quantile(factor, place[axis], study_->lattice_levels)
                           : place[axis];
      point[f] = value_at(factor, u);
    }
  }
  return point;
}

std::vector<double> Design::unit_point(std::size_t i) const {
  expects(i < size_ && !unit_points_.empty(), "unit_point: a point of a drawn design");
  if (study_->design != DesignKind::saltelli) return unit_points_[i];
  const std::size_t axes = study_->axes.size();
  const SaltelliPlace place = saltelli_place(axes, i);
  const std::vector<double>& row = unit_points_[place.row];
  const auto middle = row.begin() + static_cast<std::ptrdiff_t>(axes);
  if (place.matrix == SaltelliMatrix::b) return {middle, row.end()};
  std::vector<double> point(row.begin(), middle);
  if (place.matrix == SaltelliMatrix::a_b) point[place.axis] = row[axes + place.axis];
  return point;
}

MorrisPlace morris_place(std::size_t axes, std::size_t point) {
  return {point / (axes + 1), point % (axes + 1)};
}

SaltelliPlace saltelli_place(std::size_t axes, std::size_t point) {
  const std::size_t rows = axes + 2, within_row = point % rows;
  if (within_row == 0) return {point / rows, SaltelliMatrix::a, 0};
  if (within_row > axes) return {point / rows, SaltelliMatrix::b, 0};
  return {point / rows, SaltelliMatrix::a_b, within_row - 1};
}

}  // namespace lunafab::studies
