#include "studies/read_goals.hpp"

namespace lunafab::studies {
namespace {

constexpr const char* two_ends = "{min: 0.9}, {max: 3}, or both";

void read_require(MapReader& root, Study& study) {
  const Node* const node = root.optional("require");
  if (node == nullptr) return;
  if (node->kind != Node::Kind::sequence) {
    root.fail("require", "is not a list", "[\"path < 3 h\", …]");
    return;
  }
  for (const Node& item : node->items) {
    if (auto constraint = read_constraint(item, root.findings()))
      study.require.push_back(std::move(*constraint));
  }
}

void read_objectives(MapReader& root, Study& study) {
  auto map = root.optional_map("objectives");
  if (!map) return;
  for (const Node::Entry& entry : root.optional("objectives")->entries) {
    study.objectives.push_back(
        {entry.key, map->choice<Goal>(entry.key, {{"max", Goal::max}, {"min", Goal::min}})});
  }
}

void read_limits(MapReader& root, Study& study) {
  const Node* const node = root.optional("limits");
  if (node == nullptr) return;
  if (node->kind != Node::Kind::map) root.fail("limits", "is not a map", "{metric: {min: 0.9}, …}");
  for (const Node::Entry& entry : node->entries) {
    MapReader map(&entry.value, "limits." + entry.key, root.findings());
    MetricLimit limit{.metric = entry.key};
    if (map.has("min")) limit.min = map.quantity("min", unit::number, any_value);
    if (map.has("max")) limit.max = map.quantity("max", unit::number, any_value);
    if (!map.has("min") && !map.has("max"))
      root.findings().add({map.mark(), map.path(), "has neither `min` nor `max`", two_ends, {}});
    if (!(limit.min <= limit.max)) map.fail("max", "is below `min`", "a larger value");
    map.finish();
    study.limits.push_back(std::move(limit));
  }
}

PrecisionGoal read_precision(MapReader& map) {
  PrecisionGoal goal;
  const bool absolute = map.has("half_width");
  if (absolute && map.has("relative_half_width"))
    map.fail("half_width", "stands beside `relative_half_width`", "one of the two");
  goal.kind = absolute ? PrecisionGoal::Kind::absolute : PrecisionGoal::Kind::relative;
  const double relative = map.has("relative_half_width") || !absolute
                              ? map.quantity("relative_half_width", unit::number, {0.0, 1.0, true})
                              : 0.0;
  goal.half_width = absolute ? map.quantity("half_width", unit::number, positive) : relative;
  goal.metrics = map.words("metrics");
  if (goal.metrics.empty())
    map.fail("metrics", "names nothing", "a list of metrics, for example [shipped_per_h]");
  return goal;
}

void read_replications(MapReader& root, Study& study) {
  const Node* const node = root.optional("replications");
  if (node == nullptr || node->kind != Node::Kind::map) {
    study.replications = root.count("replications", 1, most_replications, 1);
    study.least_replications = study.replications;
    return;
  }
  MapReader map = root.map("replications");
  study.least_replications = map.count("min", 2, most_replications, 10);
  study.replications = map.count("max", 2, most_replications);
  if (study.replications < study.least_replications)
    map.fail("max", "is below `min`", "a number from `min` on");
  study.precision = read_precision(map);
  map.finish();
}

}  // namespace

void read_goals(MapReader& root, Study& study) {
  read_require(root, study);
  read_objectives(root, study);
  read_limits(root, study);
  read_replications(root, study);
  if (const Node* const node = root.optional("timeout"))
    study.timeout = Timeout{root.quantity("timeout", unit::time, positive), node->scalar};
}

}  // namespace lunafab::studies
