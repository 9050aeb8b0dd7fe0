#include "factory/read_plant.hpp"
#include <algorithm>
#include <map>
#include "factory/plant_draft.hpp"

namespace lunafab::factory {
namespace {

template <class Named>
std::vector<std::string> names_of(const std::vector<Named>& things) {
  std::vector<std::string> names;
  names.reserve(things.size());
  for (const Named& thing : things) names.push_back(thing.name);
  return names;
}

std::vector<std::uint8_t> mark_satellites(const std::vector<std::string>& materials,
                                          const std::vector<std::string>& satellites) {
  std::vector<std::uint8_t> marks;
  marks.reserve(materials.size());
  for (const std::string& material : materials) {
    marks.push_back(std::find(satellites.begin(), satellites.end(), material) != satellites.end() ? 1 : 0);
  }
  return marks;
}

/// Calls `body(line, name)` for each line, and for the depot, a line without stations.
void each_line(MapReader& scenario, auto&& body) {
  scenario.each_map("lines", [&](const std::string& name, MapReader& line) { body(line, name); });
  if (const Node* depot = scenario.optional("depot")) {
    MapReader line(depot, "depot", scenario.findings());
    body(line, std::string("depot"));
  }
}

/// Whether lines hold nothing but lots on routes, which need no material.
bool only_lots(MapReader& scenario) {
  const auto lines = scenario.nodes("lines");
  return !lines.empty() && std::all_of(lines.begin(), lines.end(), [](const auto& line) {
    const Node* stations = line.second->find("stations");
    if (line.second->find("products") == nullptr || line.second->find("stores") != nullptr) return false;
    return stations == nullptr ||
           std::none_of(stations->entries.begin(), stations->entries.end(), [](const Node::Entry& station) {
             return station.value.find("from") != nullptr || station.value.find("to") != nullptr ||
                    station.value.find("recipe") != nullptr || station.value.find("mix") != nullptr;
           });
  });
}

void check_lines(MapReader& scenario, const PlantDraft& draft) {
  const auto depots = std::count(draft.lines.begin(), draft.lines.end(), "depot");
  if (depots > (scenario.has("depot") ? 1 : 0)) {
    scenario.fail("lines", "'depot' is the name of the stores of imported goods",
                  "another name for the line");
  }
  if (draft.lines.size() == static_cast<std::size_t>(scenario.has("depot")))
    scenario.fail("lines", "a scenario has at least one line");
}

void check_entities(const Plant& plant, Findings& findings) {
  std::map<std::uint32_t, std::string> seen;
  const auto check = [&](const Mark& mark, std::uint32_t entity, const std::string& name) {
    const auto [at, fresh] = seen.emplace(entity, name);
    if (!fresh) {
      findings.add(
          {mark, name, "has the same random-stream key as '" + at->second + "'", "another name", ""});
    }
  };
  for (const Station& station : plant.stations) {
    check(station.mark, station.entity, station.name);
    for (const Upkeep& upkeep : station.upkeep) {
      if (upkeep.entity != station.entity) check(station.mark, upkeep.entity, upkeep.name);
    }
  }
  for (const Resource& resource : plant.resources) check({}, resource.entity, resource.name);
  for (const Release& release : plant.releases) check({}, release.entity, release.name);
  for (const Product& product : plant.products) {
    for (const Step& step : product.steps) check({}, step.entity, step.name);
  }
}

}  // namespace

Plant read_plant(MapReader& scenario, Chemistry chemistry, const std::vector<std::string>& satellites,
                 Ticks lookahead, bool power_limited) {
  if (chemistry.materials.empty() && !only_lots(scenario)) {
    scenario.fail("materials", "no material is declared", "at least one");
    chemistry.materials.push_back({.name = "", .measure = Measure::abstract});
  }
  PlantDraft draft{.findings = scenario.findings()};
  draft.materials = names_of(chemistry.materials);
  draft.recipes = names_of(chemistry.recipes);
  draft.plant.power_limited = power_limited;
  draft.plant.is_satellite = mark_satellites(draft.materials, satellites);
  draft.plant.chemistry = std::move(chemistry);
  read_shared(scenario, draft);
  each_line(scenario, [&](MapReader& line, const std::string& name) { read_stores(line, name, draft); });
  check_lines(scenario, draft);
  each_line(scenario, [&](MapReader& line, const std::string& name) { read_stations(line, name, draft); });
  scenario.each_map(
      "routes", [&](const std::string& name, MapReader& map) { read_route(name, map, lookahead, draft); });
  form_groups(draft);
  check_entities(draft.plant, draft.findings);
  return std::move(draft.plant);
}

}  // namespace lunafab::factory
