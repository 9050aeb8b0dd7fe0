#include "factory/engine_core.hpp"

// Servers under limited power.
namespace lunafab::factory {

/// Takes power from a server, keeping it alive if hold power is left.
void Engine::lose_power(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  stop_work(station, slot, station.rules.at_power_loss);
  if (station.power.hold_mW == 0) {
    enter(station, server, Mode::no_power);
  } else if (held_servers(station) < state_of(station).held_allowed && server.icy == 0) {
    enter(station, server, Mode::held);
  } else {
    freeze(station, server);
  }
  schedule(slot, never);
}

std::int32_t Engine::held_servers(const Station& station) const {
  const auto first = s_.servers.begin() + station.first_server;
  return static_cast<std::int32_t>(std::count_if(
      first, first + station.servers, [](const Server& server) { return server.mode == Mode::held; }));
}

void Engine::apply_grant(const GroupMessage::Grant& grant) {
  const Station& station = plant_.stations[grant.station];
  StationState& state = state_of(station);
  state.allowed = grant.running;
  state.held_allowed = grant.held;
  for (const Mode victim :
       {Mode::starved, Mode::blocked, Mode::no_resource, Mode::thawing, Mode::setup, Mode::busy}) {
    for (std::uint32_t slot = end_slot(station);
         slot-- > station.first_server && state.powered > state.allowed;) {
      if (s_.servers[slot].mode == victim) lose_power(station, slot);
    }
  }
  hand_out_power(station);
  freeze_beyond_hold(station);
}

/// Gives free grants to unpowered servers, those with work in hand first.
void Engine::hand_out_power(const Station& station) {
  const StationState& state = state_of(station);
  for (const bool with_work : {true, false}) {
    for (std::uint32_t slot = station.first_server; slot < end_slot(station) && state.powered < state.allowed;
         ++slot) {
      Server& server = s_.servers[slot];
      const bool waiting =
          server.mode == Mode::no_power || server.mode == Mode::held || server.mode == Mode::frozen;
      if (!waiting || (server.loaded != 0) != with_work) continue;
      come_back(station, slot);
    }
  }
}

void Engine::freeze_beyond_hold(const Station& station) {
  if (station.power.hold_mW == 0) return;
  std::int32_t excess = held_servers(station) - state_of(station).held_allowed;
  for (std::uint32_t slot = end_slot(station); slot-- > station.first_server && excess > 0;) {
    if (s_.servers[slot].mode != Mode::held) continue;
    freeze(station, s_.servers[slot]);
    --excess;
  }
}

void Engine::freeze(const Station& station, Server& server) {
  server.icy = 1;
  server.thaw_left = station.thaw;
  enter(station, server, Mode::frozen);
}

}  // namespace lunafab::factory
