#include <fmt/format.h>
#include <random>
#include "factory/serial_line.hpp"
#include "tests/factory/plant_fixture.hpp"

// Two engines, one state: after any stretch the max-plus engine leaves what the event engine leaves.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

struct RandomLine {
  std::string text;
  std::size_t stations = 1;
};

RandomLine random_line(std::mt19937_64& random) {
  static const std::vector<std::string> cycles{
      "{dist: exponential, mean: 1 s}",        "{dist: uniform, low: 0 s, high: 2 s}", "1 s", "2 s", "10 ms",
      "{dist: gamma, mean: 1.1 s, shape: 0.5}"};
  RandomLine line{.stations = 1 + random() % 7};
  std::string stores, stations;
  for (std::size_t j = 0; j < line.stations; ++j) {
    stations += fmt::format("      s{}: {{speed: 0.7, cycle: {}", j, cycles[random() % cycles.size()]);
    if (j > 0) stations += fmt::format(", from: b{}", j - 1);
    if (j + 1 < line.stations) stations += fmt::format(", to: b{}", j);
    stations += "}\n";
    if (j + 1 == line.stations) continue;
    const std::uint64_t places = random() % 5;
    stores += fmt::format("      b{}: {{material: part{}}}\n", j,
                          places < 4 ? fmt::format(", capacity: {}", places) : "");
  }
  line.text = "materials: {part: {piece: abstract}}\nlines:\n  l:\n" +
              (stores.empty() ? "" : "    stores:\n" + stores) + "    stations:\n" + stations;
  return line;
}

std::string obstacle_of(const std::string& rest) {
  const std::string text =
      "materials: {part: {piece: abstract}}\n"
      "lines: {l: {stores: {b: {material: part, capacity: 2}, c: {material: part}}, stations: {\n"
      "  s: {to: b, cycle: 1 s}, t: {from: b, to: c, cycle: 1 s" +
      rest + ", u: {from: c, cycle: 1 s}}}}\n";
  INFO(text);
  return serial_line(plant_of(text), 0).obstacle;
}

}  // namespace

TEST_CASE("Both engines leave the same state, to the bit, after any stretches", "[factory]") {
  std::mt19937_64 random(20301117);
  std::uint64_t events = 0;
  for (int trial = 0; trial < 60; ++trial) {
    const RandomLine line = random_line(random);
    INFO(line.text);
    const RunKey key{.seed = random(), .replication = static_cast<std::uint32_t>(trial)};
    Simulation by_events(plant_of(line.text), key), by_pieces(plant_of(line.text), key);
    by_pieces.plant.groups[0].serial = serial_line(by_pieces.plant, 0).stations;
    REQUIRE(by_pieces.plant.groups[0].serial.size() == line.stations);
    by_events.start(), by_pieces.start();
    Tick now{};
    for (int stretch = 0; stretch < 40; ++stretch) {
      now = now + Ticks{static_cast<std::int64_t>(random() % (stretch % 3 == 0 ? 300'000'000 : 3'000'000))};
      by_events.to(now), by_pieces.to(now);
      if (random() % 4 == 0) by_events.book_now(), by_pieces.book_now();
      REQUIRE(first_difference(by_events.state, by_pieces.state) == "");
    }
    CHECK(state_hash(by_events.state) == state_hash(by_pieces.state));
    events += by_events.state.events;
  }
  CHECK(events > 100'000);
}

TEST_CASE("A group that is no serial line says what keeps it from being one", "[factory]") {
  CHECK(obstacle_of("}").empty());
  CHECK_THAT(obstacle_of(", servers: 2}"), Catch::Contains("lines.l.stations.t has 2 servers"));
  CHECK_THAT(obstacle_of(", yield: 0.9, scrap: dump}"), Catch::Contains("scraps"));
  CHECK_THAT(obstacle_of(", failures: {clock: operating, time_to_failure: 9 s, time_to_repair: 1 s}}"),
             Catch::Contains("fails"));
  CHECK_THAT(obstacle_of("}, v: {from: c, cycle: 1 s}"), Catch::Contains("stores.c"));
  CHECK_THAT(obstacle_of("}, v: {cycle: 1 s}"), Catch::Contains("more than one stream"));
}
