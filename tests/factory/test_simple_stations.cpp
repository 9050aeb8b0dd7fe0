#include <fmt/format.h>
#include <random>
#include "tests/factory/plant_fixture.hpp"

// The short way of simple stations is the way of all stations: where it is closed, the same state follows.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

template <class T>
const T& pick(std::mt19937_64& random, const std::vector<T>& list) {
  return list[random() % list.size()];
}

std::string random_rules(std::mt19937_64& random) {
  static const std::vector<std::string> policies{"resume", "restart", "resample", "scrap"};
  std::string text;
  if (random() % 2 == 0) {
    text += fmt::format(
        ", failures: {{clock: {}, time_to_failure: {{dist: exponential, mean: 20 s}}, time_to_repair: "
        "{{dist: "
        "exponential, mean: 3 s}}, work: {}}}",
        pick<std::string>(random, {"operating", "calendar"}), pick(random, policies));
  }
  if (random() % 4 == 0) text += ", maintenance: {oil: {clock: pieces, every: 7, time: 2 s}}";
  if (random() % 2 == 0) {
    static const std::vector<std::string> ends{"resume", "restart", "resample", "scrap", "finish"};
    text += fmt::format(", calendar: day, interruptions: {{shift_end: {}}}", pick(random, ends));
  }
  return text;
}

/// Stations between six stores, in any order; what a piece passes is as random as who competes for it.
std::string random_plant(std::mt19937_64& random) {
  static const std::vector<std::string> cycles{"{dist: exponential, mean: 2 s}",
                                               "{dist: uniform, low: 0 s, high: 3 s}", "1 s", "2 s"};
  constexpr std::uint64_t stores = 6;
  std::string text =
      "materials: {part: {piece: abstract}}\ncalendars: {day: {period: 50 s, on: [[0 s, 35 s]]}}\n";
  text += "lines:\n  l:\n    stores:\n";
  for (std::uint64_t b = 0; b < stores; ++b) {
    const std::uint64_t places = random() % 6;
    text += fmt::format("      b{}: {{material: part{}}}\n", b,
                        places < 5 ? fmt::format(", capacity: {}", places) : "");
  }
  text += "    stations:\n";
  const std::uint64_t stations = 6 + random() % 5;
  for (std::uint64_t s = 0; s < stations; ++s) {
    const std::uint64_t from = random() % (stores + 1), to = random() % (stores + 1);
    text += fmt::format("      s{}: {{servers: {}, cycle: {}", s, 1 + random() % 3, pick(random, cycles));
    if (from < stores && from != to) text += fmt::format(", from: b{}", from);
    if (to < stores) text += fmt::format(", to: b{}", to);
    text += random_rules(random) + "}\n";
  }
  return text;
}

}  // namespace

TEST_CASE("Simple stations leave the state that they leave as any station", "[factory]") {
  std::mt19937_64 random(20301128);
  std::int64_t events = 0, failures = 0, scrapped = 0, blocked_us = 0;
  for (int trial = 0; trial < 150; ++trial) {
    const std::string text = random_plant(random);
    INFO(text);
    const RunKey key{.seed = random(), .replication = static_cast<std::uint32_t>(trial)};
    Plant plant = plant_of(text);
    plant.watch.bottleneck = true;
    REQUIRE(std::ranges::all_of(plant.stations, [](const Station& station) { return station.simple; }));
    Simulation shortly(plant, key), as_any(plant, key);
    for (Station& station : as_any.plant.stations) station.simple = false;
    shortly.start(), as_any.start();
    for (Tick now{}; now < tick_s(600); now = now + Ticks{static_cast<std::int64_t>(random() % 40'000'000)}) {
      shortly.to(now), as_any.to(now);
      if (random() % 4 == 0) shortly.book_now(), as_any.book_now();
      REQUIRE(first_difference(shortly.state, as_any.state) == "");
    }
    events += static_cast<std::int64_t>(shortly.state.events);
    for (const StationState& station : shortly.state.stations) {
      failures += station.failures;
      blocked_us += station.mode_us[static_cast<std::size_t>(Mode::blocked)];
      scrapped += station.firings.front().scrapped;
    }
  }
  // Otherwise nothing above has been tried.
  CHECK(events > 100'000);
  CHECK(failures > 1'000);
  CHECK(scrapped > 1'000);
  CHECK(blocked_us > 0);
}
