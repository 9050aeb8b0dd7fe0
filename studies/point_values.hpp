#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>
#include "studies/plan.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

/// Of the intervals of a study: that of its scenario, which has been read.
double confidence_of(const Study& study);

/// Runs to one independent value: 2 where the scenario runs antithetic pairs.
std::size_t runs_per_value(const Study& study);

/// Finds a metric by name in the runs of a store.
class MetricLookup {
 public:
  MetricLookup(const Records& records, std::string name);
  /// Of a run that was done; nothing where it has no such metric, or one that is no number.
  std::optional<double> of(const RunRecord& record) const;

 private:
  std::string name_;
  std::unordered_map<std::uint64_t, std::ptrdiff_t> places_;  ///< by list of names
};

/// The first `replications` records of a point; nullptr where there is none.
std::vector<const RunRecord*> records_of(const Plan& plan, std::size_t cell, std::size_t replications,
                                         const Records& records);

/// The independent values of a metric in runs of a point: one a run, or the mean of each `per_value`. What
/// was not done gives none.
std::vector<double> values_of(const std::vector<const RunRecord*>& runs, const MetricLookup& metric,
                              std::size_t per_value);

/// How many replications of a point count: all that the plan has; with a precision goal, the least number at
/// which all its metrics are narrow enough, or as many as it takes to decide that. A function of the results
/// alone: further runs that the store may hold change nothing.
std::size_t replications_asked(const Plan& plan, std::size_t cell, const Records& records);

/// The runs of a shard that count, in order. With a precision goal a shard has every count-th point, else
/// every count-th run.
std::vector<std::size_t> asked_runs(const Plan& plan, const Shard& shard, const Records& records);

/// Replications that a point will have had in the end, judged by the spread so far: what to run next at once.
/// At least those asked for.
std::size_t replications_expected(const Plan& plan, std::size_t cell, const Records& records);

}  // namespace lunafab::studies
