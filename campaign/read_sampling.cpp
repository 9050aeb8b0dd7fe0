#include "campaign/read_sampling.hpp"
#include <algorithm>
#include "campaign/metrics.hpp"

namespace lunafab::campaign {
namespace {

constexpr std::int64_t most_replications = 1'000'000;

StoppingRule read_stopping(MapReader& map, std::int64_t least) {
  StoppingRule rule;
  rule.most = map.count("most", 2, most_replications);
  if (rule.most < least) map.fail("most", "is below `least`", "a number from `least` on");
  rule.half_width = map.quantity("half_width", unit::number, {0.0, 1.0, true});
  rule.metrics = map.words("metrics");
  if (rule.metrics.empty())
    map.fail("metrics", "names nothing", "a list of metrics, for example [shipped_per_h]");
  return rule;
}

}  // namespace

void read_sampling(MapReader& root, Scenario& scenario) {
  const bool paired = root.flag("antithetic", false);
  scenario.pairing = paired ? Pairing::antithetic : Pairing::none;
  scenario.confidence = root.quantity("confidence", unit::number, {0.5, 0.99999}, 0.95);
  const Node* node = root.optional("replications");
  if (node != nullptr && node->kind == Node::Kind::map) {
    MapReader map = root.map("replications");
    scenario.replications = map.count("least", 2, most_replications, paired ? 6 : 5);
    scenario.stopping = read_stopping(map, scenario.replications);
    if (paired && scenario.replications % 2 != 0)
      map.fail("least", "is odd: antithetic runs come in pairs", "an even number");
    if (paired && scenario.stopping->most % 2 != 0)
      map.fail("most", "is odd: antithetic runs come in pairs", "an even number");
    map.finish();
    return;
  }
  scenario.replications = root.count("replications", 1, most_replications, paired ? 2 : 1);
  if (paired && scenario.replications % 2 != 0)
    root.fail("replications", "is odd: antithetic runs come in pairs", "an even number");
}

void check_stopping(const Scenario& scenario, Findings& findings) {
  if (!scenario.stopping) return;
  const Campaign begun(scenario, 0);  // whose metrics have their names already
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics(scenario, begun.state())) names.push_back(name);
  const Node* listed = scenario.document.find("replications")->find("metrics");
  for (const Node& item : listed->items) {
    if (std::find(names.begin(), names.end(), item.scalar) != names.end()) continue;
    findings.add({item.mark, "replications.metrics", "'" + item.scalar + "' is no metric of this scenario",
                  "a column of replications.csv", nearest_name(item.scalar, names)});
  }
}

}  // namespace lunafab::campaign
