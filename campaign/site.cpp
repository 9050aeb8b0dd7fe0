#include "campaign/site.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <tuple>
#include "campaign/driver_queue.hpp"
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/random.hpp"

namespace lunafab::campaign {
namespace {

using Kind = SiteEvent::Kind;
constexpr std::uint64_t vehicle_key(std::uint32_t route, std::uint32_t server) {
  return std::uint64_t{route} << 32 | server;
}

bool later(const SiteEvent& a, const SiteEvent& b) {
  return std::tie(a.tick, a.kind, a.key) > std::tie(b.tick, b.kind, b.key);
}

/// Order among messages that reach a group at one tick: by kind, then by what they are about.
std::uint64_t message_order(factory::GroupMessage::Kind kind, std::uint64_t about) {
  return std::uint64_t{static_cast<std::uint8_t>(kind)} << 62 | about;
}

class Site {
 public:
  Site(const Scenario& scenario, const SupplyTrack& supply, const factory::RunKey& key, CampaignState& state)
      : sc_(scenario),
        supply_(supply),
        key_(key),
        s_(state),
        site_(state.site),
        queue_(scenario, state.site, output_) {}

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
      grant(0, Tick{}, initial);
      take_over_grants();
    }
    note_event(site_, {.tick = Tick{}, .kind = Kind::power, .key = 0});
  }

  void settle_last(const std::vector<GroupReport>& last) {
    now_ = sc_.end;
    queue_.charge_until(now_);
    if (sc_.power && now_ > site_.settled) settle_interval(last);
    sample();
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
        change_life(serial_of(event.key), orbit::LifeState::built, "");
        break;
      case Kind::satellite_scrapped:
        scrap_satellite(event);
        break;
      case Kind::vehicle_departed:
        send_vehicle(event);
        break;
      case Kind::vehicle_unloaded:
        return_vehicle(static_cast<std::uint32_t>(event.key >> 32), static_cast<std::uint32_t>(event.key));
        break;
      case Kind::at_driver:
        reach_driver(event);
        break;
      case Kind::manifest:
        fly(event);
        break;
      case Kind::landing:
        land(event);
        break;
      case Kind::recovered:
        queue_.enter(event.key, now_), queue_.plan(now_);
        break;
      case Kind::arrival:
        arrive(event);
        break;
      case Kind::orbit_failure:
        fail_in_orbit(event);
        break;
      case Kind::retirement:
        retire(event);
        break;
      case Kind::power:
        power_step(event);
        break;
      case Kind::launch:
        launch(event);
        break;
    }
  }

  // ---- satellites
  // ------------------------------------------------------------------------------------------------

  SatelliteRecord& record(std::uint64_t serial) { return site_.satellites[serial - 1]; }
  const SatelliteDesign& design_of(std::uint64_t serial) { return sc_.satellites[record(serial).design]; }

  std::uint64_t serial_of(std::uint64_t id) const {
    return site_.serial_of[id >> 40][(id & ((std::uint64_t{1} << 40) - 1)) - 1];
  }

  void change_life(std::uint64_t serial, orbit::LifeState to, std::string note,
                   std::int64_t delta_v_mmps = 0) {
    SatelliteRecord& satellite = record(serial);
    satellite.state = to;
    ++site_.ever[static_cast<std::size_t>(to)];
    const SatelliteDesign& design = sc_.satellites[satellite.design];
    output_.postings.push_back({.seq = 0,
                                .tick = now_,
                                .serial = serial,
                                .state = to,
                                .product = design.name,
                                .destination = sc_.destinations[design.destination].name,
                                .mass_mg = sc_.plant.chemistry.materials[design.material].piece_mg,
                                .power_W = design.power_W,
                                .delta_v_mmps = delta_v_mmps,
                                .note = std::move(note)});
  }

  std::uint64_t order_one(std::uint32_t design, const std::string& note) {
    site_.satellites.push_back({.design = design});
    const std::uint64_t serial = site_.satellites.size();
    change_life(serial, orbit::LifeState::ordered, note);
    return serial;
  }

  void place_order(const SiteEvent& event) {
    const OrderPlan& plan = sc_.orders[event.key];
    for (std::int64_t i = 0; i < plan.count; ++i)
      site_.open_orders[plan.design].push_back(order_one(plan.design, plan.name));
    if (plan.interval.us > 0)
      note_event(site_, {.tick = now_ + plan.interval, .kind = Kind::order, .key = event.key});
  }

  void begin_satellite(const SiteEvent& event) {
    const auto material = static_cast<std::uint32_t>(event.amount);
    std::uint32_t design = 0;
    while (sc_.satellites[design].material != material) ++design;
    std::uint64_t& next = site_.next_open[design];
    const auto& open = site_.open_orders[design];
    const std::uint64_t serial = next < open.size() ? open[next++] : order_one(design, "built to stock");
    auto& serials = site_.serial_of[event.key >> 40];
    serials.push_back(serial);
    expects(serials.size() == (event.key & ((std::uint64_t{1} << 40) - 1)),
            "site: satellites are begun in the order of their numbers");
    change_life(serial, orbit::LifeState::building, "");
  }

  void scrap_satellite(const SiteEvent& event) {
    const std::uint64_t serial = serial_of(event.key);
    ++site_.scrapped_of[record(serial).design];
    change_life(serial, orbit::LifeState::scrapped, "failed its test");
  }

  // ---- hauls
  // -----------------------------------------------------------------------------------------------------

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
    send_load(*route.to, at, std::move(load), event.key);
  }

  void send_load(std::uint32_t store, Tick at, factory::Inbound load, std::uint64_t about) {
    const auto kind = factory::GroupMessage::Kind::arrival;
    factory::deliver(s_.groups[sc_.plant.stores[store].group], {.tick = at,
                                                                .seq = message_order(kind, about),
                                                                .kind = kind,
                                                                .store = store,
                                                                .load = std::move(load)});
  }

  void return_vehicle(std::uint32_t route_index, std::uint32_t server) {
    const factory::Route& route = sc_.plant.routes[route_index];
    const auto kind = factory::GroupMessage::Kind::vehicle_back;
    factory::deliver(s_.groups[sc_.plant.stations[route.station].group],
                     {.tick = now_ + route.inbound,
                      .seq = message_order(kind, vehicle_key(route_index, server)),
                      .kind = kind,
                      .station = route.station,
                      .trip = route.outbound + route.inbound,
                      .load = {.route = route_index, .server = server}});
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
    change_life(vehicle.serial, orbit::LifeState::queued, "");
    queue_.enter(vehicle.serial, now_ + sc_.driver->handling);
    return_vehicle(vehicle.route, vehicle.server);
    queue_.plan(now_);
  }

  // ---- flights
  // ---------------------------------------------------------------------------------------------------

  void fly(const SiteEvent& event) {
    const FlightLine& line = sc_.flights[event.key];
    FlightLineState& state = site_.flights[event.key];
    const auto number = static_cast<std::int64_t>(state.flights.size());
    logistics::Flight flight = logistics::draw_flight(line.plan, number, key_.seed, key_.replication);
    flight.amounts = logistics::load_manifest(line.manifest, positions(line, state), line.plan.payload_mg);
    note_event(site_, {.tick = flight.arrival,
                       .kind = Kind::landing,
                       .key = event.key << 32 | static_cast<std::uint64_t>(number)});
    state.flights.push_back(std::move(flight));
    note_event(
        site_,
        {.tick = logistics::departure(line.plan, number + 1), .kind = Kind::manifest, .key = event.key});
  }

  /// Stock as last reported plus what is under way: loads count as under way until they show in a report.
  std::vector<std::int64_t> positions(const FlightLine& line, const FlightLineState& state) const {
    std::vector<std::int64_t> position;
    for (const std::uint32_t store : line.stores) position.push_back(site_.depot_level[store]);
    for (const logistics::Flight& flight : state.flights) {
      const bool pending =
          now_ < flight.arrival || (!flight.lost && now_ < flight.arrival + sc_.lookahead * 2);
      for (std::size_t i = 0; pending && i < position.size(); ++i) position[i] += flight.amounts[i];
    }
    return position;
  }

  void land(const SiteEvent& event) {
    const auto line_index = event.key >> 32;
    const FlightLine& line = sc_.flights[line_index];
    FlightLineState& state = site_.flights[line_index];
    const logistics::Flight& flight = state.flights[event.key & 0xffffffffu];
    for (std::size_t i = 0; i < flight.amounts.size(); ++i) {
      (flight.lost ? state.lost : state.landed)[i] += flight.amounts[i];
      if (flight.lost || flight.amounts[i] == 0) continue;
      send_load(line.stores[i], now_ + sc_.lookahead, {.amount = flight.amounts[i]},
                std::uint64_t{1} << 61 | line_index << 32 | i);
    }
  }

  // ---- power
  // -----------------------------------------------------------------------------------------------------

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
        settle_interval(reports);
        take_over_grants();
      }
      site_.driver.charging_mW = site_.charger_now_mW;
      grant(k + 1, now_ + sc_.lookahead, reports);
    } else if (sc_.driver) {  // without site power the charger has all it wants
      queue_.charge_until(now_);
      site_.driver.charging_mW = sc_.driver->charger_mW;
    }
    if (sc_.driver) queue_.plan(now_);
    if (now_.us / day_us != (now_ - sc_.lookahead).us / day_us || now_.us == 0) sample();
    note_event(site_, {.tick = now_ + sc_.lookahead, .kind = Kind::power, .key = k + 1});
  }

  void note_levels(const std::vector<GroupReport>& reports) {
    for (std::uint32_t g = 0; g < reports.size(); ++g) {
      for (std::size_t i = 0; i < reports[g].levels.size(); ++i)
        site_.depot_level[sc_.plant.groups[g].stores[i]] = reports[g].levels[i];
    }
  }

  /// Books what was generated, stored and used since the last settlement.
  void settle_interval(const std::vector<GroupReport>& reports) {
    const auto interval = static_cast<std::size_t>(site_.settled.us / sc_.lookahead.us);
    const Ticks span = now_ - site_.settled;
    Int128 used = 0;
    for (std::size_t g = 0; g < reports.size(); ++g) {
      used += reports[g].energy_nJ - site_.group_energy_nJ[g];
      site_.group_energy_nJ[g] = reports[g].energy_nJ;
    }
    const Int128 base = static_cast<Int128>(site_.base_now_mW) * span.us;
    site_.base_nJ += base;
    site_.unserved_base_nJ += static_cast<Int128>(sc_.power->base_load.busy) * span.us - base;
    used += base + site_.driver.charged_nJ - site_.charger_settled_nJ;
    site_.charger_settled_nJ = site_.driver.charged_nJ;
    logistics::settle(site_.power, sc_.power->storage, supply_.supply[interval], span, used);
    site_.settled = now_;
  }

  void take_over_grants() {
    site_.granted_now_mW = site_.granted_next_mW;
    site_.charger_now_mW = site_.charger_next_mW;
    site_.base_now_mW = site_.base_next_mW;
  }

  /// Grants power for interval k, before it is used.
  void grant(std::uint64_t k, Tick from, const std::vector<GroupReport>& reports) {
    const logistics::Storage& storage = sc_.power->storage;
    Int128 stored = site_.power.stored;
    if (k > 0)
      stored = logistics::stored_at_least(storage, stored, supply_.supply[k - 1], site_.granted_now_mW,
                                          sc_.lookahead);
    const auto firm =
        logistics::grantable(storage, stored, supply_.supply[k], sc_.lookahead, logistics::Reserve::keep);
    const auto all =
        logistics::grantable(storage, stored, supply_.supply[k], sc_.lookahead, logistics::Reserve::spend);
    std::vector<logistics::PowerRequest> requests{sc_.power->base_load, charger_request()};
    std::vector<std::uint32_t> stations;
    for (std::uint32_t i = 0; i < sc_.plant.stations.size(); ++i) {
      const factory::Station& station = sc_.plant.stations[i];
      if (!station.power.any()) continue;
      requests.push_back({.priority = station.power.priority,
                          .servers = reports[station.group].wanting_power[station.local],
                          .busy = station.power.busy_mW,
                          .hold = station.power.hold_mW});
      stations.push_back(i);
    }
    const auto grants = logistics::grant_power(requests, firm, all);
    site_.base_next_mW = grants[0].running + grants[0].held > 0 ? requests[0].busy : 0;
    site_.charger_next_mW = grants[1].running > 0 ? requests[1].busy : 0;
    site_.granted_next_mW = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      site_.granted_next_mW += grants[i].running * requests[i].busy + grants[i].held * requests[i].hold;
    }
    send_grants(k, from, stations, grants);
  }

  logistics::PowerRequest charger_request() const {
    if (!sc_.driver || site_.driver.stored_nJ >= sc_.driver->store_nJ) return {};
    return {.priority = sc_.driver->priority, .servers = 1, .busy = sc_.driver->charger_mW, .hold = 0};
  }

  void send_grants(std::uint64_t k, Tick from, const std::vector<std::uint32_t>& stations,
                   const std::vector<logistics::PowerGrant>& grants) {
    const auto kind = factory::GroupMessage::Kind::grant;
    std::vector<factory::GroupMessage> messages(s_.groups.size(),
                                                {.tick = from, .seq = message_order(kind, k), .kind = kind});
    for (std::size_t i = 0; i < stations.size(); ++i) {
      const auto& grant = grants[i + 2];
      messages[sc_.plant.stations[stations[i]].group].grants.push_back(
          {stations[i], grant.running, grant.held});
    }
    for (std::size_t g = 0; g < messages.size(); ++g) {
      if (!messages[g].grants.empty()) factory::deliver(s_.groups[g], std::move(messages[g]));
    }
  }

  void sample() {
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

  // ---- launch and orbit
  // ------------------------------------------------------------------------------------------

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

  void arrive(const SiteEvent& event) {
    const std::uint64_t serial = event.key;
    const auto outcome = static_cast<orbit::InsertionOutcome>(event.value);
    if (outcome != orbit::InsertionOutcome::inserted) {
      return change_life(serial, orbit::LifeState::lost, name(outcome), event.amount);
    }
    change_life(serial, orbit::LifeState::inserting, "");
    change_life(serial, orbit::LifeState::operational, "", event.amount);
    record(serial).operational_at = now_;
    const SatelliteDesign& design = design_of(serial);
    const Tick retires = now_ + design.life;
    if (design.failure_rate_per_s > 0.0) {
      const StreamKey stream{key_.seed, key_.replication, entity_key("satellites." + design.name),
                             Purpose::orbit_failure};
      const double lifetime_s = variate(
          {.kind = Distribution::Kind::exponential, .a = 1.0 / design.failure_rate_per_s}, stream, serial);
      if (lifetime_s < seconds(design.life)) {
        note_event(
            site_,
            {.tick = now_ + ticks_from_seconds(lifetime_s), .kind = Kind::orbit_failure, .key = serial});
        return;
      }
    }
    note_event(site_, {.tick = retires, .kind = Kind::retirement, .key = serial});
  }

  void fail_in_orbit(const SiteEvent& event) {
    change_life(event.key, orbit::LifeState::failed, "permanent failure in orbit");
  }

  void retire(const SiteEvent& event) {
    change_life(event.key, orbit::LifeState::disposing, "end of design life");
    change_life(event.key, orbit::LifeState::retired, "");
  }

  static constexpr std::int64_t day_us = 86'400'000'000;

  const Scenario& sc_;
  const SupplyTrack& supply_;
  factory::RunKey key_;
  CampaignState& s_;
  SiteState& site_;
  SiteOutput output_;
  DriverQueue queue_;
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
  GroupReport result{.tick = now, .energy_nJ = 0, .wanting_power = {}, .levels = {}};
  for (const std::uint32_t index : group.stations) {
    const factory::Station& station = scenario.plant.stations[index];
    result.energy_nJ += factory::energy_nJ(station, state.stations[station.local]);
    result.wanting_power.push_back(factory::servers_wanting_power(scenario.plant, state, index));
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
  site.launched_of.assign(scenario.satellites.size(), 0);
  site.scrapped_of.assign(scenario.satellites.size(), 0);
  site.serial_of.resize(state.groups.size());
  if (scenario.driver) {
    site.driver.bucket_free.assign(static_cast<std::size_t>(scenario.driver->buckets), Tick{});
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
    expects(result.insertion.arrival >= window_end, "site: an arrival must fall into a later window");
    const auto delta_v =
        std::llround((result.insertion.correction_mps + result.insertion.insertion_mps) * 1e3);
    note_event(site, {.tick = result.insertion.arrival,
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

double active_power_W(const Scenario& scenario, const SiteState& site, Tick now) {
  double total_W = 0.0;
  for (const SatelliteRecord& satellite : site.satellites) {
    if (satellite.state != orbit::LifeState::operational) continue;
    const SatelliteDesign& design = scenario.satellites[satellite.design];
    const double faded = 1.0 - design.fade_per_s * seconds(now - satellite.operational_at);
    total_W += static_cast<double>(design.power_W) * std::max(faded, 0.0);
  }
  return total_W;
}

}  // namespace lunafab::campaign
