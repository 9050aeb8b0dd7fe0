#include "factory/engine_core.hpp"

// A hand-over may pass more through a store than it can hold, if free consumers take the excess at once (a
// store without places only ever passes on). Who takes part is found before anything moves: the plan starts
// with what one server or vehicle brings; while a store would be left above its capacity, a consumer of it is
// added, with the blocked servers and waiting vehicles that bring what this consumer still lacks.
namespace lunafab::factory {

void Engine::drop(Plan plan) {
  scratch_.changes.resize(plan.changes);
  scratch_.actors.resize(plan.actors);
}

/// Puts a plan made above another in its place.
void Engine::replace(Plan plan, Plan by) {
  const auto at = [](auto& list, std::size_t i) {
    return list.begin() + static_cast<std::ptrdiff_t>(i);
  };
  scratch_.changes.erase(at(scratch_.changes, plan.changes), at(scratch_.changes, by.changes));
  scratch_.actors.erase(at(scratch_.actors, plan.actors), at(scratch_.actors, by.actors));
}

/// Level of a store once the plan's servers and vehicles have put, and its consumers have taken.
std::int64_t Engine::planned(Plan plan, std::uint32_t place) {
  const StoreState& state = store_state(place);
  std::int64_t full = state.amount + state.reserved, taken = 0;
  for (std::size_t i = plan.changes; i < scratch_.changes.size(); ++i) {
    if (scratch_.changes[i].place == place)
      (scratch_.changes[i].amount > 0 ? full : taken) += scratch_.changes[i].amount;
  }
  const Store& store = plant_.stores[place];
  if (store.when_full != WhenFull::block) full = std::min(full, store.capacity);
  return full + taken;
}

std::int64_t Engine::times_in(Plan plan, Actor actor) const {
  return std::count(scratch_.actors.begin() + static_cast<std::ptrdiff_t>(plan.actors), scratch_.actors.end(),
                    actor);
}

void Engine::add_server(const Station& station, std::uint32_t slot) {
  const bool reserved = station.rules.blocking == Blocking::before_service;
  scratch_.actors.push_back({Actor::Kind::server, slot});
  each_output(station, s_.servers[slot], [&](std::uint32_t place, std::int64_t amount, Output output) {
    if (output != Output::good || !reserved) note_change(place, amount);
  });
}

void Engine::add_vehicle(std::uint32_t store) {
  scratch_.actors.push_back({Actor::Kind::vehicle, store});
  note_change(store, store_state(store).inbound.front().amount);
}

void Engine::note_change(std::uint32_t place, std::int64_t amount) {
  if (is_store(place)) scratch_.changes.push_back({place, amount});
}

/// Adds consumers until no store is left above its capacity; drops the plan where that cannot be.
bool Engine::complete(Plan plan) {
  for (std::size_t i = plan.changes; i < scratch_.changes.size(); ++i) {
    const std::uint32_t place = scratch_.changes[i].place;
    const Store& store = plant_.stores[place];
    if (store.when_full != WhenFull::block || scratch_.changes[i].amount < 0) continue;
    while (planned(plan, place) > store.capacity) {
      if (add_any_consumer(plan, place, Choice::settles) || add_any_consumer(plan, place, Choice::takes) ||
          add_any_consumer(plan, place, Choice::gathers)) {
        continue;
      }
      drop(plan);
      return false;
    }
  }
  return true;
}

bool Engine::add_any_consumer(Plan plan, std::uint32_t place, Choice choice) {
  const auto& consumers = plant_.stores[place].consumers;
  return std::any_of(consumers.begin(), consumers.end(),
                     [&](std::uint32_t consumer) { return add_consumer(plan, consumer, place, choice); });
}

/// Adds a free server of `consumer` that takes from `place`, if all it needs comes together. Stations that
/// look at more than inputs before they start take no part.
bool Engine::add_consumer(Plan plan, std::uint32_t consumer, std::uint32_t place, Choice choice) {
  const Station& station = plant_.stations[consumer];
  if (station.serves_lots || station.rules.blocking == Blocking::before_service ||
      station.rules.batch.most > 1 || state_of(station).off != 0)
    return false;
  const Actor actor{Actor::Kind::consumer, consumer};
  const std::int64_t claimed = times_in(plan, actor);
  if (state_of(station).starved <= claimed) return false;
  if (claimed > 0 && station.mix.size() > 1) return false;  // its next operation may be another
  const Operation& op = station.mix[next_operation(station)];
  if (std::none_of(op.take.begin(), op.take.end(), [&](const Leg& leg) { return leg.place == place; }))
    return false;
  const Plan before = open_plan();
  for (const Leg& leg : op.take) {
    if (!is_store(leg.place)) continue;
    while (planned(plan, leg.place) < leg.amount) {
      if (choice == Choice::gathers && add_giver(plan, leg.place)) continue;
      drop(before);
      return false;
    }
    note_change(leg.place, -leg.amount);
  }
  if (choice == Choice::settles && planned(plan, place) > plant_.stores[place].capacity) {
    drop(before);
    return false;
  }
  scratch_.actors.push_back(actor);
  return true;
}

/// The blocked producer of a store that has waited longest, among those that `accept` takes.
template <class Accept>
std::optional<std::uint32_t> Engine::longest_blocked(std::uint32_t store, Accept&& accept) {
  std::optional<std::uint32_t> best;
  for (const std::uint32_t producer : plant_.stores[store].producers) {
    const Station& station = plant_.stations[producer];
    if (state_of(station).blocked == 0 || station.serves_lots) continue;
    for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
      const Server& server = s_.servers[slot];
      if (server.mode != Mode::blocked || server.done == 0) continue;
      if (best && server.run_from >= s_.servers[*best].run_from) continue;
      if (accept(station, slot)) best = slot;
    }
  }
  return best;
}

/// Adds the vehicle, or else the longest blocked server, that waits to bring more to `place`.
bool Engine::add_giver(Plan plan, std::uint32_t place) {
  if (!store_state(place).inbound.empty() && times_in(plan, {Actor::Kind::vehicle, place}) == 0) {
    add_vehicle(place);
    return true;
  }
  const auto slot = longest_blocked(place, [&](const Station& station, std::uint32_t candidate) {
    return brings(station, s_.servers[candidate], place) &&
           times_in(plan, {Actor::Kind::server, candidate}) == 0;
  });
  if (!slot) return false;
  add_server(station_of(*slot), *slot);
  return true;
}

bool Engine::brings(const Station& station, const Server& server, std::uint32_t place) const {
  bool found = false;
  each_output(station, server,
              [&](std::uint32_t output, std::int64_t, Output) { found = found || output == place; });
  return found;
}

/// Carries out a completed plan: all put, all take, and only then do others hear of it.
void Engine::carry_out(Plan plan) {
  const std::size_t end = scratch_.actors.size();
  for (std::size_t i = plan.actors; i < end; ++i) {
    if (scratch_.actors[i].kind == Actor::Kind::server)
      put_outputs(station_of(scratch_.actors[i].of), scratch_.actors[i].of);
    if (scratch_.actors[i].kind == Actor::Kind::vehicle) unload(scratch_.actors[i].of);
  }
  for (std::size_t i = plan.actors; i < end; ++i) {
    if (scratch_.actors[i].kind != Actor::Kind::consumer) continue;
    const Station& station = plant_.stations[scratch_.actors[i].of];
    begin(station, next_operation(station), 1);
  }
  const std::size_t last_change = scratch_.changes.size();
  for (std::size_t i = plan.changes; i < last_change; ++i) {
    if (scratch_.changes[i].amount < 0) room_in(scratch_.changes[i].place);
  }
  for (std::size_t i = plan.changes; i < last_change; ++i) {
    if (scratch_.changes[i].amount > 0) wake_consumers(scratch_.changes[i].place);
  }
  for (std::size_t i = plan.actors; i < end; ++i) {
    if (scratch_.actors[i].kind != Actor::Kind::server) continue;
    start_waiting(station_of(scratch_.actors[i].of));
    stand_by(scratch_.actors[i].of);
  }
  drop(plan);
}

bool Engine::hand_over_by_plan(const Station& station, std::uint32_t slot) {
  const Plan plan = open_plan();
  add_server(station, slot);
  if (!complete(plan)) return false;
  carry_out(plan);
  return true;
}

/// Lets the longest blocked producer of a store that can hand over do so; false if none can.
bool Engine::admit_blocked(std::uint32_t store) {
  const Plan plan = open_plan();
  const auto slot = longest_blocked(store, [&](const Station& station, std::uint32_t candidate) {
    const Plan trial = open_plan();
    if (!hands_over_simply(station, s_.servers[candidate])) {
      add_server(station, candidate);
      if (!complete(trial)) return false;
    }
    replace(plan, trial);
    return true;
  });
  if (!slot) return false;
  if (scratch_.actors.size() == plan.actors) {
    hand_over_simply(station_of(*slot), *slot);
  } else {
    carry_out(plan);
  }
  return true;
}

/// Unloads the vehicle that has waited longest at a store, if there is room for its load.
bool Engine::unload_first(std::uint32_t store) {
  if (store_state(store).inbound.empty()) return false;
  const Plan plan = open_plan();
  add_vehicle(store);
  if (!complete(plan)) return false;
  carry_out(plan);
  return true;
}

void Engine::unload(std::uint32_t store) {
  StoreState& state = store_state(store);
  const Inbound load = std::move(state.inbound.front());
  state.inbound.erase(state.inbound.begin());
  if (load.ids.empty()) {
    put_in(store, load.amount, {.since = s_.now, .born = s_.now});
  } else {
    for (const std::uint64_t id : load.ids) put_in(store, 1, {s_.now, id, s_.now});
  }
  state.arrived += load.amount;
  if (load.route == no_route) return;
  out_.push_back({.tick = s_.now,
                  .kind = SiteMessage::Kind::unloaded,
                  .route = load.route,
                  .server = load.server,
                  .ids = {}});
}

}  // namespace lunafab::factory
