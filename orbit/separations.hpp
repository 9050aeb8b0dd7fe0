#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <span>
#include <vector>

namespace lunafab::orbit {

/// [n] distance from each place to its nearest neighbour, m; infinite for a single one. A grid whose cells
/// grow until every place has found its neighbour; all threads, same bits for any number.
std::vector<double> nearest_neighbours_m(std::span<const Eigen::Vector3d> places_m);

/// Distribution of nearest-neighbour distances.
struct SeparationSummary {
  std::int64_t count = 0;
  double least_m = 0.0, q01_m = 0.0, q05_m = 0.0, median_m = 0.0, mean_m = 0.0, greatest_m = 0.0;
};
/// Quantiles are order statistics: the smallest value with at least that share at or below it.
SeparationSummary summarise_separations(std::span<const double> nearest_m);
/// [groups] the same by group: a shell's satellites, their neighbours of any group.
std::vector<SeparationSummary> summarise_by_group(std::span<const double> nearest_m,
                                                  std::span<const std::uint32_t> group_of,
                                                  std::size_t groups);

}  // namespace lunafab::orbit
