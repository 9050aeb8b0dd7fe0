#pragma once
#include <algorithm>
#include "factory/plant.hpp"
#include "factory/state.hpp"

// What goes into a store and out of it, whoever brings or takes it.
namespace lunafab::factory {

inline void change_level(StoreState& state, std::int64_t change, Tick now) {
  state.amount += change;
  state.level.set(now, state.amount);
}

inline bool has_room(const Store& store, const StoreState& state, std::int64_t amount) {
  return store.when_full != WhenFull::block || amount <= store.capacity - state.amount - state.reserved;
}

/// Puts `amount` in; what a store that does not block has no room for is lost.
inline void put(const Store& store, StoreState& state, std::int64_t amount, const Piece& piece) {
  state.received += amount;
  std::int64_t kept = amount;
  if (store.when_full != WhenFull::block) {
    kept = std::min(amount, std::max<std::int64_t>(store.capacity - state.amount, 0));
    state.overflowed += amount - kept;
  }
  change_level(state, kept, piece.since);
  if (!store.counted) return;
  for (std::int64_t i = 0; i < kept; ++i) state.pieces.push(piece);
}

/// Takes `amount` out, for a server that carries it on.
inline void take(const Store& store, StoreState& state, std::int64_t amount, Server& server, Tick now) {
  state.issued += amount;
  change_level(state, -amount, now);
  if (!store.counted) return;
  for (std::int64_t i = 0; i < amount; ++i) {
    const Piece& piece = state.pieces.front();
    ++state.waits;
    state.wait_us += (now - piece.since).us;
    if (piece.id != 0) server.piece = piece.id;
    server.born = std::min(server.born, piece.born);
    server.reworks = std::max(server.reworks, piece.reworks);
    state.pieces.pop();
  }
}

}  // namespace lunafab::factory
