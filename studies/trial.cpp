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

struct Named {
  std::string metric;
  Mark mark;
  std::string path;
};

/// All metrics that the study names, with their places.
std::vector<Named> named_metrics(const Study& study) {
  std::vector<Named> list;
  const auto add_list = [&](const Node* node, const std::string& path) {
    if (node == nullptr) return;
    for (const Node& item : node->items) list.push_back({item.scalar, item.mark, path});
  };
  add_list(study.document.find("metrics"), "metrics");
  if (study.precision) add_list(study.document.find("replications")->find("metrics"), "replications.metrics");
  for (const char* key : {"objectives", "limits"}) {
    const Node* const map = study.document.find(key);
    if (map == nullptr) continue;
    for (const Node::Entry& entry : map->entries) list.push_back({entry.key, entry.key_mark, key});
  }
  return list;
}

void check_metrics(const Study& study, const campaign::Scenario& scenario, Findings& findings) {
  std::vector<std::string> names;
  for (const auto& metric : campaign::metrics(scenario, campaign::Campaign(scenario, 0).state()))
    names.push_back(metric.first);
  for (const Named& named : named_metrics(study)) {
    if (std::ranges::find(names, named.metric) == names.end()) {
      findings.add({named.mark, named.path, lunafab::quoted(named.metric) + " is no metric of this scenario",
                    list_names(names), nearest_name(named.metric, names)});
    }
  }
}

/// Constraints must mean something at the first and the last point.
void check_require(const Study& study, const Design& design, Findings& findings) {
  for (const std::size_t i : {std::size_t{0}, design.size() - 1}) {
    Findings own;
    const Node document = resolve(study, study.variants.front(), design.point(i), own);
    if (!own.empty()) return;
    for (const Constraint& constraint : study.require) {
      const Verdict verdict = judge(constraint, document);
      if (verdict.kind == Verdict::Kind::unclear) {
        findings.add({constraint.mark, "require", verdict.problem,
                      "paths of quantities that the scenario gives, in units that go together",
                      verdict.nearest});
      }
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
  check_require(study, design, findings);
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
