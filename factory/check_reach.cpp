#include <algorithm>
#include "factory/read_plant.hpp"

namespace lunafab::factory {
namespace {

/// What material can ever come to.
struct Reach {
  std::vector<std::uint8_t> store;
  std::vector<std::vector<std::uint8_t>> operation;  ///< by station
};

bool fed(const Operation& op, const Reach& reach) {
  return std::all_of(op.take.begin(), op.take.end(),
                     [&](const Leg& leg) { return !is_store(leg.place) || reach.store[leg.place] != 0; });
}

void fill(std::uint32_t place, Reach& reach) {
  if (is_store(place)) reach.store[place] = 1;
}

void run_operation(const Plant& plant, const Station& station, const Operation& op, Reach& reach) {
  for (const Leg& leg : op.put) fill(leg.place, reach);
  if (station.yield < 1.0) fill(station.scrap, reach);
  if (station.rules.rework.limit > 0) fill(station.rules.rework.to, reach);
  if (station.route != no_route && plant.routes[station.route].to)
    fill(*plant.routes[station.route].to, reach);
}

Reach spread(const Plant& plant, const std::vector<std::uint32_t>& supplied) {
  Reach reach;
  for (const Store& store : plant.stores) reach.store.push_back(store.initial > 0 ? 1 : 0);
  for (const std::uint32_t store : supplied) reach.store[store] = 1;
  for (const Product& product : plant.products) {
    for (const Step& step : product.steps) {
      for (const StepLeg& leg : step.put) reach.store[leg.store] = 1;
    }
  }
  for (const Station& station : plant.stations) reach.operation.emplace_back(station.mix.size(), 0);
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t s = 0; s < plant.stations.size(); ++s) {
      const Station& station = plant.stations[s];
      for (std::size_t op = 0; op < station.mix.size(); ++op) {
        if (reach.operation[s][op] != 0 || !fed(station.mix[op], reach)) continue;
        reach.operation[s][op] = 1;
        moved = true;
        run_operation(plant, station, station.mix[op], reach);
      }
    }
  }
  return reach;
}

}  // namespace

void check_reach(const Plant& plant, const std::vector<std::uint32_t>& supplied, Findings& findings) {
  const Reach reach = spread(plant, supplied);
  for (std::size_t s = 0; s < plant.stations.size(); ++s) {
    const Station& station = plant.stations[s];
    for (std::size_t op = 0; op < station.mix.size(); ++op) {  // a mix waits for each of its recipes in turn
      if (reach.operation[s][op] != 0) continue;
      const auto& take = station.mix[op].take;
      const auto missing = std::find_if(take.begin(), take.end(), [&](const Leg& leg) {
        return is_store(leg.place) && reach.store[leg.place] == 0;
      });
      findings.add(
          {station.mark, station.name,
           "no material can reach it: nothing ever fills '" + plant.stores[missing->place].name + "'",
           "a station, route or flight that fills the store, or an initial stock", ""});
    }
  }
}

}  // namespace lunafab::factory
