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
  if (is_store(station.rules.rework.to)) body(station.rules.rework.to);
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
  if (is_store(station.rules.rework.to)) note(plant.stores[station.rules.rework.to].producers, station_index);
  station.first_clock = group.clocks;
  group.clocks +=
      static_cast<std::uint32_t>(station.upkeep.size()) * static_cast<std::uint32_t>(station.servers);
}

/// Calls `body(skill)` for every skill that a station asks for.
template <class Body>
void each_skill(const Plant& plant, std::uint32_t station_index, Body body) {
  const Station& station = plant.stations[station_index];
  for (const auto* needs : {&station.rules.crew, &station.rules.setup_crew}) {
    for (const Need& need : *needs) body(need.skill);
  }
  for (const Upkeep& upkeep : station.upkeep) {
    for (const Need& need : upkeep.crew) body(need.skill);
  }
  for (const Product& product : plant.products) {
    for (const Step& step : product.steps) {
      if (step.station != station_index) continue;
      for (const Need& need : step.crew) body(need.skill);
    }
  }
}

/// Lines whose stations ask for one resource advance as one; a resource nobody asks for belongs to the first.
void join_by_resources(Plant& plant, LineSets& sets) {
  std::vector<std::uint32_t> home(plant.resources.size(), always_on);
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
    each_skill(plant, s, [&](std::uint32_t skill) {
      for (std::size_t r = 0; r < plant.resources.size(); ++r) {
        const auto& skills = plant.resources[r].skills;
        if (std::find(skills.begin(), skills.end(), skill) == skills.end()) continue;
        if (home[r] == always_on) home[r] = plant.stations[s].group;
        sets.join(home[r], plant.stations[s].group);
      }
    });
  }
  for (std::size_t r = 0; r < plant.resources.size(); ++r)
    plant.resources[r].group = home[r] == always_on ? 0 : home[r];
}

void place_resource(Plant& plant, std::uint32_t index, std::uint32_t group_index) {
  Resource& resource = plant.resources[index];
  Group& group = plant.groups[group_index];
  resource.group = group_index;
  resource.first_unit = group.units;
  group.resources.push_back(index);
  group.units += static_cast<std::uint32_t>(resource.count);
  group.resource_of_unit.insert(group.resource_of_unit.end(), static_cast<std::size_t>(resource.count),
                                index);
}

void place_lots(Plant& plant, const std::vector<std::uint32_t>& group_of_line) {
  const auto place = [&](auto& things, auto list) {
    for (std::uint32_t i = 0; i < things.size(); ++i) {
      things[i].group = group_of_line[things[i].group];
      auto& of_group = plant.groups[things[i].group].*list;
      things[i].local = static_cast<std::uint32_t>(of_group.size());
      of_group.push_back(i);
    }
  };
  place(plant.products, &Group::products);
  place(plant.limits, &Group::limits);
  for (std::uint32_t i = 0; i < plant.releases.size(); ++i) {
    auto& releases = plant.groups[plant.products[plant.releases[i].product].group].releases;
    plant.releases[i].local = static_cast<std::uint32_t>(releases.size());
    releases.push_back(i);
  }
  for (const Product& product : plant.products) {
    for (const Step& step : product.steps) {
      for (const StepLeg& leg : step.take) note(plant.stores[leg.store].consumers, step.station);
      for (const StepLeg& leg : step.put) note(plant.stores[leg.store].producers, step.station);
    }
  }
}

std::int64_t pieces_shipped(const Plant& plant, const Operation& op) {
  std::int64_t pieces = 0;
  for (const Leg& leg : op.put) {
    const bool counted = plant.chemistry.materials[leg.material].measure != Measure::bulk;
    if (counted && leg.place == index(Place::shipped)) pieces += leg.amount;
  }
  return pieces;
}

bool is_simple(const Plant& plant, const Station& station) {
  if (!station.plain || station.serves_lots || station.route != no_route || station.mix.size() != 1 ||
      station.yield < 1.0 || station.rules.blocking != Blocking::after_service) {
    return false;
  }
  const Operation& op = station.mix.front();
  const auto holds_satellites = [&](const Leg& leg) {
    return is_store(leg.place) && plant.stores[leg.place].satellite;
  };
  return op.take.size() == 1 && op.put.size() == 1 && op.makes_satellite == 0 &&
         !holds_satellites(op.take.front()) && !holds_satellites(op.put.front());
}

/// Calendars by which a group's stations or resources work, and whether it has more than servers.
void finish_group(const Plant& plant, Group& group) {
  for (const std::uint32_t s : group.stations) {
    const StationRules& rules = plant.stations[s].rules;
    if (rules.calendar != always_on) note(group.calendars, rules.calendar);
    group.plain = group.plain && rules.batch.wait.us == never.us && !plant.stations[s].serves_lots;
  }
  for (const std::uint32_t r : group.resources) {
    if (plant.resources[r].calendar != always_on) note(group.calendars, plant.resources[r].calendar);
  }
  group.plain = group.plain && group.calendars.empty() && group.units == 0 && group.releases.empty();
}

void finish_station(const Plant& plant, Station& station) {
  for (Operation& op : station.mix) op.ships = pieces_shipped(plant, op);
  station.simple = is_simple(plant, station);
  station.maintained =
      std::ranges::any_of(station.upkeep, [](const Upkeep& upkeep) { return upkeep.planned; });
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
  for (const Product& product : plant.products) {
    for (const Step& step : product.steps) {
      for (const auto* legs : {&step.take, &step.put}) {
        for (const StepLeg& leg : *legs) sets.join(product.group, plant.stores[leg.store].group);
      }
    }
  }
  join_by_resources(plant, sets);
  std::vector<std::uint32_t> group_of_root(draft.lines.size(), 0);
  for (std::uint32_t line = 0; line < draft.lines.size(); ++line) {
    if (sets.root(line) != line) continue;
    group_of_root[line] = static_cast<std::uint32_t>(plant.groups.size());
    plant.groups.push_back({.name = draft.lines[line]});
  }
  const auto group_of = [&](std::uint32_t line) {
    return group_of_root[sets.root(line)];
  };
  for (std::uint32_t s = 0; s < plant.stores.size(); ++s)
    place_store(plant, s, group_of(plant.stores[s].group));
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s)
    place_station(plant, s, group_of(plant.stations[s].group));
  for (std::uint32_t r = 0; r < plant.resources.size(); ++r)
    place_resource(plant, r, group_of(plant.resources[r].group));
  std::vector<std::uint32_t> group_of_line;
  for (std::uint32_t line = 0; line < draft.lines.size(); ++line) group_of_line.push_back(group_of(line));
  place_lots(plant, group_of_line);
  for (Group& group : plant.groups) finish_group(plant, group);
  for (Station& station : plant.stations) finish_station(plant, station);
}

}  // namespace lunafab::factory
