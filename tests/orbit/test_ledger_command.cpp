#include <catch2/catch.hpp>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include "app/ledger_command.hpp"
#include "orbit/sqlite.hpp"
#include "tests/orbit/ledger_fixture.hpp"
using namespace lunafab;
using namespace lunafab::orbit;
using namespace lunafab::orbit::test;
using app::LedgerAction, app::LedgerRequest;
using Catch::Contains;
using nlohmann::json;

namespace {

struct Outcome {
  int code = -1;
  std::string out, err;
};

Outcome run(const std::string& dir, const LedgerRequest& request) {
  std::ostringstream out, err;
  auto* const old_out = std::cout.rdbuf(out.rdbuf());
  auto* const old_err = std::cerr.rdbuf(err.rdbuf());
  Outcome outcome;
  outcome.code = app::ledger_command(dir, request);
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  outcome.out = out.str(), outcome.err = err.str();
  return outcome;
}

LedgerRequest asks(LedgerAction action, bool as_json = false) {
  LedgerRequest request;
  request.action = action;
  request.json = as_json;
  return request;
}

/// Satellite 1 inserted on day 35, 2 lost on day 4, 3 waits; a note that a CSV must quote.
void write_small_ledger(const std::string& dir) {
  using enum LifeState;
  LedgerStore store(dir + "/ledger.sqlite", LedgerStore::Open::create, Epoch{0.0});
  const auto post = [&](std::uint64_t serial, int day, LifeState state, const std::string& note = {}) {
    Posting p{.tick = {day * 86'400'000'000}, .serial = serial, .state = state};
    p.product = "sat-100kW", p.destination = "sso-600", p.mass_mg = 1'300'500'000, p.power_W = 100'000,
    p.note = note;
    store.post(p);
  };
  for (const std::uint64_t serial : {1u, 2u, 3u})
    for (const auto state : {ordered, building, built, queued}) post(serial, 1, state);
  post(1, 2, launched), post(1, 3, coasting), post(1, 34, inserting);
  post(1, 35, operational, "on time, \"nominal\"");
  post(2, 2, launched), post(2, 4, lost, "impact");
  store.commit();
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

TEST_CASE("ledger command: verify gives the head, and code 1 with the place of damage", "[orbit]") {
  TemporaryDirectory dir;
  write_small_ledger(dir.path());
  const Outcome good = run(dir.path(), asks(LedgerAction::verify));
  const std::string head = LedgerStore(dir / "ledger.sqlite", LedgerStore::Open::read).head();
  CHECK(good.code == 0);
  CHECK(good.out == "the ledger holds: 18 postings, head " + head + "\n");
  const json verdict = json::parse(run(dir / "ledger.sqlite", asks(LedgerAction::verify, true)).out);
  CHECK(verdict == json({{"ok", true}, {"postings", 18}, {"head", head}, {"problem", ""}}));

  sqlite::Database(dir / "ledger.sqlite", sqlite::Database::Access::write)
      .run("UPDATE posting SET power_W = 1000000 WHERE seq = 16");
  const Outcome bad = run(dir.path(), asks(LedgerAction::verify));
  CHECK(bad.code == 1);
  CHECK_THAT(bad.out, Contains("posting seq 16 (satellite 1)"));
  const json damaged = json::parse(run(dir.path(), asks(LedgerAction::verify, true)).out);
  CHECK(damaged["ok"] == false);
  CHECK(damaged["postings"] == 15);
}

TEST_CASE("ledger command: a damaged file is code 1, a wrong one code 2, each with a message", "[orbit]") {
  TemporaryDirectory dir;
  const Outcome empty = run(dir.path(), asks(LedgerAction::balance));
  CHECK(empty.code == 2);
  CHECK_THAT(empty.err, Contains("holds no ledger.sqlite; `lunafab run"));
  CHECK(run(dir / "none", asks(LedgerAction::verify)).code == 2);
  write_bytes(dir / "ledger.sqlite", "time,value\n0,1\n");
  const Outcome wrong = run(dir.path(), asks(LedgerAction::verify));
  CHECK(wrong.code == 2);
  CHECK_THAT(wrong.err, Contains("not a SQLite file"));

  std::filesystem::remove(dir / "ledger.sqlite");
  write_small_ledger(dir.path());
  const std::string good = read_bytes(dir / "ledger.sqlite");
  write_bytes(dir / "ledger.sqlite", good.substr(0, 3000));
  for (const auto action : {LedgerAction::verify, LedgerAction::balance, LedgerAction::list}) {
    const Outcome cut = run(dir.path(), asks(action));
    CHECK(cut.code == 1);
    CHECK_THAT(cut.err, Contains("ledger.sqlite: "));
  }
  CHECK(json::parse(run(dir.path(), asks(LedgerAction::verify, true)).out)["ok"] == false);
}

TEST_CASE("ledger command: balance now, on a day, and by month", "[orbit]") {
  TemporaryDirectory dir;
  write_small_ledger(dir.path());
  const Outcome text = run(dir.path(), asks(LedgerAction::balance));
  CHECK(text.code == 0);
  CHECK_THAT(text.out, Contains("holds   built 3 = waiting 1 + launched 2 + scrapped after building 0"));
  CHECK_THAT(text.out, Contains("active power 0.100 MW"));

  LedgerRequest request = asks(LedgerAction::balance, true);
  const json now = json::parse(run(dir.path(), request).out);
  CHECK(now["satellites"] == 3);
  CHECK(now["active_W"] == 100'000);
  CHECK(now["balances"][2]["parts"]["lost on the way"] == 1);
  CHECK(now["balances"][2]["holds"] == true);
  request.at = Tick{3 * 86'400'000'000};
  const json then = json::parse(run(dir.path(), request).out);
  CHECK(then["at"] == "2000-01-04T12:00:00");
  CHECK(then["active_W"] == 0);
  CHECK(then["states"][4] == json({{"state", "launched"}, {"now", 1}, {"ever", 2}}));
  request.at = Epoch{3.0};
  CHECK(json::parse(run(dir.path(), request).out) == then);

  request = asks(LedgerAction::balance, true);
  request.by_month = true;
  const json months = json::parse(run(dir.path(), request).out)["months"];
  REQUIRE(months.size() == 2);
  CHECK(months[0]["month"] == "2000-01");
  CHECK(months[0]["built"] == 3);
  CHECK(months[0]["lost"] == 1);
  CHECK(months[0]["active"] == 0);
  CHECK(months[1]["inserted"] == 1);
  CHECK(months[1]["active_W"] == 100'000);
  request.json = false;
  CHECK_THAT(run(dir.path(), request).out, Contains("2000-02         0        0        1"));
}

TEST_CASE("ledger command: list has a line a satellite, filtered and limited", "[orbit]") {
  TemporaryDirectory dir;
  write_small_ledger(dir.path());
  LedgerRequest request = asks(LedgerAction::list);
  const Outcome all = run(dir.path(), request);
  CHECK(all.code == 0);
  CHECK(lines(all.out) == 5);
  CHECK_THAT(all.out, Contains("        1  operational  sat-100kW"));
  CHECK_THAT(all.out, Contains("3 of 3 satellites\n"));
  request.limit = 1;
  CHECK_THAT(run(dir.path(), request).out, Contains("1 of 3 satellites; a higher limit shows more"));
  request = asks(LedgerAction::list, true);
  request.state = "lost";
  const json lost = json::parse(run(dir.path(), request).out);
  REQUIRE(lost.size() == 1);
  CHECK(lost[0]["serial"] == 2);
  CHECK(lost[0]["since"] == "2000-01-05T12:00:00");
  request.state = "";
  request.since = Tick{4 * 86'400'000'000};
  CHECK(json::parse(run(dir.path(), request).out).size() == 2);
  request.since = Tick{400 * 86'400'000'000};
  CHECK(json::parse(run(dir.path(), request).out).empty());
  request.state = "flying";
  const Outcome unknown = run(dir.path(), request);
  CHECK(unknown.code == 2);
  CHECK_THAT(unknown.err, Contains("no state 'flying'; states are ordered, building"));
}

TEST_CASE("ledger command: show tells a satellite's life", "[orbit]") {
  TemporaryDirectory dir;
  write_small_ledger(dir.path());
  LedgerRequest request = asks(LedgerAction::show);
  request.serial = 1;
  const Outcome life = run(dir.path(), request);
  CHECK(life.code == 0);
  CHECK_THAT(life.out,
             Contains("satellite 1: sat-100kW for sso-600, operational since 2000-02-05T12:00:00 (TT)"));
  CHECK_THAT(life.out, Contains("1300.500"));
  CHECK(lines(life.out) == 3 + 8);
  request.json = true;
  const json postings = json::parse(run(dir.path(), request).out)["postings"];
  CHECK(postings.size() == 8);
  CHECK(postings[7]["note"] == "on time, \"nominal\"");
  request.serial = 17;
  const Outcome unknown = run(dir.path(), request);
  CHECK(unknown.code == 2);
  CHECK(unknown.out.empty());
  CHECK_THAT(unknown.err, Contains("no satellite 17; the ledger knows 3 satellites"));
}

TEST_CASE("ledger command: export is canonical, to a stream or a file", "[orbit]") {
  TemporaryDirectory dir;
  write_small_ledger(dir.path());
  LedgerRequest request = asks(LedgerAction::export_csv);
  const Outcome csv = run(dir.path(), request);
  const std::string head = LedgerStore(dir / "ledger.sqlite", LedgerStore::Open::read).head();
  CHECK(lines(csv.out) == 19);
  CHECK_THAT(csv.out, Catch::StartsWith(
                          "seq,tick_us,serial,state,product,destination,mass_mg,power_W,delta_v_mmps,note,"
                          "blake2b_256\n1,86400000000,1,ordered,sat-100kW,sso-600,1300500000,100000,0,,"));
  CHECK_THAT(csv.out,
             Contains(",operational,sat-100kW,sso-600,1300500000,100000,0,\"on time, \"\"nominal\"\"\","));
  CHECK_THAT(csv.out, Catch::EndsWith(head + "\n"));
  request.output = dir / "ledger.csv";
  CHECK(run(dir.path(), request).code == 0);
  CHECK(read_bytes(request.output) == csv.out);
  CHECK_FALSE(std::filesystem::exists(request.output + ".part"));
  request.output = dir / "nowhere/ledger.csv";
  CHECK(run(dir.path(), request).code == 2);
  request.output = dir / "ledger.sqlite";
  CHECK(run(dir.path(), request).code == 2);
  CHECK(run(dir.path(), asks(LedgerAction::verify)).code == 0);

  std::istringstream rows(run(dir.path(), asks(LedgerAction::export_csv, true)).out);
  std::size_t seq = 0;
  for (std::string row; std::getline(rows, row);) CHECK(json::parse(row)["seq"] == ++seq);
  CHECK(seq == 18);
}
