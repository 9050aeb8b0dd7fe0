#include "factory/group.hpp"
#include <algorithm>
#include <tuple>
#include "core/contract.hpp"
#include "factory/draws.hpp"

namespace lunafab::factory {

namespace {

StoreState initial_store(const Plant& plant, std::uint32_t index) {
  StoreState store;
  store.amount = store.received = plant.stores[index].initial;
  store.level.level = store.amount;
  if (plant.tracks_pieces(index)) {
    for (std::int64_t i = 0; i < store.amount; ++i) store.pieces.push({});
  }
  return store;
}

bool begins_on(const Plant& plant, std::uint32_t calendar) {
  return calendar == always_on || is_on(plant.calendars[calendar], Tick{});
}

Mode initial_mode(const Plant& plant, const Station& station) {
  if (!begins_on(plant, station.rules.calendar)) return Mode::off;
  if (!plant.power_limited || !station.power.any()) return Mode::starved;
  return station.power.hold_mW > 0 ? Mode::held : Mode::no_power;
}

void place_servers(const Plant& plant, const Station& station, const RunKey& key, GroupState& state) {
  StationState& station_state = state.stations[station.local];
  const Mode mode = initial_mode(plant, station);
  const bool free = !plant.power_limited || !station.power.any();
  station_state.firings.resize(station.mix.size());
  station_state.off = mode == Mode::off ? 1 : 0;
  station_state.allowed = free ? station.servers : 0;
  station_state.powered = station_state.starved = mode == Mode::starved ? station.servers : 0;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
    const std::uint32_t slot = station.first_server + i;
    Server& server = state.servers[slot];
    server.mode = mode;
    server.setup = station.rules.initial_setup;
    for (std::size_t k = 0; k < station.upkeep.size(); ++k)
      draw_due(station, slot, k, 0, state.upkeep[upkeep_place(station, slot, k)], key);
    refresh_server(plant, station, slot, state.upkeep, server, Tick{});
    state.calendar.set(
        slot,
        std::min(server.fails_at, mode == Mode::starved || mode == Mode::off ? server.maintain_at : never));
  }
}

void place_units(const Plant& plant, const Group& group, const RunKey& key, GroupState& state) {
  state.units.resize(group.units);
  for (std::uint32_t unit = 0; unit < group.units; ++unit) {
    const Resource& resource = plant.resources[group.resource_of_unit[unit]];
    if (!begins_on(plant, resource.calendar)) state.units[unit].mode = UnitMode::off;
    state.units[unit].charge_at = resource.endurance;
    draw_break(resource, unit, state.units[unit], key);
  }
}

void place_timers(const Plant& plant, const Group& group, const RunKey& key, GroupState& state) {
  for (std::uint32_t i = 0; i < group.calendars.size(); ++i) {
    const WorkCalendar& calendar = plant.calendars[group.calendars[i]];
    state.calendar.set(group.first_calendar_slot() + i, next_change(calendar, Tick{}));
  }
  state.lots.releases.resize(group.releases.size());
  state.lots.limits.resize(group.limits.size());
  state.lots.products.resize(group.products.size());
  for (std::uint32_t i = 0; i < group.releases.size(); ++i) {
    const Release& release = plant.releases[group.releases[i]];
    if (release.timed) {
      state.calendar.set(group.first_release_slot() + i,
                         next_release(release, state.lots.releases[i], Tick{}, key));
    } else {
      state.lots.releases[i].outside = release.count;
    }
  }
}

}  // namespace

GroupState initial_state(const Plant& plant, std::uint32_t group_index, const RunKey& key) {
  const Group& group = plant.groups[group_index];
  GroupState state;
  state.servers.resize(group.servers);
  state.calendar.resize(group.slots());
  state.upkeep.resize(group.clocks);
  for (const std::uint32_t index : group.stores) state.stores.push_back(initial_store(plant, index));
  state.stations.resize(group.stations.size());
  for (const std::uint32_t index : group.stations) place_servers(plant, plant.stations[index], key, state);
  if (plant.watch.bottleneck) {
    for (const std::uint32_t index : group.stations)
      state.watch.stations.push_back({.idle = plant.stations[index].servers});
  }
  place_units(plant, group, key, state);
  place_timers(plant, group, key, state);
  return state;
}

bool later(const GroupMessage& a, const GroupMessage& b) {
  return std::tie(a.tick, a.seq) > std::tie(b.tick, b.seq);
}

void deliver(GroupState& state, GroupMessage message) {
  expects(message.tick >= state.now, "engine: a message arrived for a tick already past");
  state.inbox.push_back(std::move(message));
  std::push_heap(state.inbox.begin(), state.inbox.end(), later);
}

void order_inbox(GroupState& state) {
  std::sort(state.inbox.begin(), state.inbox.end(),
            [](const GroupMessage& a, const GroupMessage& b) { return later(b, a); });
}

void book(GroupState& state, const Plant& plant, std::uint32_t group, Tick now) {
  for (const std::uint32_t index : plant.groups[group].stations) {
    const Station& station = plant.stations[index];
    StationState& station_state = state.stations[station.local];
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
      Server& server = state.servers[station.first_server + i];
      if (server.mode != Mode::starved) {
        draw_bar(plant.watch.gantt,
                 {station.first_server + i, static_cast<std::uint8_t>(server.mode), server.since, now},
                 state.watch);
      }
      station_state.mode_us[static_cast<std::size_t>(server.mode)] += (now - server.since).us;
      server.since = now;
    }
  }
  for (StoreState& store : state.stores) store.level.set(now, store.amount);
  if (state.watch.bottleneck != no_station) {
    state.watch.stations[state.watch.bottleneck].sole_us += (now - state.watch.reigns_from).us;
    state.watch.reigns_from = now;
  }
  for (StationState& station : state.stations) station.lots.level.set(now, station.lots.level.level);
  for (ProductState& product : state.lots.products) product.wip.set(now, product.wip.level);
  for (UnitState& unit : state.units) {
    const Ticks span = now - unit.since;
    unit.mode_us[static_cast<std::size_t>(unit.mode)] += span.us;
    if (unit.mode == UnitMode::serving) unit.worked = unit.worked + span;
    unit.since = now;
  }
}

Int128 energy_nJ(const Station& station, const StationState& state) {
  const auto time = [&](Mode mode) {
    return static_cast<Int128>(state.mode_us[static_cast<std::size_t>(mode)]);
  };
  return (time(Mode::busy) + time(Mode::thawing)) * station.power.busy_mW +
         time(Mode::setup) * station.power.setup_mW +
         (time(Mode::starved) + time(Mode::blocked) + time(Mode::no_resource)) * station.power.idle_mW +
         time(Mode::held) * station.power.hold_mW;
}

std::int32_t servers_needing_power(const Plant& plant, const GroupState& state, std::uint32_t station_index) {
  const Station& station = plant.stations[station_index];
  std::int32_t engaged = 0, up = 0;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
    const Server& server = state.servers[station.first_server + i];
    if (server.mode == Mode::down || server.mode == Mode::maintenance || server.mode == Mode::off) continue;
    ++up;
    engaged += (server.loaded != 0 && server.done == 0) || server.icy != 0 ? 1 : 0;
  }
  std::int64_t startable = static_cast<std::int64_t>(state.stations[station.local].lots.waiting.size());
  for (const Operation& op : station.mix) {
    std::int64_t starts = station.servers;
    for (const Leg& leg : op.take) {
      if (is_store(leg.place))
        starts = std::min(starts, state.stores[plant.stores[leg.place].local].amount / leg.amount);
    }
    startable += starts;
  }
  return static_cast<std::int32_t>(std::min<std::int64_t>(up, engaged + startable + 1));
}

namespace {

std::int64_t level(const Plant& plant, const GroupState& state, std::uint32_t store) {
  return state.stores[plant.stores[store].local].amount;
}

/// The store without room for a finished firing.
Obstacle missing_room(const Plant& plant, const GroupState& state, const Station& station,
                      const Server& server) {
  const std::int32_t bad = server.batch - server.good;
  if (bad > 0 && is_store(station.scrap) && server.reworks >= station.rules.rework.limit)
    return {Obstacle::Kind::no_room, station.scrap};
  for (const Leg& leg : station.mix[server.op].put) {
    if (!is_store(leg.place) || plant.stores[leg.place].when_full != WhenFull::block) continue;
    const std::int64_t room = plant.stores[leg.place].capacity - level(plant, state, leg.place);
    if (leg.amount * std::max(server.good, 1) > room) return {Obstacle::Kind::no_room, leg.place};
  }
  return {};
}

Obstacle missing_input(const Plant& plant, const GroupState& state, const Station& station) {
  for (const Operation& op : station.mix) {
    const auto lacking = std::find_if(op.take.begin(), op.take.end(), [&](const Leg& leg) {
      return is_store(leg.place) && level(plant, state, leg.place) < leg.amount;
    });
    if (lacking != op.take.end()) return {Obstacle::Kind::no_input, lacking->place};
  }
  return {};
}

}  // namespace

Obstacle obstacle(const Plant& plant, const GroupState& state, std::uint32_t station_index) {
  const Station& station = plant.stations[station_index];
  if (station.serves_lots) return {};
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
    const Server& server = state.servers[station.first_server + i];
    if (server.mode != Mode::blocked) continue;
    const Obstacle room = missing_room(plant, state, station, server);
    if (room.kind != Obstacle::Kind::none) return room;
  }
  if (state.stations[station.local].starved == 0) return {};
  return missing_input(plant, state, station);
}

bool at_rest(const GroupState& state) {
  const bool only_grants =
      std::all_of(state.inbox.begin(), state.inbox.end(),
                  [](const GroupMessage& message) { return message.kind == GroupMessage::Kind::grant; });
  const bool powered = std::all_of(state.servers.begin(), state.servers.end(), [](const Server& server) {
    return server.mode == Mode::starved || server.mode == Mode::blocked;
  });
  return state.calendar.next_due() == never && state.lots.moving.empty() && only_grants && powered;
}

}  // namespace lunafab::factory
