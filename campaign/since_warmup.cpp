#include "campaign/since_warmup.hpp"

namespace lunafab::campaign {

WarmupMark mark_of(const CampaignState& state) {
  WarmupMark mark;
  mark.taken = 1;
  for (const factory::GroupState& group : state.groups) {
    mark.stations.push_back(group.stations);
    for (factory::StationState& station : mark.stations.back()) {
      station.lots.waiting.clear();
      station.lots.blocked.clear();
    }
    mark.stores.push_back(group.stores);
    for (factory::StoreState& store : mark.stores.back()) {
      store.pieces = {};
      store.inbound.clear();
    }
    mark.products.push_back(group.lots.products);
    mark.units.push_back(group.units);
    mark.cycles.push_back(group.cycle);
    mark.activities.push_back(group.watch.stations);
  }
  return mark;
}

factory::StationState since_warmup(const CampaignState& state, const factory::Plant& plant,
                                   std::uint32_t index) {
  const factory::Station& station = plant.stations[index];
  factory::StationState result = state.groups[station.group].stations[station.local];
  if (state.warmup.taken == 0) return result;
  const factory::StationState& mark = state.warmup.stations[station.group][station.local];
  result.starts -= mark.starts;
  result.begun -= mark.begun;
  result.changes -= mark.changes;
  result.redone -= mark.redone;
  result.failures -= mark.failures;
  result.maintenances -= mark.maintenances;
  for (std::size_t op = 0; op < result.firings.size(); ++op) {
    result.firings[op].started -= mark.firings[op].started;
    result.firings[op].good -= mark.firings[op].good;
    result.firings[op].scrapped -= mark.firings[op].scrapped;
    result.firings[op].reworked -= mark.firings[op].reworked;
  }
  for (std::size_t mode = 0; mode < factory::mode_count; ++mode) result.mode_us[mode] -= mark.mode_us[mode];
  factory::LotQueue& lots = result.lots;
  lots.level.integral -= mark.lots.level.integral;
  lots.waits -= mark.lots.waits;
  lots.served -= mark.lots.served;
  lots.scrapped -= mark.lots.scrapped;
  lots.reworked -= mark.lots.reworked;
  lots.skipped -= mark.lots.skipped;
  lots.limits_broken -= mark.lots.limits_broken;
  lots.wait_us -= mark.lots.wait_us;
  return result;
}

factory::StoreState since_warmup_store(const CampaignState& state, const factory::Plant& plant,
                                       std::uint32_t index) {
  const factory::Store& store = plant.stores[index];
  factory::StoreState result = state.groups[store.group].stores[store.local];
  if (state.warmup.taken == 0) return result;
  const factory::StoreState& mark = state.warmup.stores[store.group][store.local];
  result.received -= mark.received;
  result.issued -= mark.issued;
  result.overflowed -= mark.overflowed;
  result.arrived -= mark.arrived;
  result.level.integral -= mark.level.integral;
  result.waits -= mark.waits;
  result.wait_us -= mark.wait_us;
  return result;
}

factory::ProductState since_warmup_product(const CampaignState& state, const factory::Plant& plant,
                                           std::uint32_t index) {
  const factory::Product& product = plant.products[index];
  factory::ProductState result = state.groups[product.group].lots.products[product.local];
  if (state.warmup.taken == 0) return result;
  const factory::ProductState& mark = state.warmup.products[product.group][product.local];
  result.serials -= mark.serials;
  result.finished -= mark.finished;
  result.scrapped -= mark.scrapped;
  result.late -= mark.late;
  result.tardy_us -= mark.tardy_us;
  result.wip.integral -= mark.wip.integral;
  result.cycle.subtract(mark.cycle);
  return result;
}

factory::Activity since_warmup_activity(const CampaignState& state, const factory::Plant& plant,
                                        std::uint32_t index) {
  const factory::Station& station = plant.stations[index];
  const factory::WatchState& watch = state.groups[station.group].watch;
  factory::Activity result = watch.stations[station.local];
  if (watch.bottleneck == station.local) result.sole_us += (state.now - watch.reigns_from).us;
  if (state.warmup.taken == 0) return result;
  const factory::Activity& mark = state.warmup.activities[station.group][station.local];
  result.periods -= mark.periods;
  result.active_us -= mark.active_us;
  result.sole_us -= mark.sole_us;
  result.shifting_us -= mark.shifting_us;
  return result;
}

SpanTally since_warmup_cycle(const CampaignState& state, std::uint32_t group) {
  SpanTally result = state.groups[group].cycle;
  if (state.warmup.taken != 0) result.subtract(state.warmup.cycles[group]);
  return result;
}

factory::UnitState since_warmup_units(const CampaignState& state, const factory::Plant& plant,
                                      std::uint32_t index) {
  const factory::Resource& resource = plant.resources[index];
  factory::UnitState sum;
  const auto add = [&](const std::vector<factory::UnitState>& units, std::int64_t sign) {
    for (std::int32_t i = 0; i < resource.count; ++i) {
      const factory::UnitState& unit = units[resource.first_unit + static_cast<std::uint32_t>(i)];
      sum.errands += sign * unit.errands;
      sum.broken += static_cast<std::uint32_t>(sign * static_cast<std::int64_t>(unit.broken));
      sum.travelled = sum.travelled + unit.travelled * sign;
      for (std::size_t mode = 0; mode < factory::unit_mode_count; ++mode)
        sum.mode_us[mode] += sign * unit.mode_us[mode];
    }
  };
  add(state.groups[resource.group].units, 1);
  if (state.warmup.taken != 0) add(state.warmup.units[resource.group], -1);
  return sum;
}

}  // namespace lunafab::campaign
