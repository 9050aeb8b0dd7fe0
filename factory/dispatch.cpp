#include <limits>
#include "factory/engine_core.hpp"

// Which lots a free server takes.
namespace lunafab::factory {
namespace {

double hours(Ticks span) {
  return static_cast<double>(span.us) / 3.6e9;
}

constexpr double no_due_date_h = 1e12;  // after everything that has one

}  // namespace

bool Engine::parts_at_hand(const Step& step) {
  return std::all_of(step.take.begin(), step.take.end(),
                     [&](const StepLeg& leg) { return store_state(leg.store).amount >= leg.amount; });
}

/// The free server that a lot may and should use: the one it must return to, else the one with the shortest
/// change-over, the first among equals; `no_slot` where none is free.
std::uint32_t Engine::server_for(const Station& station, const Lot& lot) const {
  const Step& step = step_of(lot);
  if (step.same_tool_as != no_step) {
    for (const StepNote& note : lot.notes) {
      if (note.step != step.same_tool_as || note.slot == no_slot) continue;
      return s_.servers[note.slot].mode == Mode::starved ? note.slot : no_slot;
    }
  }
  if (step.setup == no_setup) return free_server(station, no_setup);
  std::uint32_t best = no_slot;
  double shortest = std::numeric_limits<double>::infinity();
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    const Server& server = s_.servers[slot];
    if (server.mode != Mode::starved) continue;
    const bool ready = server.setup == no_setup || server.setup == step.setup;
    const double span_s =
        ready ? 0.0 : mean(plant_.setups[station.rules.setups].time(server.setup, step.setup));
    if (span_s >= shortest) continue;
    shortest = span_s;
    best = slot;
  }
  return best;
}

/// Smaller goes first. Dates count from the start of the run, so that but for critical ratios and set-ups a
/// lot's score does not change while it waits.
Engine::Score Engine::score(const Station& station, const Lot& lot, const Server* server) const {
  Score total{};
  const Step& step = step_of(lot);
  const double left_h = plant_.products[lot.product].work_left_s[lot.step] / 3600.0;
  const double due_h = lot.due == never ? no_due_date_h : hours(lot.due - Tick{});
  for (const DispatchTerm& term : station.dispatch) {
    double value = 0.0;
    switch (term.kind) {
      case DispatchTerm::Kind::fifo:
        value = hours(lot.since - Tick{});
        break;
      case DispatchTerm::Kind::lifo:
        value = -hours(lot.since - Tick{});
        break;
      case DispatchTerm::Kind::spt:
        value = mean(step.time) / 3600.0;
        break;
      case DispatchTerm::Kind::edd:
        value = due_h;
        break;
      case DispatchTerm::Kind::critical_ratio:
        value = (due_h - hours(s_.now - Tick{})) / std::max(left_h, 1e-9);
        break;
      case DispatchTerm::Kind::slack:
        value = due_h - left_h;
        break;
      case DispatchTerm::Kind::setup:
        if (server != nullptr && step.setup != no_setup && server->setup != no_setup &&
            server->setup != step.setup)
          value = mean(plant_.setups[station.rules.setups].time(server->setup, step.setup)) / 3600.0;
        break;
      case DispatchTerm::Kind::priority:
        value = lot.priority;
        break;
    }
    total[term.level] += term.weight * value;
  }
  return total;
}

/// Puts a lot into the queue: at its end, or where its score belongs if scores do not change there.
void Engine::line_up(const Station& station, std::uint32_t index) {
  auto& waiting = state_of(station).lots.waiting;
  if (!station.steady_order || station.dispatch.empty()) return waiting.push_back(index);
  const Score own = score(station, s_.lots.all[index], nullptr);
  const auto before = [&](const Score& a, std::uint32_t other) {
    return a < score(station, s_.lots.all[other], nullptr);
  };
  waiting.insert(std::upper_bound(waiting.begin(), waiting.end(), own, before), index);
}

/// Chooses lots and server: into `scratch_.chosen` and `chosen_slot_`; false where none can begin.
bool Engine::choose_lots(const Station& station) {
  const LotQueue& queue = state_of(station).lots;
  scratch_.chosen.clear();
  scratch_.candidates.clear();
  bool batches = false;
  for (const std::uint32_t index : queue.waiting) {
    const Lot& lot = s_.lots.all[index];
    const Step& step = step_of(lot);
    if (!parts_at_hand(step)) continue;
    const std::uint32_t slot = server_for(station, lot);
    if (slot == no_slot) continue;
    if (station.steady_order && step.batch.most == 1 && !station.batches) {
      scratch_.chosen.push_back(index);
      chosen_slot_ = slot;
      return true;
    }
    scratch_.candidates.push_back({station.steady_order ? Score{} : score(station, lot, &s_.servers[slot]),
                                   index, slot, static_cast<std::uint32_t>(scratch_.candidates.size())});
    batches = batches || step.batch.most > 1;
  }
  if (scratch_.candidates.empty()) return false;
  if (batches) return choose_batch(station);
  const auto best = std::min_element(scratch_.candidates.begin(), scratch_.candidates.end());
  scratch_.chosen.push_back(best->lot);
  chosen_slot_ = best->slot;
  return true;
}

/// The best lot of a family that can begin, with the next best of its family; what can't begin yet sets the
/// station's timer to when it will have waited long enough.
bool Engine::choose_batch(const Station& station) {
  auto& families = scratch_.families;
  if (!station.steady_order) std::sort(scratch_.candidates.begin(), scratch_.candidates.end());
  families.clear();
  const auto family_of = [&](const Candidate& candidate) -> Family& {
    const std::uint32_t name = step_of(s_.lots.all[candidate.lot]).family;
    const auto found =
        std::find_if(families.begin(), families.end(), [&](const Family& f) { return f.name == name; });
    return found == families.end() ? families.emplace_back(Family{.name = name}) : *found;
  };
  for (const Candidate& candidate : scratch_.candidates) {
    Family& family = family_of(candidate);
    ++family.there;
    family.oldest = std::min(family.oldest, s_.lots.all[candidate.lot].since);
  }
  Tick patience = never;
  for (const Candidate& first : scratch_.candidates) {
    const Batch& batch = step_of(s_.lots.all[first.lot]).batch;
    const Family& family = family_of(first);
    const Tick by = batch.wait.us == never.us ? never : family.oldest + batch.wait;
    if (family.there < batch.least && by > s_.now) {
      patience = std::min(patience, by);
      continue;
    }
    for (const Candidate& other : scratch_.candidates) {
      if (step_of(s_.lots.all[other.lot]).family == family.name &&
          static_cast<std::int32_t>(scratch_.chosen.size()) < batch.most)
        scratch_.chosen.push_back(other.lot);
    }
    chosen_slot_ = first.slot;
    return true;
  }
  s_.calendar.set(group_.first_batch_slot() + station.local, patience);
  return false;
}

}  // namespace lunafab::factory
