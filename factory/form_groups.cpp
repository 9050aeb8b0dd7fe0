#include <algorithm>
#include <numeric>
#include "factory/plant_draft.hpp"

namespace lunafab::factory {
namespace {

/// Disjoint sets of lines; the lowest line stands for its set.
class LineSets {
 public:
  explicit LineSets(std::size_t lines) : parent_(lines) { std::iota(parent_.begin(), parent_.end(), 0u); }

  std::uint32_t root(std::uint32_t line) const {
    while (parent_[line] != line) line = parent_[line];
    return line;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a), b = root(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::uint32_t> parent_;
};

template <class Body>
void each_store(const Station& station, Body body) {
  for (const Operation& op : station.mix) {
    for (const Leg& leg : op.take) {
      if (is_store(leg.place)) body(leg.place);
    }
    for (const Leg& leg : op.put) {
      if (is_store(leg.place)) body(leg.place);
    }
  }
  if (is_store(station.scrap)) body(station.scrap);
}

void place_store(Plant& plant, std::uint32_t store_index, std::uint32_t group_index) {
  Store& store = plant.stores[store_index];
  Group& group = plant.groups[group_index];
  store.group = group_index;
  store.local = static_cast<std::uint32_t>(group.stores.size());
  group.stores.push_back(store_index);
}

void note(std::vector<std::uint32_t>& list, std::uint32_t station) {
  if (std::find(list.begin(), list.end(), station) == list.end()) list.push_back(station);
}

void place_station(Plant& plant, std::uint32_t station_index, std::uint32_t group_index) {
  Station& station = plant.stations[station_index];
  Group& group = plant.groups[group_index];
  station.group = group_index;
  station.local = static_cast<std::uint32_t>(group.stations.size());
  station.first_server = group.servers;
  group.stations.push_back(station_index);
  group.servers += static_cast<std::uint32_t>(station.servers);
  group.station_of_server.insert(group.station_of_server.end(), static_cast<std::size_t>(station.servers),
                                 station_index);
  for (const Operation& op : station.mix) {
    for (const Leg& leg : op.take) {
      if (is_store(leg.place)) note(plant.stores[leg.place].consumers, station_index);
    }
    for (const Leg& leg : op.put) {
      if (is_store(leg.place)) note(plant.stores[leg.place].producers, station_index);
    }
  }
  if (is_store(station.scrap)) note(plant.stores[station.scrap].producers, station_index);
}

}  // namespace

std::uint32_t line_index(const PlantDraft& draft, const std::string& line) {
  return static_cast<std::uint32_t>(std::find(draft.lines.begin(), draft.lines.end(), line) -
                                    draft.lines.begin());
}

void form_groups(PlantDraft& draft) {
  Plant& plant = draft.plant;
  LineSets sets(draft.lines.size());
  for (const Station& station : plant.stations) {
    each_store(station, [&](std::uint32_t store) { sets.join(station.group, plant.stores[store].group); });
  }
  std::vector<std::uint32_t> group_of_root(draft.lines.size(), 0);
  for (std::uint32_t line = 0; line < draft.lines.size(); ++line) {
    if (sets.root(line) != line) continue;
    group_of_root[line] = static_cast<std::uint32_t>(plant.groups.size());
    plant.groups.push_back(
        {.name = draft.lines[line], .stations = {}, .stores = {}, .servers = 0, .station_of_server = {}});
  }
  const auto group_of = [&](std::uint32_t line) {
    return group_of_root[sets.root(line)];
  };
  for (std::uint32_t s = 0; s < plant.stores.size(); ++s)
    place_store(plant, s, group_of(plant.stores[s].group));
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s)
    place_station(plant, s, group_of(plant.stations[s].group));
}

}  // namespace lunafab::factory
