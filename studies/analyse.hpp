#pragma once
#include <string>
#include <vector>
#include "studies/analysis.hpp"
#include "studies/comparison.hpp"
#include "studies/tables.hpp"

namespace lunafab::studies {

/// What is asked of a study's results.
struct AnalysisOptions {
  std::vector<std::string> metrics;     ///< none: those of the study and its objectives
  std::string against;                  ///< named scenario; empty: the first
  std::vector<std::string> break_even;  ///< METRIC=LINE
  std::string factor;                   ///< of the break-evens
  Goal goal = Goal::max;                ///< of metrics without an objective
};

struct RankedMetric {
  Objective objective;
  Ranking ranking;
};
struct ComparedMetric {
  std::string metric;
  std::vector<ScenarioDifference> differences;
};
struct BreakEvenAnswer {
  std::size_t variant = 0;
  BreakEvenQuestion question;
  BreakEven answer;
};

/// All that can be said about a study's results.
struct Analysis {
  Counts counts;
  std::vector<std::string> metrics;
  Effects effects;
  std::vector<RankedMetric> rankings;       ///< of two candidates or more, up to `most_ranked`
  std::vector<ComparedMetric> comparisons;  ///< of named scenarios
  std::optional<ParetoSet> pareto;          ///< with two objectives or more
  std::vector<BreakEvenAnswer> break_evens;
};

inline constexpr std::size_t most_ranked = 2000;

/// @throws InputError naming metrics, scenarios or break-evens that do not fit.
Analysis analyse(const Results& results, const AnalysisOptions& options);

}  // namespace lunafab::studies
