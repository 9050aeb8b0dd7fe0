#include <fmt/format.h>
#include <algorithm>
#include <deque>
#include <random>
#include "core/variates.hpp"
#include "tests/factory/plant_fixture.hpp"

// The engine against textbook recursions over the same variates: departures must agree to the tick.
using namespace lunafab;
using namespace lunafab::factory;

namespace {

using Times = std::vector<std::int64_t>;  // µs, by piece

/// Service times as the engine rounds them.
std::int64_t drawn(const Station& station, const RunKey& key, Purpose purpose, const Distribution& d,
                   std::uint64_t n) {
  const double span_s = variate(d, {key.seed, key.replication, station.entity, purpose}, n);
  const double scaled_s = purpose == Purpose::service ? span_s / station.speed : span_s;
  // NOLINTNEXTLINE(bugprone-incorrect-roundings): as the engine does
  return static_cast<std::int64_t>(scaled_s * 1e6 + 0.5);
}

/// One server with an operating-time failure clock: says when work that begins at a tick is done.
class Machine {
 public:
  Machine(const Station& station, const RunKey& key) : station_(station), key_(key) { renew(); }

  std::int64_t finish(std::int64_t start, std::uint64_t n) {
    std::int64_t work = drawn(station_, key_, Purpose::service, station_.cycle, n);
    if (station_.upkeep.empty()) return start + work;
    while (work > life_) {
      work -= life_;
      start += life_ + std::max<std::int64_t>(1, drawn(station_, key_, Purpose::time_to_repair,
                                                       station_.upkeep.front().duration, failures_));
      ++failures_;
      renew();
    }
    life_ -= work;
    return start + work;
  }

 private:
  void renew() {
    if (station_.upkeep.empty()) return;
    life_ = std::max<std::int64_t>(
        1, drawn(station_, key_, Purpose::time_to_failure, station_.upkeep.front().interval, failures_));
  }
  const Station& station_;
  RunKey key_;
  std::uint64_t failures_ = 0;
  std::int64_t life_ = 0;
};

std::int64_t at(const Times& times, std::int64_t n) {
  return n < 0 ? 0 : times[static_cast<std::size_t>(n)];
}

/// Departure times of a line of single servers; `places[j]` is the buffer before station j + 1, blocking
/// after service. D(n,j) = max(C(n,j), D(n − B − 1, j + 1)), C(n,j) = max(D(n, j − 1), D(n − 1, j)) + S.
std::vector<Times> tandem(const Plant& plant, const RunKey& key, const std::vector<std::int64_t>& places,
                          std::int64_t pieces) {
  const std::size_t stations = plant.stations.size();
  std::vector<Machine> machines;
  for (const Station& station : plant.stations) machines.emplace_back(station, key);
  std::vector<Times> left(stations);
  for (std::int64_t n = 0; n < pieces; ++n) {
    for (std::size_t j = 0; j < stations; ++j) {
      const std::int64_t arrived = j == 0 ? 0 : left[j - 1].back();
      const std::int64_t done =
          machines[j].finish(std::max(arrived, at(left[j], n - 1)), static_cast<std::uint64_t>(n));
      const bool limited = j + 1 < stations && places[j] >= 0;
      left[j].push_back(limited ? std::max(done, at(left[j + 1], n - places[j] - 1)) : done);
    }
  }
  return left;
}

std::int64_t count_before(const Times& sorted, std::int64_t tick) {
  return std::lower_bound(sorted.begin(), sorted.end(), tick) - sorted.begin();
}

/// Runs to each chosen departure and one tick beyond: the engine's count must step exactly there.
void check_departures(Simulation& simulation, const std::vector<std::string>& stations,
                      std::vector<Times> left, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Times horizons;
  for (std::size_t j = 0; j < stations.size(); ++j) {
    std::sort(left[j].begin(), left[j].end());
    for (int i = 0; i < 60; ++i) {
      const std::int64_t tick = left[j][random() % (left[j].size() / 2)];
      horizons.push_back(tick);
      horizons.push_back(tick + 1);
    }
  }
  std::sort(horizons.begin(), horizons.end());
  simulation.start();
  std::int64_t wrong = 0;
  for (const std::int64_t horizon : horizons) {
    simulation.to(Tick{horizon});
    for (std::size_t j = 0; j < stations.size(); ++j)
      wrong += simulation.good(stations[j]) != count_before(left[j], horizon);
  }
  CHECK(wrong == 0);
}

std::string line_text(const std::vector<std::string>& cycles, const std::vector<std::int64_t>& places,
                      const std::string& failures) {
  std::string stores, stations;
  for (std::size_t j = 0; j < cycles.size(); ++j) {
    stations += fmt::format("      s{}: {{cycle: {}{}", j, cycles[j], failures);
    if (j > 0) stations += fmt::format(", from: b{}", j - 1);
    if (j + 1 < cycles.size()) stations += fmt::format(", to: b{}", j);
    stations += "}\n";
    if (j + 1 < cycles.size()) {
      stores += fmt::format("      b{}: {{material: part{}}}\n", j,
                            places[j] >= 0 ? fmt::format(", capacity: {}", places[j]) : "");
    }
  }
  return "materials: {part: {piece: abstract}}\nlines:\n  l:\n" +
         (stores.empty() ? "" : "    stores:\n" + stores) + "    stations:\n" + stations;
}

const std::vector<std::string> distributions{
    "{dist: exponential, mean: 1 s}", "{dist: uniform, low: 0.2 s, high: 1.8 s}", "1 s",
    "{dist: erlang, mean: 1 s, stages: 3}", "{dist: gamma, mean: 1.1 s, shape: 2.5}"};

}  // namespace

TEST_CASE("One server: departures, waiting times and mean queue follow Lindley's recursion", "[factory]") {
  Simulation simulation(
      plant_of(line_text({"{dist: exponential, mean: 1 s}", "{dist: exponential, mean: 0.8 s}"}, {-1}, "")),
      {.seed = 7});
  const auto left = tandem(simulation.plant, simulation.key, {-1}, 6000);
  const Tick end = tick_s(4000);
  simulation.start();
  simulation.to(end);
  simulation.book_now();
  Int128 waited = 0, queued = 0;
  std::int64_t started = 0;
  for (std::size_t n = 0; n < left[0].size() && left[0][n] < end.us; ++n) {
    const std::int64_t start = std::max(left[0][n], n == 0 ? 0 : left[1][n - 1]);
    queued += std::min(start, end.us) - left[0][n];
    if (start >= end.us) continue;
    ++started;
    waited += start - left[0][n];
  }
  REQUIRE(started > 3000);
  const StoreState& queue = simulation.store("b0");
  CHECK(queue.waits == started);
  CHECK((queue.wait_us == waited));
  CHECK((queue.level.integral == queued));
  CHECK(simulation.good("s1") == count_before(left[1], end.us));
}

TEST_CASE("Lines with finite buffers, blocking and failures follow the max-plus recursion", "[factory]") {
  std::mt19937_64 random(20300101);
  for (int trial = 0; trial < 40; ++trial) {
    const std::size_t stations = 1 + random() % 6;
    std::vector<std::string> cycles;
    std::vector<std::int64_t> places;
    for (std::size_t j = 0; j < stations; ++j) {
      cycles.push_back(distributions[random() % distributions.size()]);
      places.push_back(static_cast<std::int64_t>(random() % 4) - (random() % 8 == 0 ? 4 : 0));
      places.back() = std::max<std::int64_t>(places.back(), -1);
    }
    const std::string failures =
        trial % 2 == 0 ? ""
                       : ", failures: {clock: operating, time_to_failure: {dist: exponential, mean: 9 s}, "
                         "time_to_repair: {dist: uniform, low: 0 s, high: 4 s}}";
    const std::string text = line_text(cycles, places, failures);
    INFO(text);
    Simulation simulation(plant_of(text),
                          {.seed = random(), .replication = static_cast<std::uint32_t>(trial)});
    const auto left = tandem(simulation.plant, simulation.key, places, 400);
    std::vector<std::string> names;
    for (std::size_t j = 0; j < stations; ++j) names.push_back(fmt::format("s{}", j));
    check_departures(simulation, names, left, random());
  }
}

TEST_CASE("A failure clock that runs out with the work strikes at the start of the next firing",
          "[factory]") {
  // Work 2 s, life 4 s, repair 1 s: two firings, then down before the third has done anything.
  const std::string failures = ", failures: {clock: operating, time_to_failure: 4 s, time_to_repair: 1 s}";
  Simulation simulation(plant_of(line_text({"2 s"}, {0}, failures)));
  check_departures(simulation, {"s0"}, tandem(simulation.plant, simulation.key, {0}, 200), 1);
  CHECK(simulation.station("s0").failures > 0);
}

TEST_CASE("Parallel servers follow the Kiefer-Wolfowitz recursion", "[factory]") {
  for (const int servers : {1, 2, 3, 7, 40}) {
    const std::string text = fmt::format(
        "materials: {{part: {{piece: abstract}}}}\n"
        "lines: {{l: {{stores: {{q: {{material: part}}}}, stations: {{\n"
        "  source: {{to: q, cycle: {{dist: exponential, mean: 1 s}}}},\n"
        "  desk: {{from: q, servers: {}, speed: 0.5, cycle: {{dist: gamma, mean: {} s, shape: "
        "0.7}}}}}}}}}}\n",
        servers, 0.45 * servers);
    Simulation simulation(plant_of(text), {.seed = 99});
    const Station& source = simulation.plant.stations[0];
    const Station& desk = simulation.plant.stations[1];
    Times arrivals, departures, free(static_cast<std::size_t>(servers), 0);
    std::int64_t clock = 0;
    for (std::uint64_t n = 0; n < 1500; ++n) {
      arrivals.push_back(clock += drawn(source, simulation.key, Purpose::service, source.cycle, n));
      const auto first = std::min_element(free.begin(), free.end());
      *first = std::max(clock, *first) + drawn(desk, simulation.key, Purpose::service, desk.cycle, n);
      departures.push_back(*first);
    }
    check_departures(simulation, {"source", "desk"}, {arrivals, departures}, 5);
  }
}

TEST_CASE("Two feeders and an assembler follow the recursion for every buffer size, none included",
          "[factory]") {
  // A part leaves its feeder when it is done and has a place: with buffer B that is when the assembler starts
  // part n − B; without one, when the assembler starts with this very part.
  for (const auto& [places_a, places_b] :
       std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 0}, {0, 1}, {1, 0}, {2, 0}, {1, 3}, {4, 4}}) {
    const std::string text = fmt::format(
        "materials: {{a: {{piece: abstract}}, b: {{piece: abstract}}, c: {{piece: abstract}}}}\n"
        "recipes: {{join: {{inputs: {{a: 1, b: 1}}, outputs: {{c: 1}}}}}}\n"
        "lines: {{l: {{stores: {{a: {{material: a, capacity: {}}}, b: {{material: b, capacity: {}}}}},\n"
        "  stations: {{join: {{recipe: join, to: {{c: shipped}}, cycle: {{dist: uniform, low: 0 s, high: 2 "
        "s}}}},\n"
        "    feed_a: {{to: a, cycle: {{dist: exponential, mean: 1 s}}}},\n"
        "    feed_b: {{to: b, cycle: {{dist: exponential, mean: 1.1 s}}}}}}}}}}\n",
        places_a, places_b);
    INFO("places " << places_a << ", " << places_b);
    Simulation simulation(plant_of(text), {.seed = 3});
    const auto& stations = simulation.plant.stations;  // join, feed_a, feed_b
    const std::array<std::int64_t, 2> places{places_a, places_b};
    std::array<Times, 2> left;
    Times starts, finished;
    for (std::int64_t n = 0; n < 800; ++n) {
      const auto draw = [&](std::size_t station) {
        return drawn(stations[station], simulation.key, Purpose::service, stations[station].cycle,
                     static_cast<std::uint64_t>(n));
      };
      std::int64_t start = at(finished, n - 1);
      std::array<std::int64_t, 2> here{};
      for (std::size_t f = 0; f < 2; ++f) {
        here[f] = at(left[f], n - 1) + draw(f + 1);
        if (places[f] > 0) here[f] = std::max(here[f], at(starts, n - places[f]));
        start = std::max(start, here[f]);
      }
      for (std::size_t f = 0; f < 2; ++f) left[f].push_back(places[f] > 0 ? here[f] : start);
      starts.push_back(start);
      finished.push_back(start + draw(0));
    }
    check_departures(simulation, {"feed_a", "feed_b", "join"}, {left[0], left[1], finished}, 11);
  }
}
