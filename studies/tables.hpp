#pragma once
#include <cstddef>
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

struct Counts {
  std::size_t runs = 0, done = 0, failed = 0, missing = 0;  ///< `failed`: those that timed out included
  std::size_t excluded = 0;                                 ///< by `require`
};

/// Of the runs asked about.
Counts count(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records);

/// Writes runs.csv: a row a run, with status, factors and metrics. Columns of factors have their unit in the
/// header where all values share one; numbers are in shortest exact form; what is not there is empty.
void write_runs_csv(const std::string& path, const Plan& plan, const std::vector<std::size_t>& runs,
                    const Records& records);

/// Writes summary.csv: a row a point and named scenario, with mean and half-width of each metric over the
/// replications that were done; with `limits` also whether it keeps them.
void write_summary_csv(const std::string& path, const Plan& plan, const Records& records);

}  // namespace lunafab::studies
