#include <fmt/format.h>
#include <cmath>
#include "core/random.hpp"
#include "factory/plant_draft.hpp"
#include "factory/read_amount.hpp"

namespace lunafab::factory {
namespace {

// The longest way at the slowest speed stays inside the clock.
constexpr Range vehicle_kg_range{0.0, 1e9, true};
constexpr Range distance_m_range{0.0, 1e8, true};
constexpr Range speed_mps_range{1e-3, 1e5};

/// One load from a store: what a vehicle takes at a firing of the loading place.
Operation read_load(MapReader& map, std::optional<std::uint32_t> from, const PlantDraft& draft) {
  Operation op;
  const Node* node = map.required("load");
  if (node == nullptr || !from) return op;
  const std::uint32_t material_index = draft.plant.stores[*from].material;
  const Material& material = draft.plant.chemistry.materials[material_index];
  const std::int64_t load =
      read_amount(*node, map.path_of("load"), material, 1, heaviest_leg_mg, draft.findings);
  op.take.push_back({*from, material_index, load});
  if (draft.plant.is_satellite[material_index] != 0 && load != 1)
    map.fail("load", "satellites are carried one at a time", "1");
  if (load > draft.plant.stores[*from].capacity)
    map.fail("load", "is more than the store it is loaded from can hold", "a load up to its capacity");
  return op;
}

void check_ends(MapReader& map, std::optional<std::uint32_t> to, const Leg& load, const PlantDraft& draft) {
  const Material& material = draft.plant.chemistry.materials[load.material];
  if (!to) {
    if (map.text("to") == "driver" && draft.plant.is_satellite[load.material] == 0)
      map.fail("to", "only satellites go to the driver", "a store");
    return;
  }
  const Store& target = draft.plant.stores[*to];
  if (target.material != load.material) {
    map.fail("to", fmt::format("holds '{}', not '{}'", draft.plant.material_of(*to).name, material.name),
             "a store of the same material");
  }
  if (target.when_full == WhenFull::block && load.amount > target.capacity)
    map.fail("load", "is more than the store it is unloaded into can hold", "a load up to its capacity");
}

void check_trip(MapReader& map, const Route& route, Ticks lookahead) {
  for (const auto& [what, span] : {std::pair{"the drive out and unloading", route.outbound},
                                   std::pair{"the drive back", route.inbound}}) {
    if (span >= lookahead) continue;
    map.fail("distance",
             fmt::format("{} lasts {:.4g} min, shorter than the lookahead of {:.4g} min", what,
                         seconds(span) / 60.0, seconds(lookahead) / 60.0),
             "a longer way, a slower vehicle, or a shorter `lookahead`");
  }
}

/// Vehicles charge while they are loaded: the power of the loading place follows from the energy of a round
/// trip.
StationPower loading_power(MapReader& map, double trip_J, double load_s) {
  StationPower result;
  if (trip_J / load_s > largest_W) {
    map.fail("energy", fmt::format("charging for a trip would take {:.3g} W", trip_J / load_s),
             fmt::format("up to {:.0e} W while it is loaded", largest_W));
  } else {
    result.busy_mW = std::llround(trip_J / load_s * mW_per_W);
  }
  result.priority = 5;
  if (auto power = map.optional_map("power")) {
    result.priority = static_cast<int>(power->count("priority", 0, 100, 5));
    power->finish();
  }
  return result;
}

void read_trip(MapReader& map, double payload_kg, Ticks lookahead, const PlantDraft& draft, Route& route,
               Station& station) {
  station.servers = static_cast<std::int32_t>(map.count("vehicles", 1, 100'000));
  const double vehicle_kg = map.quantity("vehicle_mass", unit::mass, vehicle_kg_range);
  const double distance_m = map.quantity("distance", unit::length, distance_m_range);
  const double speed_mps = map.quantity("speed", unit::speed, speed_mps_range);
  const double load_s = map.quantity("load_time", unit::time, {1.0, 1e7});
  const double unload_s = map.quantity("unload_time", unit::time, {0.0, 1e7}, 0.0);
  const double energy = map.quantity("energy", unit::haul_energy, non_negative);
  station.cycle = {.kind = Distribution::Kind::constant, .a = load_s};
  station.upkeep = read_failures(map, station.name, draft);
  route.outbound = ticks_from_seconds(distance_m / speed_mps + unload_s);
  route.inbound = ticks_from_seconds(distance_m / speed_mps);
  check_trip(map, route, lookahead);
  station.power = loading_power(map, energy * distance_m * (payload_kg + 2.0 * vehicle_kg), load_s);
}

/// The store at one end of a route; none for the driver, and where there are findings.
std::optional<std::uint32_t> read_end(MapReader& map, const char* key, const PlantDraft& draft) {
  const std::string name = map.text(key);
  const bool source = std::string_view(key) == "from";
  if (!source && name == "driver") return std::nullopt;
  const auto place = find_place(map, key, "", name, draft);
  if (!place || is_store(*place)) return place;
  map.fail(key, source ? "a route starts at a store" : "a route ends at a store, or the driver",
           source ? "line.store" : "line.store, driver");
  return std::nullopt;
}

}  // namespace

void read_route(const std::string& name, MapReader& map, Ticks lookahead, PlantDraft& draft) {
  Route route;
  route.name = name;
  route.station = static_cast<std::uint32_t>(draft.plant.stations.size());
  const auto from = read_end(map, "from", draft);
  route.from = from.value_or(0);
  route.to = read_end(map, "to", draft);
  Station station;
  station.name = map.path();
  station.mark = map.mark();
  station.entity = entity_key(station.name);
  station.route = static_cast<std::uint32_t>(draft.plant.routes.size());
  station.group = from ? draft.plant.stores[*from].group : 0;
  station.mix.push_back(read_load(map, from, draft));
  double payload_kg = 0.0;
  for (const Leg& load : station.mix.front().take) {
    check_ends(map, route.to, load, draft);
    payload_kg =
        static_cast<double>(mass_mg(draft.plant.chemistry.materials[load.material], load.amount)) / mg_per_kg;
  }
  read_trip(map, payload_kg, lookahead, draft, route, station);
  map.finish();
  draft.plant.routes.push_back(std::move(route));
  draft.plant.stations.push_back(std::move(station));
}

}  // namespace lunafab::factory
