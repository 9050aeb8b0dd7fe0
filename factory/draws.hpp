#pragma once
#include <algorithm>
#include "core/variates.hpp"
#include "factory/engine.hpp"

// What the engine draws, and how it becomes ticks.
namespace lunafab::factory {

/// Operating time to failure of a server that does not fail by the operating clock.
inline constexpr Ticks endless_life{std::int64_t{1} << 60};

/// Spans are never negative: truncation after adding a half rounds to nearest. Heavy tails reach beyond the
/// clock; what lasts longer than it can count lasts longer than any run.
inline std::int64_t to_us(double span_s) {
  // NOLINTNEXTLINE(bugprone-incorrect-roundings)
  return static_cast<std::int64_t>(std::min(span_s, longest_span_s) * 1e6 + 0.5);
}

inline StreamKey stream_of(const Station& station, Purpose purpose, const RunKey& key) {
  return {key.seed, key.replication, station.entity, purpose};
}

/// Place of an upkeep of a server in the group's list.
inline std::size_t upkeep_place(const Station& station, std::uint32_t slot, std::size_t upkeep) {
  return station.first_clock + (slot - station.first_server) * station.upkeep.size() + upkeep;
}

/// Fills the cache with service times from the draw `first` on.
void draw_services(const Station& station, std::uint64_t first, const RunKey& key, ServiceCache& cache);

/// Draws when an upkeep of a server falls due next, counted from `from` on its clock.
void draw_due(const Station& station, std::uint32_t slot, std::size_t upkeep, std::int64_t from,
              UpkeepDue& due, const RunKey& key);

/// When a release happens next, after `state.released` of them; `now`, the last one.
Tick next_release(const Release& release, const ReleaseState& state, Tick now, const RunKey& key);

/// Heap order of lots on their way: whether `a` arrives after `b`.
inline bool later_move(const Moving& a, const Moving& b) {
  return std::pair{a.at, a.order} > std::pair{b.at, b.order};
}

/// Draws after how much work a unit breaks next.
void draw_break(const Resource& resource, std::uint32_t unit, UnitState& state, const RunKey& key);

/// A server's next failures and maintenance, from the dues of its upkeep.
void refresh_server(const Plant& plant, const Station& station, std::uint32_t slot,
                    const std::vector<UpkeepDue>& dues, Server& server, Tick now);

}  // namespace lunafab::factory
