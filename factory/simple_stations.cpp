#include "factory/engine_core.hpp"

// What engine.cpp does for any station, for a simple one: one operation, one place to take from and one to
// give to. Most stations of most lines are, and most of the time goes here.
namespace lunafab::factory {

void Engine::start_simple(const Station& station) {
  const StationState& state = state_of(station);
  const Leg& leg = station.mix.front().take.front();
  if (!is_store(leg.place)) {
    while (state.starved > 0) begin_simple(station);
    return;
  }
  const StoreState& store = store_state(leg.place);
  while (state.starved > 0) {
    if (store.amount >= leg.amount) {
      begin_simple(station);
      room_in(leg.place);
    } else if (!anyone_waits(leg.place) || !(unload_first(leg.place) || admit_blocked(leg.place))) {
      return;
    }
  }
}

void Engine::begin_simple(const Station& station) {
  const std::uint32_t slot = station.servers == 1 ? station.first_server : free_server(station, no_setup);
  Server& server = s_.servers[slot];
  StationState& state = state_of(station);
  server.op = 0;
  server.loaded = 1;
  server.done = 0;
  server.batch = server.good = 1;
  server.piece = 0;
  server.reworks = 0;
  server.born = s_.now;
  ++state.firings.front().started;
  ++state.begun;
  server.remaining = server.whole = service_time(station, state.starts++);
  take_from(station.mix.front().take.front(), server);
  begin_work(station, slot);
}

/// Whether a consumer of a store is free, and so might take what there is no room for.
bool Engine::anyone_takes(std::uint32_t store) {
  return std::ranges::any_of(plant_.stores[store].consumers, [&](std::uint32_t consumer) {
    return state_of(plant_.stations[consumer]).starved > 0;
  });
}

bool Engine::hand_over_simply(const Station& station, std::uint32_t slot) {
  const Operation& op = station.mix.front();
  const auto& [place, material, amount] = op.put.front();
  if (!has_room(place, amount)) return anyone_takes(place) && hand_over_by_plan(station, slot);
  Server& server = s_.servers[slot];
  put_in(place, amount, {s_.now, 0, station.source ? s_.now : server.born, server.reworks});
  for (std::int64_t i = op.ships; i > 0; --i) s_.cycle.add(s_.now - server.born);
  ++state_of(station).firings.front().good;
  ++server.fired;
  server.loaded = server.done = 0;
  become_free(station, slot);
  if (is_store(place)) wake_consumers(place);
  start_waiting(station);
  stand_by(slot);
  return true;
}

}  // namespace lunafab::factory
