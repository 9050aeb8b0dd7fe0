#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "core/statistics.hpp"

namespace lunafab::studies {

/// Responses of Saltelli's design: rows of A, of B, and of A with the column of one factor from B.
struct SaltelliResponses {
  std::vector<double> a, b;
  std::vector<std::vector<double>> ab;  ///< by factor
};

/// Shares of the variance of a metric, of one factor.
struct SobolIndices {
  Interval first;  ///< by the factor alone
  Interval total;  ///< by the factor and all it does together with others
};

/// Indices by factor, empty where the metric does not vary. Half-widths are those of a normal distribution
/// with the standard deviation over `resamples` bootstrap samples of rows, whose draws follow from seed and
/// name. Estimates of small indices may be below 0.
/// @throws ContractError unless all columns have the same length, at least 2.
/// @source first: Saltelli et al., Comput. Phys. Commun. 181 (2010), table 2 (b); total: Jansen, ibid. (f);
/// bootstrap: Archer, Saltelli, Sobol', J. Stat. Comput. Simul. 58 (1997).
std::vector<SobolIndices> sobol_indices(const SaltelliResponses& responses, double confidence,
                                        std::size_t resamples, std::uint64_t seed, const std::string& name);

}  // namespace lunafab::studies
