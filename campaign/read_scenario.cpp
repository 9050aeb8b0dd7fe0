#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "campaign/embed_files.hpp"
#include "campaign/orbit_plan.hpp"
#include "campaign/orbital_life.hpp"
#include "campaign/provenance.hpp"
#include "campaign/read_sampling.hpp"
#include "campaign/read_site.hpp"
#include "campaign/scenario.hpp"
#include "core/reader.hpp"
#include "core/visit.hpp"
#include "factory/read_chemistry.hpp"
#include "factory/read_plant.hpp"
#include "orbit/read_constellation.hpp"

namespace lunafab::campaign {
namespace {

constexpr double longest_run_s = 3.2e9;  // a century

void read_warmup(MapReader& root, Scenario& scenario) {
  const Node* node = root.optional("warmup");
  if (node != nullptr && node->kind == Node::Kind::scalar && node->scalar == "auto") {
    scenario.warmup_kind = WarmupKind::automatic;
    return;
  }
  scenario.warmup =
      Tick{} + ticks_from_seconds(root.quantity("warmup", unit::time, {0.0, longest_run_s}, 0.0));
  if (scenario.warmup >= scenario.end)
    root.fail("warmup", "is not shorter than the duration", "a time below `duration`, or `auto`");
}

void read_header(MapReader& root, Scenario& scenario) {
  const std::string format = root.text("lunafab");
  if (format != "scenario/1") {
    root.fail("lunafab", "'" + format + "' is not a format this program reads", "scenario/1",
              nearest_name(format, {"scenario/1"}));
  }
  scenario.title = root.text("title", "untitled");
  const std::string start = root.text("start", "2030-01-01");
  try {
    scenario.start = parse_epoch(start);
  } catch (const std::invalid_argument&) {
    root.fail("start", "'" + start + "' is not a date",
              "YYYY-MM-DD or YYYY-MM-DDThh:mm:ss, 1900 to 3000, TT");
  }
  scenario.end = Tick{} + ticks_from_seconds(root.quantity("duration", unit::time, {1.0, longest_run_s}));
  read_warmup(root, scenario);
  scenario.seed = static_cast<std::uint64_t>(root.count("seed", 0, std::int64_t{1} << 62, 1));
  read_sampling(root, scenario);
  scenario.engine = root.choice<EngineChoice>("engine",
                                              {{"auto", EngineChoice::automatic},
                                               {"events", EngineChoice::events},
                                               {"max_plus", EngineChoice::max_plus}},
                                              EngineChoice::automatic);
  scenario.lookahead = ticks_from_seconds(root.quantity("lookahead", unit::time, {1.0, 86400.0}, 1800.0));
  scenario.window =
      ticks_from_seconds(root.quantity("window", unit::time, {1.0, 86400.0}, seconds(scenario.lookahead)));
  if (scenario.window > scenario.lookahead)
    root.fail("window", "is longer than the lookahead", "a time up to `lookahead`");
}

/// Gives groups that are serial lines to the max-plus engine. @throws nothing: what cannot be is a finding.
void choose_engines(Scenario& scenario, Findings& findings) {
  if (scenario.engine == EngineChoice::events) return;
  for (std::uint32_t g = 0; g < scenario.plant.groups.size(); ++g) {
    factory::SerialLine line = engine_line(scenario, g);
    if (line.obstacle.empty()) {
      scenario.plant.groups[g].serial = std::move(line.stations);
    } else if (scenario.engine == EngineChoice::max_plus) {
      findings.add({scenario.document.find("engine")->mark, "engine",
                    fmt::format("the max-plus engine cannot run lines.{}: {}", scenario.plant.groups[g].name,
                                line.obstacle),
                    "auto or events"});
    }
  }
}

/// What is recorded on request.
factory::WatchRequest read_report(MapReader& root) {
  factory::WatchRequest watch;
  auto report = root.optional_map("report");
  if (!report) return watch;
  watch.bottleneck = report->flag("bottleneck", false);
  if (auto gantt = report->optional_map("gantt")) {
    const auto tick = [&](const char* key) {
      return Tick{} + ticks_from_seconds(gantt->quantity(key, unit::time, {0.0, longest_run_s}));
    };
    watch.gantt = {
        .from = tick("from"), .to = tick("to"), .most = gantt->count("most", 1, 10'000'000, 10'000)};
    if (watch.gantt.to <= watch.gantt.from) gantt->fail("to", "is not after `from`", "a later time");
    gantt->finish();
  }
  report->finish();
  return watch;
}

std::vector<std::string> names_under(const Node& document, std::string_view key) {
  std::vector<std::string> names;
  const Node* node = document.find(key);
  if (node == nullptr || node->kind != Node::Kind::map) return names;
  for (const Node::Entry& entry : node->entries) names.push_back(entry.key);
  return names;
}

std::string text_hash(const std::string& text) {
  return fmt::format("{:016x}", state_hash(text));
}

}  // namespace

factory::SerialLine engine_line(const Scenario& scenario, std::uint32_t group) {
  if (scenario.plant.watch.any()) return {{}, "the file asks for a bottleneck report or a Gantt chart"};
  if (scenario.has_site()) return {{}, "the site speaks with it at every look-ahead"};
  return factory::serial_line(scenario.plant, group);
}

Scenario read_scenario(Node document, Findings& warnings) {
  Findings findings;
  Scenario scenario;
  scenario.document = std::move(document);
  scenario.file = scenario.document.mark.file;
  scenario.hash = text_hash(dump(scenario.document));
  MapReader root(&scenario.document, "", findings);
  read_header(root, scenario);
  const std::vector<std::string> satellites = names_under(scenario.document, "satellites");
  orbit::OrbitPlan orbit;
  const orbit::ConstellationSection constellation = orbit::read_constellation_section(root);
  factory::Chemistry chemistry = factory::read_chemistry(root, warnings);
  if (findings.empty() || !chemistry.materials.empty()) {
    scenario.plant =
        factory::read_plant(root, std::move(chemistry), satellites, scenario.lookahead, root.has("power"));
    scenario.plant.watch = read_report(root);
    orbit = read_site(root, constellation, scenario);
  }
  root.finish();
  if (findings.empty()) {
    std::vector<std::uint32_t> supplied;
    for (const FlightLine& line : scenario.flights)
      supplied.insert(supplied.end(), line.stores.begin(), line.stores.end());
    factory::check_reach(scenario.plant, supplied, findings);
    if (findings.empty()) prepare_lives(constellation, scenario, findings);
    if (findings.empty()) prepare_orbit(orbit, scenario, findings);
    if (findings.empty()) check_site(scenario, findings);
    if (findings.empty()) choose_engines(scenario, findings);
    if (findings.empty() && !scenario.satellites.empty())
      scenario.dug_kg_per_satellite = dug_kg_per_satellite(scenario);
    if (findings.empty()) check_stopping(scenario, findings);
  }
  findings.throw_if_any();
  return scenario;
}

Node load_scenario_document(const std::string& path, const std::vector<std::string>& settings) {
  Node document = load_document(path);
  Findings findings;
  embed_files(document, path, findings);
  for (const std::string& setting : settings) apply_setting(document, setting, findings);
  if (!settings.empty() && findings.empty())
    embed_files(document, path, findings);  // settings may name files
  findings.throw_if_any();
  return document;
}

Scenario load_scenario(const std::string& path, const std::vector<std::string>& settings,
                       Findings& warnings) {
  return read_scenario(load_scenario_document(path, settings), warnings);
}

}  // namespace lunafab::campaign
