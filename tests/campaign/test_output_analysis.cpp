#include <catch2/catch.hpp>
#include <cmath>
#include "campaign/compare.hpp"
#include "campaign/execute.hpp"
#include "campaign/flow_samples.hpp"
#include "campaign/replicate.hpp"
#include "campaign/warmup.hpp"
#include "core/visit.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::campaign;
using namespace lunafab::test;
using Catch::Contains;

namespace {

/// A queue of one server, mean service 1 h, load 0.8; `header` adds keys to the scenario.
std::string queue(const std::string& header, const std::string& store = "",
                  const std::string& duration = "100 d") {
  return "lunafab: scenario/1\nduration: " + duration + "\nlookahead: 1 d\nseed: 20341\n" + header + R"(
materials: {part: {piece: abstract}}
lines:
  line:
    stores: {queue: {material: part)" +
         store + R"(}}
    stations:
      arrivals: {to: queue, cycle: {dist: exponential, mean: 1.25 h}}
      server: {from: queue, cycle: {dist: exponential, mean: 1 h}}
)";
}

/// The same queue as a shop of lots.
std::string shop(const std::string& header) {
  return "lunafab: scenario/1\nduration: 400 d\nwarmup: 10 d\nlookahead: 1 d\nseed: 20342\n" + header + R"(
materials: {part: {piece: abstract}}
lines:
  fab:
    stations: {server: {}}
    products: {lot: {route: {work: {station: server, time: {dist: exponential, mean: 1 h}}}}}
    releases: {all: {product: lot, every: {dist: exponential, mean: 1.25 h}}}
)";
}

Scenario read(const std::string& text) {
  Findings warnings;
  return read_scenario(parse_document(text, "test.yaml"), warnings);
}

std::string problems(const std::string& text) {
  try {
    (void)read(text);
  } catch (const InputError& error) {
    std::string all;
    for (const Finding& finding : error.findings()) all += format(finding) + "\n";
    return all;
  }
  return "";
}

CampaignState finished(const Scenario& scenario, std::uint32_t replication = 0) {
  Campaign campaign(scenario, replication);
  campaign.run_to_end();
  return campaign.state();
}

std::vector<Metrics> replicated(const Scenario& scenario) {
  return *replicate(scenario, metrics(scenario, finished(scenario)), nullptr);
}

double value(const Metrics& metrics, const std::string& name) {
  for (const auto& [metric, number] : metrics)
    if (metric == name) return number;
  throw std::runtime_error("no metric " + name);
}

Interval interval(const std::vector<Metrics>& runs, const Scenario& scenario, const std::string& name) {
  for (const MetricInterval& each : intervals(runs, scenario.confidence, scenario.pairing))
    if (each.name == name) return each.interval;
  throw std::runtime_error("no metric " + name);
}

const std::string stay = "lines.line.stores.queue.mean_wait_h";

}  // namespace

TEST_CASE("Automatic warm-up waits until a long queue is worked off", "[campaign]") {
  // 200 pieces at the start, worked off at 1 - 0.8 = 0.2 an hour: 1000 h, with an sd of √(1000 · 1.8)/0.2 =
  // 212 h.
  const Scenario scenario = read(queue("warmup: auto\n", ", initial: 200", "1000 d"));
  CHECK(scenario.warmup_kind == WarmupKind::automatic);
  const Scenario settled = *settle_warmup(scenario);
  CHECK(settled.warmup_kind == WarmupKind::chosen);
  CHECK(seconds(settled.warmup) > (1000 - 4 * 212) * 3600.0);
  CHECK(settled.warmup <= Tick{scenario.end.us / 2});
}

TEST_CASE("Automatic warm-up says when a run never settles", "[campaign]") {
  // Load 1.25: the queue grows until the end.
  const std::string text = edited(queue("warmup: auto\n"), "1.25 h", "0.8 h");
  const Scenario settled = *settle_warmup(read(text));
  CHECK(settled.warmup_kind == WarmupKind::not_settled);
  CHECK(settled.warmup.us == settled.end.us / 2);
}

TEST_CASE("A given warm-up costs no pilot run and stays", "[campaign]") {
  const Scenario settled = *settle_warmup(read(queue("warmup: 10 d\n")));
  CHECK(settled.warmup_kind == WarmupKind::given);
  CHECK(seconds(settled.warmup) == 10 * 86400.0);
}

TEST_CASE("Samples of the flow lie at even distances and end with the totals of the run", "[campaign]") {
  const Scenario scenario = read(queue("warmup: 10 d\n"));
  const CampaignState state = finished(scenario);
  REQUIRE(state.flow.size() == flow_intervals + 1);
  CHECK(state.flow.front().tick == scenario.warmup);
  CHECK(state.flow.back().tick == scenario.end);
  CHECK(state.flow[300].tick.us * 2 == scenario.warmup.us + scenario.end.us);
  CHECK(state.flow.back().shipped - state.flow.front().shipped == shipped_pieces(scenario.plant, state));
  const double stored = static_cast<double>(state.flow.back().stored_us - state.flow.front().stored_us);
  const double level = static_cast<double>(since_warmup_store(state, scenario.plant, 0).level.integral);
  CHECK(stored == level);
}

TEST_CASE("Batch means agree with the metrics of the same run", "[campaign]") {
  const Scenario line = read(queue("warmup: 10 d\n"));
  const CampaignState state = finished(line);
  for (const FlowMetric& metric : flow_metrics(line, state)) {
    CHECK(metric.value == Approx(value(metrics(line, state), metric.name)));
    CHECK(metric.batches.count == flow_batches);
  }
  // Little: the mean stay of a piece and the stay for each piece shipped differ by what is left over.
  CHECK(value(metrics(line, state), "hours_in_stores_per_piece") ==
        Approx(value(metrics(line, state), stay)).epsilon(0.01));

  const Scenario fab = read(shop(""));
  const CampaignState lots = finished(fab);
  // M/M/1: W = 5 h, throughput 0.8 an hour.
  for (const FlowMetric& metric : flow_metrics(fab, lots)) {
    if (metric.name == "cycle_time_h")
      CHECK(std::abs(metric.value - 5.0) < 2.0 * metric.batches.interval.half_width);
    if (metric.name == "finished_per_h")
      CHECK(std::abs(metric.value - 0.8) < 2.0 * metric.batches.interval.half_width);
  }
  CHECK(value(metrics(fab, lots), "cycle_time_h") > 3.0);
}

TEST_CASE("Sequential stopping takes the first number of replications that is narrow enough", "[campaign]") {
  const std::string rule =
      "replications: {least: 5, most: 200, half_width: 15 %, metrics: [" + stay + ", shipped_per_h]}\n";
  const Scenario scenario = read(queue("warmup: 5 d\n" + rule));
  const std::vector<Metrics> runs = replicated(scenario);
  REQUIRE(runs.size() > 5);
  REQUIRE(runs.size() < 200);
  CHECK(precision(scenario, runs) == Precision::reached);
  for (std::size_t n = 5; n <= runs.size(); ++n) {
    const std::vector<Metrics> first(runs.begin(), runs.begin() + static_cast<std::ptrdiff_t>(n));
    const bool narrow = is_narrow(interval(first, scenario, stay), 0.15) &&
                        is_narrow(interval(first, scenario, "shipped_per_h"), 0.15);
    CHECK(narrow == (n == runs.size()));
  }
  const Scenario fixed = read(queue("warmup: 5 d\nreplications: " + std::to_string(runs.size()) + "\n"));
  CHECK(replicated(fixed) == runs);
  CHECK(precision(fixed, runs) == Precision::fixed);
}

TEST_CASE("Sequential stopping says when the most replications were not enough", "[campaign]") {
  const Scenario scenario =
      read(queue("replications: {least: 2, most: 4, half_width: 0.1 %, metrics: [" + stay + "]}\n"));
  const std::vector<Metrics> runs = replicated(scenario);
  CHECK(runs.size() == 4);
  CHECK(precision(scenario, runs) == Precision::missed);
}

TEST_CASE("Antithetic replications: the even ones are those of half their number", "[campaign]") {
  const Scenario paired = read(queue("antithetic: true\nreplications: 4\n"));
  const Scenario plain = read(queue("replications: 4\n"));
  CHECK(metrics(paired, finished(paired, 2)) == metrics(plain, finished(plain, 1)));
  CHECK(metrics(paired, finished(paired, 3)) != metrics(plain, finished(plain, 1)));
  CHECK(run_key(paired, 3).replication == (antithetic | 1u));
}

TEST_CASE("Antithetic pairs: the sum of a draw and its mirror leaves a uniform service no spread",
          "[campaign]") {
  // A server that never waits finishes n services at the sum of n draws; uniform draws and their mirrors sum
  // to exactly 2 mean · n, so the mean of the two counts lies within a few pieces of the span over the mean.
  const std::string text = R"(
lunafab: scenario/1
duration: 100 d
seed: 20343
antithetic: true
replications: 20
materials: {part: {piece: abstract}}
lines:
  line:
    stations: {server: {to: shipped, cycle: {dist: uniform, low: 0 h, high: 2 h}}}
)";
  const Scenario paired = read(text);
  const Interval pairs = interval(replicated(paired), paired, "shipped_per_h");
  const Scenario plain = read(edited(text, "antithetic: true", ""));
  const Interval apart = interval(replicated(plain), plain, "shipped_per_h");
  CHECK(std::abs(pairs.mean - 1.0) < 0.01);
  CHECK(pairs.half_width < apart.half_width / 3);
}

TEST_CASE("Compare: a scenario against itself is the same in every metric", "[campaign]") {
  const Scenario scenario = read(queue(""));
  const Comparison comparison = compare(scenario, scenario, 4);
  CHECK(comparison.metrics.size() == metrics(scenario, finished(scenario)).size());
  CHECK((comparison.only_a.empty() && comparison.only_b.empty()));
  for (const ComparedMetric& metric : comparison.metrics) CHECK(metric.verdict == Verdict::same);
}

TEST_CASE("Compare: common random numbers show a difference that independent runs would not", "[campaign]") {
  // Service 1 % faster: Wq falls from 4 to 3.808 h, 4.8 %, where one run of 100 d spreads by √(2470/2400) = 1
  // h.
  const Scenario a = read(queue("warmup: 10 d\n"));
  Scenario b = read(edited(queue("warmup: 10 d\n"), "mean: 1 h", "mean: 0.99 h"));
  b.seed = 5;  // A's counts
  const Comparison comparison = compare(a, b, 20);
  for (const ComparedMetric& metric : comparison.metrics) {
    if (metric.name != stay) continue;
    CHECK(metric.verdict == Verdict::lower);
    CHECK(metric.mean_b - metric.mean_a == Approx(metric.difference.interval.mean));
    CHECK(metric.difference.variance_ratio > 20.0);
    // Independent runs: the half-width would be √ratio times as wide, and hold 0.
    CHECK(metric.difference.interval.half_width * std::sqrt(metric.difference.variance_ratio) >
          -metric.difference.interval.mean);
  }
}

TEST_CASE("Compare: what only one scenario has is named", "[campaign]") {
  const Scenario a = read(queue(""));
  const Scenario b = read(edited(queue(""), "server:", "worker:"));
  const Comparison comparison = compare(a, b, 2);
  CHECK(comparison.only_a ==
        std::vector<std::string>{"lines.line.stations.server.good_per_h", "lines.line.stations.server.busy"});
  CHECK(comparison.only_b.size() == 2);
}

TEST_CASE("Output analysis: bad keys are all reported, with what is allowed", "[campaign]") {
  CHECK_THAT(problems(queue("warmup: auto_\n")), Contains("warmup"));
  CHECK_THAT(problems(queue("antithetic: true\nreplications: 3\n")),
             Contains("replications") && Contains("is odd") && Contains("an even number"));
  CHECK_THAT(problems(queue("antithetic: yes\n")), Contains("antithetic") && Contains("true or false"));
  const std::string several =
      problems(queue("replications: {least: 9, most: 4, half_width: 0 %, metrics: [], much: 1}\n"));
  CHECK_THAT(several, Contains("replications.most") && Contains("is below `least`") &&
                          Contains("replications.half_width") && Contains("replications.metrics") &&
                          Contains("replications.much"));
  CHECK_THAT(
      problems(queue("replications: {most: 9, half_width: 2 %, metrics: [shiped_per_h]}\n")),
      Contains("test.yaml:5:") && Contains("'shiped_per_h' is no metric") && Contains("shipped_per_h"));
  CHECK_THAT(problems(queue("antithetic: true\nreplications: {least: 5, most: 9, half_width: 2 %, metrics: "
                            "[shipped_per_h]}\n")),
             Contains("replications.least") && Contains("replications.most"));
}

TEST_CASE("Output analysis: threads and resuming change no byte", "[campaign]") {
  TemporaryDirectory dir;
  write_bytes(dir / "q.yaml",
              queue("warmup: auto\nantithetic: true\nreplications: {most: 40, half_width: 20 %, metrics: [" +
                        stay + "]}\n",
                    ", initial: 200", "1000 d"));
  const Arguments settings{"--limits", "1"};
  run_scenario(dir / "q.yaml", "one", settings + Arguments{"--threads", "1"}, dir);
  run_scenario(dir / "q.yaml", "two", settings + Arguments{"--threads", "2"}, dir);
  CHECK(differing(dir / "one", dir / "two") == none);
  CHECK(summary(dir / "one")["warmup_from"] == "MSER-5");
  CHECK(summary(dir / "one")["intervals_over"] == "pairs of antithetic replications");
  CHECK(summary(dir / "one")["stopping"]["reached"] == true);
  // A checkpoint keeps the warm-up that was found.
  run_scenario(dir / "q.yaml", "one", settings + Arguments{"--threads", "1", "--resume"}, dir);
  CHECK(differing(dir / "one", dir / "two") == none);
}

TEST_CASE("One replication: its intervals come from batch means, and the summary says so", "[campaign]") {
  TemporaryDirectory dir;
  write_bytes(dir / "q.yaml", queue("", "", "1000 d"));
  const Ran ran = call({"run", "q.yaml", "--out", "r", "--limits", "-1"}, dir);
  REQUIRE(ran.code == 0);
  CHECK_THAT(ran.text, Contains("From batch means of one replication, mean ± half-width at 95 %") &&
                           Contains("hours_in_stores_per_piece"));
  const Json json = summary(dir / "r");
  CHECK(json["intervals_over"] == "batch means of one replication");
  CHECK(json["metrics"]["shipped_per_h"]["batches"] == 20);
  const double mean = json["metrics"]["shipped_per_h"]["mean"],
               half = json["metrics"]["shipped_per_h"]["half_width"];
  CHECK(half > 0.0);
  CHECK(std::abs(mean - 0.8) < 2 * half);
}
