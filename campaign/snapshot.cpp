#include "campaign/snapshot.hpp"
#include "campaign/fleet.hpp"

namespace lunafab::campaign {
namespace {

StationView view(const Campaign& campaign, std::uint32_t index) {
  const factory::Plant& plant = campaign.scenario().plant;
  const factory::Station& station = plant.stations[index];
  const factory::GroupState& group = campaign.state().groups[station.group];
  const factory::StationState totals = since_warmup(campaign.state(), plant, index);
  StationView result{.name = station.name, .servers = station.servers};
  std::array<std::int64_t, factory::mode_count> time_us = totals.mode_us;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
    const factory::Server& server = group.servers[station.first_server + i];
    const auto mode = static_cast<std::size_t>(server.mode);
    ++result.now[mode];
    time_us[mode] += (campaign.state().now - server.since).us;  // not booked yet
  }
  double total = 0.0;
  for (const std::int64_t time : time_us) total += static_cast<double>(time);
  for (std::size_t mode = 0; mode < factory::mode_count && total > 0.0; ++mode) {
    result.share[mode] = static_cast<double>(time_us[mode]) / total;
  }
  for (const factory::Firings& firings : totals.firings) {
    result.good += firings.good;
    result.scrapped += firings.scrapped;
  }
  return result;
}

}  // namespace

Snapshot snapshot(const Campaign& campaign) {
  const Scenario& scenario = campaign.scenario();
  const CampaignState& state = campaign.state();
  const SiteState& site = state.site;
  Snapshot s{.title = scenario.title,
             .date = format_date(scenario.start, state.now),
             .now = state.now,
             .end = scenario.end};
  for (std::uint32_t i = 0; i < scenario.plant.stations.size(); ++i) s.stations.push_back(view(campaign, i));
  for (std::uint32_t i = 0; i < scenario.plant.stores.size(); ++i) {
    const factory::Store& store = scenario.plant.stores[i];
    const factory::Material& material = scenario.plant.material_of(i);
    const bool counted = material.measure != factory::Measure::bulk;
    const double scale = counted ? 1.0 : 1e-9;  // mg to t
    s.stores.push_back(
        {.name = store.name,
         .material = material.name,
         .amount = scale * static_cast<double>(state.groups[store.group].stores[store.local].amount),
         .capacity =
             store.capacity == factory::unlimited ? -1.0 : scale * static_cast<double>(store.capacity),
         .counted = counted});
  }
  const auto ever = [&](orbit::LifeState life) {
    return site.ever[static_cast<std::size_t>(life)];
  };
  s.has_space = !scenario.satellites.empty();
  if (s.has_space) s.fidelity = std::string(name(scenario.launch_fidelity())) + " / " + name(Fidelity::ideal);
  s.ordered = ever(orbit::LifeState::ordered);
  s.built = ever(orbit::LifeState::built);
  s.queued = static_cast<std::int64_t>(site.driver.queue.size());
  s.launched = ever(orbit::LifeState::launched);
  s.inserted = ever(orbit::LifeState::operational);
  s.lost = ever(orbit::LifeState::lost);
  s.active_kW = active_power_W(scenario, site, state.now) / 1e3;
  if (scenario.power) {
    s.has_power = true;
    const auto k = std::min(static_cast<std::size_t>(state.now.us / scenario.lookahead.us),
                            campaign.supply().supply.size() - 1);
    s.supply_MW = static_cast<double>(campaign.supply().supply[k]) / 1e9;
    s.stored_MWh = static_cast<double>(site.power.stored) / 3.6e18;
    s.storage_MWh = static_cast<double>(scenario.power->storage.capacity) / 3.6e18;
  }
  for (const factory::GroupState& group : state.groups) s.events += group.events;
  s.shipped = shipped_pieces(scenario.plant, state);
  return s;
}

}  // namespace lunafab::campaign
