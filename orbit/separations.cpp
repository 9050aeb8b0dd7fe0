#include "orbit/separations.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "orbit/cell_grid.hpp"

namespace lunafab::orbit {
namespace {

struct FloatPlaces {
  std::vector<float> x, y, z;
};
FloatPlaces to_floats(std::span<const Eigen::Vector3d> places) {
  FloatPlaces out;
  for (const Eigen::Vector3d& p : places) {
    out.x.push_back(static_cast<float>(p.x())), out.y.push_back(static_cast<float>(p.y()));
    out.z.push_back(static_cast<float>(p.z()));
  }
  return out;
}

double greatest_coordinate(std::span<const Eigen::Vector3d> places) {
  double most = 0.0;
  for (const Eigen::Vector3d& p : places) most = std::max(most, p.cwiseAbs().maxCoeff());
  return most;
}

double nearest_in_cells(const CellGrid& grid, std::span<const Eigen::Vector3d> places, std::size_t place) {
  const std::uint32_t self = grid.order()[place];
  double least = std::numeric_limits<double>::infinity();
  grid.each_run_around(place, [&](std::size_t begin, std::size_t end) {
    for (std::size_t j = begin; j < end; ++j) {
      const std::uint32_t other = grid.order()[j];
      if (other != self) least = std::min(least, (places[other] - places[self]).squaredNorm());
    }
  });
  return std::sqrt(least);
}

}  // namespace

std::vector<double> nearest_neighbours_m(std::span<const Eigen::Vector3d> places) {
  const std::size_t n = places.size();
  std::vector<double> nearest(n, std::numeric_limits<double>::infinity());
  if (n < 2) return nearest;
  const FloatPlaces floats = to_floats(places);
  const double extent = std::max(greatest_coordinate(places), 1.0);
  const double rounding = extent * 1e-6;  // of floats and of the inverse of a cell's size
  double cell = std::max(4.0 * extent / std::sqrt(static_cast<double>(n)), 4.0 * rounding);
  CellGrid grid;
  std::vector<char> done(n, 0);
  for (std::size_t left = n; left > 0; cell *= 2.0) {
    grid.build(floats.x, floats.y, floats.z, static_cast<float>(cell));
    tbb::parallel_for(std::size_t{0}, n, [&](std::size_t place) {
      const std::uint32_t self = grid.order()[place];
      if (done[self] != 0) return;
      const double least = nearest_in_cells(grid, places, place);
      if (least <= cell - rounding) nearest[self] = least, done[self] = 1;
    });
    left = static_cast<std::size_t>(std::count(done.begin(), done.end(), char{0}));
  }
  return nearest;
}

SeparationSummary summarise_separations(std::span<const double> nearest_m) {
  if (nearest_m.empty()) return {};
  std::vector<double> sorted(nearest_m.begin(), nearest_m.end());
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  const auto quantile = [&](double share) {
    return sorted[static_cast<std::size_t>(std::max(std::ceil(share * n) - 1.0, 0.0))];
  };
  double sum = 0.0;
  for (const double d : sorted) sum += d;
  return {static_cast<std::int64_t>(sorted.size()),
          sorted.front(),
          quantile(0.01),
          quantile(0.05),
          quantile(0.5),
          sum / n,
          sorted.back()};
}

std::vector<SeparationSummary> summarise_by_group(std::span<const double> nearest_m,
                                                  std::span<const std::uint32_t> group_of,
                                                  std::size_t groups) {
  expects(nearest_m.size() == group_of.size(), "every satellite must have a group");
  std::vector<std::vector<double>> parts(groups);
  for (std::size_t i = 0; i < nearest_m.size(); ++i) {
    expects(group_of[i] < groups, "groups must be below their count");
    parts[group_of[i]].push_back(nearest_m[i]);
  }
  std::vector<SeparationSummary> out;
  out.reserve(groups);
  for (const std::vector<double>& part : parts) out.push_back(summarise_separations(part));
  return out;
}

}  // namespace lunafab::orbit
