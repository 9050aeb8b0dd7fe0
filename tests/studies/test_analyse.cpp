#include <algorithm>
#include <catch2/catch.hpp>
#include "core/csv.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

/// One lot always in process on four stations of constant times: its cycle is their sum, throughput w/Σ for w
/// lots up to the slowest station's rate.
const std::string penny = "lunafab: study/1\nscenario: " + source +
                          "/configs/validation/penny_fab_constant.yaml\n"
                          "set: {duration: 1200 h, warmup: 200 h}\n";
const std::string route = "lines.line.products.penny.route.";
const std::string cycle = "lines.line.products.penny.mean_cycle_h";

const std::string times = "factors:\n  " + route + "a.time: {min: 1 h, max: 3 h}\n  " + route +
                          "b.time: {min: 1 h, max: 9 h}\n  " + route + "c.time: {min: 1 h, max: 5 h}\n";

/// Two unreliable machines, short runs.
const std::string pair = "lunafab: study/1\nscenario: " + source +
                         "/configs/validation/unreliable_pair_b10.yaml\n"
                         "set: {duration: 60 d, warmup: 5 d, confidence: 0.95}\n"
                         "factors:\n"
                         "  lines.line.stores.buffer.capacity: {values: [1, 5, 10]}\n"
                         "  lines.line.stations.second.cycle.mean: {values: [50 min, 1 h, 70 min]}\n"
                         "design: {kind: grid}\n"
                         "metrics: [shipped_per_h]\n"
                         "replications: 4\n";

Json analysis(const std::string& text, const TemporaryDirectory& dir, const Arguments& more = {}) {
  std::filesystem::remove_all(dir / "s");
  write_bytes(dir / "study.yaml", text);
  const Ran swept = call({"sweep", "study.yaml", "--out", "s"}, dir);
  INFO(swept.text);
  REQUIRE(swept.code == 0);
  const Ran ran = call(Arguments{"analyse", "s", "--json"} + more, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  return Json::parse(ran.text);
}

/// The row of a kind and factor; a level where the kind has them.
Json row(const Json& analysis, const std::string& kind, const std::string& factor,
         const std::string& level = "") {
  for (const Json& row : analysis["effects"])
    if (row["kind"] == kind && row["factor"] == factor && row["level"] == level) return row;
  throw std::runtime_error("no " + kind + " of " + factor + " " + level);
}

}  // namespace

TEST_CASE("Morris through the program: a sum of times has effects as wide as the ranges and no sigma",
          "[studies]") {
  const TemporaryDirectory dir;
  const Json found = analysis(
      penny + times + "design: {kind: morris, trajectories: 4, levels: 4}\nmetrics: [" + cycle + "]\n", dir);
  // Microsecond ticks round times to 3e-10 h.
  for (const auto& [factor, range] : {std::pair{"a.time", 2.0}, {"b.time", 8.0}, {"c.time", 4.0}}) {
    CHECK(row(found, "mu", route + factor)["estimate"].get<double>() == Approx(range).epsilon(1e-8));
    CHECK(row(found, "mu_star", route + factor)["estimate"].get<double>() == Approx(range).epsilon(1e-8));
    CHECK(row(found, "sigma", route + factor)["estimate"].get<double>() == Approx(0).margin(1e-7));
  }
  CHECK(found["effects"][0]["factor"] == route + "b.time");  // the widest first
}

TEST_CASE("Saltelli through the program: a sum of times shares its variance by the squares of the ranges",
          "[studies]") {
  const TemporaryDirectory dir;
  const Json found =
      analysis(penny + times + "design: {kind: saltelli, base_points: 64}\nmetrics: [" + cycle + "]\n", dir);
  for (const auto& [factor, range] : {std::pair{"a.time", 2.0}, {"b.time", 8.0}, {"c.time", 4.0}}) {
    const double exact = range * range / 84;
    for (const char* kind : {"first", "total"}) {
      INFO(factor << " " << kind);
      const Json index = row(found, kind, route + factor);
      CHECK(index["low"].get<double>() <= exact);
      CHECK(index["high"].get<double>() >= exact);
      CHECK(index["estimate"].get<double>() == Approx(exact).margin(0.1));  // 64 rows
    }
  }
}

TEST_CASE("Correlations through the program: a monotone metric has ranks in step", "[studies]") {
  const TemporaryDirectory dir;
  const Json found =
      analysis(penny + "factors: {" + route + "b.time: {min: 30 min, max: 9 h, scale: log}}\n" +
                   "design: {kind: latin_hypercube, points: 16}\nmetrics: [" + cycle + "]\n",
               dir);
  CHECK(row(found, "spearman", route + "b.time")["estimate"] == 1.0);
  CHECK(row(found, "pearson", route + "b.time")["estimate"].get<double>() == Approx(1).epsilon(1e-8));
}

TEST_CASE("Break-even through the program: throughput of constant times crosses a line where theory says",
          "[studies]") {
  const TemporaryDirectory dir;
  const std::string rate = "lines.line.products.penny.finished_per_h";
  const Json found = analysis(
      penny + "factors: {lines.line.limits.wip.lots: {min: 1, max: 6, whole: true}}\n" +
          "design: {kind: grid}\nmetrics: [" + rate + "]\n",
      dir, {"--break-even", rate + "=0.3", "--break-even", rate + "=1/2.5", "--break-even", rate + "=0.6"});
  // w/8 = 0.3 and 0.4; never 0.6. In 1000 h counts are off by one piece at most.
  const Json& answers = found["break_evens"];
  CHECK(answers[0]["crossings"][0]["at"].get<double>() == Approx(2.4).margin(0.01));
  CHECK(answers[0]["crossings"][0]["rises"] == true);
  CHECK(answers[1]["crossings"][0]["at"].get<double>() == Approx(3.2).margin(0.01));
  CHECK(answers[2]["crossings"].empty());
}

TEST_CASE("Effects of a grid are level means of summary.csv", "[studies]") {
  const TemporaryDirectory dir;
  const Json found = analysis(pair, dir);
  Findings findings;
  const auto mean = number_column(load_csv(dir / "s/summary.csv"), "shipped_per_h", positive, findings);
  REQUIRE(mean.size() == 9);
  double all = 0;
  for (const double m : mean) all += m / 9;
  const double fives = (mean[3] + mean[4] + mean[5]) / 3, slow = (mean[2] + mean[5] + mean[8]) / 3;
  CHECK(row(found, "effect", "lines.line.stores.buffer.capacity", "5")["estimate"].get<double>() ==
        Approx(fives - all).margin(1e-12));
  CHECK(row(found, "effect", "lines.line.stations.second.cycle.mean", "70 min")["estimate"].get<double>() ==
        Approx(slow - all).margin(1e-12));
  const CsvTable effects = load_csv(dir / "s/effects.csv");
  CHECK(effects.rows.size() == found["effects"].size());
  const CsvTable ranking = load_csv(dir / "s/ranking.csv");
  REQUIRE(ranking.rows.size() == 9);
  // 50 min with ten places is point 7.
  CHECK(ranking.rows[0][4].text == "7");
  CHECK(ranking.rows[0].back().text == "yes");
  CHECK(ranking.rows[8].back().text == "no");
}

TEST_CASE("One at a time: the point that equals the scenario differs by nothing", "[studies]") {
  const TemporaryDirectory dir;
  const Json found = analysis(edited(pair, "kind: grid", "kind: one_at_a_time"), dir);
  const Json same = row(found, "difference", "lines.line.stores.buffer.capacity", "10");
  CHECK(same["low"] == 0.0);
  CHECK(same["high"] == 0.0);
  CHECK(row(found, "difference", "lines.line.stores.buffer.capacity", "1")["high"] < 0.0);
}

TEST_CASE("Named scenarios are compared under common random numbers, with any of them", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study =
      edited(pair, "[50 min, 1 h, 70 min]", "[1 h]") +
      "scenarios: {today: {}, same: {}, fast: {lines.line.stations.first.cycle.mean: 40 min}}\n";
  const Json found = analysis(study, dir);
  const Json& differences = found["comparisons"];
  REQUIRE(differences.size() == 8);  // two scenarios, three points and all of them
  CHECK(differences[0]["scenario"] == "same");
  CHECK(differences[0]["point"].is_null());
  CHECK(differences[0]["difference"]["mean"] == 0.0);
  CHECK(differences[0]["difference"]["half_width"] == 0.0);
  CHECK(differences[4]["scenario"] == "fast");
  CHECK(differences[4]["difference"]["mean"] > 0.0);
  const Ran other = call({"analyse", "s", "--against", "fast"}, dir);
  CHECK_THAT(other.text, Contains("less that of fast"));
}

TEST_CASE("Pareto front: no point within the limits is better in all objectives", "[studies]") {
  const TemporaryDirectory dir;
  const std::string pieces = "lines.line.stores.buffer.mean_pieces";
  const Json found = analysis(edited(pair, "[shipped_per_h]", "[shipped_per_h, " + pieces + "]") +
                                  "objectives: {shipped_per_h: max, " + pieces + ": min}\n" + "limits: {" +
                                  pieces + ": {max: 4}}\n",
                              dir);
  const CsvTable summary = load_csv(dir / "s/summary.csv"), front = load_csv(dir / "s/pareto.csv");
  Findings findings;
  const auto rate = number_column(summary, "shipped_per_h", positive, findings);
  const auto level = number_column(summary, pieces, non_negative, findings);
  REQUIRE(findings.empty());
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < rate.size(); ++i) {
    bool beaten = level[i] > 4;
    for (std::size_t j = 0; j < rate.size(); ++j)
      beaten = beaten || (level[j] <= 4 && rate[j] >= rate[i] && level[j] <= level[i] &&
                          (rate[j] > rate[i] || level[j] < level[i]));
    if (!beaten) expected.push_back(std::to_string(i + 1));
  }
  std::vector<std::string> points;
  for (const auto& cells : front.rows) points.push_back(cells[1].text);
  CHECK(points == expected);
  CHECK(found["pareto"].size() == expected.size());
  CHECK(expected.size() < 9);
}

TEST_CASE("analyse says what it cannot do, with code 2; missing runs give code 1", "[studies]") {
  const TemporaryDirectory dir;
  (void)analysis(pair, dir);
  const auto refused = [&](const Arguments& more) {
    const Ran ran = call(Arguments{"analyse", "s"} + more, dir);
    CHECK(ran.code == 2);
    return ran.text;
  };
  CHECK_THAT(refused({"--metric", "shiped_per_h"}), Contains("did you mean 'shipped_per_h'"));
  CHECK_THAT(refused({"--against", "today"}), Contains("a study with `scenarios`"));
  CHECK_THAT(refused({"--break-even", "shipped_per_h"}), Contains("METRIC=LINE"));
  CHECK_THAT(refused({"--break-even", "shipped_per_h=0.7"}), Contains("several factors"));
  CHECK_THAT(refused({"--break-even", "shipped_per_h=x", "--factor", "y"}), Contains("'x' is no metric"));
  CHECK_THAT(call({"analyse", "absent"}, dir).text, Contains("no directory of a sweep"));
  REQUIRE(call({"sweep", "study.yaml", "--out", "part", "--shard", "1/2"}, dir).code == 0);
  const Ran part = call({"analyse", "part"}, dir);
  CHECK(part.code == 1);
  CHECK_THAT(part.text, Contains("18 of 36 runs done"));
}
