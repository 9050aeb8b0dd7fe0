#include "factory/serial_line.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <optional>

namespace lunafab::factory {
namespace {

/// What keeps a station from being one of a serial line.
std::optional<std::string> obstacle_of(const Plant& plant, const Station& station) {
  const auto is = [&](const char* what) {
    return fmt::format("{} {}", station.name, what);
  };
  if (station.serves_lots) return is("serves lots on routes");
  if (station.route != no_route) return is("loads vehicles");
  if (station.servers != 1) return fmt::format("{} has {} servers", station.name, station.servers);
  if (station.mix.size() != 1) return is("has a mix of operations");
  if (!station.upkeep.empty()) return is("fails or is maintained");
  if (!station.plain || station.rules.blocking != Blocking::after_service ||
      station.rules.calendar != always_on) {
    return is(
        "has rules beyond its cycle (crew, set-ups, batches, calendar, blocking before service, sampling)");
  }
  if (station.yield < 1.0) return is("scraps pieces");
  if (plant.power_limited && station.power.any()) return is("waits for power");
  const Operation& op = station.mix.front();
  if (op.take.size() != 1 || op.put.size() != 1 || op.take.front().amount != 1 || op.put.front().amount != 1)
    return is("takes or gives more than one piece");
  const auto is_bulk = [&](const Leg& leg) {
    return plant.chemistry.materials[leg.material].measure == Measure::bulk;
  };
  if (is_bulk(op.take.front()) || is_bulk(op.put.front())) return is("works on bulk material");
  if (op.makes_satellite != 0) return is("builds satellites");
  return {};
}

std::optional<std::string> obstacle_of(const Plant&, const Store& store) {
  const auto is = [&](const char* what) {
    return fmt::format("{} {}", store.name, what);
  };
  if (store.producers.size() != 1 || store.consumers.size() != 1)
    return is("does not stand between one station and the next");
  if (store.satellite) return is("holds satellites");
  if (!store.counted) return is("holds bulk material");
  if (store.when_full != WhenFull::block) return is("does not block when full");
  return {};
}

}  // namespace

SerialLine serial_line(const Plant& plant, std::uint32_t group_index) {
  const Group& group = plant.groups[group_index];
  for (const std::uint32_t s : group.stations) {
    if (auto found = obstacle_of(plant, plant.stations[s])) return {{}, std::move(*found)};
  }
  for (const std::uint32_t s : group.stores) {
    if (auto found = obstacle_of(plant, plant.stores[s])) return {{}, std::move(*found)};
  }
  const auto first = std::ranges::find_if(group.stations, [&](std::uint32_t s) {
    return !is_store(plant.stations[s].mix.front().take.front().place);
  });
  if (first == group.stations.end()) return {{}, "its pieces go round"};
  SerialLine line;
  for (std::uint32_t station = *first;;) {
    line.stations.push_back(station);
    const std::uint32_t to = plant.stations[station].mix.front().put.front().place;
    if (!is_store(to)) break;
    station = plant.stores[to].consumers.front();
  }
  if (line.stations.size() != group.stations.size()) return {{}, "has more than one stream of pieces"};
  return line;
}

}  // namespace lunafab::factory
