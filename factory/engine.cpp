#include "factory/engine.hpp"
#include "core/contract.hpp"
#include "factory/engine_core.hpp"
#include "factory/max_plus.hpp"

// The event loop, and what every firing passes through.
namespace lunafab::factory {

void Engine::start_all() {
  for (const std::uint32_t station : group_.stations) start_waiting(plant_.stations[station]);
  let_in_waiting();
}

void Engine::run(Tick until) {
  for (;;) {
    const Tick slot_due = s_.calendar.next_due();
    const Tick message_due = s_.inbox.empty() ? never : s_.inbox.front().tick;
    const Tick move_due = s_.lots.moving.empty() ? never : s_.lots.moving.front().at;
    const Tick next = std::min({slot_due, message_due, move_due});
    if (watched_ && plant_.watch.bottleneck && std::min(next, until) > s_.now && lacks_bottleneck())
      find_bottleneck();
    if (next >= until) break;
    ++s_.events;
    if (message_due <= std::min(slot_due, move_due)) {
      s_.now = message_due;
      take_message();
    } else if (move_due <= slot_due) {
      s_.now = move_due;
      on_move();
    } else {
      s_.now = slot_due;
      const std::uint32_t slot = s_.calendar.next_slot();
      if (slot < group_.servers) {
        on_server(slot);
      } else {
        on_other_slot(slot);
      }
    }
  }
  s_.now = until;
}

void Engine::on_other_slot(std::uint32_t slot) {
  if (slot >= group_.first_release_slot()) return on_release(slot - group_.first_release_slot());
  if (slot >= group_.first_calendar_slot()) return on_calendar(slot - group_.first_calendar_slot());
  if (slot >= group_.first_batch_slot()) return on_batch_timer(slot - group_.first_batch_slot());
  on_unit(slot - group_.first_unit_slot());
}

// ---- the life of a server
// ----------------------------------------------------------------------------------

void Engine::on_server(std::uint32_t slot) {
  const Station& station = station_of(slot);
  Server& server = s_.servers[slot];
  if (server.mode == Mode::busy) {
    end_stretch(server);
    return server.remaining.us == 0 ? finish(station, slot) : fail(station, slot);
  }
  switch (server.mode) {
    case Mode::setup:
      if (s_.now - server.run_from < server.setup_left) return fail(station, slot);
      server.setup_left = Ticks{};
      server.setup = server.setup_to;
      release_crew(slot);
      return proceed(station, slot);
    case Mode::thawing:
      if (s_.now - server.run_from < server.thaw_left) return fail(station, slot);
      server.icy = 0;
      return settle_in(station, slot);
    case Mode::down:
    case Mode::maintenance:
      return upkeep_done(station, slot);
    case Mode::no_resource:
      if (server.crew != Server::Crew::coming || server.fails_at <= s_.now) return fail(station, slot);
      server.crew = Server::Crew::here;
      return proceed(station, slot);
    default:  // only the calendar reaches a server that is not at work
      if (server.fails_at <= s_.now) return fail(station, slot);
      if (!maintain(station, slot)) rest(slot);
  }
}

void Engine::finish(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  server.done = 1;
  if (server.crew != Server::Crew::none) release_crew(slot);
  if (station.serves_lots) return finish_lots(station, slot);
  if (station.route != no_route) return depart(station, slot);
  if (hand_over(station, slot)) return;
  enter(station, server, Mode::blocked);
  server.run_from = s_.now;  // its place in the queue for room
  schedule(slot, never);
}

/// A powered server decides what to do next: thaw, go on, hand over, or look for work.
void Engine::settle_in(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  if (server.icy != 0) {
    enter(station, server, Mode::thawing);
    server.run_from = s_.now;
    schedule(slot, s_.now + server.thaw_left);
  } else if (server.done != 0) {
    finish(station, slot);
  } else if (server.loaded != 0) {
    proceed(station, slot);
  } else {
    become_free(station, slot);
    start_waiting(station);
    stand_by(slot);
  }
}

/// A loaded server goes on with what comes next: its crew, its set-up, its work.
void Engine::proceed(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  if (station.plain) return begin_work(station, slot);
  const Errand errand = server.setup_left.us > 0 ? Errand::setup : Errand::work;
  if (server.crew != Server::Crew::here && !needs_of(station, server, errand).empty()) {
    enter(station, server, Mode::no_resource);
    schedule(slot, never);
    return call_crew(station, slot, errand);
  }
  if (errand == Errand::work) return begin_work(station, slot);
  enter(station, server, Mode::setup);
  server.run_from = s_.now;
  schedule(slot, s_.now + server.setup_left);
}

// ---- starting work
// ----------------------------------------------------------------------------------------

std::uint32_t Engine::next_operation(const Station& station) {
  if (station.mix.size() == 1) return 0;
  if (station.rules.avoid_setups) return choose_operation(station);
  const StationState& state = state_of(station);
  std::uint32_t best = 0;
  Int128 largest = 0;
  for (std::uint32_t op = 0; op < station.mix.size(); ++op) {  // the operation furthest behind its share
    const Int128 behind = static_cast<Int128>(state.begun + 1) * station.mix[op].weight -
                          static_cast<Int128>(state.firings[op].started) * 1'000'000;
    if (op == 0 || behind > largest) {
      largest = behind;
      best = op;
    }
  }
  return best;
}

bool Engine::has_inputs(const Operation& op) {
  for (const Leg& leg : op.take) {
    if (is_store(leg.place) && store_state(leg.place).amount < leg.amount) return false;
  }
  return true;
}

void Engine::start_any(const Station& station) {
  if (station.serves_lots) return start_lots(station);
  StationState& state = state_of(station);
  while (state.starved + state.gated > 0) {
    const std::uint32_t op_index = next_operation(station);
    const Operation& op = station.mix[op_index];
    const std::int32_t batch = station.plain ? (has_inputs(op) ? 1 : 0) : batch_of(station, op);
    if (batch == 0) {
      if (pull_blocked(op)) continue;  // what moved may have started this station already
      if (state.gated > 0) ungate(station);
      return;
    }
    if (station.rules.blocking == Blocking::before_service && !reserve_room(op, batch))
      return gate(station, op);
    start(station, op_index, batch);
  }
}

/// Asks waiting vehicles and finished producers for what is missing; true if something moved.
bool Engine::pull_blocked(const Operation& op) {
  for (const Leg& leg : op.take) {
    if (!is_store(leg.place) || store_state(leg.place).amount >= leg.amount) continue;
    if (unload_first(leg.place) || admit_blocked(leg.place)) return true;
  }
  return false;
}

/// A free server begins.
void Engine::start(const Station& station, std::uint32_t op_index, std::int32_t batch) {
  begin(station, op_index, batch);
  for (const Leg& leg : station.mix[op_index].take) {
    if (is_store(leg.place)) room_in(leg.place);
  }
}

std::uint32_t Engine::free_server(const Station& station, std::uint16_t setup) const {
  std::uint32_t first = no_slot;
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    const Server& server = s_.servers[slot];
    if (server.mode != Mode::starved && server.gated == 0) continue;
    if (setup == no_setup || server.setup == setup) return slot;
    if (first == no_slot) first = slot;
  }
  return first;
}

/// The same without a word to those who wait for the room it leaves.
void Engine::begin(const Station& station, std::uint32_t op_index, std::int32_t batch) {
  const Operation& op = station.mix[op_index];
  const std::uint32_t slot = free_server(station, op.setup);
  Server& server = s_.servers[slot];
  StationState& state = state_of(station);
  server.op = static_cast<std::uint16_t>(op_index);
  server.loaded = 1;
  server.done = 0;
  server.batch = server.good = batch;
  server.piece = 0;
  server.reworks = 0;
  server.born = s_.now;
  state.firings[op_index].started += batch;
  if (station.yield < 1.0) {
    server.good = 0;
    for (std::int32_t i = 0; i < batch; ++i) {
      server.good += uniform(stream(station, Purpose::yield), state.begun + static_cast<std::uint64_t>(i)) <
                     station.yield;
    }
  }
  state.begun += static_cast<std::uint64_t>(batch);
  server.remaining = server.whole = service_time(station, state.starts++);
  for (const Leg& leg : op.take) take_from(leg, server);
  if (op.makes_satellite != 0) {
    server.piece = static_cast<std::uint64_t>(group_index_) << 40 | ++s_.satellites_begun;
    out_.push_back({.tick = s_.now,
                    .kind = SiteMessage::Kind::building,
                    .material = op.put.front().material,
                    .id = server.piece});
  }
  if (!station.plain) prepare(station, slot);
  proceed(station, slot);
}

// ---- finishing work
// ---------------------------------------------------------------------------------------

/// Hands a finished firing over if there is room for every output; the server then looks for new work.
bool Engine::hand_over(const Station& station, std::uint32_t slot) {
  if (station.simple && s_.servers[slot].good > 0) return hand_over_simply(station, slot);
  if (!fits(station, s_.servers[slot])) return hand_over_by_plan(station, slot);
  hand_over_plainly(station, slot);  // what is nearly always so needs no plan
  return true;
}

bool Engine::fits(const Station& station, const Server& server) {
  bool room = true;
  const bool reserved = station.rules.blocking == Blocking::before_service;
  each_output(station, server, [&](std::uint32_t place, std::int64_t amount, Output output) {
    if (output == Output::good && reserved) return;
    room = room && has_room(place, amount);
  });
  return room;
}

void Engine::hand_over_plainly(const Station& station, std::uint32_t slot) {
  const Server& server = s_.servers[slot];
  const Operation& op = station.mix[server.op];
  const bool some_good = server.good > 0, some_bad = server.good < server.batch;
  const std::uint32_t bad_place = goes_back(station, server) ? station.rules.rework.to : station.scrap;
  put_outputs(station, slot);
  if (some_bad && is_store(bad_place)) wake_consumers(bad_place);
  if (some_good) {
    for (const Leg& leg : op.put) {
      if (is_store(leg.place)) wake_consumers(leg.place);
    }
  }
  start_waiting(station);
  stand_by(slot);
}

/// Empties a finished server into its outputs.
void Engine::put_outputs(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  Firings& firings = state_of(station).firings[server.op];
  const Operation& op = station.mix[server.op];
  each_output(station, server, [&](std::uint32_t place, std::int64_t amount, Output output) {
    if (!is_store(place)) return;
    put_in(place, amount,
           {s_.now, plant_.stores[place].satellite ? server.piece : 0, station.source ? s_.now : server.born,
            server.reworks + (output == Output::reworked ? 1 : 0)});
  });
  for (std::int64_t i = op.ships * server.good; i > 0; --i) s_.cycle.add(s_.now - server.born);
  if (station.rules.blocking == Blocking::before_service) {
    for (const Leg& leg : op.put) {
      if (is_store(leg.place)) store_state(leg.place).reserved -= leg.amount * server.batch;
    }
  }
  const std::int32_t bad = server.batch - server.good;
  firings.good += server.good;
  (goes_back(station, server) ? firings.reworked : firings.scrapped) += bad;
  server.fired += server.batch;
  tell_satellite(op, server);
  server.loaded = server.done = 0;
  server.piece = 0;
  become_free(station, slot);
}

void Engine::tell_satellite(const Operation& op, const Server& server) {
  if (server.piece == 0) return;
  if (server.good != 0 && op.makes_satellite == 0) return;  // passes through unchanged
  const auto kind = server.good != 0 ? SiteMessage::Kind::built : SiteMessage::Kind::scrapped;
  out_.push_back({.tick = s_.now, .kind = kind, .material = op.put.front().material, .id = server.piece});
}

void Engine::let_in_those_who_wait(std::uint32_t store) {
  while (!store_state(store).inbound.empty() && unload_first(store)) {
  }
  while (admit_blocked(store)) {
  }
  for (const std::uint32_t producer : plant_.stores[store].producers) {
    if (plant_.stations[producer].serves_lots) retry_parts(plant_.stations[producer]);
  }
  wake_gated(store);
}

// ---- messages
// -----------------------------------------------------------------------------------------------

void Engine::take_message() {
  std::pop_heap(s_.inbox.begin(), s_.inbox.end(), later);
  const GroupMessage message = std::move(s_.inbox.back());
  s_.inbox.pop_back();
  switch (message.kind) {
    case GroupMessage::Kind::grant:
      for (const auto& grant : message.grants) apply_grant(grant);
      break;
    case GroupMessage::Kind::arrival:
      store_state(message.store).inbound.push_back(message.load);
      while (unload_first(message.store)) {
      }
      break;
    case GroupMessage::Kind::vehicle_back:
      vehicle_back(message);
      break;
  }
}

void start_up(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Scratch& scratch,
              std::vector<SiteMessage>& out) {
  Engine(plant, group, state, key, scratch, out).start_all();
}

void advance(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
             Scratch& scratch, std::vector<SiteMessage>& out) {
  expects(until >= state.now, "engine: time runs forwards");
  if (!plant.groups[group].serial.empty())
    return advance_serial(plant, group, state, key, until, scratch.services);
  Engine(plant, group, state, key, scratch, out).run(until);
}

}  // namespace lunafab::factory
