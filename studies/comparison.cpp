#include "studies/comparison.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <set>
#include "studies/effects.hpp"
#include "studies/pareto.hpp"
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

Interval interval_of(const std::vector<double>& values, double confidence) {
  Tally tally;
  for (const double value : values)
    if (std::isfinite(value)) tally.add(value);
  return mean_interval(tally, confidence);
}

/// Values of a metric by named scenario, then point and replication.
std::vector<Responses> by_variant(const Results& results, const std::string& metric) {
  std::vector<Responses> list;
  for (std::size_t v = 0; v < results.study->variants.size(); ++v)
    list.push_back(responses(results, v, metric));
  return list;
}

std::size_t most_values(const Responses& responses) {
  std::size_t most = 0;
  for (const auto& values : responses) most = std::max(most, values.size());
  return most;
}

bool within(const std::vector<double>& limit_means, const std::vector<MetricLimit>& limits) {
  for (std::size_t i = 0; i < limits.size(); ++i)
    if (limit_means[i] < limits[i].min || limit_means[i] > limits[i].max) return false;
  return true;
}

}  // namespace

std::string describe(const Study& study, const Candidate& candidate) {
  const std::string& name = study.variants[candidate.variant].name;
  return fmt::format("{}point {}", name.empty() ? "" : name + ", ", candidate.point + 1);
}

Eligible eligible(const Results& results, const std::vector<std::string>& metrics) {
  const std::vector<MetricLimit>& limits = results.study->limits;
  std::vector<std::vector<Responses>> values, of_limits;
  for (const std::string& metric : metrics) values.push_back(by_variant(results, metric));
  for (const MetricLimit& limit : limits) of_limits.push_back(by_variant(results, limit.metric));
  Eligible list;
  for (std::size_t v = 0; v < results.study->variants.size(); ++v) {
    for (std::size_t p = 0; p < results.plan->design().size(); ++p) {
      const auto finite = [&](const auto& metric) {
        return std::isfinite(point_mean(metric[v][p]));
      };
      if (!std::ranges::all_of(values, finite) || !std::ranges::all_of(of_limits, finite)) {
        ++list.without_value;
        continue;
      }
      std::vector<double> means;
      means.reserve(of_limits.size());
      for (const auto& metric : of_limits) means.push_back(point_mean(metric[v][p]));
      if (within(means, limits)) {
        list.candidates.push_back({v, p});
      } else {
        ++list.beyond_limits;
      }
    }
  }
  return list;
}

ParetoSet pareto_set(const Results& results) {
  const Study& study = *results.study;
  std::vector<std::string> metrics;
  for (const Objective& objective : study.objectives) metrics.push_back(objective.metric);
  ParetoSet set{.among = eligible(results, metrics)};
  std::vector<std::vector<Responses>> values;
  values.reserve(metrics.size());
  for (const std::string& metric : metrics) values.push_back(by_variant(results, metric));
  std::vector<std::vector<double>> costs;
  for (const Candidate& candidate : set.among.candidates) {
    costs.emplace_back();
    for (std::size_t o = 0; o < metrics.size(); ++o) {
      const double sign = study.objectives[o].goal == Goal::max ? -1.0 : 1.0;
      costs.back().push_back(sign * point_mean(values[o][candidate.variant][candidate.point]));
    }
  }
  for (const std::size_t place : pareto_front(costs)) {
    const Candidate& candidate = set.among.candidates[place];
    set.front.push_back(candidate);
    set.values.emplace_back();
    for (const auto& metric : values) {
      set.values.back().push_back(
          interval_of(metric[candidate.variant][candidate.point], confidence_of(study)));
    }
  }
  return set;
}

Ranking ranking(const Results& results, const Objective& objective) {
  Ranking ranking{.among = eligible(results, {objective.metric})};
  if (ranking.among.candidates.empty()) return ranking;
  const std::vector<Responses> values = by_variant(results, objective.metric);
  const double sign = objective.goal == Goal::max ? 1.0 : -1.0;
  Responses systems;
  for (const Candidate& candidate : ranking.among.candidates) {
    systems.push_back(values[candidate.variant][candidate.point]);
    for (double& value : systems.back()) value *= sign;
  }
  ranking.standings = standings(systems, confidence_of(*results.study));
  for (Standing& standing : ranking.standings) standing.mean.mean *= sign, standing.behind.mean *= sign;
  return ranking;
}

std::vector<ScenarioDifference> scenario_differences(const Results& results, const std::string& metric,
                                                     std::size_t against) {
  const double confidence = confidence_of(*results.study);
  const std::vector<Responses> values = by_variant(results, metric);
  std::vector<ScenarioDifference> list;
  for (std::size_t v = 0; v < values.size(); ++v) {
    if (v == against) continue;
    std::vector<ScenarioDifference> by_point;
    for (std::size_t p = 0; p < values[v].size(); ++p)
      by_point.push_back({v, against, p, difference(values[against][p], values[v][p], confidence)});
    // Replication by replication over all points: they share their random numbers.
    std::vector<Tally> sums(most_values(values[v]));
    for (const ScenarioDifference& one : by_point) {
      if (!std::isfinite(one.difference.mean)) continue;
      const auto &a = values[against][*one.point], &b = values[v][*one.point];
      sums.resize(std::min({sums.size(), a.size(), b.size()}));
      for (std::size_t r = 0; r < sums.size(); ++r) sums[r].add(b[r] - a[r]);
    }
    std::vector<double> means;
    means.reserve(sums.size());
    for (const Tally& sum : sums) means.push_back(sum.mean);
    if (by_point.size() > 1) list.push_back({v, against, std::nullopt, interval_of(means, confidence)});
    list.insert(list.end(), by_point.begin(), by_point.end());
  }
  return list;
}

}  // namespace lunafab::studies
