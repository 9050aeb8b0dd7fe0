#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>
#include "core/tick.hpp"
#include "orbit/posting.hpp"

namespace lunafab::orbit {

/// Whether a satellite may go from one state to the next: the life cycle as a table. Every step leads to a
/// later state, so that a satellite enters each state once; the one exception is `degraded`, which may repeat
/// as more power fades. A misfired satellite never leaves: the catcher brings it back while it is `queued`,
/// and only real launches are posted.
bool may_follow(LifeState from, LifeState to);

/// Where a satellite stands after its latest posting.
struct Standing {
  LifeState state = LifeState::ordered;
  Tick tick{};
  std::int64_t power_W = 0;
  std::int64_t mass_mg = 0;
};
inline Standing standing_after(const Posting& posting) {
  return {posting.state, posting.tick, posting.power_W, posting.mass_mg};
}
/// A note repeats the state, and the power and mass it does not give.
void fill_note(Posting& note, const Standing& before);
/// Why `next` may not follow: life cycle, order in time, range; "" if it may. `before` is empty for a new
/// satellite.
std::string refusal(const std::optional<Standing>& before, const Posting& next);

/// How many satellites are, and ever were, in each state; a satellite counts once a state.
struct Census {
  std::array<std::int64_t, life_state_count> now{};
  std::array<std::int64_t, life_state_count> ever{};
  std::int64_t active_W = 0;              ///< of operational and degraded satellites
  std::int64_t scrapped_after_built = 0;  ///< the rest of the scrapped never were complete
  std::int64_t lost_after_insertion = 0;  ///< the rest of the lost never arrived

  std::int64_t count(LifeState s) const { return now[static_cast<std::size_t>(s)]; }
  std::int64_t total(LifeState s) const { return ever[static_cast<std::size_t>(s)]; }

  /// Counts one step of one satellite, `times` = −1 takes it back. The counts of several steps add up in any
  /// order.
  void book(const std::optional<Standing>& before, const Standing& after, std::int64_t times = 1);
  /// Counts one satellite by the states it ever entered (a bit each) and the one it is in.
  void book_life(std::uint16_t visited, const Standing& now);

  friend bool operator==(const Census&, const Census&) = default;
  static void visit_fields(auto& self, auto&& visit) {
    visit("now", self.now), visit("ever", self.ever), visit("active_W", self.active_W);
    visit("scrapped_after_built", self.scrapped_after_built);
    visit("lost_after_insertion", self.lost_after_insertion);
  }
};

/// One equation between counts that were taken apart from each other: `ever` by entries, `now` by moves.
struct Balance {
  std::string name;  ///< "built"
  std::int64_t whole = 0;
  std::vector<std::pair<std::string, std::int64_t>> parts;

  bool holds() const;
  std::string words() const;  ///< "built 9 = waiting 2 + launched 6 + scrapped after building 1"
};
/// ordered = ordered now + building + scrapped while building + built; built = waiting + launched + scrapped
/// after building; launched = in transit + inserted + lost on the way; inserted = active + failed + disposing
/// + retired + decayed + lost later.
std::vector<Balance> balances(const Census& census);
/// The first balance that fails, or impossible count (below zero; somebody left a final state), in words with
/// its numbers; "" if all hold.
std::string broken_balance(const Census& census);

/// Counts a constellation anew from its postings, one record a satellite: the independent check of a running
/// census.
class LifeHistories {
 public:
  /// `posting` may follow the satellite's earlier ones (see `refusal`).
  void add(const Posting& posting);
  std::optional<Standing> standing(std::uint64_t serial) const;
  std::int64_t latest_seq(std::uint64_t serial) const;  ///< 0 for a satellite without postings
  std::size_t satellites() const { return records_.size(); }
  Census census() const;

 private:
  struct Record {
    Standing standing;
    std::int64_t seq = 0;
    std::uint16_t visited = 0;  ///< one bit a state
  };
  static_assert(life_state_count <= 16);
  std::unordered_map<std::uint64_t, Record> records_;
};

}  // namespace lunafab::orbit
