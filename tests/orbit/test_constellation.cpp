#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include "core/contract.hpp"
#include "orbit/constellation.hpp"
#include "tests/orbit/ledger_fixture.hpp"
using namespace lunafab;
using namespace lunafab::orbit;
using enum lunafab::orbit::LifeState;

TEST_CASE("constellation: the life cycle is exactly this table", "[orbit]") {
  const std::string table =
      "ordered>building building>built building>scrapped built>queued built>scrapped queued>launched "
      "queued>scrapped "
      "launched>coasting launched>lost coasting>inserting coasting>lost inserting>operational inserting>lost "
      "operational>degraded operational>failed operational>disposing degraded>degraded degraded>failed "
      "degraded>disposing failed>disposing failed>retired failed>decayed failed>lost disposing>retired "
      "disposing>decayed disposing>lost";
  std::istringstream words(table);
  std::set<std::string> allowed;
  for (std::string word; words >> word;) allowed.insert(word);
  for (std::size_t a = 0; a < life_state_count; ++a) {
    for (std::size_t b = 0; b < life_state_count; ++b) {
      const auto from = static_cast<LifeState>(a), to = static_cast<LifeState>(b);
      const std::string step = std::string(name(from)) + ">" + std::string(name(to));
      INFO(step);
      CHECK(may_follow(from, to) == allowed.contains(step));
    }
  }
}

TEST_CASE("constellation: every state is found by its name", "[orbit]") {
  for (std::size_t s = 0; s < life_state_count; ++s)
    CHECK(life_state(name(static_cast<LifeState>(s))) == static_cast<LifeState>(s));
  CHECK_FALSE(life_state("Operational"));
  CHECK_FALSE(life_state(""));
}

TEST_CASE("constellation: balances hold through random lives, and the running census equals a recount",
          "[orbit]") {
  const std::uint64_t seed = GENERATE(range(1u, 41u));
  test::RandomLives lives(seed, 30);
  LifeHistories histories;
  Census running;
  std::vector<std::pair<std::optional<Standing>, Standing>> steps;
  while (const auto posting = lives.next()) {
    const auto before = histories.standing(posting->serial);
    REQUIRE(refusal(before, *posting).empty());
    running.book(before, standing_after(*posting));
    histories.add(*posting);
    steps.emplace_back(before, standing_after(*posting));
    REQUIRE(broken_balance(running) == "");
    REQUIRE(running == histories.census());
  }
  CHECK(running.total(ordered) == 30);
  CHECK(running.count(retired) + running.count(decayed) + running.count(lost) + running.count(scrapped) ==
        30);
  for (const auto& [before, after] : steps) running.book(before, after, -1);
  CHECK(running == Census{});
}

TEST_CASE("constellation: one satellite too many in any state breaks a balance", "[orbit]") {
  LifeHistories histories;
  test::RandomLives lives(7, 200);
  for (int i = 0; i < 900; ++i) histories.add(*lives.next());
  const Census census = histories.census();
  REQUIRE(broken_balance(census) == "");
  for (std::size_t s = 0; s < life_state_count; ++s) {
    INFO(name(static_cast<LifeState>(s)));
    for (const int wrong : {-1, 1}) {
      Census changed = census;
      changed.now[s] += wrong;
      CHECK(broken_balance(changed) != "");
    }
  }
  for (const LifeState s : {ordered, built, launched, operational, retired, decayed, lost, scrapped}) {
    Census changed = census;
    ++changed.ever[static_cast<std::size_t>(s)];
    CHECK(broken_balance(changed) != "");
  }
  Census changed = census;
  ++changed.scrapped_after_built;
  CHECK(broken_balance(changed) != "");
  changed = census;
  ++changed.lost_after_insertion;
  CHECK(broken_balance(changed) != "");
}

TEST_CASE("constellation: a step that skips a state breaks the balances", "[orbit]") {
  Census census;  // book does not know the life cycle: these counts come from a defect elsewhere
  census.book({}, {ordered, {}, 0});
  census.book(Standing{ordered, {}, 0}, {building, {}, 0});
  census.book(Standing{building, {}, 0}, {built, {}, 0});
  census.book(Standing{built, {}, 0}, {operational, {}, 100});
  CHECK(broken_balance(census) == "built 1 != waiting 0 + launched 0 + scrapped after building 0");
}

TEST_CASE("constellation: scrap and loss are counted by when they happen", "[orbit]") {
  LifeHistories histories;
  std::uint64_t serial = 0;
  const auto live = [&](std::initializer_list<LifeState> states) {
    ++serial;
    for (const auto state : states) histories.add({.serial = serial, .state = state, .power_W = 100});
  };
  live({ordered, building, scrapped});
  live({ordered, building, built, queued, scrapped});
  live({ordered, building, built, queued, launched, coasting, lost});
  live({ordered, building, built, queued, launched, coasting, inserting, operational, failed, lost});
  live({ordered, building, built, queued, launched, coasting, inserting, operational, degraded, degraded});
  const Census census = histories.census();
  CHECK(census.count(scrapped) == 2);
  CHECK(census.scrapped_after_built == 1);
  CHECK(census.count(lost) == 2);
  CHECK(census.lost_after_insertion == 1);
  CHECK(census.total(degraded) == 1);
  CHECK(census.active_W == 100);
  CHECK(balances(census)[1].words() == "built 4 = waiting 0 + launched 3 + scrapped after building 1");
  CHECK(balances(census)[2].words() == "launched 3 = in transit 0 + inserted 2 + lost on the way 1");
}

TEST_CASE("constellation: active power follows fade and end of service", "[orbit]") {
  Census census;
  const Standing inserted{operational, {}, 100'000}, faded{degraded, {}, 90'000},
      faded_more{degraded, {}, 70'000};
  census.book(Standing{inserting, {}, 0}, inserted);
  CHECK(census.active_W == 100'000);
  census.book(inserted, faded);
  census.book(faded, faded_more);
  CHECK(census.active_W == 70'000);
  CHECK(census.total(degraded) == 1);
  census.book(faded_more, {disposing, {}, 70'000});
  CHECK(census.active_W == 0);
}

TEST_CASE("constellation: refusals say why", "[orbit]") {
  const Standing queued_then{queued, {1000}, 0};
  CHECK(refusal({}, {.serial = 1, .state = built}) == "a life starts with 'ordered', not 'built'");
  CHECK(refusal(queued_then, {.tick = {2000}, .serial = 1, .state = queued}) ==
        "'queued' may not follow 'queued'");
  CHECK(refusal(queued_then, {.tick = {999}, .serial = 1, .state = launched}) ==
        "tick 999 us lies before the satellite's last posting at 1000 us");
  CHECK(refusal(queued_then, {.tick = {1000}, .serial = 1, .state = launched}) == "");
  CHECK(refusal({}, {.serial = 0}) != "");
  CHECK(refusal({}, {.serial = 1, .mass_mg = -1}) != "");
  CHECK(refusal({}, {.serial = 1, .state = static_cast<LifeState>(15)}) == "there is no such state");
}
