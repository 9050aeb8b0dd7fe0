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
    winner_.assign(leaves_, 0);
    rebuild();
  }

  void set(std::uint32_t slot, Tick due) {
    due_[slot] = due.us;
    std::size_t node = (leaves_ + slot) >> 1;
    for (; node >= leaves_ / 2; node >>= 1) winner_[node] = winner_of_leaves(node);
    for (; node >= 1; node >>= 1) winner_[node] = winner_of_nodes(node);
  }

  std::uint32_t next_slot() const { return winner_[1]; }
  Tick next_due() const { return {due_[winner_[1]]}; }
  Tick due(std::uint32_t slot) const { return {due_[slot]}; }

  /// The slots' times are the state; the tree follows from them.
  static void visit_fields(auto& self, auto&& visit) {
    visit("due", self.due_);
    if constexpr (requires { self.rebuild(); }) self.rebuild();
  }

 private:
  std::uint32_t better(std::uint32_t left, std::uint32_t right) const {
    return due_[right] < due_[left] ? right : left;
  }
  std::uint32_t winner_of_leaves(std::size_t node) const {
    const auto left = static_cast<std::uint32_t>(2 * node - leaves_);
    return better(left, left + 1);
  }
  std::uint32_t winner_of_nodes(std::size_t node) const {
    return better(winner_[2 * node], winner_[2 * node + 1]);
  }
  void rebuild() {
    leaves_ = due_.size();
    winner_.resize(leaves_);
    for (std::size_t node = leaves_ - 1; node >= 1; --node) {
      winner_[node] = node >= leaves_ / 2 ? winner_of_leaves(node) : winner_of_nodes(node);
    }
  }

  std::size_t leaves_ = 0;
  std::vector<std::int64_t> due_;
  std::vector<std::uint32_t> winner_;
};

}  // namespace lunafab
