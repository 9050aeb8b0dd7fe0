#pragma once
#include <span>
#include <vector>

// How a metric goes with drawn factors, from random, Latin hypercube and Sobol designs.
namespace lunafab::studies {

/// Pearson's correlation; 0 where one of them does not vary.
/// @throws ContractError unless both have the same length.
double pearson(std::span<const double> x, std::span<const double> y);

/// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values);

/// Pearson's correlation of ranks.
double spearman(std::span<const double> x, std::span<const double> y);

/// Of each column with y, in ranks, the linear part of all other columns taken out of both; 0 where a column
/// does not vary. Empty where the ranks depend on one another, or there are too few rows.
/// @param columns by factor, each as long as y
/// @source Iman and Conover, Technometrics 21 (1979); from the inverse of the correlation matrix.
std::vector<double> partial_rank_correlations(const std::vector<std::vector<double>>& columns,
                                              std::span<const double> y);

struct Bounds {
  double low = -1.0, high = 1.0;
};
/// Fisher's interval of a correlation of n pairs, `controlled` columns taken out.
/// @source Fisher, Metron 3 (1924).
Bounds correlation_bounds(double r, std::size_t n, std::size_t controlled, double confidence);

}  // namespace lunafab::studies
