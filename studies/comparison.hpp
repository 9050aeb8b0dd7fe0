#pragma once
#include <optional>
#include <string>
#include <vector>
#include "studies/break_even.hpp"
#include "studies/ranking.hpp"
#include "studies/results.hpp"

// What a study says about its points side by side.
namespace lunafab::studies {

/// A point in a named scenario.
struct Candidate {
  std::size_t variant = 0, point = 0;
};

/// `today, point 3`, or `point 3` where the study names no scenarios.
std::string describe(const Study& study, const Candidate& candidate);

/// The candidates that count: those with a mean of each metric and limit, within all limits.
struct Eligible {
  std::vector<Candidate> candidates;
  std::size_t without_value = 0, beyond_limits = 0;
};
Eligible eligible(const Results& results, const std::vector<std::string>& metrics);

/// Candidates that no other beats in all objectives, by their means.
struct ParetoSet {
  Eligible among;
  std::vector<Candidate> front;
  std::vector<std::vector<Interval>> values;  ///< by place on the front and objective
};
ParetoSet pareto_set(const Results& results);

/// Candidates by falling merit; `Standing::system` is the place in `among.candidates`.
struct Ranking {
  Eligible among;
  std::vector<Standing> standings;
};
Ranking ranking(const Results& results, const Objective& objective);

/// One named scenario less another, over common random numbers.
struct ScenarioDifference {
  std::size_t variant = 0, against = 0;
  std::optional<std::size_t> point;  ///< nothing: mean over the points that both have
  Interval difference;
};
/// Of every other scenario, first over all points, then point by point.
std::vector<ScenarioDifference> scenario_differences(const Results& results, const std::string& metric,
                                                     std::size_t against);

/// A line that a metric may cross: a number, another metric, or one over either.
struct BreakEvenQuestion {
  std::string metric;
  std::string line;
  std::size_t factor = 0;
};
/// `METRIC=LINE` taken apart; the factor is the named one, or the only one with numbers as values.
/// @throws InputError naming what does not fit.
BreakEvenQuestion read_question(const Results& results, const std::string& text, const std::string& factor);

struct BreakEven {
  std::string unit;  ///< of the factor
  std::vector<MarginPoint> points;
  std::vector<Crossing> crossings;
};
/// Over the values of the factor, all other factors averaged (one_at_a_time: as the scenario has them), over
/// those combinations that stand beside every value. The
/// interval of a margin is that over replications; none from one replication.
BreakEven break_even(const Results& results, std::size_t variant, const BreakEvenQuestion& question);

}  // namespace lunafab::studies
