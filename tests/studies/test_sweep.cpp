#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>
#include "core/csv.hpp"
#include "tests/studies/small_study.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

const std::string shipped = source + "/configs/studies/line_buffers.yaml";

}  // namespace

TEST_CASE("The shipped studies are fine and run", "[studies]") {
  const TemporaryDirectory dir;
  CHECK(call({"check", shipped}, dir).text == shipped + ": fine\n");
  sweep_well(shipped, "s", {}, dir);
  const CsvTable summary = load_csv(dir / "s/summary.csv");
  CHECK(summary.rows.size() == 15);
  Findings findings;
  const auto rate = number_column(summary, "shipped_per_h", positive, findings);
  CHECK(findings.empty());
  REQUIRE(rate.size() == 15);
  // More places never cost throughput: under common random numbers each run of the line is at least as fast.
  for (std::size_t i = 3; i < rate.size(); ++i) CHECK(rate[i] >= rate[i - 3]);
  const Json manifest = Json::parse(read_bytes(dir / "s/manifest.json"));
  CHECK(manifest["status"] == "complete");
  CHECK(manifest["done"] == 75);
}

TEST_CASE("A run of a sweep is the run of `lunafab run` with the same settings", "[studies]") {
  const TemporaryDirectory dir;
  sweep_well(written(dir, small), "s", {}, dir);
  run_scenario(
      source + "/configs/validation/unreliable_pair_b10.yaml", "r",
      {"--set", "duration=60 d", "--set", "warmup=5 d", "--set", "lines.line.stores.buffer.capacity=5",
       "--set", "lines.line.stations.second.cycle.mean=70 min", "--replications", "2", "--limits", "-1"},
      dir);
  const CsvTable sweep = load_csv(dir / "s/runs.csv"), run = load_csv(dir / "r/replications.csv");
  Findings findings;
  const auto of_sweep = number_column(sweep, "shipped_per_h", positive, findings);
  const auto of_run = number_column(run, "shipped_per_h", positive, findings);
  REQUIRE(findings.empty());
  // Point 7: the second capacity, the third cycle time.
  CHECK(of_sweep[12] == of_run[0]);
  CHECK(of_sweep[13] == of_run[1]);
}

TEST_CASE("Results do not depend on threads or shards", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small);
  sweep_well(study, "one", {"--threads", "1"}, dir);
  sweep_well(study, "two", {"--threads", "2"}, dir);
  sweep_well(study, "five", {"--threads", "5"}, dir);
  CHECK(tables(dir / "one") == tables(dir / "two"));
  CHECK(tables(dir / "one") == tables(dir / "five"));
  Arguments merge{"merge", "--out", "whole"};
  for (const std::string part : {"1/3", "2/3", "3/3"}) {
    sweep_well(study, "part-" + part.substr(0, 1), {"--shard", part}, dir);
    merge.push_back("part-" + part.substr(0, 1));
  }
  const Ran merged = call(merge, dir);
  INFO(merged.text);
  CHECK(merged.code == 0);
  CHECK(tables(dir / "one") == tables(dir / "whole"));
  // What is merged is a store like any other: nothing is left to do.
  const Ran again = call({"sweep", study, "--out", "whole"}, dir);
  CHECK(again.code == 0);
  CHECK(tables(dir / "one") == tables(dir / "whole"));
}

TEST_CASE("merge says what is missing, and ends with code 1", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, small);
  sweep_well(study, "a", {"--shard", "1/3"}, dir);
  sweep_well(study, "b", {"--shard", "3/3"}, dir);
  const Ran merged = call({"merge", "a", "b", "--out", "whole"}, dir);
  INFO(merged.text);
  CHECK(merged.code == 1);
  CHECK_THAT(merged.text, Contains("16 of 24 runs done, 0 failed, 8 missing") && Contains(",missing,"));
  sweep_well(written(dir, edited(small, "[1, 5, 10]", "[1, 5, 11]")), "c", {"--shard", "2/3"}, dir);
  CHECK_THAT(call({"merge", "a", "b", "c", "--out", "w2"}, dir).text, Contains("different studies"));
  CHECK_THAT(call({"merge", "absent"}, dir).text, Contains("no manifest.json"));
}

TEST_CASE("Killed at any moment and run again, a sweep ends with the same bytes", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, edited(small, "60 d", "600 d"));
  sweep_well(study, "calm", {}, dir);
  const std::uintmax_t whole = stored_bytes(dir / "calm");
  int killed = 0;
  for (const int part : {1, 3, 5, 7}) {  // eighths of the records
    Program program({"sweep", study, "--out", "rough"}, dir);
    const bool caught = program.run_until([&] { return stored_bytes(dir / "rough") * 8 > whole * part; });
    program.send(SIGKILL);
    program.end();
    killed += caught ? 1 : 0;
  }
  CHECK(killed >= 1);
  sweep_well(study, "rough", {}, dir);
  CHECK(tables(dir / "calm") == tables(dir / "rough"));
}

TEST_CASE("Ctrl-C stops a sweep with code 3; the same command goes on", "[studies]") {
  const TemporaryDirectory dir;
  const std::string study = written(dir, edited(small, "60 d", "3000 d"));
  Program program({"sweep", study, "--out", "s", "--threads", "1"}, dir);
  REQUIRE(program.run_until([&] { return stored_bytes(dir / "s") > 0; }));
  program.send(SIGINT);
  const Ran stopped = program.end();
  CHECK(stopped.code == 3);
  CHECK_THAT(stopped.text, Contains("the same command goes on"));
  sweep_well(study, "s", {}, dir);
  sweep_well(study, "calm", {}, dir);
  CHECK(tables(dir / "s") == tables(dir / "calm"));
}

TEST_CASE("Another study is refused in the same directory, unless told to keep what fits", "[studies]") {
  const TemporaryDirectory dir;
  sweep_well(written(dir, small), "s", {}, dir);
  const std::string before = tables(dir / "s");
  const std::string study = written(dir, edited(small, "[1, 5, 10]", "[1, 5, 10, 20]"));
  const Ran refused = call({"sweep", study, "--out", "s"}, dir);
  CHECK(refused.code == 2);
  CHECK_THAT(refused.text, Contains("another study") && Contains("--add"));
  CHECK(tables(dir / "s") == before);
  sweep_well(study, "s", {"--add"}, dir);
  sweep_well(study, "fresh", {}, dir);
  CHECK(tables(dir / "s") == tables(dir / "fresh"));
  // More replications, other metrics: the same study.
  sweep_well(written(dir, edited(edited(small, "[1, 5, 10]", "[1, 5, 10, 20]"), "replications: 2",
                                 "replications: 3")),
             "s", {}, dir);
}

TEST_CASE("Runs that fail are recorded, and the others go on", "[studies]") {
  const TemporaryDirectory dir;
  // Each value fits somewhere; a warm-up of 70 d does not fit a run of 60 d.
  const std::string study =
      written(dir, edited(edited(small, "set: {duration: 60 d, warmup: 5 d}\n", ""),
                          "  lines.line.stores.buffer.capacity: {values: [1, 5, 10]}\n",
                          "  duration: {values: [60 d, 90 d]}\n  warmup: {values: [5 d, 70 d]}\n"));
  const Ran ran = call({"sweep", study, "--out", "s"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 1);
  CHECK_THAT(ran.text, Contains("24 of 32 runs done, 8 failed, 0 missing"));
  CHECK_THAT(read_bytes(dir / "s/runs.csv"), Contains("is not shorter than the duration"));
  const Ran merged = call({"merge", "s"}, dir);
  CHECK(merged.code == 1);
}

TEST_CASE("A dry run prints design, runs and a time, and writes nothing", "[studies]") {
  const TemporaryDirectory dir;
  const Ran ran = call({"sweep", written(dir, small), "--out", "s", "--dry-run"}, dir);
  INFO(ran.text);
  CHECK(ran.code == 0);
  CHECK_THAT(ran.text, Contains("lines.line.stores.buffer.capacity=5") && Contains("24 runs: 12 points") &&
                           Contains("all: about"));
  CHECK_FALSE(fs::exists(dir / "s"));
}

TEST_CASE("Every problem of a study is reported with its line, with code 2, before anything runs",
          "[studies]") {
  const TemporaryDirectory dir;
  const auto text_of = [&](const std::string& study) {
    const Ran ran = call({"sweep", written(dir, study), "--out", "s"}, dir);
    CHECK(ran.code == 2);
    CHECK_FALSE(fs::exists(dir / "s"));
    return ran.text;
  };
  std::string bad = edited(small, "buffer.capacity", "bufer.capacity");
  bad = edited(bad, "{min: 50 min, max: 80 min, steps: 4}", "{min: 50 kg, max: 80 kg, steps: 4}");
  bad = edited(bad, "[shipped_per_h,", "[shiped_per_h,");
  CHECK_THAT(text_of(bad), Contains("study.yaml:5") && Contains("did you mean 'buffer'") &&
                               Contains("study.yaml:6") && Contains("a time") && Contains("study.yaml:8") &&
                               Contains("did you mean 'shipped_per_h'"));
  CHECK_THAT(text_of(edited(small, "grid", "gird")), Contains("did you mean 'grid'"));
  CHECK_THAT(text_of(edited(small, ", steps: 4", "")), Contains("has no `steps`"));
  CHECK_THAT(text_of(edited(small, "{kind: grid}", "{kind: sobol, points: 12}")),
             Contains("not a power of two"));
  CHECK_THAT(text_of(edited(small, "min: 50 min", "min: 90 min")), Contains("not above `min`"));
  CHECK_THAT(text_of(edited(small, "min: 50 min", "min: 50 kg")), Contains("a mass"));
  CHECK_THAT(text_of(edited(small, "replications: 2", "replication: 2")),
             Contains("did you mean 'replications'"));
  CHECK_THAT(text_of(edited(small, "[1, 5, 10]", "[1, 5, many]")), Contains("study.yaml:5"));
  CHECK_THAT(text_of(edited(small, "[1, 5, 10]", "[1, 5, ~]")), Contains("empty value"));
  CHECK_THAT(text_of(edited(small, "unreliable_pair_b10", "absent")), Contains("absent.yaml"));
  CHECK_THAT(text_of(small + "linked: [[lines.line.stores.buffer.capacity, "
                             "lines.line.stations.second.cycle.mean]]\n"),
             Contains("has 3"));
  for (const std::string shard : {"0/3", "4/3", "x", "1/", "1/3x"})
    CHECK(call({"sweep", written(dir, small), "--shard", shard}, dir).code == 2);
}

TEST_CASE("Named scenarios, lists and draws run too", "[studies]") {
  const TemporaryDirectory dir;
  const std::string head = small.substr(0, small.find("factors:"));
  sweep_well(
      written(dir, head +
                       "design:\n  kind: list\n  points:\n"
                       "    - {lines.line.stores.buffer.capacity: 3, lines.line.stations.first.servers: 1}\n"
                       "    - {lines.line.stores.buffer.capacity: 6, lines.line.stations.first.servers: 2}\n"
                       "scenarios:\n  today: {}\n  fast: {lines.line.stations.second.cycle.mean: 50 min}\n"),
      "list", {}, dir);
  const CsvTable list = load_csv(dir / "list/runs.csv");
  REQUIRE(list.rows.size() == 4);
  CHECK(list.header.front().text == "scenario");
  CHECK(list.rows[0].front().text == "today");
  CHECK(list.rows[3].front().text == "fast");
  for (const std::string kind : {"random", "latin_hypercube", "sobol"}) {
    const std::string study = edited(small, "{kind: grid}", "{kind: " + kind + ", points: 4}");
    sweep_well(written(dir, edited(study, "replications: 2", "replications: 1")), kind, {}, dir);
    CHECK(load_csv(dir / (kind + "/runs.csv")).rows.size() == 4);
  }
  sweep_well(written(dir, edited(small, "grid", "one_at_a_time")), "oat", {}, dir);
  // The scenario as it is has 10 places: its first point and the point of 10 places are one run.
  const CsvTable one = load_csv(dir / "oat/runs.csv");
  REQUIRE(one.rows.size() == 16);
  CHECK(one.rows[0].back().text == one.rows[6].back().text);
}
