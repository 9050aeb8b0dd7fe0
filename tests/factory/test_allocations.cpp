// The sanitizer's own allocator does not bear another beside it.
#ifndef __SANITIZE_ADDRESS__
#include <fmt/format.h>
#include <cstdlib>
#include <new>
#include "tests/factory/plant_fixture.hpp"

// Every request for memory of this program is counted by thread: a run in its stride makes none.
namespace {
// NOLINTNEXTLINE(cppcoreguidelines-avoid-non-const-global-variables): operator new has no other place for it
thread_local std::uint64_t requests = 0;
}  // namespace

void* operator new(std::size_t size) {
  ++requests;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

using namespace lunafab;
using namespace lunafab::factory;

namespace {

/// Requests for memory in the second half of a run; the first warms up.
std::uint64_t requests_in_stride(const std::string& text, Tick half) {
  Simulation simulation(plant_of(text), {.seed = 20260101});
  simulation.start();
  simulation.to(half);
  const std::uint64_t before = requests, events = simulation.state.events;
  simulation.to(Tick{2 * half.us});
  const std::uint64_t after = requests;
  CHECK(before > 0);
  CHECK(simulation.state.events - events > 100'000);
  return after - before;
}

std::string line_of_20(int places) {
  std::string stores, stations;
  for (int i = 1; i < 20; ++i) stores += fmt::format("b{}: {{material: part, capacity: {}}}, ", i, places);
  for (int i = 1; i <= 20; ++i) {
    stations += fmt::format(
        "s{}: {{{}{}cycle: {{dist: erlang, mean: 1 h, stages: 4}}, failures: {{clock: operating, "
        "time_to_failure: {{dist: exponential, mean: 100 h}}, time_to_repair: {{dist: exponential, mean: 5 "
        "h}}}}}}, ",
        i, i > 1 ? fmt::format("from: b{}, ", i - 1) : "", i < 20 ? fmt::format("to: b{}, ", i) : "");
  }
  return "materials: {part: {piece: abstract}}\nlines:\n  line:\n    stores: {" + stores +
         "}\n    stations: {" + stations + "}\n";
}

}  // namespace

TEST_CASE("A line of 20 with buffers and failures asks for no memory in its stride", "[factory]") {
  // A constant number of parts at most: nothing can grow.
  for (const int places : {0, 5}) {
    CAPTURE(places);
    CHECK(requests_in_stride(line_of_20(places), tick_s(72'000'000)) == 0);
  }
}

TEST_CASE("Lots with batches, set-ups, crews and rework ask for no memory in their stride", "[factory]") {
  const std::string shop = R"(
setups: {jig: {states: [a, b], time: 30 min}}
resources: {hand: {count: 2, travel: 5 min}}
lines:
  fab:
    stations:
      saw: {servers: 2, failures: {clock: operating, time_to_failure: {dist: exponential, mean: 15 h}, time_to_repair: 1 h, crew: {hand: 1}, work: resample}}
      mill: {queue: 4, dispatch: [setup, fifo], setups: {matrix: jig, crew: {hand: 1}}, crew: {hand: 1}}
      oven: {queue: 5, dispatch: [cr]}
    products:
      one: {route: {cut: {station: saw, time: 1 h}, mill: {station: mill, time: {dist: exponential, mean: 30 min}, setup: a, move: 6 min, queue_limits: {heat: {within: 3 h, broken: rework, to: cut}}}, heat: {station: oven, time: 2 h, batch: {least: 2, most: 4, wait: 4 h, with: heat}, yield: 0.9, rework: {to: cut, limit: 2}}}}
      two: {route: {cut: {station: saw, time: 2 h}, mill: {station: mill, time: {dist: exponential, mean: 20 min}, setup: b}, heat: {station: oven, time: 1 h, batch: {least: 2, most: 4, wait: 4 h, with: heat}}}}
    limits: {wip: {lots: 12}}
    releases: {ones: {product: one, every: 3 h, due: 40 h, limit: wip}, twos: {product: two, every: 4 h, due: 30 h, limit: wip}}
)";
  CHECK(requests_in_stride(shop, tick_s(216'000'000)) == 0);
}
#endif
