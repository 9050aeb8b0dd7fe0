#include <algorithm>
#include <tuple>
#include "factory/engine_core.hpp"

// Units of resources: who serves which server, and who waits for whom.
namespace lunafab::factory {
namespace {

bool has_skill(const Resource& resource, std::uint32_t skill) {
  return std::find(resource.skills.begin(), resource.skills.end(), skill) != resource.skills.end();
}

}  // namespace

const std::vector<Need>& Engine::needs_of(const Station& station, const Server& server, Errand errand) const {
  switch (errand) {
    case Errand::upkeep:
      return station.upkeep[server.upkeep].crew;
    case Errand::setup:
      return station.rules.setup_crew;
    case Errand::work:
      break;
  }
  return station.serves_lots ? step_of(s_.lots.all[server.lot]).crew : station.rules.crew;
}

/// The server waits for its units, the calendar already set to what may come before.
void Engine::call_crew(const Station& station, std::uint32_t slot, Errand errand) {
  if (needs_of(station, s_.servers[slot], errand).empty()) return crew_here(station, slot, errand, Ticks{});
  if (errand == Errand::upkeep) s_.calendar.set(slot, never);
  const std::int32_t priority = errand == Errand::upkeep ? station.rules.priority : priority_of(slot);
  const CrewRequest request{priority, s_.now, slot, errand};
  const auto later_one = [](const CrewRequest& a, const CrewRequest& b) {
    return std::tie(a.priority, a.since, a.slot) < std::tie(b.priority, b.since, b.slot);
  };
  s_.requests.insert(std::upper_bound(s_.requests.begin(), s_.requests.end(), request, later_one), request);
  serve_requests();
}

/// Sends crews to all who can have theirs, in the order of the requests.
void Engine::serve_requests() {
  if (serving_requests_) return;  // who sends will look again
  serving_requests_ = true;
  for (std::size_t i = 0; i < s_.requests.size();) {
    const CrewRequest request = s_.requests[i];
    if (!send_crew(request) && !preempt_for(request)) {
      ++i;
      continue;
    }
    i = 0;  // what began may have freed others
  }
  serving_requests_ = false;
}

/// Picks idle units for every need of a request: of the resource with the fewest skills first, nearest first.
bool Engine::send_crew(const CrewRequest& request) {
  const Station& station = station_of(request.slot);
  Server& server = s_.servers[request.slot];
  scratch_.crew.clear();
  for (const Need& need : needs_of(station, server, request.errand)) {
    for (std::int32_t k = 0; k < need.count; ++k) {
      const auto unit = idle_unit(need.skill, index_of(station));
      if (!unit) return false;
      scratch_.crew.push_back(*unit);
    }
  }
  Ticks travel{};
  for (const std::uint32_t unit : scratch_.crew) {
    UnitState& state = s_.units[unit];
    const Resource& resource = plant_.resources[group_.resource_of_unit[unit]];
    const bool moves = state.at != index_of(station) && state.at != nowhere;
    if (moves) state.travelled = state.travelled + resource.travel;
    travel = std::max(travel, moves ? resource.travel : Ticks{});
    state.slot = request.slot;
    state.at = index_of(station);
    ++state.errands;
    set_unit(unit, UnitMode::serving);
  }
  withdraw(request.slot);
  server.crew = Server::Crew::coming;
  crew_here(station, request.slot, request.errand, travel);
  return true;
}

std::optional<std::uint32_t> Engine::idle_unit(std::uint32_t skill, std::uint32_t station) const {
  std::optional<std::uint32_t> best;
  std::tuple<std::size_t, bool> best_rank;
  for (std::uint32_t unit = 0; unit < group_.units; ++unit) {
    const Resource& resource = plant_.resources[group_.resource_of_unit[unit]];
    if (s_.units[unit].mode != UnitMode::idle || !has_skill(resource, skill)) continue;
    if (std::find(scratch_.crew.begin(), scratch_.crew.end(), unit) != scratch_.crew.end()) continue;
    const std::tuple rank{resource.skills.size(), s_.units[unit].at != station};
    if (best && rank >= best_rank) continue;
    best = unit;
    best_rank = rank;
  }
  return best;
}

/// A unit that may leave its work for a request of higher priority does; true if one did.
bool Engine::preempt_for(const CrewRequest& request) {
  const auto& needs = needs_of(station_of(request.slot), s_.servers[request.slot], request.errand);
  if (needs.size() != 1 || needs.front().count != 1) return false;
  std::optional<std::uint32_t> victim;
  for (std::uint32_t unit = 0; unit < group_.units; ++unit) {
    const Resource& resource = plant_.resources[group_.resource_of_unit[unit]];
    if (!resource.preempts || s_.units[unit].mode != UnitMode::serving) continue;
    const std::uint32_t slot = s_.units[unit].slot;
    if (!has_skill(resource, needs.front().skill) || !may_be_left(slot)) continue;
    if (priority_of(slot) <= request.priority) continue;
    if (!victim || priority_of(slot) > priority_of(*victim)) victim = slot;
  }
  if (!victim) return false;
  const Station& left = station_of(*victim);
  stop_work(left, *victim, left.rules.when_preempted);
  const bool sent = send_crew(request);
  settle_in(left, *victim);  // asks for another crew, or hands over what was scrapped
  return sent;
}

std::int32_t Engine::priority_of(std::uint32_t slot) const {
  const Station& station = station_of(slot);
  return station.serves_lots ? s_.lots.all[s_.servers[slot].lot].priority : station.rules.priority;
}

bool Engine::may_be_left(std::uint32_t slot) const {
  return s_.servers[slot].mode == Mode::busy && station_of(slot).rules.when_preempted != Interruption::finish;
}

/// The crew has been sent, or none is needed: work begins when it arrives.
void Engine::crew_here(const Station& station, std::uint32_t slot, Errand errand, Ticks travel) {
  if (errand == Errand::upkeep) return begin_upkeep(station, slot, travel);
  if (travel.us > 0) return schedule(slot, s_.now + travel);
  s_.servers[slot].crew = Server::Crew::here;
  proceed(station, slot);
}

/// The units of a server are free for others.
void Engine::release_crew(std::uint32_t slot) {
  Server& server = s_.servers[slot];
  if (server.crew == Server::Crew::none) return;
  server.crew = Server::Crew::none;
  for (std::uint32_t unit = 0; unit < group_.units; ++unit) {
    if (s_.units[unit].slot == slot) look_after(unit);
  }
  serve_requests();
}

void Engine::withdraw(std::uint32_t slot) {
  std::erase_if(s_.requests, [&](const CrewRequest& request) { return request.slot == slot; });
}

void Engine::set_unit(std::uint32_t unit, UnitMode mode) {
  UnitState& state = s_.units[unit];
  const Ticks span = s_.now - state.since;
  state.mode_us[static_cast<std::size_t>(state.mode)] += span.us;
  if (state.mode == UnitMode::serving) state.worked = state.worked + span;
  state.mode = mode;
  state.since = s_.now;
}

/// A unit without errand is repaired, charged, sent to rest, or idle.
void Engine::look_after(std::uint32_t unit) {
  UnitState& state = s_.units[unit];
  const std::uint32_t index = group_.resource_of_unit[unit];
  const Resource& resource = plant_.resources[index];
  const std::uint32_t slot = group_.first_unit_slot() + unit;
  if (state.mode == UnitMode::down || state.mode == UnitMode::charging) return;  // until its time is over
  state.slot = no_slot;
  set_unit(unit, UnitMode::idle);
  if (state.worked >= state.breaks_at) {
    const std::uint64_t n = static_cast<std::uint64_t>(unit - resource.first_unit) << 32 | state.broken++;
    const Upkeep& upkeep = resource.upkeep.front();
    const double span_s = variate(upkeep.duration, stream(upkeep.entity, Purpose::time_to_repair), n);
    set_unit(unit, UnitMode::down);
    return s_.calendar.set(slot, s_.now + Ticks{std::max<std::int64_t>(to_us(span_s), 1)});
  }
  if (state.worked >= state.charge_at) {
    set_unit(unit, UnitMode::charging);
    return s_.calendar.set(slot, s_.now + resource.charging);
  }
  if (resource.calendar != always_on && !is_on(plant_.calendars[resource.calendar], s_.now))
    set_unit(unit, UnitMode::off);
}

/// A unit has been repaired or charged.
void Engine::on_unit(std::uint32_t unit) {
  UnitState& state = s_.units[unit];
  const Resource& resource = plant_.resources[group_.resource_of_unit[unit]];
  s_.calendar.set(group_.first_unit_slot() + unit, never);
  if (state.mode == UnitMode::down) draw_break(resource, unit, state, key_);
  if (state.mode == UnitMode::charging) state.charge_at = state.worked + resource.endurance;
  set_unit(unit, UnitMode::idle);
  look_after(unit);
  serve_requests();
}

void draw_break(const Resource& resource, std::uint32_t unit, UnitState& state, const RunKey& key) {
  if (resource.upkeep.empty()) return;
  const Upkeep& upkeep = resource.upkeep.front();
  const std::uint64_t n = static_cast<std::uint64_t>(unit - resource.first_unit) << 32 | state.broken;
  const double span_s =
      variate(upkeep.interval, {key.seed, key.replication, upkeep.entity, Purpose::time_to_failure}, n);
  state.breaks_at = state.worked + Ticks{std::max<std::int64_t>(to_us(span_s), 1)};
}

}  // namespace lunafab::factory
