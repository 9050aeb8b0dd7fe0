#include <limits>
#include "core/contract.hpp"
#include "factory/engine_core.hpp"

// What stops a server: failures, planned maintenance, the end of a shift.
namespace lunafab::factory {

void draw_due(const Station& station, std::uint32_t slot, std::size_t index, std::int64_t from,
              UpkeepDue& due, const RunKey& key) {
  const Upkeep& upkeep = station.upkeep[index];
  const std::uint64_t n = static_cast<std::uint64_t>(slot - station.first_server) << 32 | due.done;
  const double drawn =
      variate(upkeep.interval, {key.seed, key.replication, upkeep.entity, Purpose::time_to_failure}, n);
  const std::int64_t span =
      upkeep.clock == UpkeepClock::pieces ? static_cast<std::int64_t>(drawn) : to_us(drawn);
  due.at = from + std::max<std::int64_t>(span, 1);
}

namespace {

/// When a planned upkeep that falls due `at` by its clock may begin, if the server is free then.
Tick maintenance_at(const Plant& plant, const Upkeep& upkeep, std::int64_t at, const Server& server,
                    Tick now) {
  const bool ripe = upkeep.clock == UpkeepClock::operating ? server.worked.us >= at
                    : upkeep.clock == UpkeepClock::pieces  ? server.fired >= at
                                                           : true;
  if (!ripe) return never;
  const Tick due = upkeep.clock == UpkeepClock::calendar ? std::max(Tick{at}, now) : now;
  return upkeep.window == always_on ? due : next_on(plant.calendars[upkeep.window], due);
}

}  // namespace

void refresh_server(const Plant& plant, const Station& station, std::uint32_t slot,
                    const std::vector<UpkeepDue>& dues, Server& server, Tick now) {
  server.life = endless_life;
  server.fails_at = server.maintain_at = never;
  for (std::size_t i = 0; i < station.upkeep.size(); ++i) {
    const Upkeep& upkeep = station.upkeep[i];
    const std::int64_t at = dues[upkeep_place(station, slot, i)].at;
    if (!upkeep.planned && upkeep.clock == UpkeepClock::operating)
      server.life = std::min(server.life, Ticks{at} - server.worked);
    if (!upkeep.planned && upkeep.clock == UpkeepClock::calendar)
      server.fails_at = std::min(server.fails_at, Tick{at});
    if (upkeep.planned)
      server.maintain_at = std::min(server.maintain_at, maintenance_at(plant, upkeep, at, server, now));
  }
}

void Engine::refresh_dues(const Station& station, std::uint32_t slot) {
  refresh_server(plant_, station, slot, s_.upkeep, s_.servers[slot], s_.now);
}

namespace {

/// The upkeep that is due: a failure, or a maintenance inside its window.
std::optional<std::uint16_t> due_upkeep(const Plant& plant, const Station& station, std::uint32_t slot,
                                        const GroupState& state, bool planned) {
  const Server& server = state.servers[slot];
  for (std::size_t i = 0; i < station.upkeep.size(); ++i) {
    const Upkeep& upkeep = station.upkeep[i];
    if (upkeep.planned != planned) continue;
    const std::int64_t reached = upkeep.clock == UpkeepClock::operating  ? server.worked.us
                                 : upkeep.clock == UpkeepClock::calendar ? state.now.us
                                                                         : server.fired;
    if (state.upkeep[upkeep_place(station, slot, i)].at > reached) continue;
    if (upkeep.window != always_on && !is_on(plant.calendars[upkeep.window], state.now)) continue;
    return static_cast<std::uint16_t>(i);
  }
  return std::nullopt;
}

}  // namespace

/// The failure that is due stops the server.
void Engine::fail(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  const auto index = due_upkeep(plant_, station, slot, s_, false);
  expects(index.has_value(), "engine: a server acts without a reason");
  server.upkeep = *index;
  ++state_of(station).failures;
  stop_work(station, slot, station.upkeep[*index].work);
  enter(station, server, Mode::down);
  call_crew(station, slot, Errand::upkeep);
  power_freed(station);
}

/// A free server is maintained if that is due; false otherwise.
bool Engine::maintain(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  if (station.upkeep.empty()) return false;
  refresh_dues(station, slot);
  if (server.maintain_at > s_.now) return false;
  const auto index = due_upkeep(plant_, station, slot, s_, true);
  if (!index) return false;
  server.upkeep = *index;
  ++state_of(station).maintenances;
  enter(station, server, Mode::maintenance);
  call_crew(station, slot, Errand::upkeep);
  power_freed(station);
  return true;
}

/// Repair or maintenance begins once its crew has come; the next one is counted from its end.
void Engine::begin_upkeep(const Station& station, std::uint32_t slot, Ticks travel) {
  Server& server = s_.servers[slot];
  const Upkeep& upkeep = station.upkeep[server.upkeep];
  UpkeepDue& due = due_of(station, slot, server.upkeep);
  const std::uint64_t n = static_cast<std::uint64_t>(slot - station.first_server) << 32 | due.done++;
  const double span_s = variate(upkeep.duration, stream(upkeep.entity, Purpose::time_to_repair), n);
  const Tick end = s_.now + travel + Ticks{std::max<std::int64_t>(to_us(span_s), 1)};
  s_.calendar.set(slot, end);
  const std::int64_t from = upkeep.clock == UpkeepClock::operating  ? server.worked.us
                            : upkeep.clock == UpkeepClock::calendar ? end.us
                                                                    : server.fired;
  draw_due(station, slot, server.upkeep, from, due, key_);
  refresh_dues(station, slot);
}

void Engine::upkeep_done(const Station& station, std::uint32_t slot) {
  release_crew(slot);
  come_back(station, slot);
}

/// A server that was away, under repair, or off duty goes on, if it has power and its shift is on.
void Engine::come_back(const Station& station, std::uint32_t slot) {
  Server& server = s_.servers[slot];
  const StationState& state = state_of(station);
  if (server.fails_at <= s_.now) return fail(station, slot);
  if (state.off != 0 && (station.rules.at_shift_end != Interruption::finish || server.loaded == 0)) {
    enter(station, server, Mode::off);
    return rest(slot);
  }
  if (station.power.any() && state.powered >= state.allowed) return lose_power(station, slot);
  enter(station, server, Mode::starved);
  settle_in(station, slot);
}

Ticks Engine::firing_time_anew(const Station& station) {
  const double span_s =
      variate(station.cycle, stream(station, Purpose::resample), state_of(station).redone++);
  return {to_us(span_s / station.speed)};
}

/// Ends what a server is doing, by the policy of what stops it.
void Engine::stop_work(const Station& station, std::uint32_t slot, Interruption policy) {
  Server& server = s_.servers[slot];
  if (server.mode == Mode::busy) end_stretch(server);
  if (server.mode == Mode::setup) server.setup_left = server.setup_left - (s_.now - server.run_from);
  if (server.mode == Mode::thawing) server.thaw_left = server.thaw_left - (s_.now - server.run_from);
  server.run_from = s_.now;
  if (!station.upkeep.empty()) refresh_dues(station, slot);
  withdraw(slot);
  release_crew(slot);
  if (server.loaded == 0 || server.done != 0 || server.remaining == server.whole) return;
  switch (policy) {
    case Interruption::restart:
      server.remaining = server.whole;
      break;
    case Interruption::resample:
      server.remaining = server.whole =
          station.serves_lots ? lots_time_anew(station, server) : firing_time_anew(station);
      break;
    case Interruption::scrap:
      server.remaining = Ticks{};
      server.good = 0;
      server.reworks = std::numeric_limits<std::int32_t>::max();
      server.done = 1;
      if (station.serves_lots) scrap_lots(slot);
      break;
    case Interruption::resume:
    case Interruption::finish:
      break;
  }
}

void Engine::on_calendar(std::uint32_t number) {
  const std::uint32_t index = group_.calendars[number];
  const WorkCalendar& calendar = plant_.calendars[index];
  const bool on = is_on(calendar, s_.now);
  s_.calendar.set(group_.first_calendar_slot() + number, next_change(calendar, s_.now));
  for (std::uint32_t unit = 0; unit < group_.units; ++unit) {
    const Resource& resource = plant_.resources[group_.resource_of_unit[unit]];
    if (resource.calendar == index && s_.units[unit].mode != UnitMode::serving) look_after(unit);
  }
  for (const std::uint32_t station_index : group_.stations) {
    const Station& station = plant_.stations[station_index];
    if (station.rules.calendar == index) on ? begin_shift(station) : end_shift(station);
  }
  serve_requests();
}

void Engine::end_shift(const Station& station) {
  state_of(station).off = 1;
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    Server& server = s_.servers[slot];
    const bool free = server.mode == Mode::starved || server.gated != 0;
    const bool at_work = server.mode == Mode::busy || server.mode == Mode::setup ||
                         server.mode == Mode::no_resource || server.mode == Mode::thawing;
    if (!free && (!at_work || station.rules.at_shift_end == Interruption::finish)) continue;
    stop_work(station, slot, station.rules.at_shift_end);
    enter(station, server, Mode::off);
    rest(slot);
  }
}

void Engine::begin_shift(const Station& station) {
  state_of(station).off = 0;
  for (std::uint32_t slot = station.first_server; slot < end_slot(station); ++slot) {
    if (s_.servers[slot].mode == Mode::off) come_back(station, slot);
  }
}

}  // namespace lunafab::factory
