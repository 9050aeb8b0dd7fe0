#include <catch2/catch.hpp>
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

namespace {

struct Case {
  std::string scenario;
  Arguments settings;
};

const Case small{coupled, {"--limits", "-1"}};
const Case large{baseline, {"--limits", "-1", "--set", "duration=120 d", "--set", "warmup=0 d"}};

// Lines that are busy enough for their windows to be run in parallel.
const char* const busy_lines = R"(
lunafab: scenario/1
duration: 1 d
materials: {part: {piece: abstract}}
power: {site: {latitude: 0 deg, longitude: 0 deg}, reactors: 1 MW}
lines:
)";

std::string busy_scenario() {
  std::string text = busy_lines;
  for (const char* name : {"a", "b", "c"}) {
    text += std::string("  ") + name + R"(:
    stores: {one: {material: part, capacity: 5}}
    stations:
      first: {to: one, cycle: {dist: exponential, mean: 2 s}, power: {busy: 1 kW}}
      second: {from: one, cycle: {dist: gamma, mean: 2 s, shape: 2}, power: {busy: 1 kW}}
)";
  }
  return text;
}

}  // namespace

TEST_CASE("Determinism: one and two threads leave the same bytes", "[campaign]") {
  for (const Case& each : {small, large}) {
    TemporaryDirectory dir;
    run_scenario(each.scenario, "one", each.settings + Arguments{"--threads", "1"}, dir);
    run_scenario(each.scenario, "two", each.settings + Arguments{"--threads", "2"}, dir);
    CHECK(results(dir / "one").contains("ledger.sqlite"));
    CHECK(summary(dir / "one")["satellites_inserted"] > 0);
    CHECK(differing(dir / "one", dir / "two") == none);
  }
}

TEST_CASE("Determinism: lines that run side by side leave the bytes of lines run in turn", "[campaign]") {
  TemporaryDirectory dir;
  write_bytes(dir / "busy.yaml", busy_scenario());
  const Arguments settings{"--limits", "-1", "--replications", "3"};
  run_scenario("busy.yaml", "one", settings + Arguments{"--threads", "1"}, dir);
  run_scenario("busy.yaml", "two", settings + Arguments{"--threads", "2"}, dir);
  CHECK(summary(dir / "one")["events"] > 48 * 2000);  // a window, so that it is run in parallel
  CHECK(differing(dir / "one", dir / "two") == none);
}

TEST_CASE("Determinism: results do not depend on the window", "[campaign]") {
  for (const Case& each : {small, large}) {
    TemporaryDirectory dir;
    run_scenario(each.scenario, "30", each.settings + Arguments{"--set", "window=30 min"}, dir);
    for (const std::string minutes : {"15", "7"}) {
      run_scenario(each.scenario, minutes, each.settings + Arguments{"--set", "window=" + minutes + " min"},
                   dir);
      CHECK(summary(dir / "30")["state_hash"] == summary(dir / minutes)["state_hash"]);
      // The scenario names its window, and the checkpoint its scenario; nothing else differs.
      CHECK(differing(dir / "30", dir / minutes) ==
            std::vector<std::string>{"checkpoint/state.bin", "scenario.yaml"});
    }
  }
}

TEST_CASE("Determinism: another seed gives other results", "[campaign]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "first", small.settings + Arguments{"--seed", "1"}, dir);
  run_scenario(coupled, "again", small.settings + Arguments{"--seed", "1"}, dir);
  run_scenario(coupled, "other", small.settings + Arguments{"--seed", "2"}, dir);
  CHECK(differing(dir / "first", dir / "again") == none);
  for (const char* key : {"state_hash", "ledger_head", "events"})
    CHECK(summary(dir / "first")[key] != summary(dir / "other")[key]);
}
