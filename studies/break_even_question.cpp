#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include "core/csv.hpp"
#include "studies/comparison.hpp"
#include "studies/effects.hpp"
#include "studies/point_values.hpp"

namespace lunafab::studies {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& problem, const std::string& allowed,
                         const std::string& nearest = {}) {
  Findings findings;
  findings.add({.mark = {.file = "--break-even " + text},
                .path = {},
                .problem = problem,
                .allowed = allowed,
                .nearest = nearest});
  findings.throw_if_any();
  throw InputError(findings.list());
}

bool has_levels(DesignKind kind) {
  return kind == DesignKind::grid || kind == DesignKind::list || kind == DesignKind::one_at_a_time;
}

/// `1/x` taken apart.
struct Line {
  std::string name;
  bool inverse = false;
};
Line line_of(const std::string& text) {
  return text.starts_with("1/") ? Line{text.substr(2), true} : Line{text, false};
}

/// Values of the line at a point, replication by replication.
std::vector<double> line_values(const Results& results, std::size_t variant, std::size_t point,
                                const std::string& text, std::size_t count) {
  const Line line = line_of(text);
  const std::optional<double> number = decimal_number(line.name);
  std::vector<double> values =
      number ? std::vector<double>(count, *number) : responses(results, variant, line.name)[point];
  if (line.inverse)
    for (double& value : values) value = 1.0 / value;
  return values;
}

/// Points by the value of the factor. Of a grid only those whose other factors stand beside every value, so
/// that all values are averaged over the same; one at a time those that leave the other factors alone.
std::map<double, std::vector<std::size_t>> groups_of(const Results& results, const Responses& left,
                                                     const std::vector<double>& x, std::size_t factor) {
  const Study& study = *results.study;
  const std::set<double> all(x.begin(), x.end());
  std::map<std::string, std::map<double, std::size_t>> beside;  // by the other factors
  std::map<double, std::vector<std::size_t>> groups;
  for (std::size_t p = 0; p < left.size(); ++p) {
    if (!std::isfinite(point_mean(left[p]))) continue;
    const Point point = results.plan->design().point(p);
    std::string others;
    for (std::size_t f = 0; f < point.size(); ++f) {
      const auto& axis =
          *std::ranges::find_if(study.axes, [f](const auto& a) { return std::ranges::count(a, f) > 0; });
      if (std::ranges::count(axis, factor) == 0) others += one_line(point[f]) + ";";
    }
    const bool alone =
        study.design != DesignKind::one_at_a_time || others.find_first_not_of(';') == std::string::npos;
    if (study.design == DesignKind::grid) {
      beside[others][x[p]] = p;
    } else if (alone) {
      groups[x[p]].push_back(p);
    }
  }
  for (const auto& [others, points] : beside) {
    if (points.size() < all.size()) continue;
    for (const auto& [value, p] : points) groups[value].push_back(p);
  }
  return groups;
}

}  // namespace

BreakEvenQuestion read_question(const Results& results, const std::string& text, const std::string& factor) {
  const Study& study = *results.study;
  if (!has_levels(study.design))
    refuse(text, "needs points at the same values of a factor", "a grid, list or one_at_a_time");
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    refuse(text, "is no question", "METRIC=LINE, for example shipped_per_h=0.8");
  BreakEvenQuestion question{.metric = text.substr(0, equals), .line = text.substr(equals + 1)};
  const MetricNames names = metric_names(results);
  for (const std::string& name : {question.metric, line_of(question.line).name}) {
    const bool known = std::ranges::find(names, name) != names.end();
    if (!known && (&name != &question.metric) && decimal_number(name)) continue;
    if (!known) {
      refuse(text, lunafab::quoted(name) + " is no metric of these runs", list_names(names),
             nearest_name(name, names));
    }
  }
  std::vector<std::string> numeric;
  for (std::size_t f = 0; f < study.factors.size(); ++f) {
    if (!factor_amounts(results, f)) continue;
    numeric.push_back(study.factors[f].path);
    question.factor = f;
    if (study.factors[f].path == factor) return question;
  }
  if (!factor.empty() || numeric.size() != 1) {
    refuse(text,
           factor.empty() ? "several factors could be meant" : lunafab::quoted(factor) + " has no numbers",
           "--factor with one of " + list_names(numeric), nearest_name(factor, numeric));
  }
  return question;
}

BreakEven break_even(const Results& results, std::size_t variant, const BreakEvenQuestion& question) {
  const Study& study = *results.study;
  const Amounts amounts = *factor_amounts(results, question.factor);
  const Responses left = responses(results, variant, question.metric);
  const auto groups = groups_of(results, left, amounts.values, question.factor);
  BreakEven answer{.unit = amounts.unit};
  for (const auto& [x, points] : groups) {
    std::size_t common = left[points.front()].size();
    for (const std::size_t p : points) common = std::min(common, left[p].size());
    std::vector<Tally> sums(common);
    for (const std::size_t p : points) {
      const std::vector<double> line = line_values(results, variant, p, question.line, left[p].size());
      for (std::size_t r = 0; r < sums.size(); ++r) sums[r].add(left[p][r] - line[r]);
    }
    Tally margin;
    for (const Tally& sum : sums)
      if (std::isfinite(sum.mean)) margin.add(sum.mean);
    if (margin.count > 0) answer.points.push_back({x, mean_interval(margin, confidence_of(study))});
  }
  std::vector<MarginPoint> known = answer.points;
  for (MarginPoint& point : known)
    if (!std::isfinite(point.margin.half_width)) point.margin.half_width = 0.0;
  answer.crossings = crossings(known);
  return answer;
}

}  // namespace lunafab::studies
