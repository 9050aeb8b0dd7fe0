#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/response.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

/// What the directory of a sweep holds, read back; it may still lack runs.
struct Results {
  std::unique_ptr<const Study> study;
  std::unique_ptr<const Plan> plan;  ///< of `study`
  Records records;
};

/// @throws std::runtime_error where there are no results of a study, or those of another model version.
Results load_results(const std::string& directory);

/// Names of all metrics that the runs have, in order of appearance.
MetricNames metric_names(const Results& results);

/// Values of a metric in a named scenario, by point and replication; antithetic pairs by their mean. Of each
/// point those that count; none of points that the study excludes.
Responses responses(const Results& results, std::size_t variant, const std::string& metric);

/// Numbers in one unit.
struct Amounts {
  std::vector<double> values;
  std::string unit;  ///< as the file writes it; empty for pure numbers
};
/// A factor's values by point, where all are quantities of one dimension; else nothing. Where a point leaves
/// the scenario as it is, that counts.
std::optional<Amounts> factor_amounts(const Results& results, std::size_t factor);

/// A factor's value at a point on one line, the scenario's own where the point leaves it.
std::string factor_text(const Results& results, std::size_t factor, std::size_t point);

}  // namespace lunafab::studies
