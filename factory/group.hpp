#pragma once
#include <cstdint>
#include "core/integer.hpp"
#include "core/random.hpp"
#include "factory/plant.hpp"
#include "factory/state.hpp"

// The state of a group as others see it: how it begins, what reaches it, what can be read from it.
namespace lunafab::factory {

/// Seed and replication of a run: with an entity and a purpose, the key of each stream.
struct RunKey {
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
};

/// A group with all stores at their initial contents, no grants given (stations that need none run), nothing
/// started.
GroupState initial_state(const Plant& plant, std::uint32_t group, const RunKey& key);

/// Hands a message to a group. @throws ContractError if its tick is already past.
void deliver(GroupState& state, GroupMessage message);

/// Heap order of an inbox: whether `a` takes effect after `b`.
bool later(const GroupMessage& a, const GroupMessage& b);

/// Puts the inbox, a heap, in order: its layout no longer tells when each message was delivered.
void order_inbox(GroupState& state);

/// Books all times and levels up to `now`, so that the statistics of the state are complete there.
void book(GroupState& state, const Plant& plant, std::uint32_t group, Tick now);

/// Energy a station has used up to the last booking, nJ.
Int128 energy_nJ(const Station& station, const StationState& state);

/// Servers that have something to do with power: work in hand, ice to thaw, or inputs at hand to start on;
/// and one more, so that what arrives next finds a server running. The rest of the station's servers could do
/// without.
std::int32_t servers_needing_power(const Plant& plant, const GroupState& state, std::uint32_t station);

/// What keeps a station's servers waiting at the moment: the store without room, or the store without input.
struct Obstacle {
  enum class Kind : std::uint8_t { none, no_room, no_input };
  Kind kind = Kind::none;
  std::uint32_t store = 0;
};
Obstacle obstacle(const Plant& plant, const GroupState& state, std::uint32_t station);

/// Whether nothing will happen in a group again unless a delivery reaches it: all servers have power and
/// wait.
bool at_rest(const GroupState& state);

}  // namespace lunafab::factory
