#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>
#include "core/tick.hpp"

namespace lunafab::orbit {

/// Life of a satellite. The order is part of the store's format: add at the end only.
enum class LifeState : std::uint8_t {
  ordered,
  building,
  built,
  queued,
  launched,
  coasting,
  inserting,
  operational,
  degraded,
  failed,
  disposing,
  retired,
  decayed,
  lost,
  scrapped
};
inline constexpr std::size_t life_state_count = 15;
std::string_view name(LifeState state);
/// Whether a satellite may go from one state to the next: the life cycle as a table.
bool may_follow(LifeState from, LifeState to);

/// One line of the constellation ledger: satellite `serial` enters `state` at `tick`.
struct Posting {
  std::int64_t seq = 0;  ///< 1, 2, 3 … without gaps
  Tick tick{};
  std::uint64_t serial = 0;  ///< from 1
  LifeState state = LifeState::ordered;
  std::string product;  ///< design that was built
  std::string destination;
  std::int64_t mass_mg = 0;       ///< at this state (propellant burnt later is not tracked at `ideal`)
  std::int64_t power_W = 0;       ///< compute power it carries now; after fade in `degraded`
  std::int64_t delta_v_mmps = 0;  ///< spent on reaching this state
  std::string note;               ///< why: order name, loss reason, fidelity

  static void visit_fields(auto& self, auto&& visit) {
    visit("seq", self.seq), visit("tick", self.tick), visit("serial", self.serial),
        visit("state", self.state);
    visit("product", self.product), visit("destination", self.destination), visit("mass_mg", self.mass_mg);
    visit("power_W", self.power_W), visit("delta_v_mmps", self.delta_v_mmps), visit("note", self.note);
  }
};

/// How many satellites are, and ever were, in each state.
struct Census {
  std::array<std::int64_t, life_state_count> now{};
  std::array<std::int64_t, life_state_count> ever{};
  std::int64_t active_W = 0;  ///< operational and degraded

  std::int64_t count(LifeState s) const { return now[static_cast<std::size_t>(s)]; }
  std::int64_t total(LifeState s) const { return ever[static_cast<std::size_t>(s)]; }

  static void visit_fields(auto& self, auto&& visit) {
    visit("now", self.now), visit("ever", self.ever), visit("active_W", self.active_W);
  }
};

/// The balances that must hold at every commit: built = waiting + launched + scrapped after building;
/// launched = in transit + inserted + lost; inserted = active + failed + retired. Returns the first that
/// fails, in words with its numbers; "" if all hold.
std::string broken_balance(const Census& census);

}  // namespace lunafab::orbit
