#include "campaign/whatif.hpp"
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <array>
#include <deque>
#include "core/contract.hpp"

namespace lunafab::campaign {
namespace {

std::vector<Addition> additions(const factory::Plant& plant, const std::string& within) {
  std::vector<Addition> list;
  const auto add = [&](const std::string& name, const char* what, const char* key, std::int64_t now) {
    if (name.starts_with(within))
      list.push_back({.name = name, .what = what, .setting = fmt::format("{}.{}={}", name, key, now + 1)});
  };
  for (const factory::Station& station : plant.stations) {
    if (station.route == factory::no_route && !station.source)
      add(station.name, "server", "servers", station.servers);
  }
  for (const factory::Store& store : plant.stores) {
    const bool limited = store.counted && store.capacity != factory::unlimited &&
                         store.when_full == factory::WhenFull::block && !store.producers.empty();
    if (limited) add(store.name, "place", "capacity", store.capacity);
  }
  for (const factory::Resource& resource : plant.resources)
    add("resources." + resource.name, "unit", "count", resource.count);
  for (const factory::Route& route : plant.routes)
    add("routes." + route.name, "vehicle", "vehicles", plant.stations[route.station].servers);
  return list;
}

Scenario with(const Scenario& scenario, const Addition& addition) {
  Node document = scenario.document;
  Findings findings, warnings;
  apply_setting(document, addition.setting, findings);
  if (scenario.orbit.audit > 0)
    apply_setting(document, "orbit.audit=0", findings);  // audits change no result
  findings.throw_if_any();
  Scenario more = read_scenario(std::move(document), warnings);
  more.warmup = scenario.warmup;
  more.warmup_kind = scenario.warmup_kind;
  return more;
}

/// Where the metric asked for stands in the list.
std::size_t place_of(const Metrics& metrics, const std::string& asked) {
  static constexpr std::array<const char*, 3> usual{"satellites_built_per_year_steady", "finished_per_h",
                                                    "shipped_per_h"};
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics) names.push_back(name);
  const auto place = [&](const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
  };
  if (asked.empty()) {
    for (const char* name : usual) {
      if (place(name) < names.size()) return place(name);
    }
  }
  if (place(asked) < names.size()) return place(asked);
  Findings findings;
  findings.add({.mark = {.file = "--metric " + asked},
                .path = "--metric",
                .problem = "'" + asked + "' is no metric of this scenario",
                .allowed = "a column of replications.csv",
                .nearest = nearest_name(asked, names)});
  findings.throw_if_any();
  return 0;
}

}  // namespace

WhatIf what_if(const Scenario& scenario, const WhatIfQuestion& question) {
  expects(question.replications >= 2, "what_if: at least two replications");
  expects(scenario.warmup_kind != WarmupKind::automatic, "what_if: warm-up settled");
  const Metrics begun = metrics(scenario, Campaign(scenario, 0).state());
  const std::size_t place = place_of(begun, question.metric);
  WhatIf result{.metric = begun[place].first,
                .replications = question.replications,
                .additions = additions(scenario.plant, question.within)};
  if (result.additions.empty()) {
    Findings findings;
    findings.add({.mark = {.file = "--within " + question.within},
                  .path = "--within",
                  .problem = "nothing whose name begins so can be added to",
                  .allowed = "the beginning of a path, as in lines.final.stations"});
    findings.throw_if_any();
  }
  std::deque<Scenario> variants{scenario};
  for (const Addition& addition : result.additions) variants.push_back(with(scenario, addition));
  const auto count = static_cast<std::size_t>(question.replications);
  std::vector<std::vector<Metrics>> runs(variants.size(), std::vector<Metrics>(count));
  tbb::parallel_for(std::size_t{0}, variants.size() * count, [&](std::size_t i) {
    const Scenario& variant = variants[i / count];
    Campaign campaign(variant, static_cast<std::uint32_t>(i % count));
    campaign.run_to_end();
    Metrics all = metrics(variant, campaign.state());
    runs[i / count][i % count] = {all[place_of(all, result.metric)]};
  });
  const auto values = [&](std::size_t variant) {
    return independent_values(runs[variant], 0, scenario.pairing);
  };
  const std::vector<double> base = values(0);
  result.base = mean_interval(base, scenario.confidence);
  for (std::size_t i = 0; i < result.additions.size(); ++i) {
    Addition& addition = result.additions[i];
    const std::vector<double> more = values(i + 1);
    addition.mean = mean_interval(more, scenario.confidence).mean;
    addition.gain = paired_difference(base, more, scenario.confidence);
    addition.verdict = verdict(addition.gain.interval);
  }
  std::ranges::stable_sort(result.additions, std::ranges::greater{},
                           [](const Addition& a) { return a.gain.interval.mean; });
  return result;
}

}  // namespace lunafab::campaign
