#pragma once
#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>
#include "core/tick.hpp"

namespace lunafab {

/// When each of a fixed number of slots is due next; ties go to the lower slot. A winner tree: setting a slot
/// costs log2(slots) comparisons, no allocation, and a slot can be moved or cancelled (`never`) at any time.
class SlotCalendar {
 public:
  explicit SlotCalendar(std::size_t slots = 0) { resize(slots); }

  void resize(std::size_t slots) {
    leaves_ = std::bit_ceil(std::max<std::size_t>(slots, 2));
    due_.assign(leaves_, never.us);
    rebuild();
  }

  void set(std::uint32_t slot, Tick due) {
    due_[slot] = due.us;
    std::size_t node = leaves_ + slot;
    Match winner = winner_of({due_[slot ^ 1], slot ^ 1}, {due.us, slot}, node);
    while ((node >>= 1) > 1) {
      first_due_[node] = winner.due;
      first_slot_[node] = winner.slot;
      winner = winner_of({first_due_[node ^ 1], first_slot_[node ^ 1]}, winner, node);
    }
    first_due_[1] = winner.due;
    first_slot_[1] = winner.slot;
  }

  std::uint32_t next_slot() const { return first_slot_[1]; }
  Tick next_due() const { return {first_due_[1]}; }
  Tick due(std::uint32_t slot) const { return {due_[slot]}; }

  /// The slots' times are the state; the tree follows from them.
  static void visit_fields(auto& self, auto&& visit) {
    visit("due", self.due_);
    if constexpr (requires { self.rebuild(); }) self.rebuild();
  }

 private:
  struct Match {
    std::int64_t due;
    std::uint32_t slot;
  };
  /// Between a node and its sibling, which is on the left of an odd one and has the lower slots. Two
  /// conditional moves and no branch, as who wins is as good as random.
  static Match winner_of(Match sibling, Match own, std::size_t node) {
    const bool beaten = sibling.due - static_cast<std::int64_t>(node & 1) < own.due;
    return {std::min(sibling.due, own.due), beaten ? sibling.slot : own.slot};
  }
  void rebuild() {
    leaves_ = due_.size();
    first_due_.assign(leaves_, never.us);
    first_slot_.assign(leaves_, 0);
    for (std::uint32_t slot = 0; slot < leaves_; ++slot) set(slot, {due_[slot]});
  }

  std::size_t leaves_ = 0;
  std::vector<std::int64_t> due_;
  std::vector<std::int64_t> first_due_;  ///< by inner node, the root is 1: the winner below it
  std::vector<std::uint32_t> first_slot_;
};

}  // namespace lunafab
