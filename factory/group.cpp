#include "factory/group.hpp"
#include <algorithm>
#include <tuple>
#include "core/contract.hpp"
#include "factory/draws.hpp"

namespace lunafab::factory {

GroupState initial_state(const Plant& plant, std::uint32_t group_index, const RunKey& key) {
  const Group& group = plant.groups[group_index];
  GroupState state;
  state.servers.resize(group.servers);
  state.calendar.resize(group.servers);
  for (const std::uint32_t index : group.stores) {
    StoreState store;
    store.amount = store.received = plant.stores[index].initial;
    store.level.level = store.amount;
    if (plant.tracks_pieces(index)) {
      for (std::int64_t i = 0; i < store.amount; ++i) store.pieces.push({});
    }
    state.stores.push_back(std::move(store));
  }
  for (const std::uint32_t index : group.stations) {
    const Station& station = plant.stations[index];
    StationState station_state;
    station_state.firings.resize(station.mix.size());
    const bool free = !plant.power_limited || !station.power.any();
    const Mode mode = free ? Mode::starved : station.power.hold_mW > 0 ? Mode::held : Mode::no_power;
    station_state.allowed = station_state.powered = station_state.starved = free ? station.servers : 0;
    for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
      Server& server = state.servers[station.first_server + i];
      server.mode = mode;
      server.life = endless_life;
      draw_life(station, i, server, Tick{}, key);
      if (station.failures.clock == FailureClock::calendar)
        state.calendar.set(station.first_server + i, server.fails_at);
    }
    state.stations.push_back(std::move(station_state));
  }
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
      station_state.mode_us[static_cast<std::size_t>(server.mode)] += (now - server.since).us;
      server.since = now;
    }
  }
  for (StoreState& store : state.stores) store.level.set(now, store.amount);
}

Int128 energy_nJ(const Station& station, const StationState& state) {
  const auto time = [&](Mode mode) {
    return static_cast<Int128>(state.mode_us[static_cast<std::size_t>(mode)]);
  };
  return (time(Mode::busy) + time(Mode::thawing)) * station.power.busy_mW +
         (time(Mode::starved) + time(Mode::blocked)) * station.power.idle_mW +
         time(Mode::held) * station.power.hold_mW;
}

std::int32_t servers_needing_power(const Plant& plant, const GroupState& state, std::uint32_t station_index) {
  const Station& station = plant.stations[station_index];
  std::int32_t engaged = 0, up = 0;
  for (std::uint32_t i = 0; i < static_cast<std::uint32_t>(station.servers); ++i) {
    const Server& server = state.servers[station.first_server + i];
    if (server.mode == Mode::down) continue;
    ++up;
    engaged += (server.loaded != 0 && server.done == 0) || server.icy != 0 ? 1 : 0;
  }
  std::int64_t startable = 0;
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
  if (server.good == 0) return {Obstacle::Kind::no_room, station.scrap};
  for (const Leg& leg : station.mix[server.op].put) {
    if (!is_store(leg.place) || plant.stores[leg.place].when_full != WhenFull::block) continue;
    const std::int64_t room = plant.stores[leg.place].capacity - level(plant, state, leg.place);
    if (leg.amount > room) return {Obstacle::Kind::no_room, leg.place};
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
  return state.calendar.next_due() == never && only_grants && powered;
}

}  // namespace lunafab::factory
