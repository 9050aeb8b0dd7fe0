#include <algorithm>
#include <catch2/catch.hpp>
#include "core/csv.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

/// Places between two unreliable machines: the more, the better.
const std::string ranked = "lunafab: study/1\nscenario: " + source +
                           "/configs/validation/unreliable_pair_b10.yaml\n"
                           "set: {duration: 60 d, warmup: 5 d, confidence: 0.95}\n"
                           "factors: {lines.line.stores.buffer.capacity: {values: [0, 2, 15, 17, 20]}}\n"
                           "design: {kind: grid}\n"
                           "objectives: {shipped_per_h: max}\n"
                           "rank: {indifference: 0.004, first: 5, most: 200}\n";

/// Four exponential stations with up to six places between them.
const std::string places =
    "lunafab: study/1\nscenario: " + source +
    "/configs/validation/hillier_boling_k4_b0.yaml\n"
    "set: {duration: 30 d, warmup: 2 d, lines.line.stations.second.cycle.mean: 1.2 h}\n"
    "factors:\n"
    "  lines.line.stores.one.capacity: {min: 0, max: 5, whole: true}\n"
    "  lines.line.stores.two.capacity: {min: 0, max: 5, whole: true}\n"
    "  lines.line.stores.three.capacity: {min: 0, max: 5, whole: true}\n"
    "require: [\"lines.line.stores.one.capacity + lines.line.stores.two.capacity + "
    "lines.line.stores.three.capacity <= 6\"]\n"
    "objectives: {shipped_per_h: max}\n"
    "metrics: [shipped_per_h]\n"
    "replications: 3\n"
    "seed: 20605\n";
const std::string search = "design: {kind: latin_hypercube, points: 20}\noptimise: {generations: 25}\n";

std::string written(const TemporaryDirectory& dir, const std::string& text) {
  write_bytes(dir / "study.yaml", text);
  return "study.yaml";
}

Json searched(const char* command, const std::string& text, const std::string& out,
              const TemporaryDirectory& dir, const Arguments& more = {}) {
  const Ran ran = call(Arguments{command, written(dir, text), "--out", out, "--json"} + more, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  return Json::parse(ran.text.substr(ran.text.find("{\n")));
}

std::uintmax_t stored_bytes(const std::string& directory) {
  std::uintmax_t bytes = 0;
  if (!fs::exists(directory + "/segments")) return 0;
  for (const auto& entry : fs::directory_iterator(directory + "/segments")) bytes += entry.file_size();
  return bytes;
}

}  // namespace

TEST_CASE("rank finds the best point, and runs no more of those that it has dropped", "[studies]") {
  const TemporaryDirectory dir;
  const Json found = searched("rank", ranked, "s", dir);
  const Json& best = found["candidates"][0];
  CHECK(best["fate"] == "best");
  CHECK(best["factors"]["lines.line.stores.buffer.capacity"] == "20");
  std::size_t fewest = best["values"], most = 0;
  for (const Json& other : found["candidates"]) {
    if (other["factors"] == best["factors"]) continue;
    CHECK(other["fate"] == "out");
    fewest = std::min<std::size_t>(fewest, other["values"]),
    most = std::max<std::size_t>(most, other["values"]);
  }
  CHECK(fewest == 5);  // dropped after the first values, and not run again
  CHECK(most <= best["values"]);
  CHECK(best["values"] > 5);
  CHECK(load_csv(dir / "s/selection.csv").rows.size() == 5);
  const Json lowest = searched("rank", edited(ranked, "per_h: max", "per_h: min"), "low", dir);
  CHECK(lowest["candidates"][0]["factors"]["lines.line.stores.buffer.capacity"] == "0");
}

TEST_CASE("rank with optimal allocation finds it too, and says how likely it is right", "[studies]") {
  const TemporaryDirectory dir;
  const Json found = searched("rank", edited(ranked, "{indifference: 0.004,", "{method: ocba,"), "s", dir);
  CHECK(found["candidates"][0]["factors"]["lines.line.stores.buffer.capacity"] == "20");
  CHECK(found["probability"] >= 0.95);
}

TEST_CASE("rank: the same bytes whatever the threads, and after a kill", "[studies]") {
  const TemporaryDirectory dir;
  const std::string longer = edited(ranked, "60 d", "600 d");
  (void)searched("rank", longer, "one", dir, {"--threads", "1"});
  (void)searched("rank", longer, "five", dir, {"--threads", "5"});
  const std::string calm = read_bytes(dir / "one/selection.csv");
  CHECK(calm == read_bytes(dir / "five/selection.csv"));
  const std::uintmax_t whole = stored_bytes(dir / "one");
  Program program({"rank", "study.yaml", "--out", "rough"}, dir);
  CHECK(program.run_until([&] { return stored_bytes(dir / "rough") * 2 > whole; }));
  program.send(SIGKILL);
  program.end();
  (void)searched("rank", longer, "rough", dir);
  CHECK(calm == read_bytes(dir / "rough/selection.csv"));
}

TEST_CASE("rank leaves out what breaks limits and requirements; undecided is code 1", "[studies]") {
  const TemporaryDirectory dir;
  const Json found = searched("rank",
                              ranked +
                                  "limits: {lines.line.stores.buffer.mean_pieces: {max: 4}}\n"
                                  "require: [\"lines.line.stores.buffer.capacity > 1\"]\n",
                              "s", dir);
  std::map<std::string, std::string> fates;
  for (const Json& candidate : found["candidates"])
    fates[candidate["factors"]["lines.line.stores.buffer.capacity"]] = candidate["fate"];
  CHECK(fates["0"] == "excluded");
  CHECK(fates["20"] == "beyond limits");
  CHECK(fates["2"] == "best");
  const Ran undecided = call(
      {"rank", written(dir, edited(edited(ranked, "0.004", "1e-6"), "most: 200", "most: 6")), "--out", "u"},
      dir);
  CHECK(undecided.code == 1);
  CHECK_THAT(undecided.text, Contains("undecided"));
}

TEST_CASE("optimise finds what an enumeration of all points finds", "[studies]") {
  const TemporaryDirectory dir;
  const std::string grid = written(dir, places + "design: {kind: grid}\n");
  REQUIRE(call({"sweep", grid, "--out", "all"}, dir).code == 0);
  Findings findings;
  const CsvTable all = load_csv(dir / "all/summary.csv");
  double best = 0;
  const auto column = find_column(all, "shipped_per_h", findings);
  REQUIRE(column);
  for (const auto& row : all.rows)
    if (const auto value = decimal_number(row[*column].text)) best = std::max(best, *value);
  const Json found = searched("optimise", places + search, "s", dir);
  CHECK(found["best"][0]["objectives"]["shipped_per_h"]["mean"] == best);
  // 83 of the 216 points are allowed; the search may look at excluded ones, but does not run them.
  CHECK(found["evaluated"] < 216);
}

TEST_CASE("optimise gives machines to steps in proportion to their work, where that comes out even",
          "[studies]") {
  const TemporaryDirectory dir;
  const Ran ran =
      call({"optimise", source + "/configs/studies/machine_counts.yaml", "--out", "s", "--json"}, dir);
  INFO(ran.text);
  REQUIRE(ran.code == 0);
  const Json found = Json::parse(ran.text.substr(ran.text.find("{\n")));
  REQUIRE(found["best"].size() == 1);
  // Twelve machines for 1, 2, 3, 2 and 4 h: all others leave a step that passes at most 3/4 of a piece an
  // hour.
  const Json& point = found["best"][0]["factors"];
  const auto servers = [&](const std::string& station) {
    return point["lines.line.stations." + station + ".servers"];
  };
  CHECK(servers("first") == "1");
  CHECK(servers("second") == "2");
  CHECK(servers("third") == "3");
  CHECK(servers("fourth") == "2");
  CHECK(servers("fifth") == "4");
}

TEST_CASE("optimise: the same bytes whatever the threads, and after a kill", "[studies]") {
  const TemporaryDirectory dir;
  const std::string longer = edited(places, "30 d", "300 d") + search;
  (void)searched("optimise", longer, "one", dir, {"--threads", "1"});
  (void)searched("optimise", longer, "five", dir, {"--threads", "5"});
  const std::string calm = read_bytes(dir / "one/evaluations.csv");
  CHECK(calm == read_bytes(dir / "five/evaluations.csv"));
  const std::uintmax_t whole = stored_bytes(dir / "one");
  Program program({"optimise", "study.yaml", "--out", "rough"}, dir);
  CHECK(program.run_until([&] { return stored_bytes(dir / "rough") * 2 > whole; }));
  program.send(SIGKILL);
  program.end();
  (void)searched("optimise", longer, "rough", dir);
  CHECK(calm == read_bytes(dir / "rough/evaluations.csv"));
  // Nothing is left to do: the whole search plays from the store.
  const std::uintmax_t before = stored_bytes(dir / "rough");
  (void)searched("optimise", longer, "rough", dir);
  CHECK(stored_bytes(dir / "rough") == before);
}

TEST_CASE("optimise with two objectives leaves a front that keeps the limits", "[studies]") {
  const TemporaryDirectory dir;
  std::string study =
      edited(places + search, "{shipped_per_h: max}", "{shipped_per_h: max, lines.line.mean_cycle_h: min}");
  study += "limits: {shipped_per_h: {min: 0.5}}\n";
  const Json found = searched("optimise", study, "s", dir);
  const Json& best = found["best"];
  REQUIRE(best.size() >= 2);
  for (const Json& a : best) {
    CHECK(a["objectives"]["shipped_per_h"]["mean"] >= 0.5);
    for (const Json& b : best) {
      const auto rate = [](const Json& p) {
        return p["objectives"]["shipped_per_h"]["mean"].get<double>();
      };
      const auto cycle = [](const Json& p) {
        return p["objectives"]["lines.line.mean_cycle_h"]["mean"].get<double>();
      };
      CHECK_FALSE((rate(a) > rate(b) && cycle(a) <= cycle(b)));
    }
  }
}

TEST_CASE("Searches refuse what does not suit them, with line and code 2", "[studies]") {
  const TemporaryDirectory dir;
  const auto refused = [&](const char* command, const std::string& text) {
    const Ran ran = call({command, written(dir, text), "--out", "s"}, dir);
    CHECK(ran.code == 2);
    CHECK_FALSE(fs::exists(dir / "s"));
    return ran.text;
  };
  CHECK_THAT(refused("rank", places + search), Contains("rank: is missing"));
  CHECK_THAT(refused("optimise", ranked), Contains("optimise: is missing"));
  CHECK_THAT(refused("rank", edited(ranked, "indifference: 0.004, ", "")),
             Contains("rank.indifference: is missing"));
  CHECK_THAT(refused("rank", edited(ranked, "most: 200", "most: 2")),
             Contains("study.yaml:7") && Contains("below `first`"));
  CHECK_THAT(refused("rank", edited(ranked, "objectives: {shipped_per_h: max}\n", "")),
             Contains("ranked by one"));
  CHECK_THAT(refused("optimise", places + edited(search, "generations: 25", "algorithm: cmaes")),
             Contains("cmaes cannot search"));
  CHECK_THAT(refused("optimise", places + edited(search, "generations: 25", "algorithm: nsga2")),
             Contains("several objectives"));
  CHECK_THAT(refused("optimise", places + edited(search, "generations: 25", "algorithm: nsga")),
             Contains("did you mean 'nsga2'"));
  CHECK_THAT(refused("optimise", places + edited(search, "latin_hypercube, points: 20", "grid")),
             Contains("no first population"));
}
