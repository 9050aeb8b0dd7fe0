#pragma once
#include <array>
#include <cstdint>
#include <vector>
#include "core/tick.hpp"
#include "factory/products.hpp"

// What the engine works with from one call to the next. Not state: nothing depends on what stands in it. It
// is kept so that a run in its stride asks for no memory.
namespace lunafab::factory {

/// Service times drawn ahead, in ticks: a pure function of plant and key, refilled when missed.
struct ServiceCache {
  static constexpr std::uint64_t block = 128;    ///< what the generator makes at a time
  std::uint64_t first = std::uint64_t{1} << 63;  ///< no draw comes near it: the first look misses
  std::array<std::int64_t, block> ticks{};
};

/// What a hand-over puts into a store, or takes.
struct PlannedChange {
  std::uint32_t place;
  std::int64_t amount;
};

/// Who takes part in a hand-over.
struct PlannedActor {
  enum class Kind : std::uint8_t { server, vehicle, consumer } kind;
  std::uint32_t of;  ///< slot; store where the vehicle waits; station
  friend bool operator==(PlannedActor, PlannedActor) = default;
};

using DispatchScore = std::array<double, dispatch_levels>;

/// A lot that could begin, and on which server.
struct Candidate {
  DispatchScore score;
  std::uint32_t lot, slot;
  std::uint32_t order;  ///< of coming: the first of equals is the one that came first
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return a.score != b.score ? a.score < b.score : a.order < b.order;
  }
};

/// Lots that may be batched together.
struct Family {
  std::uint32_t name = 0;
  std::int32_t there = 0;
  Tick oldest = never;
};

struct Scratch {
  std::vector<ServiceCache> services;  ///< by station of the group
  std::vector<PlannedChange> changes;  ///< of the plans under way, innermost last
  std::vector<PlannedActor> actors;
  std::vector<std::uint32_t> crew;     ///< units to be sent
  std::vector<std::uint32_t> leaving;  ///< lots about to go on, innermost last
  std::vector<Candidate> candidates;
  std::vector<Family> families;
  std::vector<std::uint32_t> chosen;  ///< lots
};

}  // namespace lunafab::factory
