#pragma once
#include <array>
#include <cstdint>
#include <vector>
#include "core/random.hpp"
#include "factory/group.hpp"
#include "factory/plant.hpp"
#include "factory/state.hpp"

// The event engine. One group advances on its own calendar; nothing but messages comes in or goes out.
namespace lunafab::factory {

/// Service times drawn ahead, in ticks. Not state: a pure function of plant and key, refilled when missed.
struct ServiceCache {
  static constexpr std::uint64_t block = 128;    ///< what the generator makes at a time
  std::uint64_t first = std::uint64_t{1} << 63;  ///< no draw comes near it: the first look misses
  std::array<std::int64_t, block> ticks{};
};

/// Starts whatever can start at tick 0; call once, after the first grants.
void start_up(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key,
              std::vector<ServiceCache>& cache, std::vector<SiteMessage>& out);

/// Runs every event before `until`. `cache` may be empty at the first call.
void advance(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
             std::vector<ServiceCache>& cache, std::vector<SiteMessage>& out);

}  // namespace lunafab::factory
