#include <catch2/catch.hpp>
#include <cmath>
#include "core/visit.hpp"
#include "tests/ui/watched_scenario.hpp"
#include "ui/model_thread.hpp"

using namespace lunafab;
using namespace lunafab::ui;

namespace {

/// Frames until one of this state.
std::shared_ptr<const Frame> wait_for(const ModelThread& model, RunState run) {
  std::shared_ptr<const Frame> frame = model.latest();
  while (frame->run != run) frame = model.wait_newer(frame->number);
  return frame;
}

}  // namespace

TEST_CASE("Watching: a run whose every window is watched, paused and stepped ends in the same state",
          "[ui]") {
  const campaign::Scenario scenario = test::watched_scenario();
  campaign::Campaign plain(scenario, 0);
  std::size_t windows = 0;
  for (; !plain.done(); ++windows) plain.step(nullptr);

  ModelThread watched(scenario, {.playing = false});
  for (int i = 0; i < 5; ++i) watched.send({.kind = Command::Kind::step});
  watched.send({.kind = Command::Kind::speed, .days_per_s = 1e6});
  watched.send({.kind = Command::Kind::play});
  watched.send({.kind = Command::Kind::pause});
  CHECK(watched.final_state_hash() == state_hash(plain.state()));

  const std::shared_ptr<const Frame> last = watched.latest();
  CHECK(last->run == RunState::finished);
  CHECK(last->history.size() == windows + 1);
  CHECK(last->number > windows);
}

TEST_CASE("Watching: the baseline, launches and all, ends in the same state", "[ui]") {
  Findings warnings;
  const std::string file = LUNAFAB_SOURCE_DIR "/configs/baseline.yaml";
  const campaign::Scenario scenario =
      campaign::load_scenario(file, {"duration=15 d", "warmup=0 d"}, warnings);
  campaign::Campaign plain(scenario, 0);
  plain.run_to_end();
  REQUIRE_FALSE(plain.state().site.launches.empty());
  CHECK(ModelThread(scenario, {}).final_state_hash() == state_hash(plain.state()));
}

TEST_CASE("Watching: one seed gives another state than the next, so that equal hashes mean something",
          "[ui]") {
  campaign::Scenario scenario = test::watched_scenario();
  const std::uint64_t first = ModelThread(scenario, {}).final_state_hash();
  scenario.seed += 1;
  CHECK(ModelThread(scenario, {}).final_state_hash() != first);
}

TEST_CASE("Model thread: a step is one window", "[ui]") {
  const campaign::Scenario scenario = test::watched_scenario();
  ModelThread model(scenario, {.playing = false});
  std::shared_ptr<const Frame> frame = wait_for(model, RunState::paused);
  CHECK(frame->snapshot.now == Tick{});
  model.send({.kind = Command::Kind::step});
  while (frame->snapshot.now == Tick{}) frame = model.wait_newer(frame->number);
  CHECK(frame->snapshot.now == Tick{} + scenario.window);
  CHECK(frame->run == RunState::paused);
}

TEST_CASE("Model thread: pauses where it is told to, and plays on from there", "[ui]") {
  const campaign::Scenario scenario = test::watched_scenario();
  const Tick pause_at = Tick{} + ticks_from_seconds(3 * 86400.0);
  ModelThread model(scenario, {.pause_at = pause_at, .sample_every = ticks_from_seconds(86400.0)});
  const std::shared_ptr<const Frame> paused = wait_for(model, RunState::paused);
  CHECK(paused->snapshot.now == pause_at);
  CHECK(paused->history.size() == 4);
  model.send({.kind = Command::Kind::play});
  CHECK(wait_for(model, RunState::finished)->snapshot.now == scenario.end);
}

TEST_CASE("Model thread: a published frame never changes", "[ui]") {
  const campaign::Scenario scenario = test::watched_scenario();
  ModelThread model(scenario, {.playing = false});
  const std::shared_ptr<const Frame> early = wait_for(model, RunState::paused);
  model.final_state_hash();
  CHECK(early->snapshot.now == Tick{});
  CHECK(early->history.size() == 1);
}

TEST_CASE("Model thread: the campaign's failure reaches whoever asks for the result", "[ui]") {
  campaign::Scenario scenario = test::watched_scenario();
  scenario.start.tt_days_since_j2000 = std::nan("");
  ModelThread model(scenario, {});
  CHECK_FALSE(wait_for(model, RunState::failed)->error.empty());
  CHECK_THROWS(model.final_state_hash());
}

TEST_CASE("Model thread: can be left at any moment", "[ui]") {
  const campaign::Scenario scenario = test::watched_scenario();
  const ModelThread running(scenario, {.days_per_s = 1e-3});
  const ModelThread paused(scenario, {.playing = false});
  CHECK(running.latest() != nullptr);
}
