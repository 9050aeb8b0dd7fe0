#pragma once
#include <algorithm>
#include "core/variates.hpp"
#include "factory/group.hpp"

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

/// Draws the time to a server's next failure, counted from `working_from`.
inline void draw_life(const Station& station, std::uint32_t number, Server& server, Tick working_from,
                      const RunKey& key) {
  if (station.failures.clock == FailureClock::none) return;
  const std::uint64_t n = static_cast<std::uint64_t>(number) << 32 | server.failures;
  const double life_s =
      variate(station.failures.time_to_failure, stream_of(station, Purpose::time_to_failure, key), n);
  const Ticks life{std::max<std::int64_t>(to_us(life_s), 1)};
  if (station.failures.clock == FailureClock::operating) server.life = life;
  if (station.failures.clock == FailureClock::calendar) server.fails_at = working_from + life;
}

}  // namespace lunafab::factory
