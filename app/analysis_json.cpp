#include <cmath>
#include <nlohmann/json.hpp>
#include "app/print_analysis.hpp"
#include "studies/point_values.hpp"

namespace lunafab::app {
namespace {

using namespace studies;
using Json = nlohmann::ordered_json;

/// JSON knows no NaN and no infinity.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json of_interval(const Interval& interval) {
  return {{"mean", number(interval.mean)}, {"half_width", number(interval.half_width)}};
}

Json of_candidate(const Results& results, const Candidate& candidate) {
  Json factors = Json::object();
  for (std::size_t f = 0; f < results.study->factors.size(); ++f)
    factors[results.study->factors[f].path] = factor_text(results, f, candidate.point);
  return {{"scenario", results.study->variants[candidate.variant].name},
          {"point", candidate.point + 1},
          {"factors", std::move(factors)}};
}

Json of_effects(const Study& study, const Effects& effects) {
  Json list = Json::array();
  for (const EffectRow& row : effects.rows) {
    list.push_back({{"scenario", study.variants[row.variant].name},
                    {"metric", row.metric},
                    {"factor", row.factor},
                    {"level", row.level},
                    {"kind", row.kind},
                    {"estimate", number(row.estimate)},
                    {"low", number(row.low)},
                    {"high", number(row.high)}});
  }
  return list;
}

Json of_rankings(const Results& results, const std::vector<RankedMetric>& rankings) {
  Json list = Json::array();
  for (const RankedMetric& ranked : rankings) {
    Json places = Json::array();
    for (const Standing& standing : ranked.ranking.standings) {
      Json place = of_candidate(results, ranked.ranking.among.candidates[standing.system]);
      place["mean"] = of_interval(standing.mean);
      place["behind"] = of_interval(standing.behind);
      place["may_be_best"] = standing.may_be_best;
      places.push_back(std::move(place));
    }
    list.push_back({{"metric", ranked.objective.metric},
                    {"goal", ranked.objective.goal == Goal::max ? "max" : "min"},
                    {"beyond_limits", ranked.ranking.among.beyond_limits},
                    {"without_value", ranked.ranking.among.without_value},
                    {"places", std::move(places)}});
  }
  return list;
}

Json of_comparisons(const Study& study, const std::vector<ComparedMetric>& comparisons) {
  Json list = Json::array();
  for (const ComparedMetric& compared : comparisons) {
    for (const ScenarioDifference& d : compared.differences) {
      list.push_back({{"metric", compared.metric},
                      {"scenario", study.variants[d.variant].name},
                      {"against", study.variants[d.against].name},
                      {"point", d.point ? Json(*d.point + 1) : Json(nullptr)},
                      {"difference", of_interval(d.difference)}});
    }
  }
  return list;
}

Json of_pareto(const Results& results, const ParetoSet& set) {
  Json list = Json::array();
  for (std::size_t i = 0; i < set.front.size(); ++i) {
    Json one = of_candidate(results, set.front[i]);
    for (std::size_t o = 0; o < set.values[i].size(); ++o)
      one["objectives"][results.study->objectives[o].metric] = of_interval(set.values[i][o]);
    list.push_back(std::move(one));
  }
  return list;
}

Json of_break_evens(const Study& study, const std::vector<BreakEvenAnswer>& answers) {
  Json list = Json::array();
  for (const BreakEvenAnswer& asked : answers) {
    Json crossings = Json::array();
    for (const Crossing& crossing : asked.answer.crossings) {
      crossings.push_back({{"at", crossing.x},
                           {"low", crossing.open_low ? Json(nullptr) : Json(crossing.low)},
                           {"high", crossing.open_high ? Json(nullptr) : Json(crossing.high)},
                           {"rises", crossing.rises}});
    }
    Json points = Json::array();
    for (const MarginPoint& point : asked.answer.points)
      points.push_back({{"x", point.x}, {"margin", of_interval(point.margin)}});
    list.push_back({{"scenario", study.variants[asked.variant].name},
                    {"metric", asked.question.metric},
                    {"line", asked.question.line},
                    {"factor", study.factors[asked.question.factor].path},
                    {"unit", asked.answer.unit},
                    {"crossings", std::move(crossings)},
                    {"points", std::move(points)}});
  }
  return list;
}

}  // namespace

std::string analysis_json(const Results& results, const Analysis& analysis) {
  const Study& study = *results.study;
  Json json{{"title", study.title},
            {"confidence", confidence_of(study)},
            {"points", results.plan->design().size()},
            {"runs", analysis.counts.runs},
            {"done", analysis.counts.done},
            {"effects", of_effects(study, analysis.effects)},
            {"notes", analysis.effects.notes},
            {"rankings", of_rankings(results, analysis.rankings)},
            {"comparisons", of_comparisons(study, analysis.comparisons)},
            {"break_evens", of_break_evens(study, analysis.break_evens)}};
  if (analysis.pareto) json["pareto"] = of_pareto(results, *analysis.pareto);
  return json.dump(2) + "\n";
}

}  // namespace lunafab::app
