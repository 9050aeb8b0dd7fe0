#include <catch2/catch.hpp>
#include <cmath>
#include "core/statistics.hpp"
#include "studies/run_store.hpp"
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

/// At a confidence that few runs can meet.
const std::string fixed = edited(small, "warmup: 5 d}", "warmup: 5 d, confidence: 0.9}");
const std::string sequential =
    edited(fixed, "replications: 2",
           "replications: {min: 3, max: 12, relative_half_width: 0.04, metrics: [shipped_per_h]}");

std::vector<double> numbers(const CsvTable& table, const std::string& name) {
  std::vector<double> values;
  for (const std::string& cell : column(table, name)) values.push_back(std::stod(cell));
  return values;
}

}  // namespace

TEST_CASE("Points that break a constraint are recorded as excluded and do not run", "[studies]") {
  const TemporaryDirectory dir;
  const std::string rule =
      "lines.line.stores.buffer.capacity * 10 min + lines.line.stations.second.cycle.mean <= 2 h";
  const std::string study = written(dir, small + "require: [\"" + rule + "\"]\n");
  const Ran ran = call({"sweep", study, "--out", "s"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  // Capacity 1 takes all cycles up to 110 min, 5 up to 70 min (three of the four), 10 none.
  CHECK_THAT(ran.text, Contains("14 of 24 runs done, 0 failed, 0 missing, 10 excluded"));
  const CsvTable runs = load_csv(dir / "s/runs.csv"), summary = load_csv(dir / "s/summary.csv");
  CHECK(runs.rows.size() == 24);
  CHECK(column(summary, "excluded") ==
        std::vector<std::string>{"0", "0", "0", "0", "0", "0", "0", "2", "2", "2", "2", "2"});
  CHECK(column(runs, "status")[14] == "excluded");
  CHECK(column(runs, "error")[14] == "require: " + rule);
  CHECK(column(runs, "status")[13] == "done");
  CHECK(column(runs, "shipped_per_h")[14].empty());
  const Ran dry = call({"sweep", study, "--dry-run"}, dir);
  CHECK_THAT(dry.text, Contains("24 runs (14 to do): 12 points, 1 scenario, 2 replications") &&
                           Contains("excluded: 5 points by require: " + rule));
  const Json json = Json::parse(call({"sweep", study, "--dry-run", "--json"}, dir).text);
  CHECK(json["runs_to_do"] == 14);
  CHECK(json["excluded"] == Json{{"require: " + rule, 5}});
  // The points that run give what they give without the constraint.
  sweep_well(written(dir, small), "all", {}, dir);
  const auto all = column(load_csv(dir / "all/runs.csv"), "shipped_per_h"),
             some = column(runs, "shipped_per_h");
  for (std::size_t i = 0; i < 14; ++i) CHECK(all[i] == some[i]);
}

TEST_CASE("Excluded points are the same over shards", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small + "require: [lines.line.stores.buffer.capacity > 1]\n");
  sweep_well(study, "one", {}, dir);
  sweep_well(study, "a", {"--shard", "1/2"}, dir);
  sweep_well(study, "b", {"--shard", "2/2"}, dir);
  CHECK(call({"merge", "a", "b", "--out", "whole"}, dir).code == 0);
  CHECK(tables(dir / "one") == tables(dir / "whole"));
}

TEST_CASE("Constraints, limits, objectives and replications are checked before anything runs", "[studies]") {
  const TemporaryDirectory dir;
  const auto text_of = [&](const std::string& more) {
    const Ran ran = call({"sweep", written(dir, small + more), "--out", "s"}, dir);
    CHECK(ran.code == 2);
    CHECK_FALSE(std::filesystem::exists(dir / "s"));
    return ran.text;
  };
  CHECK_THAT(text_of("require: [lines.line.stores.bufer.capacity < 3]\n"),
             Contains("study.yaml:10") && Contains("did you mean 'buffer'"));
  CHECK_THAT(text_of("require: [lines.line.stores.buffer.capacity < 3 h]\n"), Contains("compares 1 with s"));
  CHECK_THAT(text_of("require: [lines.line.stores.buffer.capacity > 99]\n"), Contains("no point meets"));
  CHECK_THAT(text_of("limits: {shiped_per_h: {min: 1}}\n"), Contains("did you mean 'shipped_per_h'"));
  CHECK_THAT(text_of("limits: {shipped_per_h: {}}\n"), Contains("neither `min` nor `max`"));
  CHECK_THAT(text_of("limits: {shipped_per_h: {min: 2, max: 1}}\n"), Contains("below `min`"));
  CHECK_THAT(text_of("objectives: {shiped_per_h: max}\n"), Contains("did you mean 'shipped_per_h'"));
  CHECK_THAT(text_of("objectives: {shipped_per_h: mox}\n"), Contains("did you mean 'max'"));
  CHECK_THAT(text_of("timeout: 3 kg\n"), Contains("a time"));
  const auto with = [&](const std::string& replications) {
    const Ran ran =
        call({"sweep", written(dir, edited(small, "replications: 2", "replications: " + replications)),
              "--out", "s"},
             dir);
    CHECK(ran.code == 2);
    return ran.text;
  };
  CHECK_THAT(with("{max: 19, half_width: 0.1, metrics: [shiped_per_h]}"),
             Contains("did you mean 'shipped_per_h'"));
  CHECK_THAT(with("{max: 19, half_width: 0.1}"), Contains("names nothing"));
  CHECK_THAT(with("{min: 9, max: 3, half_width: 0.1, metrics: [shipped_per_h]}"), Contains("below `min`"));
  CHECK_THAT(with("{max: 19, half_width: 1, relative_half_width: 0.1, metrics: [shipped_per_h]}"),
             Contains("one of the two"));
  CHECK_THAT(with("{max: 19, metrics: [shipped_per_h]}"), Contains("relative_half_width"));
}

TEST_CASE("Limits: a point is feasible where its interval lies inside", "[studies]") {
  const TemporaryDirectory dir;
  const std::string eight = edited(fixed, "replications: 2", "replications: 8");
  const std::string study = written(
      dir, eight + "limits: {shipped_per_h: {min: 0.7}, lines.line.stores.buffer.mean_pieces: {max: 4}}\n");
  sweep_well(study, "s", {}, dir);
  const CsvTable summary = load_csv(dir / "s/summary.csv");
  const auto rate = numbers(summary, "shipped_per_h"),
             rate_width = numbers(summary, "shipped_per_h.half_width");
  const auto level = numbers(summary, "lines.line.stores.buffer.mean_pieces"),
             level_width = numbers(summary, "lines.line.stores.buffer.mean_pieces.half_width");
  const auto feasible = column(summary, "feasible"), limits = column(summary, "limits");
  std::map<std::string, int> seen;
  for (std::size_t i = 0; i < rate.size(); ++i) {
    const bool rate_kept = rate[i] - rate_width[i] >= 0.7;
    const bool rate_broken = rate[i] + rate_width[i] < 0.7;
    const bool level_kept = level[i] + level_width[i] <= 4;
    const bool level_broken = level[i] - level_width[i] > 4;
    CHECK(feasible[i] == (rate_broken || level_broken ? "no" : rate_kept && level_kept ? "yes" : "unsure"));
    const std::string both = "shipped_per_h;lines.line.stores.buffer.mean_pieces";
    CHECK(limits[i] == (!rate_kept && !level_kept ? both
                        : !rate_kept              ? "shipped_per_h"
                        : !level_kept             ? "lines.line.stores.buffer.mean_pieces"
                                                  : ""));
    ++seen[feasible[i]];
  }
  CHECK(seen.size() >= 2);  // the limits part the points
  // Other limits are no new study, and nothing runs again.
  const std::uintmax_t stored = stored_bytes(dir / "s");
  sweep_well(written(dir, eight + "limits: {shipped_per_h: {min: 0}}\n"), "s", {}, dir);
  CHECK(column(load_csv(dir / "s/summary.csv"), "feasible") == std::vector<std::string>(12, "yes"));
  CHECK(stored_bytes(dir / "s") == stored);
}

TEST_CASE("Sequential replications stop at the first number that is narrow enough", "[studies]") {
  const TemporaryDirectory dir;
  sweep_well(written(dir, sequential), "s", {}, dir);
  const CsvTable runs = load_csv(dir / "s/runs.csv");
  const auto points = column(runs, "point");
  const auto rate = numbers(runs, "shipped_per_h");
  std::map<std::string, std::vector<double>> by_point;
  for (std::size_t i = 0; i < rate.size(); ++i) by_point[points[i]].push_back(rate[i]);
  REQUIRE(by_point.size() == 12);
  std::size_t stopped = 0, more_than_least = 0;
  for (const auto& entry : by_point) {
    const std::vector<double>& values = entry.second;
    INFO("point " << entry.first << ", " << values.size() << " replications");
    const auto narrow = [&values](std::size_t n) {
      const Interval interval = mean_interval(std::span(values).first(n), 0.9);
      return interval.half_width <= 0.04 * interval.mean;
    };
    CHECK((values.size() == 12 || narrow(values.size())));
    CHECK(values.size() >= 3);
    for (std::size_t n = 3; n < values.size(); ++n) CHECK_FALSE(narrow(n));
    stopped += values.size() < 12 ? 1 : 0;
    more_than_least += values.size() > 3 ? 1 : 0;
  }
  // The rule parts the points: else this test says little.
  CHECK(stopped > 0);
  CHECK(more_than_least > 0);
}

TEST_CASE(
    "Sequential replications: the same bytes whatever the threads, shards, interruptions and what the "
    "store holds besides",
    "[studies]") {
  const TemporaryDirectory dir;
  sweep_well(written(dir, sequential), "one", {"--threads", "1"}, dir);
  const std::string expected = tables(dir / "one");
  sweep_well(dir / "study.yaml", "five", {"--threads", "5"}, dir);
  CHECK(tables(dir / "five") == expected);
  Arguments merge{"merge", "--out", "whole"};
  for (const std::string part : {"1/3", "2/3", "3/3"}) {
    sweep_well(dir / "study.yaml", "part-" + part.substr(0, 1), {"--shard", part}, dir);
    merge.push_back("part-" + part.substr(0, 1));
  }
  CHECK(call(merge, dir).code == 0);
  CHECK(tables(dir / "whole") == expected);
  for (const unsigned part : {1u, 3u, 5u}) {  // sixths of the records
    Program program({"sweep", dir / "study.yaml", "--out", "rough"}, dir);
    program.run_until([&] { return stored_bytes(dir / "rough") * 6 > stored_bytes(dir / "one") * part; });
    program.send(SIGKILL);
    program.end();
  }
  sweep_well(dir / "study.yaml", "rough", {}, dir);
  CHECK(tables(dir / "rough") == expected);
  sweep_well(written(dir, edited(fixed, "replications: 2", "replications: 14")), "rich", {}, dir);
  sweep_well(written(dir, sequential), "rich", {}, dir);
  CHECK(tables(dir / "rich") == expected);
}

TEST_CASE("A shard of a sequential study has whole points", "[studies]") {
  const TemporaryDirectory dir;
  sweep_well(written(dir, sequential), "s", {"--shard", "2/3"}, dir);
  for (const std::string& point : column(load_csv(dir / "s/runs.csv"), "point"))
    CHECK(std::stoi(point) % 3 == 2);
}

TEST_CASE("A run that takes too long is recorded as timed out, and done again on request", "[studies]") {
  const TemporaryDirectory dir;
  std::string one = edited(edited(small, "[1, 5, 10]", "[5]"), "replications: 2", "replications: 1");
  one = edited(edited(one, "min: 50 min, max: 80 min, steps: 4", "values: [1 h]"), "60 d", "20000 d");
  const std::string study = written(dir, one + "timeout: 1 ms\n");
  const Ran ran = call({"sweep", study, "--out", "s"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.text, Contains("0 of 1 run done, 1 failed") && Contains(",timed_out,timed out after 1 ms"));
  const std::uintmax_t stored = stored_bytes(dir / "s");
  written(dir, one + "timeout: 10 min\n");
  CHECK(call({"sweep", study, "--out", "s"}, dir).code == 1);
  CHECK(stored_bytes(dir / "s") == stored);
  sweep_well(study, "s", {"--retry-failed"}, dir);
  sweep_well(study, "fresh", {}, dir);
  CHECK(tables(dir / "s") == tables(dir / "fresh"));
  // A store in which the failure was merged keeps the success.
  CHECK(call({"merge", "s", "fresh", "--out", "whole"}, dir).code == 0);
}

TEST_CASE("Of two records of a run the better one counts, in whatever order they come", "[studies]") {
  using studies::RunRecord, studies::RunStatus, studies::RunStore;
  const TemporaryDirectory dir;
  const RunRecord late{.id = 7, .status = RunStatus::timed_out, .error = "timed out"},
      failed{.id = 7, .status = RunStatus::failed, .error = "no"}, done{.id = 7, .values = {4.0}};
  {
    RunStore store(dir / "s", 1);
    store.append(0, late, {});
    store.append(0, failed, {});
    CHECK(store.records().runs.at(7).error == "no");
    store.append(0, done, {"x"});
    CHECK(store.records().runs.at(7).status == RunStatus::done);
    store.append(0, late, {});
  }
  const studies::Records read = studies::read_records(dir / "s");
  CHECK(read.runs.at(7).status == RunStatus::done);
  CHECK(read.runs.at(7).values == std::vector<double>{4.0});
}

TEST_CASE("Runs that fail again stay failed, and count once", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study =
      written(dir, edited(edited(small, "set: {duration: 60 d, warmup: 5 d}\n", ""),
                          "  lines.line.stores.buffer.capacity: {values: [1, 5, 10]}\n",
                          "  duration: {values: [60 d, 90 d]}\n  warmup: {values: [5 d, 70 d]}\n"));
  CHECK(call({"sweep", study, "--out", "s"}, dir).code == 1);
  const std::string before = tables(dir / "s");
  const Ran again = call({"sweep", study, "--out", "s", "--retry-failed"}, dir);
  CHECK(again.code == 1);
  CHECK_THAT(again.text, Contains("24 of 32 runs done, 8 failed"));
  CHECK(tables(dir / "s") == before);
}

TEST_CASE("A factor on the seed has one column, with the seed of the run", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(
      dir,
      edited(small, "lines.line.stores.buffer.capacity: {values: [1, 5, 10]}", "seed: {values: [3, 4]}"));
  sweep_well(study, "s", {}, dir);
  const CsvTable runs = load_csv(dir / "s/runs.csv");
  CHECK(std::ranges::count_if(runs.header, [](const auto& cell) { return cell.text == "seed"; }) == 1);
  CHECK(column(runs, "seed").front() == "3");
  CHECK(column(runs, "seed").back() == "4");
}

TEST_CASE("Morris, Saltelli and maximin designs run from a file, and wrong keys are named", "[studies]") {
  const TemporaryDirectory dir;
  const auto designed = [&](const std::string& keys) {
    return written(
        dir, edited(edited(small, "{kind: grid}", "{" + keys + "}"), "replications: 2", "replications: 1"));
  };
  sweep_well(designed("kind: morris, trajectories: 3"), "morris", {}, dir);
  CHECK(load_csv(dir / "morris/runs.csv").rows.size() == 9);
  sweep_well(designed("kind: saltelli, base_points: 4"), "saltelli", {}, dir);
  CHECK(load_csv(dir / "saltelli/runs.csv").rows.size() == 16);
  sweep_well(designed("kind: latin_hypercube, points: 5, maximin: true"), "maximin", {}, dir);
  CHECK(load_csv(dir / "maximin/runs.csv").rows.size() == 5);
  const auto text_of = [&](const std::string& keys) {
    const Ran ran = call({"sweep", designed(keys), "--out", "bad"}, dir);
    CHECK(ran.code == 2);
    return ran.text;
  };
  CHECK_THAT(text_of("kind: morris, levels: 5"), Contains("5 is odd"));
  CHECK_THAT(text_of("kind: morris, points: 5"), Contains("points"));
  CHECK_THAT(text_of("kind: saltelli, base_points: 5"), Contains("not a power of two"));
  CHECK_THAT(text_of("kind: latin_hypercube, points: 2000, maximin: true"), Contains("up to 1000 points"));
}
