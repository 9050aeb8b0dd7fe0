#include <catch2/catch.hpp>
#include "orbit/sqlite.hpp"
#include "tests/campaign/program.hpp"
using namespace lunafab;
using namespace lunafab::test;
using Catch::Contains;

TEST_CASE("Commands: each has its --help, with code 0", "[app]") {
  TemporaryDirectory dir;
  for (const Arguments& command : std::vector<Arguments>{{},
                                                         {"run"},
                                                         {"check"},
                                                         {"explain"},
                                                         {"view"},
                                                         {"launch"},
                                                         {"ledger"},
                                                         {"ledger", "r", "verify"},
                                                         {"ledger", "r", "balance"},
                                                         {"ledger", "r", "list"},
                                                         {"ledger", "r", "show"},
                                                         {"ledger", "r", "export"}}) {
    const Ran ran = call(command + Arguments{"--help"}, dir);
    INFO(ran.text);
    CHECK(ran.code == 0);
    CHECK_THAT(ran.text, Contains("Usage: lunafab"));
  }
  const Ran version = call({"--version"}, dir);
  CHECK(version.code == 0);
  CHECK_THAT(version.text, Contains("model version"));
}

TEST_CASE("Commands: what is not understood ends with code 2", "[app]") {
  TemporaryDirectory dir;
  for (const Arguments& command : std::vector<Arguments>{{},
                                                         {"runn", coupled},
                                                         {"run"},
                                                         {"run", coupled, "--treads", "2"},
                                                         {"run", coupled, "--threads", "0"},
                                                         {"run", coupled, "--threads", "two"},
                                                         {"run", coupled, "--replications", "0"},
                                                         {"run", coupled, "--seed", "-1"},
                                                         {"run", coupled, "more.yaml"},
                                                         {"explain"},
                                                         {"launch"},
                                                         {"launch", coupled},
                                                         {"ledger", "r"},
                                                         {"ledger", "r", "verfy"},
                                                         {"ledger", "nowhere", "verify"}}) {
    const Ran ran = call(command, dir);
    INFO(ran.text);
    CHECK(ran.code == 2);
    CHECK_FALSE(ran.text.empty());
  }
  CHECK_FALSE(std::filesystem::exists(dir / "runs"));
}

TEST_CASE("check: says of every file whether it is fine", "[app]") {
  TemporaryDirectory dir;
  write_bytes(dir / "bad.yaml", edited(read_bytes(coupled), "servers: 3", "servers: -3"));
  write_bytes(dir / "worse.yaml", edited(read_bytes(coupled), "seed: 20301", "sede: 20301"));
  const Ran mixed = call({"check", "bad.yaml", coupled, "worse.yaml", "absent.yaml"}, dir);
  CHECK(mixed.code == 2);
  CHECK_THAT(mixed.text, Contains("bad.yaml:53:18: lines.mine.stations.cells.servers") &&
                             Contains(coupled + ": fine") && Contains("worse.yaml:8:") &&
                             Contains("did you mean 'seed'") && Contains("absent.yaml: no such file"));
  const Ran good = call({"check", coupled, baseline}, dir);
  CHECK(good.code == 0);
  CHECK(good.text == coupled + ": fine\n" + baseline + ": fine\n");
}

TEST_CASE("run: results go to runs/NAME, and never over earlier ones", "[app]") {
  TemporaryDirectory dir;
  const Arguments run{"run", coupled, "--limits", "-1", "--set", "duration=12 d"};
  for (const char* expected : {"runs/coupled", "runs/coupled-2", "runs/coupled-3"}) {
    CHECK_FALSE(std::filesystem::exists(dir / expected));
    CHECK(call(run, dir).code == 0);
    CHECK(std::filesystem::exists(dir / (std::string(expected) + "/summary.json")));
  }
}

TEST_CASE("run: --json prints the summary that is written", "[app]") {
  TemporaryDirectory dir;
  const Ran ran =
      call({"run", coupled, "--limits", "-1", "--set", "duration=12 d", "--json", "--out", "r"}, dir);
  CHECK(ran.code == 0);
  CHECK(ran.text == read_bytes(dir / "r/summary.json"));
}

TEST_CASE("run: the scenario it leaves behind is the one that ran", "[app]") {
  TemporaryDirectory dir;
  const Arguments quick{"--limits", "-1"};
  run_scenario(coupled, "first", quick + Arguments{"--set", "duration=15 d", "--seed", "4"}, dir);
  run_scenario("first/scenario.yaml", "second", quick, dir);
  CHECK(differing(dir / "first", dir / "second") == none);
}

TEST_CASE("ledger: verify agrees with the run, and one changed byte is found and named", "[app]") {
  TemporaryDirectory dir;
  run_scenario(coupled, "r", {"--limits", "-1"}, dir);
  const Ran good = call({"ledger", "r", "verify", "--json"}, dir);
  CHECK(good.code == 0);
  CHECK(Json::parse(good.text)["head"] == summary(dir / "r")["ledger_head"]);
  CHECK(Json::parse(good.text)["postings"] == summary(dir / "r")["ledger_postings"]);
  CHECK(call({"ledger", "r", "balance"}, dir).code == 0);

  SECTION("a column changed through SQL") {
    orbit::sqlite::Database(dir / "r/ledger.sqlite", orbit::sqlite::Database::Access::write)
        .run("UPDATE posting SET power_W = power_W + 1 WHERE seq = 321");
    const Ran bad = call({"ledger", "r", "verify"}, dir);
    CHECK(bad.code == 1);
    CHECK_THAT(bad.text, Contains("the ledger is damaged: ") && Contains("posting seq 321 "));
  }
  SECTION("a byte of the file changed, in the note of a posting") {
    std::string bytes = read_bytes(dir / "r/ledger.sqlite");
    const std::size_t note = bytes.find("fidelity ideal");
    REQUIRE(note != std::string::npos);
    bytes[note] = 'F';
    write_bytes(dir / "r/ledger.sqlite", bytes);
    const Ran bad = call({"ledger", "r", "verify"}, dir);
    CHECK(bad.code == 1);
    CHECK_THAT(bad.text, Contains("the ledger is damaged: ") && Contains("posting seq "));
  }
}
