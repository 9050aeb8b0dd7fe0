#include "factory/engine_core.hpp"

// What the start of a firing may depend on besides one set of inputs: batches, room before service, the
// set-up that is there, sampling.
namespace lunafab::factory {

std::int64_t Engine::firings_at_hand(const Operation& op) {
  std::int64_t firings = unlimited;
  for (const Leg& leg : op.take) {
    if (is_store(leg.place)) firings = std::min(firings, store_state(leg.place).amount / leg.amount);
  }
  return firings;
}

/// Firings to begin together; 0 while it is too early.
std::int32_t Engine::batch_of(const Station& station, const Operation& op) {
  const Batch& batch = station.rules.batch;
  const auto at_hand = static_cast<std::int32_t>(std::min<std::int64_t>(firings_at_hand(op), batch.most));
  if (at_hand >= batch.least || at_hand == 0 || batch.wait.us == never.us)
    return at_hand >= batch.least ? at_hand : 0;
  const Tick patience = store_state(op.take.front().place).pieces.front().since + batch.wait;
  if (patience <= s_.now) return at_hand;
  s_.calendar.set(group_.first_batch_slot() + station.local, patience);
  return 0;
}

void Engine::on_batch_timer(std::uint32_t local) {
  s_.calendar.set(group_.first_batch_slot() + local, never);
  start_waiting(plant_.stations[group_.stations[local]]);
}

/// Keeps room for all that the firings will give; false, and nothing kept, where there is not enough.
bool Engine::reserve_room(const Operation& op, std::int32_t batch) {
  for (const Leg& leg : op.put) {
    if (!has_room(leg.place, leg.amount * batch)) return false;
  }
  for (const Leg& leg : op.put) {
    if (is_store(leg.place)) store_state(leg.place).reserved += leg.amount * batch;
  }
  return true;
}

/// Books free servers that have inputs but no room as blocked; the rest of the free ones are starved.
void Engine::gate(const Station& station, const Operation& op) {
  StationState& state = state_of(station);
  std::int64_t at_hand = firings_at_hand(op) / station.rules.batch.least;
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    Server& server = s_.servers[slot];
    if (server.mode != Mode::starved && server.gated == 0) continue;
    const bool waits = at_hand-- > 0;
    if (waits == (server.gated != 0)) continue;
    enter(station, server, waits ? Mode::blocked : Mode::starved);
    server.gated = waits ? 1 : 0;
    state.gated += server.gated;
  }
}

/// Inputs have gone elsewhere: nobody is blocked any more.
void Engine::ungate(const Station& station) {
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    if (s_.servers[slot].gated != 0) enter(station, s_.servers[slot], Mode::starved);
  }
}

void Engine::wake_gated(std::uint32_t store) {
  for (const std::uint32_t producer : plant_.stores[store].producers) {
    const Station& station = plant_.stations[producer];
    if (state_of(station).gated > 0) start_waiting(station);
  }
}

/// The operation for which a free server is set up, if its inputs are there; else the one furthest behind its
/// share among those whose inputs are there; else the one furthest behind.
std::uint32_t Engine::choose_operation(const Station& station) {
  const StationState& state = state_of(station);
  std::uint32_t best = 0;
  std::pair<int, Int128> largest{-1, 0};
  for (std::uint32_t op = 0; op < station.mix.size(); ++op) {
    const std::uint16_t setup = station.mix[op].setup;
    const std::uint32_t slot = free_server(station, setup);
    const bool ready = slot != no_slot && (setup == no_setup || s_.servers[slot].setup == setup);
    const int rank = !has_inputs(station.mix[op]) ? 0 : ready ? 2 : 1;
    const Int128 behind = static_cast<Int128>(state.begun + 1) * station.mix[op].weight -
                          static_cast<Int128>(state.firings[op].started) * 1'000'000;
    if (std::pair{rank, behind} > largest) {
      largest = {rank, behind};
      best = op;
    }
  }
  return best;
}

/// What a firing draws beyond its time and result: whether it is looked at, and its change-over.
void Engine::prepare(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  StationState& state = state_of(station);
  const std::uint64_t n = state.starts - 1;
  if (station.rules.sampled < 1.0 &&
      uniform(stream(station, Purpose::sampling), n) >= station.rules.sampled) {
    server.remaining = server.whole = Ticks{};
    server.good = server.batch;
  }
  change_over(station, slot, station.mix[server.op].setup);
}

/// A loaded server in another state than the work needs is changed over first.
void Engine::change_over(const Station& station, std::uint32_t slot, std::uint16_t to) {
  Server& server = s_.servers[slot];
  server.setup_left = Ticks{};
  if (to == no_setup || server.setup == to) return;
  server.setup_to = to;
  if (server.setup == no_setup) {
    server.setup = to;
    return;
  }
  const Distribution& time = plant_.setups[station.rules.setups].time(server.setup, to);
  server.setup_left =
      Ticks{to_us(variate(time, stream(station, Purpose::setup_time), state_of(station).changes++))};
  if (server.setup_left.us == 0) server.setup = to;
}

}  // namespace lunafab::factory
