#include "campaign/site.hpp"
#include <algorithm>
#include <cmath>
#include <tuple>
#include "campaign/driver_queue.hpp"
#include "campaign/fleet.hpp"
#include "campaign/flight_desk.hpp"
#include "campaign/group_mail.hpp"
#include "campaign/power_desk.hpp"
#include "campaign/provenance.hpp"
#include "core/contract.hpp"

namespace lunafab::campaign {
namespace {

using Kind = SiteEvent::Kind;
bool later(const SiteEvent& a, const SiteEvent& b) {
  return std::tie(a.tick, a.kind, a.key) > std::tie(b.tick, b.kind, b.key);
}

class Site {
 public:
  Site(const Scenario& scenario, const SupplyTrack& supply, const factory::RunKey& key, CampaignState& state)
      : sc_(scenario),
        supply_(supply),
        key_(key),
        s_(state),
        site_(state.site),
        registry_(scenario, state.site, output_),
        fleet_(scenario, key, state.site, registry_),
        queue_(scenario, state.site, output_),
        power_(scenario, supply, state),
        flights_(scenario, key, state) {}

  SiteOutput run(const std::vector<std::vector<GroupReport>>& reports, Tick until) {
    reports_ = &reports;
    while (!site_.events.empty() && site_.events.front().tick < until) {
      std::pop_heap(site_.events.begin(), site_.events.end(), later);
      const SiteEvent event = site_.events.back();
      site_.events.pop_back();
      now_ = event.tick;
      handle(event);
    }
    return std::move(output_);
  }

  void start() {
    for (std::uint32_t i = 0; i < sc_.orders.size(); ++i)
      note_event(site_, {.tick = sc_.orders[i].first, .kind = Kind::order, .key = i});
    for (std::uint32_t i = 0; i < sc_.flights.size(); ++i) {
      note_event(site_, {.tick = sc_.flights[i].plan.first_departure, .kind = Kind::manifest, .key = i});
    }
    if (sc_.power) {
      std::vector<GroupReport> initial;
      for (std::uint32_t g = 0; g < s_.groups.size(); ++g)
        initial.push_back(report(sc_, g, s_.groups[g], Tick{}));
      power_.grant(0, Tick{}, initial);
      power_.take_over_grants();
    }
    note_event(site_, {.tick = Tick{}, .kind = Kind::power, .key = 0});
  }

  void settle_last(const std::vector<GroupReport>& last) {
    now_ = sc_.end;
    queue_.charge_until(now_);
    if (sc_.power && now_ > site_.settled) power_.settle_interval(last, now_);
    sample(last);
  }

 private:
  void handle(const SiteEvent& event) {
    switch (event.kind) {
      case Kind::order:
        place_order(event);
        break;
      case Kind::satellite_begun:
        begin_satellite(event);
        break;
      case Kind::satellite_built:
        registry_.change_life(serial_of(event.key), orbit::LifeState::built, "", now_);
        break;
      case Kind::satellite_scrapped:
        scrap_satellite(event);
        break;
      case Kind::vehicle_departed:
        send_vehicle(event);
        break;
      case Kind::vehicle_unloaded:
        send_back(sc_, s_, static_cast<std::uint32_t>(event.key >> 32), static_cast<std::uint32_t>(event.key),
                  now_);
        break;
      case Kind::at_driver:
        reach_driver(event);
        break;
      case Kind::manifest:
        flights_.fly(event.key, now_);
        break;
      case Kind::landing:
        flights_.land(event.key >> 32, event.key & 0xffffffffu, now_);
        break;
      case Kind::recovered:
        queue_.enter(event.key, now_), queue_.plan(now_);
        break;
      case Kind::arrival:
      case Kind::in_slot:
      case Kind::degradation:
      case Kind::orbit_failure:
      case Kind::retirement:
      case Kind::fallen:
        handle_in_orbit(event);
        break;
      case Kind::power:
        power_step(event);
        break;
      case Kind::launch:
        launch(event);
        break;
    }
  }

  void handle_in_orbit(const SiteEvent& event) {
    switch (event.kind) {
      case Kind::arrival:
        return fleet_.arrive(event, now_);
      case Kind::in_slot:
        return fleet_.reach_slot(event, now_);
      case Kind::degradation:
        return fleet_.degrade(event, now_);
      case Kind::orbit_failure:
        return fleet_.fail(event, now_);
      case Kind::retirement:
        return fleet_.retire(event, now_);
      case Kind::fallen:
        return fleet_.fall(event, now_);
      default:
        return;
    }
  }

  // ---- satellites

  std::uint64_t serial_of(std::uint64_t id) const {
    return site_.serial_of[id >> 40][(id & ((std::uint64_t{1} << 40) - 1)) - 1];
  }

  void place_order(const SiteEvent& event) {
    const OrderPlan& plan = sc_.orders[event.key];
    for (std::int64_t i = 0; i < plan.count; ++i)
      site_.open_orders[plan.design].push_back(registry_.order(plan.design, plan.name, now_));
    if (plan.interval.us > 0)
      note_event(site_, {.tick = now_ + plan.interval, .kind = Kind::order, .key = event.key});
  }

  void begin_satellite(const SiteEvent& event) {
    const auto material = static_cast<std::uint32_t>(event.amount);
    std::uint32_t design = 0;
    while (sc_.satellites[design].material != material) ++design;
    std::uint64_t& next = site_.next_open[design];
    const auto& open = site_.open_orders[design];
    const bool ordered = next < open.size();
    site_.built_to_stock += ordered ? 0 : 1;
    const std::uint64_t serial = ordered ? open[next++] : registry_.order(design, "built to stock", now_);
    auto& serials = site_.serial_of[event.key >> 40];
    serials.push_back(serial);
    expects(serials.size() == (event.key & ((std::uint64_t{1} << 40) - 1)),
            "site: satellites are begun in the order of their numbers");
    registry_.change_life(serial, orbit::LifeState::building, "", now_).provenance =
        provenance(sc_, site_, design);
    ++site_.begun_of[design];
  }

  void scrap_satellite(const SiteEvent& event) {
    const std::uint64_t serial = serial_of(event.key);
    if (registry_.record(serial).state != orbit::LifeState::building) ++site_.scrapped_after_built;
    ++site_.scrapped_of[registry_.record(serial).design];
    registry_.change_life(serial, orbit::LifeState::scrapped, "failed its test", now_);
  }

  // ---- hauls

  void send_vehicle(const SiteEvent& event) {
    const auto route_index = static_cast<std::uint32_t>(event.key >> 32),
               server = static_cast<std::uint32_t>(event.key);
    const factory::Route& route = sc_.plant.routes[route_index];
    const Tick at = now_ + route.outbound;
    if (!route.to) {
      note_event(site_,
                 {.tick = at, .kind = Kind::at_driver, .key = serial_of(event.value), .value = event.key});
      return;
    }
    factory::Inbound load{.route = route_index, .amount = event.amount, .server = server};
    if (event.value != 0) load.ids.push_back(event.value);
    send_load(sc_, s_, *route.to, at, std::move(load), event.key);
  }

  void reach_driver(const SiteEvent& event) {
    const WaitingVehicle vehicle{.route = static_cast<std::uint32_t>(event.value >> 32),
                                 .server = static_cast<std::uint32_t>(event.value),
                                 .serial = event.key};
    if (!queue_.has_place()) {
      site_.driver.waiting.push_back(vehicle);
      return;
    }
    unload_at_driver(vehicle);
  }

  void unload_at_driver(const WaitingVehicle& vehicle) {
    registry_.change_life(vehicle.serial, orbit::LifeState::queued, "", now_);
    queue_.enter(vehicle.serial, now_ + sc_.driver->handling);
    send_back(sc_, s_, vehicle.route, vehicle.server, now_);
    queue_.plan(now_);
  }

  // ---- power

  void power_step(const SiteEvent& event) {
    const std::uint64_t k = event.key;
    std::vector<GroupReport> reports;
    for (const auto& of_group : *reports_) {
      const auto found = std::find_if(of_group.begin(), of_group.end(),
                                      [&](const GroupReport& r) { return r.tick == now_; });
      expects(found != of_group.end(), "site: every group reports at every grant interval");
      reports.push_back(*found);
    }
    note_levels(reports);
    if (sc_.power) {
      queue_.charge_until(now_);
      if (k > 0) {
        power_.settle_interval(reports, now_);
        power_.take_over_grants();
      }
      site_.driver.charging_mW = site_.charger_now_mW;
      power_.grant(k + 1, now_ + sc_.lookahead, reports);
    } else if (sc_.driver) {  // without site power the charger has all it wants
      queue_.charge_until(now_);
      site_.driver.charging_mW = sc_.driver->charger_mW;
    }
    if (sc_.driver) queue_.plan(now_);
    if (now_.us / day_us != (now_ - sc_.lookahead).us / day_us || now_.us == 0) sample(reports);
    note_event(site_, {.tick = now_ + sc_.lookahead, .kind = Kind::power, .key = k + 1});
  }

  void note_levels(const std::vector<GroupReport>& reports) {
    for (std::uint32_t g = 0; g < reports.size(); ++g) {
      for (std::size_t i = 0; i < reports[g].levels.size(); ++i)
        site_.depot_level[sc_.plant.groups[g].stores[i]] = reports[g].levels[i];
    }
  }

  void sample(const std::vector<GroupReport>& reports) {
    const auto ever = [&](orbit::LifeState state) {
      return site_.ever[static_cast<std::size_t>(state)];
    };
    SeriesRow row{.tick = now_,
                  .ordered = ever(orbit::LifeState::ordered),
                  .built = ever(orbit::LifeState::built),
                  .launched = ever(orbit::LifeState::launched),
                  .inserted = ever(orbit::LifeState::operational),
                  .lost = ever(orbit::LifeState::lost),
                  .queued = static_cast<std::int64_t>(site_.driver.queue.size())};
    for (const GroupReport& report : reports) row.dug_kg += static_cast<double>(report.dug_mg) / 1e6;
    row.active_kW = active_power_W(sc_, site_, now_) / 1e3;
    if (sc_.power) {
      const auto k =
          std::min(static_cast<std::size_t>(now_.us / sc_.lookahead.us), supply_.supply.size() - 1);
      row.stored_MWh = static_cast<double>(site_.power.stored) / 3.6e18;
      row.supply_MW = static_cast<double>(supply_.supply[k]) / 1e9;
      const double span_s = site_.series.empty() ? 0.0 : seconds(now_ - site_.series.back().tick);
      const double used_J = static_cast<double>(site_.power.flows.used) / 1e9;
      row.used_MW = span_s > 0.0 ? (used_J - used_at_sample_J()) / span_s / 1e6 : 0.0;
      row.used_total_J = used_J;
      row.sunlit = supply_.sunlit[k];
    }
    site_.series.push_back(row);
  }
  double used_at_sample_J() const { return site_.series.empty() ? 0.0 : site_.series.back().used_total_J; }

  // ---- launch

  void launch(const SiteEvent& event) {
    if (site_.driver.next_attempt != event.tick) return;  // planned anew since
    site_.driver.next_attempt = never;
    queue_.launch_ready(now_);
    while (!site_.driver.waiting.empty() && queue_.has_place()) {
      const WaitingVehicle vehicle = site_.driver.waiting.front();
      site_.driver.waiting.erase(site_.driver.waiting.begin());
      unload_at_driver(vehicle);
    }
    queue_.plan(now_);
  }

  static constexpr std::int64_t day_us = 86'400'000'000;

  const Scenario& sc_;
  const SupplyTrack& supply_;
  factory::RunKey key_;
  CampaignState& s_;
  SiteState& site_;
  SiteOutput output_;
  Registry registry_;
  Fleet fleet_;
  DriverQueue queue_;
  PowerDesk power_;
  FlightDesk flights_;
  Tick now_{};
  const std::vector<std::vector<GroupReport>>* reports_ = nullptr;
};

}  // namespace

void note_event(SiteState& site, SiteEvent event) {
  site.events.push_back(event);
  std::push_heap(site.events.begin(), site.events.end(), later);
}

GroupReport report(const Scenario& scenario, std::uint32_t group_index, factory::GroupState& state,
                   Tick now) {
  factory::book(state, scenario.plant, group_index, now);
  const factory::Group& group = scenario.plant.groups[group_index];
  GroupReport result{.tick = now,
                     .energy_nJ = 0,
                     .dug_mg = dug_mg(scenario.plant, group, state),
                     .needing_power = {},
                     .levels = {}};
  for (const std::uint32_t index : group.stations) {
    const factory::Station& station = scenario.plant.stations[index];
    result.energy_nJ += factory::energy_nJ(station, state.stations[station.local]);
    result.needing_power.push_back(factory::servers_needing_power(scenario.plant, state, index));
  }
  for (const factory::StoreState& store : state.stores) result.levels.push_back(store.amount);
  return result;
}

void start_site(const Scenario& scenario, const SupplyTrack& supply, CampaignState& state) {
  SiteState& site = state.site;
  if (scenario.power) site.power = logistics::initial_power_state(scenario.power->storage);
  site.group_energy_nJ.assign(state.groups.size(), 0);
  site.depot_level.assign(scenario.plant.stores.size(), 0);
  for (const FlightLine& line : scenario.flights) {
    site.flights.push_back({.flights = {},
                            .landed = std::vector<std::int64_t>(line.manifest.size(), 0),
                            .lost = std::vector<std::int64_t>(line.manifest.size(), 0)});
  }
  for (std::uint32_t s = 0; s < scenario.plant.stores.size(); ++s)
    site.depot_level[s] = scenario.plant.stores[s].initial;
  site.open_orders.resize(scenario.satellites.size());
  site.next_open.assign(scenario.satellites.size(), 0);
  site.begun_of.assign(scenario.satellites.size(), 0);
  site.launched_of.assign(scenario.satellites.size(), 0);
  site.scrapped_of.assign(scenario.satellites.size(), 0);
  site.serial_of.resize(state.groups.size());
  for (const ShellFleet& fleet : scenario.shells) site.slots.push_back(fleet.desk.empty_book());
  if (scenario.driver) {
    site.driver.bucket_free.assign(static_cast<std::size_t>(scenario.driver->buckets), Tick{});
    if (scenario.driver->model.fidelity != Fidelity::ideal)
      site.driver.coil_K = scenario.driver->model.design.track.coil.temperature_K;
  }
  Site(scenario, supply, {}, state).start();
}

void note_messages(SiteState& site, std::vector<factory::SiteMessage>& messages) {
  for (const factory::SiteMessage& message : messages) {
    using From = factory::SiteMessage::Kind;
    SiteEvent event{.tick = message.tick, .amount = message.amount};
    switch (message.kind) {
      case From::departed:
        event.kind = Kind::vehicle_departed;
        event.key = vehicle_key(message.route, message.server);
        event.value = message.ids.empty() ? 0 : message.ids.front();
        break;
      case From::unloaded:
        event.kind = Kind::vehicle_unloaded;
        event.key = vehicle_key(message.route, message.server);
        break;
      case From::building:
      case From::built:
      case From::scrapped:
        event.kind = message.kind == From::building ? Kind::satellite_begun
                     : message.kind == From::built  ? Kind::satellite_built
                                                    : Kind::satellite_scrapped;
        event.key = message.id;
        event.amount = message.material;
        break;
    }
    note_event(site, event);
  }
  messages.clear();
}

SiteOutput run_site(const Scenario& scenario, const SupplyTrack& supply, const factory::RunKey& key,
                    CampaignState& state, const std::vector<std::vector<GroupReport>>& reports, Tick until) {
  return Site(scenario, supply, key, state).run(reports, until);
}

void run_launches(const Scenario& scenario, const factory::RunKey& key, CampaignState& state,
                  SiteOutput& output, Tick window_end) {
  SiteState& site = state.site;
  std::vector<Solved> solved(output.launches.size());
  solve_launches(scenario, key, output.launches, solved);
  for (std::size_t i = 0; i < solved.size(); ++i) {
    const Solved& result = solved[i];
    const PendingLaunch& pending = output.launches[i];
    book_launch(scenario, site, pending, result, output.postings);
    if (result.launch.outcome == massdriver::LaunchOutcome::misfire) {
      note_event(site, {.tick = pending.order.at + scenario.driver->misfire_recovery,
                        .kind = Kind::recovered,
                        .key = pending.order.serial});
      continue;
    }
    // What happens sooner is known one lookahead after the launch, whatever the window.
    const Tick known = std::max(result.insertion.arrival, pending.order.at + scenario.lookahead);
    expects(known >= window_end, "site: an arrival must fall into a later window");
    const auto delta_v =
        std::llround((result.insertion.correction_mps + result.insertion.insertion_mps) * 1e3);
    note_event(site, {.tick = known,
                      .kind = Kind::arrival,
                      .key = pending.order.serial,
                      .value = static_cast<std::uint64_t>(result.insertion.outcome),
                      .amount = delta_v});
  }
  std::stable_sort(output.postings.begin(), output.postings.end(),
                   [](const orbit::Posting& a, const orbit::Posting& b) {
                     return std::tie(a.tick, a.serial, a.state) < std::tie(b.tick, b.serial, b.state);
                   });
}

void order_waiting(CampaignState& state) {
  std::sort(state.site.events.begin(), state.site.events.end(),
            [](const SiteEvent& a, const SiteEvent& b) { return later(b, a); });
  for (factory::GroupState& group : state.groups) factory::order_inbox(group);
}

void finish_site(const Scenario& scenario, const SupplyTrack& supply, CampaignState& state,
                 const std::vector<GroupReport>& last) {
  Site(scenario, supply, {}, state).settle_last(last);
}

}  // namespace lunafab::campaign
