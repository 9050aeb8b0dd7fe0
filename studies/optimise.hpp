#pragma once
#include <string>
#include <vector>
#include "core/statistics.hpp"
#include "studies/sweep.hpp"

namespace lunafab::studies {

/// A point that an optimisation looked at.
struct Evaluated {
  enum class Fate : std::uint8_t {
    fine,
    beyond_limits,  ///< by its means
    failed,         ///< a run failed
    excluded        ///< by `require`, not run
  };
  std::size_t generation = 0;  ///< 0: the first population
  Point point;
  Fate fate = Fate::fine;
  std::vector<Interval> objectives, limits;  ///< means, in the order of the study
};

struct OptimiseResult {
  SweepStatus status = SweepStatus::complete;
  std::size_t started = 0;           ///< runs of this call
  std::vector<Evaluated> evaluated;  ///< each point once, in order
  std::vector<std::size_t> front;    ///< places of the fine ones that no other beats, by their means
};

/// Searches for the best points of a study with `optimise`. The means of all replications count, under common
/// random numbers; broken limits and requirements cost more than any fine point. Every run is kept: the same
/// command after a kill plays what is there again and goes on, and ends with the same tables.
/// @throws std::runtime_error as `sweep`.
OptimiseResult optimise(const Study& study, const SweepOptions& options);

/// `fine`, `excluded` …
const char* fate_word(Evaluated::Fate fate);

}  // namespace lunafab::studies
