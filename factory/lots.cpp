#include "factory/engine_core.hpp"

// Lots on their routes: queues, service, quality, hand-over.
namespace lunafab::factory {

// ---- on the way

/// Puts a lot before `step`, or before the first one after it that it does not skip.
void Engine::move_to(Lot& lot, std::uint32_t step) {
  const Product& product = plant_.products[lot.product];
  count_under_limit(lot, lot.step, -1);
  for (; step < product.steps.size(); ++step) {
    ++lot.visits;
    const Step& next = product.steps[step];
    if (next.sampled >= 1.0 ||
        uniform(stream(next.entity, Purpose::sampling), visit_number(lot)) < next.sampled)
      break;
    ++s_.stations[plant_.stations[next.station].local].lots.skipped;
  }
  lot.step = step;
  count_under_limit(lot, step, 1);
}

/// The lot goes to the queue it stands before, or leaves.
void Engine::send_on(std::uint32_t index) {
  Lot& lot = s_.lots.all[index];
  if (lot.scrapped != 0 || lot.step >= plant_.products[lot.product].steps.size()) return leave_plant(index);
  const Step& step = step_of(lot);
  if (step.move.kind == Distribution::Kind::constant && step.move.a == 0.0) return join_queue(index);
  const double span_s = variate(step.move, stream(step.entity, Purpose::route_move), visit_number(lot));
  ++s_.stations[plant_.stations[step.station].local].lots.coming;
  s_.lots.moving.push_back({s_.now + Ticks{to_us(span_s)}, s_.lots.moves++, index});
  std::push_heap(s_.lots.moving.begin(), s_.lots.moving.end(), later_move);
}

void Engine::on_move() {
  std::pop_heap(s_.lots.moving.begin(), s_.lots.moving.end(), later_move);
  const std::uint32_t lot = s_.lots.moving.back().lot;
  s_.lots.moving.pop_back();
  --s_.stations[plant_.stations[step_of(s_.lots.all[lot]).station].local].lots.coming;
  join_queue(lot);
}

void Engine::join_queue(std::uint32_t index) {
  Lot& lot = s_.lots.all[index];
  const Station& station = plant_.stations[step_of(lot).station];
  LotQueue& queue = state_of(station).lots;
  lot.since = s_.now;
  line_up(station, index);
  queue.level.set(s_.now, queue.level.level + 1);
  start_lots(station);
}

void Engine::leave_plant(std::uint32_t index) {
  Lot& lot = s_.lots.all[index];
  ProductState& state = product_state(lot);
  count_under_limit(lot, lot.step, -1);
  state.wip.set(s_.now, state.wip.level - 1);
  if (lot.scrapped != 0) {
    ++state.scrapped;
  } else {
    ++state.finished;
    state.cycle.add(s_.now - lot.released);
    if (s_.now > lot.due) {
      ++state.late;
      state.tardy_us += (s_.now - lot.due).us;
    }
  }
  lot.next = s_.lots.free;
  s_.lots.free = index;
  let_in_waiting();
}

// ---- at a station

void Engine::start_lots(const Station& station) {
  while (state_of(station).off == 0 && state_of(station).starved > 0 && choose_lots(station)) {
    begin_lots(station, chosen_slot_);
    admit_lots(station);
  }
}

/// The chosen lots leave the queue; those that have not waited too long are loaded, and work begins.
void Engine::begin_lots(const Station& station, std::uint32_t slot) {
  LotQueue& queue = state_of(station).lots;
  Server& server = s_.servers[slot];
  for (const std::uint32_t index : scratch_.chosen) {
    const Lot& lot = s_.lots.all[index];
    queue.waiting.erase(std::find(queue.waiting.begin(), queue.waiting.end(), index));
    ++queue.waits;
    queue.wait_us += (s_.now - lot.since).us;
  }
  queue.level.set(s_.now, static_cast<std::int64_t>(queue.waiting.size()));
  const std::size_t late = scratch_.leaving.size();
  drop_late(station);
  if (!scratch_.chosen.empty()) {
    server.lot = scratch_.chosen.front();
    server.loaded = 1;
    server.done = 0;
    server.batch = server.good = static_cast<std::int32_t>(scratch_.chosen.size());
    server.whole = Ticks{};
    const Step& step = step_of(s_.lots.all[server.lot]);
    for (std::size_t i = 0; i < scratch_.chosen.size(); ++i) {
      Lot& lot = s_.lots.all[scratch_.chosen[i]];
      lot.next = i + 1 < scratch_.chosen.size() ? scratch_.chosen[i + 1] : no_lot;
      lot.passed = 0;
      const StreamKey times = stream(step.entity, Purpose::service);
      if (i == 0 || step.per != TimePer::batch)
        server.whole = server.whole + step_time(station, lot, times, visit_number(lot));
      take_parts(step);
    }
    server.remaining = server.whole;
    change_over(station, slot, step.setup);
    const std::vector<StepLeg>& taken = step.take;
    proceed(station, slot);
    for (const StepLeg& leg : taken) room_in(leg.store);
  }
  let_go(late);
}

/// Lots noted as leaving, from the one numbered so, go on.
void Engine::let_go(std::size_t first) {
  const std::size_t end = scratch_.leaving.size();
  for (std::size_t i = first; i < end; ++i) send_on(scratch_.leaving[i]);
  scratch_.leaving.resize(first);
}

/// Takes lots that have waited beyond a limit out of the chosen ones, and notes them as leaving; what becomes
/// of them is settled.
void Engine::drop_late(const Station& station) {
  std::erase_if(scratch_.chosen, [&](std::uint32_t lot) {
    if (in_time(station, lot)) return false;
    scratch_.leaving.push_back(lot);
    return true;
  });
}

/// Whether a lot starts its step within all limits; if not, and the limit says so, it is scrapped or
/// reworked.
bool Engine::in_time(const Station& station, std::uint32_t index) {
  Lot& lot = s_.lots.all[index];
  if (lot.limits.empty()) return true;
  const Product& product = plant_.products[lot.product];
  LotQueue& queue = state_of(station).lots;
  bool stays = true;
  std::uint32_t rework_to = no_step;
  for (const StartBy& by : lot.limits) {
    if (by.step != lot.step || s_.now <= by.latest) continue;
    ++queue.limits_broken;
    const QueueTimeLimit& limit = product.steps[by.from].limits[by.limit];
    if (limit.broken == QueueTimeLimit::Broken::note) continue;
    stays = false;
    if (limit.broken == QueueTimeLimit::Broken::scrap) lot.scrapped = 1;
    if (limit.broken == QueueTimeLimit::Broken::rework) rework_to = limit.rework_to;
  }
  std::erase_if(lot.limits, [&](const StartBy& by) { return by.step == lot.step; });
  if (stays) return true;
  if (lot.scrapped != 0) {
    ++queue.scrapped;
  } else {
    ++queue.reworked;
    move_to(lot, rework_to);
  }
  return false;
}

Ticks Engine::step_time(const Station& station, const Lot& lot, const StreamKey& key, std::uint64_t n) const {
  const Step& step = step_of(lot);
  const double span_s = variate(step.time, key, n);
  const double pieces =
      step.per == TimePer::piece ? static_cast<double>(plant_.products[lot.product].lot_size) : 1.0;
  return Ticks{to_us(span_s * pieces / station.speed)};
}

/// The time of the lots in hand, drawn anew.
Ticks Engine::lots_time_anew(const Station& station, const Server& server) {
  std::uint64_t& n = state_of(station).redone;
  Ticks whole{};
  for (std::uint32_t index = server.lot; index != no_lot; index = s_.lots.all[index].next) {
    const Lot& lot = s_.lots.all[index];
    if (index == server.lot || step_of(lot).per != TimePer::batch)
      whole = whole + step_time(station, lot, stream(station, Purpose::resample), n++);
  }
  return whole;
}

void Engine::take_parts(const Step& step) {
  for (const StepLeg& leg : step.take) {
    StoreState& store = store_state(leg.store);
    store.issued += leg.amount;
    change_level(store, -leg.amount, s_.now);
    if (!plant_.tracks_pieces(leg.store)) continue;
    for (std::int64_t i = 0; i < leg.amount; ++i) {
      store.wait_us += (s_.now - store.pieces.pop().since).us;
      ++store.waits;
    }
  }
}

void Engine::finish_lots(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  if (!room_for_parts(slot)) {
    if (server.mode == Mode::blocked) return;
    enter(station, server, Mode::blocked);
    server.run_from = s_.now;
    return schedule(slot, never);
  }
  const Lot& first = s_.lots.all[server.lot];
  const std::vector<StepLeg>* put = first.passed == 0 ? &step_of(first).put : nullptr;
  for (std::uint32_t index = server.lot; index != no_lot; index = s_.lots.all[index].next) {
    if (s_.lots.all[index].passed == 0) judge(station, slot, s_.lots.all[index]);
  }
  (void)pass_on(station, slot);
  if (put == nullptr) return;
  for (const StepLeg& leg : *put) wake_consumers(leg.store);
}

/// Room for what the lots of a server give to stores, all at once.
bool Engine::room_for_parts(std::uint32_t slot) {
  const Server& server = s_.servers[slot];
  const Lot& first = s_.lots.all[server.lot];
  if (first.passed != 0) return true;
  const auto& put = step_of(first).put;
  return std::all_of(put.begin(), put.end(),
                     [&](const StepLeg& leg) { return has_room(leg.store, leg.amount * server.batch); });
}

/// Servers of a station that hold lots back for want of room in a store try again.
void Engine::retry_parts(const Station& station) {
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    const Server& server = s_.servers[slot];
    if (server.mode == Mode::blocked && server.done != 0 && s_.lots.all[server.lot].passed == 0)
      finish_lots(station, slot);
  }
}

/// What comes of a lot: passed, to be reworked, or scrapped; where it stands then.
void Engine::judge(const Station& station, std::uint32_t slot, Lot& lot) {
  const Step& step = step_of(lot);
  const std::uint32_t at = lot.step;
  LotQueue& queue = state_of(station).lots;
  lot.passed = 1;
  ++queue.served;
  s_.servers[slot].fired += plant_.products[lot.product].lot_size;
  for (const StepLeg& leg : step.put) put_in(leg.store, leg.amount, {.since = s_.now, .born = lot.released});
  for (std::uint32_t i = 0; i < step.limits.size(); ++i)
    lot.limits.push_back({step.limits[i].at, at, i, s_.now + step.limits[i].limit});
  const bool good =
      step.good >= 1.0 || uniform(stream(step.entity, Purpose::yield), visit_number(lot)) < step.good;
  if (step.remembered || !good) {
    auto note =
        std::find_if(lot.notes.begin(), lot.notes.end(), [&](const StepNote& n) { return n.step == at; });
    if (note == lot.notes.end()) note = lot.notes.insert(lot.notes.end(), {.step = at});
    note->slot = slot;
    if (!good && step.rework_to != no_step && note->reworks < step.rework_limit) {
      ++note->reworks;
      ++queue.reworked;
      return move_to(lot, step.rework_to);
    }
  }
  if (good) return move_to(lot, at + 1);
  lot.scrapped = 1;
  ++queue.scrapped;
}

/// Lots of a finished server go on as far as there is room; true once all have.
bool Engine::pass_on(const Station& station, std::uint32_t slot) {
  std::uint32_t kept = no_lot, last = no_lot;
  std::uint32_t index = s_.servers[slot].lot;
  s_.servers[slot].lot = no_lot;
  const std::size_t going = scratch_.leaving.size();
  while (index != no_lot) {
    Lot& lot = s_.lots.all[index];
    const std::uint32_t next = lot.next;
    lot.next = no_lot;
    if (lot.scrapped != 0 || has_place(lot)) {
      scratch_.leaving.push_back(index);
      keep_place(lot, 1);
    } else {
      (kept == no_lot ? kept : s_.lots.all[last].next) = index;
      last = index;
    }
    index = next;
  }
  Server& server = s_.servers[slot];
  server.lot = kept;
  if (kept == no_lot) {
    server.loaded = server.done = 0;
    become_free(station, slot);
  } else {
    if (server.mode != Mode::blocked) {
      enter(station, server, Mode::blocked);
      server.run_from = s_.now;
      schedule(slot, never);
    }
    for (std::uint32_t i = kept; i != no_lot; i = s_.lots.all[i].next) wait_for_place(s_.lots.all[i], slot);
  }
  const std::size_t end = scratch_.leaving.size();
  for (std::size_t i = going; i < end; ++i) {
    keep_place(s_.lots.all[scratch_.leaving[i]], -1);
    send_on(scratch_.leaving[i]);
  }
  scratch_.leaving.resize(going);
  if (kept == no_lot) {
    start_lots(station);
    admit_lots(station);
    stand_by(slot);
  }
  return kept == no_lot;
}

/// A place in the queue that a lot stands before is kept for it, or given back.
void Engine::keep_place(const Lot& lot, std::int64_t sign) {
  if (lot.scrapped != 0 || lot.step >= plant_.products[lot.product].steps.size()) return;
  s_.stations[plant_.stations[step_of(lot).station].local].lots.coming += sign;
}

void Engine::wait_for_place(const Lot& lot, std::uint32_t slot) {
  auto& blocked = s_.stations[plant_.stations[step_of(lot).station].local].lots.blocked;
  if (std::find(blocked.begin(), blocked.end(), slot) == blocked.end()) blocked.push_back(slot);
}

/// Whether the queue that a lot stands before can take it, or a server there at once.
bool Engine::has_place(const Lot& lot) {
  if (lot.step >= plant_.products[lot.product].steps.size()) return true;
  const Step& step = step_of(lot);
  const Station& station = plant_.stations[step.station];
  if (station.queue == unlimited) return true;
  const LotQueue& queue = state_of(station).lots;
  const std::int64_t taken = static_cast<std::int64_t>(queue.waiting.size()) + queue.coming;
  if (taken < station.queue) return true;
  return queue.coming == 0 && step.batch.most == 1 && state_of(station).off == 0 && parts_at_hand(step) &&
         server_for(station, lot) != no_slot;
}

/// Servers whose lots wait for a place here pass them on, the longest waiting first.
void Engine::admit_lots(const Station& station) {
  LotQueue& queue = state_of(station).lots;
  for (std::size_t i = 0; i < queue.blocked.size();) {
    const std::uint32_t slot = queue.blocked[i];
    const std::uint32_t index = waiting_for(slot, station);
    if (index == no_lot) {  // passed on meanwhile
      queue.blocked.erase(queue.blocked.begin() + static_cast<std::ptrdiff_t>(i));
    } else if (has_place(s_.lots.all[index])) {
      queue.blocked.erase(queue.blocked.begin() + static_cast<std::ptrdiff_t>(i));
      if (s_.servers[slot].mode == Mode::blocked) (void)pass_on(station_of(slot), slot);
      i = 0;
    } else {
      ++i;
    }
  }
}

/// The first lot on a finished server that stands before a station.
std::uint32_t Engine::waiting_for(std::uint32_t slot, const Station& station) const {
  const Server& server = s_.servers[slot];
  if (server.done == 0) return no_lot;
  for (std::uint32_t index = server.lot; index != no_lot; index = s_.lots.all[index].next) {
    const Lot& lot = s_.lots.all[index];
    if (lot.passed != 0 && &plant_.stations[step_of(lot).station] == &station) return index;
  }
  return no_lot;
}

void Engine::scrap_lots(std::uint32_t slot) {
  for (std::uint32_t index = s_.servers[slot].lot; index != no_lot; index = s_.lots.all[index].next) {
    s_.lots.all[index].scrapped = s_.lots.all[index].passed = 1;
    ++state_of(station_of(slot)).lots.scrapped;
  }
}

}  // namespace lunafab::factory
