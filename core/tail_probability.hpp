#pragma once
#include "core/variates.hpp"

namespace lunafab {

/// P(X ≤ x) and P(X > x), each with its own digits.
struct TailProbabilities {
  double below = 0.0, above = 0.0;
};

/// To 1e-12 relative, for the kinds with a density (all but `constant` and `empirical`).
/// @throws ContractError unless `is_valid` and of such a kind.
TailProbabilities tail_probabilities(const Distribution& d, double x);

/// Logarithm of the density: −∞ outside the support, ∞ where it has a pole.
/// @throws ContractError likewise.
double log_density(const Distribution& d, double x);
/// Sum over the values. @throws ContractError likewise.
double log_likelihood(const Distribution& d, std::span<const double> values);

}  // namespace lunafab
