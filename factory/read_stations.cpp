#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include "core/random.hpp"
#include "core/read_distribution.hpp"
#include "factory/plant_draft.hpp"

namespace lunafab::factory {
namespace {

struct Scrap {
  std::uint32_t place = index(Place::dump);
  std::uint32_t material = 0;
};

Scrap read_scrap(MapReader& map, const std::string& line, double yield, const PlantDraft& draft) {
  if (!map.has("scrap")) {
    if (yield < 1.0) {
      map.fail("scrap", "a station with a yield below 1 says where its scrap goes",
               "a store of a mixed material, or dump");
    }
    return {};
  }
  const auto place = find_place(map, "scrap", line, map.text("scrap"), draft);
  if (!place) return {};
  const bool mixed = is_store(*place) ? draft.plant.material_of(*place).composition == Composition::mixed
                                      : *place == index(Place::dump);
  if (!mixed) map.fail("scrap", "scrap is of mixed composition", "a store of a mixed material, or dump");
  return {*place, is_store(*place) ? draft.plant.stores[*place].material : 0};
}

/// Power of a server that works `speed` times as fast.
StationPower read_power(MapReader& map, double speed) {
  StationPower result;
  auto power = map.optional_map("power");
  if (!power) return result;
  const auto milliwatts = [&](const char* key) {
    return std::llround(power->quantity(key, unit::power, {0.0, largest_W}, 0.0) * mW_per_W * speed);
  };
  result.busy_mW = milliwatts("busy");
  result.setup_mW = power->has("setup") ? milliwatts("setup") : result.busy_mW;
  result.idle_mW = milliwatts("idle");
  result.hold_mW = milliwatts("hold");
  result.priority = static_cast<int>(power->count("priority", 0, 100, 5));
  if (std::max(result.idle_mW, result.hold_mW) > result.busy_mW)
    power->fail("busy", "idle and hold power are within the busy power", "busy ≥ idle, busy ≥ hold");
  power->finish();
  return result;
}

/// A firing's energy must cover what its recipe binds chemically.
void check_energy(MapReader& map, const Station& station, const Chemistry& chemistry) {
  const double cycle_s = mean(station.cycle);
  const double energy_J = static_cast<double>(station.power.busy_mW) / mW_per_W / station.speed * cycle_s;
  for (const Operation& op : station.mix) {
    if (!op.recipe) continue;
    const Recipe& recipe = chemistry.recipes[*op.recipe];
    if (recipe.enthalpy_J <= energy_J * (1.0 + 1e-9)) continue;
    map.fail(map.has("power") ? "power" : "recipe",
             fmt::format("a firing takes {:.4g} kWh, less than the {:.4g} kWh that '{}' binds",
                         energy_J / 3.6e6, recipe.enthalpy_J / 3.6e6, recipe.name),
             "busy power × mean cycle of at least the recipe's enthalpy");
  }
}

/// Stations that take no time could go round for ever within one tick.
void check_cycle(MapReader& map, const Station& station) {
  if (map.has("cycle") && mean(station.cycle) / station.speed < 1e-6)
    map.fail("cycle", "is shorter than the clock's microsecond", "a mean of at least 1 us");
}

/// Whether nothing of a station but its rules would be left without firings to look at.
bool starts_plainly(const Station& station) {
  const StationRules& rules = station.rules;
  const bool set_up = std::any_of(station.mix.begin(), station.mix.end(),
                                  [](const Operation& op) { return op.setup != no_setup; });
  return !set_up && rules.crew.empty() && rules.batch.most == 1 && rules.sampled >= 1.0;
}

bool takes_from_store(const Station& station) {
  return std::ranges::any_of(station.mix, [](const Operation& op) {
    return std::ranges::any_of(op.take, [](const Leg& leg) { return is_store(leg.place); });
  });
}

/// A station of a line with products that takes and gives nothing serves their steps.
bool is_tool(const MapReader& line, const MapReader& map) {
  return line.has("products") && !map.has("recipe") && !map.has("mix") && !map.has("from") && !map.has("to");
}

Station read_tool(const std::string& name, MapReader& map, const std::string& line_name, PlantDraft& draft) {
  Station station;
  station.name = name;
  station.mark = map.mark();
  station.entity = entity_key(station.name);
  station.group = line_index(draft, line_name);
  station.serves_lots = true;
  station.plain = false;
  station.servers = static_cast<std::int32_t>(map.count("servers", 1, 100'000, 1));
  station.speed = map.quantity("speed", unit::number, {1e-3, 1e3}, 1.0);
  station.power = read_power(map, station.speed);
  read_rules(map, line_name, draft, station);
  using Kind = DispatchTerm::Kind;
  station.steady_order = std::none_of(
      station.dispatch.begin(), station.dispatch.end(),
      [](const DispatchTerm& term) { return term.kind == Kind::critical_ratio || term.kind == Kind::setup; });
  map.finish();
  return station;
}

Station read_station(const std::string& name, MapReader& map, const std::string& line_name,
                     PlantDraft& draft) {
  Station station;
  station.name = name;
  station.mark = map.mark();
  station.entity = entity_key(station.name);
  station.group = line_index(draft, line_name);
  station.servers = static_cast<std::int32_t>(map.count("servers", 1, 100'000, 1));
  station.cycle = read_distribution(map, "cycle");
  station.speed = map.quantity("speed", unit::number, {1e-3, 1e3}, 1.0);
  station.yield = map.quantity("yield", unit::number, {0.0, 1.0, true}, 1.0);
  station.mix = read_operations(map, line_name, draft);
  station.source = map.flag("source", false);
  if (station.source && takes_from_store(station))
    map.fail("source", "is a stream of arrivals, but takes from a store", "a station without `from`");
  const Scrap scrap = read_scrap(map, line_name, station.yield, draft);
  station.scrap = scrap.place;
  station.scrap_material = scrap.material;
  station.power = read_power(map, station.speed);
  station.thaw = ticks_from_seconds(map.quantity("thaw", unit::time, {0.0, 1e8}, 0.0));
  if (station.power.hold_mW == 0 && station.thaw.us > 0)
    map.fail("thaw", "only servers with hold power freeze", "`power: {hold: …}`");
  read_rules(map, line_name, draft, station);
  station.plain = starts_plainly(station);
  map.finish();
  check_cycle(map, station);
  check_energy(map, station, draft.plant.chemistry);
  return station;
}

}  // namespace

void read_stations(MapReader& line, const std::string& line_name, PlantDraft& draft) {
  (void)line.optional("stores");  // read in the first pass
  if (line.path() == "depot" && line.has("stations")) line.fail("stations", "a depot only stores", "stores");
  line.each_map("stations", [&](const std::string& name, MapReader& map) {
    const std::string path = line.path() + ".stations." + name;
    draft.plant.stations.push_back(is_tool(line, map) ? read_tool(path, map, line_name, draft)
                                                      : read_station(path, map, line_name, draft));
  });
  read_products(line, line_name, draft);
  line.finish();
}

}  // namespace lunafab::factory
