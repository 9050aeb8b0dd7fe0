#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>
#include "campaign/run.hpp"
#include "campaign/since_warmup.hpp"
#include "core/document.hpp"
using namespace lunafab;
using namespace lunafab::campaign;

namespace {

Scenario read(const std::string& text) {
  Findings warnings;
  return read_scenario(parse_document(text, "test.yaml"), warnings);
}

std::string line(const std::string& report, const std::string& first = "{dist: exponential, mean: 1 h}",
                 const std::string& second = "{dist: exponential, mean: 1 h}",
                 const std::string& third = "{dist: exponential, mean: 1 h}") {
  return "lunafab: scenario/1\nduration: 900 h\nseed: 20518\n" + report +
         "materials: {part: {piece: abstract}}\n"
         "lines:\n  line:\n    stores: {a: {material: part, capacity: 2}, b: {material: part, capacity: 2}}\n"
         "    stations:\n      first: {to: a, cycle: " +
         first + "}\n      second: {from: a, to: b, cycle: " + second +
         ", failures: {clock: operating, time_to_failure: {dist: exponential, mean: 20 h}, time_to_repair: 1 "
         "h}}\n"
         "      third: {from: b, cycle: " +
         third + "}\n";
}

const std::string everything = "report: {bottleneck: true, gantt: {from: 0 h, to: 900 h, most: 1000000}}\n";

struct Period {
  std::int64_t from = 0, to = 0;
};

/// Active periods of each of the one-server stations, from the bars of the chart.
std::vector<std::vector<Period>> periods_of(const factory::GroupState& state, std::size_t stations) {
  std::vector<std::vector<Period>> all(stations);
  for (const factory::Bar& bar : state.watch.bars) {
    if (!factory::is_active(static_cast<factory::Mode>(bar.mode))) continue;
    std::vector<Period>& own = all[bar.slot];
    if (!own.empty() && own.back().to == bar.from.us) {
      own.back().to = bar.to.us;
    } else {
      own.push_back({bar.from.us, bar.to.us});
    }
  }
  return all;
}

struct Share {
  std::int64_t sole = 0, shifting = 0;
};

/// The definition word by word, with all periods at hand: from the end of each bottleneck period the station
/// that has been active for longest takes over; while both were active, the bottleneck shifts.
std::vector<Share> shares_by_definition(const std::vector<std::vector<Period>>& periods, std::int64_t end) {
  std::vector<Share> shares(periods.size());
  std::int64_t now = 0, taken_over = 0;
  while (now < end) {
    std::size_t best = periods.size();
    Period longest{end, end};
    for (std::size_t s = 0; s < periods.size(); ++s) {
      for (const Period& period : periods[s]) {
        if (period.from <= now && now < period.to && period.from < longest.from) best = s, longest = period;
      }
    }
    if (best == periods.size()) {
      std::int64_t next = end;  // all wait
      for (const auto& own : periods) {
        for (const Period& period : own) {
          if (period.from > now) next = std::min(next, period.from);
        }
      }
      now = next;
      continue;
    }
    const std::int64_t shift_in = std::max<std::int64_t>(0, now - std::max(longest.from, taken_over));
    shares[best].shifting += longest.from < now ? shift_in : 0;
    // Who comes next decides how much of this reign is a shift.
    const std::int64_t last = longest.to;
    std::int64_t heir_from = last;
    for (std::size_t s = 0; s < periods.size(); ++s) {
      for (const Period& period : periods[s]) {
        if (s != best && period.from <= last && last < period.to)
          heir_from = std::min(heir_from, period.from);
      }
    }
    const std::int64_t shift_out = last - std::max(heir_from, now);
    shares[best].shifting += std::max<std::int64_t>(0, shift_out);
    shares[best].sole += last - now - std::max<std::int64_t>(0, shift_out);
    taken_over = now;
    now = last;
  }
  return shares;
}

}  // namespace

TEST_CASE("The shifting bottleneck is the one that its definition finds in the Gantt chart", "[campaign]") {
  const Scenario scenario = read(line(everything));
  Campaign campaign(scenario, 0);
  campaign.run_to_end();
  const factory::GroupState& state = campaign.state().groups[0];
  REQUIRE(state.watch.bars_left_out == 0);
  // The chart holds what has ended: compare up to the end of the last reign.
  const std::int64_t end = state.watch.reigns_from.us;
  const auto expected = shares_by_definition(periods_of(state, 3), end);
  REQUIRE(expected[1].sole > 0);
  for (std::uint32_t s = 0; s < 3; ++s) {
    INFO(scenario.plant.stations[s].name);
    CHECK(state.watch.stations[s].sole_us == expected[s].sole);
  }
}

TEST_CASE("A station twice as slow as its neighbours is the sole bottleneck from its first piece on",
          "[campaign]") {
  const Scenario scenario = read(line("report: {bottleneck: true}\n", "1 h", "2 h", "1 h"));
  Campaign campaign(scenario, 0);
  campaign.run_to_end();
  const factory::Activity second = since_warmup_activity(campaign.state(), scenario.plant, 1);
  // The first is active from the start, and blocked for the first time after six pieces at the latest.
  CHECK(second.sole_us >= scenario.end.us - 6 * 3'600'000'000);
}

TEST_CASE("Bars of the chart follow one another, and add up to the times of the table", "[campaign]") {
  const Scenario scenario = read(line(everything));
  Campaign campaign(scenario, 0);
  campaign.run_to_end();
  const factory::GroupState& state = campaign.state().groups[0];
  std::vector<std::int64_t> last(3, 0);
  std::vector<std::array<std::int64_t, factory::mode_count>> sums(3);
  for (const factory::Bar& bar : state.watch.bars) {
    CHECK(bar.from.us >= last[bar.slot]);
    last[bar.slot] = bar.to.us;
    sums[bar.slot][bar.mode] += (bar.to - bar.from).us;
  }
  for (std::size_t s = 0; s < 3; ++s) {
    sums[s][0] = state.stations[s].mode_us[0];  // waiting for input has no bars
    CHECK(sums[s] == state.stations[s].mode_us);
  }
}

TEST_CASE("A chart stops at its limit and counts what it leaves out; recording changes no result",
          "[campaign]") {
  const Scenario short_chart = read(line("report: {gantt: {from: 100 h, to: 200 h, most: 10}}\n"));
  Campaign recorded(short_chart, 0);
  const Scenario unwatched = read(line(""));
  Campaign other(unwatched, 0);
  recorded.run_to_end(), other.run_to_end();
  CHECK(recorded.state().groups[0].watch.bars.size() == 10);
  CHECK(recorded.state().groups[0].watch.bars_left_out > 100);
  CHECK(recorded.state().groups[0].stations[2].firings[0].good ==
        other.state().groups[0].stations[2].firings[0].good);
  CHECK_THROWS_WITH(read(line("report: {gantt: {from: 2 h, to: 1 h}}\n")), Catch::Contains("later time"));
}
