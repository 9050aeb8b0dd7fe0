#pragma once
#include <string>
#include <vector>
#include "studies/results.hpp"

namespace lunafab::studies {

/// Whole numbers, shares and differences that say what a factor does to a metric; one number a row.
struct EffectRow {
  std::size_t variant = 0;
  std::string metric;
  std::string factor;  ///< its path; `a x b` for two together
  std::string level;   ///< the value, where the row is about one
  std::string kind;    ///< what the number is: `difference`, `share`, `mu_star`, `total`, `spearman` …
  double estimate = 0.0;
  double low = 0.0, high = 0.0;  ///< of its interval at the scenario's confidence; NaN: none
};

/// What the design of a study allows to be said about a metric:
/// - one_at_a_time: `difference` to the scenario as it is, widest swing first
/// - grid: `effect` of each level, `share` of each factor and pair in the variance between points
/// - morris: `mu`, `mu_star`, `sigma`
/// - saltelli: `first`, `total`
/// - random, latin_hypercube, sobol: `pearson`, `spearman`, `partial_rank`
///
/// Nothing for lists. Linked factors have one row, under the first's path.
struct Effects {
  std::vector<EffectRow> rows;
  std::vector<std::string> notes;  ///< what could not be computed, and why
};
Effects effects_of(const Results& results, const std::string& metric);

}  // namespace lunafab::studies
