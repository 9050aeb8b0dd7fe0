#pragma once
#include <optional>
#include <string>
#include <vector>
#include "studies/comparison.hpp"
#include "studies/sweep.hpp"

namespace lunafab::studies {

/// A candidate after sequential ranking.
struct Ranked {
  enum class Fate : std::uint8_t {
    best,
    left,           ///< undecided when the runs that are allowed were used up
    out,            ///< worse than another
    beyond_limits,  ///< by the means of its first values
    failed,         ///< a run of its first values failed
    excluded        ///< by `require`
  };
  Candidate candidate;
  Fate fate = Fate::left;
  std::size_t values = 0;  ///< that were looked at; antithetic pairs count once
  Interval mean;
};

struct RankResult {
  SweepStatus status = SweepStatus::complete;
  std::size_t started = 0;         ///< runs of this call
  std::size_t runs = 0;            ///< looked at
  std::vector<Ranked> candidates;  ///< best first
  double probability = 0.0;        ///< of ocba: at least, that the best is the best
};

/// Finds the best point of a study with `rank`: runs `first` values of each, then more where they are needed.
/// The same directory goes on; what is looked at does not depend on threads or on what more it holds.
/// @throws std::runtime_error as `sweep`; where a later run of a candidate fails.
RankResult rank(const Study& study, const SweepOptions& options);

/// `best`, `out`, `undecided` …
const char* fate_word(const Ranked& ranked);

/// Writes selection.csv: candidates with factors, fate, values, mean and half-width.
void write_selection_csv(const std::string& path, const Study& study, const RankResult& result);

}  // namespace lunafab::studies
