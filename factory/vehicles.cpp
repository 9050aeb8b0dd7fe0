#include "factory/engine_core.hpp"

// Vehicles at their loading place.
namespace lunafab::factory {

void Engine::depart(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  const Leg& load = station.mix[server.op].take.front();
  SiteMessage message{.tick = s_.now,
                      .kind = SiteMessage::Kind::departed,
                      .route = station.route,
                      .server = slot,
                      .amount = load.amount};
  if (server.piece != 0) message.ids.push_back(server.piece);
  out_.push_back(std::move(message));
  ++state_of(station).firings[server.op].good;
  server.loaded = server.done = 0;
  server.piece = 0;
  enter(station, server, Mode::away);
  s_.calendar.set(slot, never);
  power_freed(station);
}

void Engine::vehicle_back(const GroupMessage& message) {
  const Station& station = plant_.stations[message.station];
  Server& server = s_.servers[message.load.server];
  server.worked = server.worked + message.trip;  // the road wears the vehicle too
  if (server.life != endless_life) server.life = server.life - message.trip;
  if (server.life.us <= 0 || server.fails_at <= s_.now) return fail(station, message.load.server);
  come_back(station, message.load.server);
}

}  // namespace lunafab::factory
