#include "studies/analyse.hpp"
#include <fmt/format.h>
#include <algorithm>
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

Finding finding(const std::string& place, const std::string& problem, const std::string& allowed,
                const std::string& nearest = {}) {
  return {.mark = {.file = place}, .path = {}, .problem = problem, .allowed = allowed, .nearest = nearest};
}

void add_once(std::vector<std::string>& list, const std::string& name) {
  if (std::ranges::find(list, name) == list.end()) list.push_back(name);
}

/// The metrics asked for, or else those the study looks at.
std::vector<std::string> chosen_metrics(const Results& results, const AnalysisOptions& options,
                                        Findings& findings) {
  const MetricNames names = metric_names(results);
  std::vector<std::string> metrics;
  for (const std::string& metric : options.metrics) add_once(metrics, metric);
  if (metrics.empty()) {
    for (const Objective& objective : results.study->objectives) add_once(metrics, objective.metric);
    for (const std::string& metric : results.study->metrics) add_once(metrics, metric);
  }
  if (metrics.empty())
    findings.add(finding("--metric", "the study names no metrics and no objectives", list_names(names)));
  for (const std::string& metric : metrics) {
    if (std::ranges::find(names, metric) == names.end()) {
      findings.add(finding("--metric " + metric, lunafab::quoted(metric) + " is no metric of these runs",
                           list_names(names), nearest_name(metric, names)));
    }
  }
  return metrics;
}

std::size_t chosen_scenario(const Study& study, const std::string& name, Findings& findings) {
  if (name.empty()) return 0;
  std::vector<std::string> names;
  for (const Variant& variant : study.variants) names.push_back(variant.name);
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const bool named = !names.front().empty();
  findings.add(finding("--against " + name, lunafab::quoted(name) + " is no scenario of this study",
                       named ? list_names(names) : "a study with `scenarios`", nearest_name(name, names)));
  return 0;
}

Objective objective_of(const Study& study, const std::string& metric, Goal otherwise) {
  const auto found = std::ranges::find(study.objectives, metric, &Objective::metric);
  return found != study.objectives.end() ? *found : Objective{metric, otherwise};
}

/// What candidates are ranked by: the metrics asked for, or else the objectives, or else the first metric of
/// the study; in designs that only explore, nothing without objectives.
std::vector<Objective> merits(const Study& study, const std::vector<std::string>& metrics,
                              const AnalysisOptions& options) {
  const bool explores = study.design == DesignKind::morris || study.design == DesignKind::saltelli;
  std::vector<Objective> list;
  for (const std::string& metric : options.metrics) list.push_back(objective_of(study, metric, options.goal));
  if (list.empty()) list = study.objectives;
  if (list.empty()) list.push_back({metrics.front(), options.goal});
  if (explores && study.objectives.empty()) list.clear();
  return list;
}

Counts count_all(const Results& results) {
  return count(*results.plan, asked_runs(*results.plan, {}, results.records), results.records);
}

}  // namespace

Analysis analyse(const Results& results, const AnalysisOptions& options) {
  const Study& study = *results.study;
  Findings findings;
  Analysis analysis{.counts = count_all(results)};
  if (analysis.counts.done == 0) throw std::runtime_error("no run of this study was done");
  analysis.metrics = chosen_metrics(results, options, findings);
  const std::size_t against = chosen_scenario(study, options.against, findings);
  findings.throw_if_any();
  const std::size_t candidates = study.variants.size() * results.plan->design().size();
  for (const std::string& metric : analysis.metrics) {
    Effects effects = effects_of(results, metric);
    std::ranges::move(effects.rows, std::back_inserter(analysis.effects.rows));
    std::ranges::move(effects.notes, std::back_inserter(analysis.effects.notes));
    if (study.variants.size() > 1)
      analysis.comparisons.push_back({metric, scenario_differences(results, metric, against)});
  }
  const bool few = candidates > 1 && candidates <= most_ranked;
  for (const Objective& objective : few ? merits(study, analysis.metrics, options) : std::vector<Objective>{})
    analysis.rankings.push_back({objective, ranking(results, objective)});
  if (study.objectives.size() > 1) analysis.pareto = pareto_set(results);
  for (const std::string& text : options.break_even) {
    const BreakEvenQuestion question = read_question(results, text, options.factor);
    for (std::size_t v = 0; v < study.variants.size(); ++v)
      analysis.break_evens.push_back({v, question, break_even(results, v, question)});
  }
  return analysis;
}

}  // namespace lunafab::studies
