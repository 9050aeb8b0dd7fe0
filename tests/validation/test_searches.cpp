#include <fmt/format.h>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/csv.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;

// Seeds were fixed before the first run.
namespace {

Json answer(const char* command, const std::string& text, const std::string& out,
            const TemporaryDirectory& dir) {
  write_bytes(dir / "study.yaml", text);
  const Ran ran = call({command, "study.yaml", "--out", out, "--json"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  return Json::parse(ran.text.substr(ran.text.find("{\n")));
}

/// Three exponential stations whose rates sum to 20 an hour at most, 20 places in all with those of the
/// second and third server. Source: Pichitlamken, Nelson, Hong, "A sequential procedure for neighborhood
/// selection-of-the-best in optimization via simulation", EJOR 173 (2006); problem THROUGHPUTMAX of simopt.
/// Best: rates 6, 7, 7 with 12 and 8 places, or 7, 7, 6 with 8 and 12: 5.776 an hour.
std::string throughput_problem() {
  std::string rates, one, two;
  for (int rate = 1; rate <= 18; ++rate)
    rates += fmt::format("{}{:.13f} s", rate == 1 ? "" : ", ", 3600.0 / rate);
  for (int places = 0; places <= 18; ++places) {
    one += fmt::format("{}{}", places == 0 ? "" : ", ", places);
    two += fmt::format("{}{}", places == 0 ? "" : ", ", 18 - places);
  }
  const std::string stations = "lines.line.stations.", stores = "lines.line.stores.";
  std::string text = "lunafab: study/1\nscenario: " + source +
                     "/configs/validation/hillier_boling_k3_b0.yaml\n" +
                     "set: {duration: 2100 h, warmup: 100 h, confidence: 0.95}\nfactors:\n";
  for (const char* station : {"first", "second", "third"})
    text += fmt::format("  {}{}.cycle.mean: {{values: [{}]}}\n", stations, station, rates);
  text += fmt::format("  {0}one.capacity: {{values: [{1}]}}\n  {0}two.capacity: {{values: [{2}]}}\n", stores,
                      one, two);
  text += fmt::format("linked: [[{0}one.capacity, {0}two.capacity]]\n", stores);
  text += fmt::format(
      "require: [\"1 / {0}first.cycle.mean + 1 / {0}second.cycle.mean + 1 / {0}third.cycle.mean <= 20 "
      "h-1\"]\n",
      stations);
  return text +
         "objectives: {shipped_per_h: max}\nmetrics: [shipped_per_h]\nreplications: 5\nseed: 20606\n"
         "design: {kind: latin_hypercube, points: 60}\noptimise: {algorithm: sga, generations: 60}\n";
}

}  // namespace

TEST_CASE("Validation: optimise reaches the published throughput of three stations and 20 places",
          "[validation]") {
  const TemporaryDirectory dir;
  const Json found = answer("optimise", throughput_problem(), "s", dir);
  const Json& best = found["best"][0];
  // 10,000 h of a rate of 5.776 an hour: an sd of √(0.3 · 5.776 / 10000) = 0.013; the best of many means is
  // higher by up to three of them.
  const double rate = best["objectives"]["shipped_per_h"]["mean"];
  CHECK(rate == Approx(5.776).margin(0.05));
  std::vector<double> rates;
  for (const char* station : {"first", "second", "third"}) {
    const std::string mean = best["factors"][fmt::format("lines.line.stations.{}.cycle.mean", station)];
    rates.push_back(std::round(3600.0 / std::stod(mean)));
  }
  INFO(best.dump(2));
  CHECK(rates[0] + rates[1] + rates[2] == 20);
  // Published: 6, 7, 7 or 7, 7, 6. Both have 7 in the middle.
  CHECK(rates[1] == 7);
  CHECK(std::min(rates[0], rates[2]) == 6);
}

TEST_CASE("Validation: 95 % half-widths of summary.csv hold Wq of M/M/1 in 93 % at least", "[validation]") {
  const TemporaryDirectory dir;
  // A sweep over seeds: 1000 experiments of ten replications of 10,000 h.
  std::string seeds;
  for (int i = 0; i < 1000; ++i) seeds += fmt::format("{}{}", i == 0 ? "" : ", ", 20353 + i);
  write_bytes(dir / "study.yaml", "lunafab: study/1\nscenario: " + source +
                                      "/configs/validation/mm1.yaml\n"
                                      "set: {duration: 10500 h, warmup: 500 h, confidence: 0.95}\n"
                                      "factors: {seed: {values: [" +
                                      seeds +
                                      "]}}\n"
                                      "design: {kind: grid}\nreplications: 10\n"
                                      "metrics: [lines.line.stores.queue.mean_wait_h]\n");
  const Ran ran = call({"sweep", "study.yaml", "--out", "s"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  Findings findings;
  const CsvTable summary = load_csv(dir / "s/summary.csv");
  const auto mean = number_column(summary, "lines.line.stores.queue.mean_wait_h", positive, findings);
  const auto half_width =
      number_column(summary, "lines.line.stores.queue.mean_wait_h.half_width", positive, findings);
  REQUIRE(findings.empty());
  REQUIRE(mean.size() == 1000);
  std::size_t held = 0;
  for (std::size_t i = 0; i < mean.size(); ++i) held += std::abs(mean[i] - 4.0) <= half_width[i] ? 1 : 0;
  INFO(held);
  // A true coverage of 0.95 shows below 0.93 in 1000 experiments with a probability of 0.3 %.
  CHECK(held >= 930);
}
