#include "studies/trial.hpp"
#include <algorithm>
#include <optional>
#include "campaign/metrics.hpp"
#include "campaign/run.hpp"
#include "studies/design.hpp"

namespace lunafab::studies {
namespace {

/// What lies just inside the ends of a distribution that has none.
constexpr double low_tail = 0.001, high_tail = 0.999;
constexpr std::size_t most_listed = 1000;

/// What is wrong with the scenario at a point.
std::vector<Finding> problems(const Study& study, const Variant& variant, const Point& point) {
  Findings findings, ignored;
  Node document = resolve(study, variant, point, findings);
  if (!findings.empty()) return findings.list();
  try {
    (void)campaign::read_scenario(std::move(document), ignored);
  } catch (const InputError& error) {
    return error.findings();
  }
  return {};
}

/// The values that stand for all of an axis, each by factor of the axis.
std::vector<Point> extremes(const Study& study, const std::vector<std::size_t>& axis) {
  std::vector<Point> list;
  const auto add = [&](auto&& value) {
    Point point;
    for (const std::size_t f : axis) point.push_back(value(study.factors[f]));
    list.push_back(std::move(point));
  };
  const Factor& first = study.factors[axis.front()];
  if (first.kind == Factor::Kind::levels) {
    for (std::size_t i = 0; i < first.levels.size(); ++i)
      add([i](const Factor& f) { return f.kind == Factor::Kind::levels ? f.levels[i] : level(f, i); });
    return list;
  }
  for (const bool high : {false, true}) {
    add([high](const Factor& f) {
      if (level_count(f) > 0) return level(f, high ? level_count(f) - 1 : 0);
      return value_at(f, high ? high_tail : low_tail);
    });
  }
  return list;
}

void report(const std::vector<Finding>& list, Findings& findings) {
  for (const Finding& finding : list) findings.add(finding);
}

/// Tries each value with the scenario as it is, then beside the first and the last point of the design.
void try_axes(const Study& study, const Design& design, Findings& findings) {
  const Variant& variant = study.variants.front();
  const std::vector<Point> backgrounds{Point(study.factors.size()), design.point(0),
                                       design.point(design.size() - 1)};
  for (const std::vector<std::size_t>& axis : study.axes) {
    for (const Point& values : extremes(study, axis)) {
      std::optional<std::vector<Finding>> first;
      for (Point point : backgrounds) {
        for (std::size_t i = 0; i < axis.size(); ++i) point[axis[i]] = values[i];
        std::vector<Finding> found = problems(study, variant, point);
        const bool fine = found.empty();
        if (!first || fine) first = std::move(found);
        if (fine) break;
      }
      report(*first, findings);
    }
  }
}

void check_metrics(const Study& study, const campaign::Scenario& scenario, Findings& findings) {
  std::vector<std::string> names;
  for (const auto& metric : campaign::metrics(scenario, campaign::Campaign(scenario, 0).state()))
    names.push_back(metric.first);
  for (std::size_t i = 0; i < study.metrics.size(); ++i) {
    const std::string& name = study.metrics[i];
    if (std::ranges::find(names, name) == names.end()) {
      findings.add({study.document.find("metrics")->items[i].mark, "metrics",
                    lunafab::quoted(name) + " is no metric of this scenario", list_names(names),
                    nearest_name(name, names)});
    }
  }
}

}  // namespace

void try_levels(const Study& study, Findings& warnings, Findings& findings) {
  std::optional<campaign::Scenario> base;
  try {
    base = campaign::read_scenario(study.base, warnings);
  } catch (const InputError& error) {
    return report(error.findings(), findings);
  }
  check_metrics(study, *base, findings);
  const Design design(study);
  for (const Variant& variant : study.variants) {
    std::vector<Finding> alone = problems(study, variant, Point(study.factors.size()));
    if (!alone.empty() && !problems(study, variant, design.point(0)).empty()) report(alone, findings);
  }
  if (!findings.empty() && !study.variants.front().name.empty()) return;
  if (study.design != DesignKind::list) return try_axes(study, design, findings);
  for (std::size_t i = 0; i < std::min(design.size(), most_listed); ++i)
    report(problems(study, study.variants.front(), design.point(i)), findings);
}

}  // namespace lunafab::studies
