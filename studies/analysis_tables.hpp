#pragma once
#include <string>
#include <vector>
#include "studies/analyse.hpp"

namespace lunafab::studies {

/// Tidy tables, each written whole under a temporary name and renamed. Points count from 1, scenarios stand
/// by name; intervals are those of the scenario's `confidence`; empty: none.

/// scenario, metric, factor, level, kind, estimate, low, high.
void write_effects_csv(const std::string& path, const Study& study, const std::vector<EffectRow>& rows);

/// scenario, point, factors, then mean and half-width of each objective.
void write_pareto_csv(const std::string& path, const Results& results, const ParetoSet& set);

/// metric, goal, rank, scenario, point, factors, mean and half-width, behind the best and its half-width,
/// whether it may be best.
void write_ranking_csv(const std::string& path, const Results& results,
                       const std::vector<RankedMetric>& rankings);

}  // namespace lunafab::studies
