#pragma once
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/result_rows.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

/// Writes results.sqlite: the tables `runs` and `summary` with the columns and rows of runs.csv and
/// summary.csv, `factors` and `study`. Equal results give equal bytes with one version of SQLite. Of tables
/// wider than SQLite takes, the first 2,000 columns.
/// @throws std::runtime_error where it cannot be written.
void write_results_database(const std::string& path, const Plan& plan, const std::vector<std::size_t>& runs,
                            const Records& records, Part part);

}  // namespace lunafab::studies
