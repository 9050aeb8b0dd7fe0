#include <catch2/catch.hpp>
#include <map>
#include <random>
#include "core/calendar.hpp"
#include "core/visit.hpp"

using namespace lunafab;

TEST_CASE("SlotCalendar: names the earliest slot, the lower of two at one tick, as a sorted model does",
          "[core]") {
  std::mt19937_64 random(1);
  for (const std::uint32_t slots : {1u, 2u, 3u, 5u, 8u, 31u, 64u, 100u}) {
    SlotCalendar calendar(slots);
    std::vector<Tick> due(slots, never);
    std::multimap<Tick, std::uint32_t> model;
    for (std::uint32_t slot = 0; slot < slots; ++slot) model.emplace(never, slot);
    std::int64_t wrong = 0;
    for (int step = 0; step < 3000; ++step) {
      const auto slot = static_cast<std::uint32_t>(random() % slots);
      const Tick tick = random() % 5 == 0 ? never : Tick{static_cast<std::int64_t>(random() % 40)};
      const auto [low, high] = model.equal_range(due[slot]);
      for (auto entry = low; entry != high; ++entry) {
        if (entry->second != slot) continue;
        model.erase(entry);
        break;
      }
      model.emplace(tick, slot);
      due[slot] = tick;
      calendar.set(slot, tick);
      const auto [first, last] = model.equal_range(model.begin()->first);
      std::uint32_t lowest = slots;
      for (auto entry = first; entry != last; ++entry) lowest = std::min(lowest, entry->second);
      wrong += calendar.next_due() != model.begin()->first;
      wrong += calendar.next_slot() != lowest;
      wrong += calendar.due(slot) != tick;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("SlotCalendar: with nothing due the next tick is never", "[core]") {
  SlotCalendar calendar(5);
  CHECK(calendar.next_due() == never);
  calendar.set(3, Tick{7});
  CHECK(calendar.next_slot() == 3);
  calendar.set(3, never);
  CHECK(calendar.next_due() == never);
  CHECK(SlotCalendar().next_due() == never);
}

TEST_CASE("SlotCalendar: the tree follows from the written times", "[core]") {
  SlotCalendar calendar(11), copy;
  for (std::uint32_t slot = 0; slot < 11; ++slot) calendar.set(slot, Tick{100 - 7 * std::int64_t{slot}});
  const std::string bytes = write_state(calendar);
  StateReader(bytes).read(copy);
  CHECK(state_hash(copy) == state_hash(calendar));
  for (int i = 0; i < 11; ++i) {
    REQUIRE(copy.next_slot() == calendar.next_slot());
    const std::uint32_t slot = copy.next_slot();
    copy.set(slot, never);
    calendar.set(slot, never);
  }
  CHECK(copy.next_due() == never);
}
