#pragma once
#include <cstddef>
#include <string>
#include <vector>
#include "studies/plan.hpp"
#include "studies/result_rows.hpp"
#include "studies/run_store.hpp"

namespace lunafab::studies {

struct Counts {
  std::size_t runs = 0, done = 0, failed = 0, missing = 0;  ///< `failed`: those that timed out included
  std::size_t excluded = 0;                                 ///< by `require`
};

/// Of the runs asked about.
Counts count(const Plan& plan, const std::vector<std::size_t>& runs, const Records& records);

/// Writes runs.csv, summary.csv and results.sqlite, each under a temporary name first. In the CSVs numbers
/// are in shortest exact form, and what is not there is empty.
/// @throws std::runtime_error where one cannot be written.
void write_tables(const std::string& directory, const Plan& plan, const std::vector<std::size_t>& runs,
                  const Records& records, Part part);

}  // namespace lunafab::studies
