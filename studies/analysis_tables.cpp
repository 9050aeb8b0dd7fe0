#include "studies/analysis_tables.hpp"
#include <fmt/format.h>
#include <cmath>
#include "campaign/results.hpp"
#include "core/csv_field.hpp"

namespace lunafab::studies {
namespace {

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : "";
}

std::string factor_names(const Study& study) {
  std::string text;
  for (const Factor& factor : study.factors) text += "," + csv_field(factor.path);
  return text;
}

/// `today,3,2 h,5`.
std::string candidate_cells(const Results& results, const Candidate& candidate) {
  std::string text =
      fmt::format("{},{}", csv_field(results.study->variants[candidate.variant].name), candidate.point + 1);
  for (std::size_t f = 0; f < results.study->factors.size(); ++f)
    text += "," + csv_field(factor_text(results, f, candidate.point));
  return text;
}

std::string interval_cells(const Interval& interval) {
  return number(interval.mean) + "," + number(interval.half_width);
}

}  // namespace

void write_effects_csv(const std::string& path, const Study& study, const std::vector<EffectRow>& rows) {
  std::string text = "scenario,metric,factor,level,kind,estimate,low,high\n";
  for (const EffectRow& row : rows) {
    text += fmt::format("{},{},{},{},{},{},{},{}\n", csv_field(study.variants[row.variant].name),
                        csv_field(row.metric), csv_field(row.factor), csv_field(row.level), row.kind,
                        number(row.estimate), number(row.low), number(row.high));
  }
  campaign::write_file(path, text);
}

void write_pareto_csv(const std::string& path, const Results& results, const ParetoSet& set) {
  std::string text = "scenario,point" + factor_names(*results.study);
  for (const Objective& objective : results.study->objectives)
    text += fmt::format(",{0},{0}.half_width", objective.metric);
  text += "\n";
  for (std::size_t i = 0; i < set.front.size(); ++i) {
    text += candidate_cells(results, set.front[i]);
    for (const Interval& interval : set.values[i]) text += "," + interval_cells(interval);
    text += "\n";
  }
  campaign::write_file(path, text);
}

void write_ranking_csv(const std::string& path, const Results& results,
                       const std::vector<RankedMetric>& rankings) {
  std::string text = "metric,goal,rank,scenario,point" + factor_names(*results.study) +
                     ",mean,half_width,behind,behind.half_width,may_be_best\n";
  for (const auto& [objective, ranking] : rankings) {
    const std::string head = csv_field(objective.metric) + (objective.goal == Goal::max ? ",max" : ",min");
    for (std::size_t i = 0; i < ranking.standings.size(); ++i) {
      const Standing& standing = ranking.standings[i];
      text += fmt::format("{},{},{},{},{},{}\n", head, i + 1,
                          candidate_cells(results, ranking.among.candidates[standing.system]),
                          interval_cells(standing.mean), interval_cells(standing.behind),
                          standing.may_be_best ? "yes" : "no");
    }
  }
  campaign::write_file(path, text);
}

}  // namespace lunafab::studies
