#include <catch2/catch.hpp>
#include <cmath>
#include <iostream>
#include <nlohmann/json.hpp>
#include <sstream>
#include "app/ledger_command.hpp"
#include "orbit/sqlite.hpp"
#include "tests/orbit/ccsds_fixture.hpp"
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

constexpr std::int64_t day_us = 86'400'000'000;

/// Adds to the small ledger: satellite 1 gets a slot, capacity, reserve, origin and orbits about the Earth;
/// satellite 3 is launched and gets an orbit about the Moon.
void write_full_story(const std::string& dir) {
  write_small_ledger(dir);
  LedgerStore store(dir + "/ledger.sqlite", LedgerStore::Open::append);
  const auto note = [&](int day, const std::string& text) {
    return Posting{.tick = {day * day_us}, .serial = 1, .kind = PostingKind::note, .note = text};
  };
  Posting in_service = note(36, "in service");
  in_service.slot = SlotRecord{"sso-600", 3, 17};
  in_service.capacity = Capacity{.power_W = 100'000, .compute_flops = 1e15, .fade_per_year = 0.02};
  in_service.reserve = Reserve{.delta_v_left_mmps = 80'000, .dose_Gy = 0.5};
  in_service.provenance = Provenance{"regolith-7", "lot-12"};
  OrbitRecord orbit{.epoch = {36 * day_us}, .r_m = {6'978e3, 0.0, 0.0}, .v_mps = {0.0, -1'022.0, 7'490.0}};
  orbit.covariance.emplace().fill(0.0);
  constexpr double sigmas[] = {10.0, 20.0, 30.0, 0.01, 0.02, 0.03};
  for (std::size_t row = 0, at = 0; row < 6; at += ++row + 1)
    (*orbit.covariance)[at] = sigmas[row] * sigmas[row];
  in_service.orbits = {orbit};
  store.post(in_service);
  Posting kept = note(40, "station kept");
  kept.delta_v_mmps = 1'500;
  kept.reserve = Reserve{.delta_v_left_mmps = 78'500};
  orbit.epoch = {40 * day_us};
  orbit.r_m.y() += 500.0;
  kept.orbits = {orbit};
  orbit.kind = OrbitKind::predicted;
  orbit.epoch = {41 * day_us};
  orbit.covariance.reset();
  kept.orbits.push_back(orbit);
  store.post(kept);
  Posting lunar{.tick = {41 * day_us}, .serial = 3, .state = LifeState::launched, .product = "sat-100kW"};
  lunar.orbits = {{.kind = OrbitKind::predicted,
                   .centre = OrbitCentre::moon,
                   .epoch = {41 * day_us},
                   .r_m = {1.8e6, 0, 0},
                   .v_mps = {0, 1'600, 0}}};
  store.post(lunar);
  store.commit();
}

LedgerRequest exports(app::ExportFormat format, ccsds::Encoding encoding) {
  LedgerRequest request = asks(LedgerAction::export_all);
  request.format = format;
  request.encoding = encoding;
  request.created = "2031-02-03T04:05:06";
  return request;
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
  request.by = app::BalanceBy::month;
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
  request.by = app::BalanceBy::year;
  CHECK_THAT(run(dir.path(), request).out, Contains("2000            3        2        1"));
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
  CHECK(lines(life.out) == 2 + 3 + 2 + 8);
  CHECK_THAT(life.out, Contains("2000-02-04T12:00:00      31.000  inserting"));
  CHECK_THAT(life.out, Contains("delta-v    0.000 m/s spent, left: not posted"));
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
  LedgerRequest request = asks(LedgerAction::export_all);
  const Outcome csv = run(dir.path(), request);
  const std::string head = LedgerStore(dir / "ledger.sqlite", LedgerStore::Open::read).head();
  CHECK(lines(csv.out) == 19);
  CHECK_THAT(csv.out,
             Catch::StartsWith("seq,tick_us,serial,state,product,destination,mass_mg,power_W,delta_v_mmps,"
                               "note,kind,shell,plane,place,capacity_power_W,"));
  CHECK_THAT(csv.out,
             Contains(",blake2b_256\n1,86400000000,1,ordered,sat-100kW,sso-600,1300500000,100000,0,,step,"));
  CHECK_THAT(
      csv.out,
      Contains(",operational,sat-100kW,sso-600,1300500000,100000,0,\"on time, \"\"nominal\"\"\",step,"));
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

  std::istringstream rows(run(dir.path(), asks(LedgerAction::export_all, true)).out);
  std::size_t seq = 0;
  for (std::string row; std::getline(rows, row);) CHECK(json::parse(row)["seq"] == ++seq);
  CHECK(seq == 18);
}

TEST_CASE("ledger command: a biography names origin, reserves and both orbits", "[orbit]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  LedgerRequest request = asks(LedgerAction::show);
  request.serial = 1;
  const Outcome life = run(dir.path(), request);
  CHECK(life.code == 0);
  CHECK_THAT(life.out, Contains("made from  regolith batch regolith-7, chip lot lot-12"));
  CHECK_THAT(life.out, Contains("slot       shell sso-600, plane 3, place 17"));
  CHECK_THAT(life.out, Contains("delta-v    1.500 m/s spent, 78.500 m/s left"));
  CHECK_THAT(life.out, Contains("dose       0.5 Gy"));
  CHECK_THAT(life.out, Contains("definitive orbit about the earth at 2000-02-10T12:00:00 (TT), posting 20"));
  CHECK_THAT(life.out, Contains("predicted orbit about the earth at 2000-02-11T12:00:00 (TT)"));
  // The state lies on the x-axis but for 500 m: radial is x, along the track −y and z.
  CHECK_THAT(life.out,
             Contains("1 sigma, radial / along / across: 10 / 29.8 / 20.2 m, 0.01 / 0.0298 / 0.0202 m/s"));
  CHECK_THAT(life.out, Contains("       4.000  (note)"));
  request.json = true;
  const json story = json::parse(run(dir.path(), request).out);
  CHECK(story["definitive"]["posting"] == 20);
  CHECK(story["postings"][8]["kind"] == "note");
  CHECK(story["postings"][8]["orbits"][0]["covariance"].size() == 21);
  CHECK(story["postings"][9]["reserve"]["dose_Gy"] == nullptr);
}

TEST_CASE("ledger command: lists by shell and destination, capacity by date", "[orbit]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  LedgerRequest request = asks(LedgerAction::list, true);
  request.shell = "sso-600";
  const json in_shell = json::parse(run(dir.path(), request).out);
  REQUIRE(in_shell.size() == 1);
  CHECK(in_shell[0]["slot"]["place"] == 17);
  CHECK(in_shell[0]["delta_v_left_mmps"] == 78'500);
  request.shell = "no such shell";
  CHECK(json::parse(run(dir.path(), request).out).empty());
  request = asks(LedgerAction::list, true);
  request.destination = "sso-600";
  CHECK(json::parse(run(dir.path(), request).out).size() == 2);
  request.at = Tick{3 * day_us};
  const json then = json::parse(run(dir.path(), request).out);
  CHECK(then.size() == 3);
  CHECK(then[0]["state"] == "coasting");

  request = asks(LedgerAction::balance, true);
  request.at = Tick{36 * day_us + 31'557'600'000'000};
  const json later = json::parse(run(dir.path(), request).out);
  CHECK(later["active_W"] == 100'000);
  CHECK(later["active_after_fade"]["power_W"].get<double>() == Approx(98'000.0));
}

TEST_CASE("ledger command: orbits leave as CCSDS messages that a strict reader takes", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  using app::ExportFormat;
  for (const auto encoding : {ccsds::Encoding::kvn, ccsds::Encoding::xml}) {
    for (const auto format : {ExportFormat::opm, ExportFormat::oem, ExportFormat::omm}) {
      for (const auto version : {ccsds::Version::v2, ccsds::Version::v3}) {
        LedgerRequest request = exports(format, encoding);
        request.version = version;
        request.serial = 1;
        const Outcome message = run(dir.path(), request);
        REQUIRE(message.code == 0);
        const ReadBack back = read_back(dir, message.out);
        INFO(message.out << back.text);
        REQUIRE(back.code == 0);
        const json read = back.json()["messages"][0];
        CHECK(read["segments"][0]["metadata"]["OBJECT_ID"] == "2000-001AAA");
        CHECK(read["header"]["CREATION_DATE"] == "2031-02-03T04:05:06");
        if (format == ExportFormat::oem) {
          REQUIRE(read["segments"].size() == 2);
          CHECK(read["segments"][1]["data"]["stateVector"].size() == 1);
          CHECK(read["segments"][1]["data"]["covarianceMatrix"].size() == 1);
        }
        if (format == ExportFormat::opm) CHECK(read["segments"][0]["data"]["stateVector"][0]["Y"] == 0.5);
        // TEME turns about the z-axis by precession and tilts by less than 1e-4 rad in 2000: 700 m of z.
        if (format == ExportFormat::omm)
          CHECK(std::abs(back.json()["sgp4"][0]["r_km"][2].get<double>()) < 0.7);
      }
    }
  }
}

TEST_CASE("ledger command: many messages go to one NDM or to a file each", "[orbit][ccsds]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  using app::ExportFormat;
  LedgerRequest request = exports(ExportFormat::opm, ccsds::Encoding::xml);
  const Outcome combined = run(dir.path(), request);
  CHECK(combined.code == 0);
  CHECK_THAT(combined.err, Contains("1 satellites have no such orbit record"));
  const json both = read_back(dir, combined.out).json()["messages"];
  REQUIRE(both.size() == 2);
  CHECK(both[1]["segments"][0]["metadata"]["CENTER_NAME"] == "MOON");
  CHECK(both[1]["segments"][0]["metadata"]["REF_FRAME"] == "ICRF");

  request.state = "operational";
  CHECK(read_back(dir, run(dir.path(), request).out).json()["messages"].size() == 1);
  request = exports(ExportFormat::opm, ccsds::Encoding::kvn);
  CHECK_THAT(run(dir.path(), request).err, Contains("need a file each"));
  request.output = dir / "messages/";
  CHECK(run(dir.path(), request).code == 0);
  CHECK(read_message(dir / "messages/1.opm").code == 0);
  CHECK(read_message(dir / "messages/3.opm").code == 0);
  request.orbit = OrbitKind::definitive;
  request.serial = 3;
  CHECK_THAT(run(dir.path(), request).err, Contains("no satellite that was asked for has an orbit record"));
  request.serial = 17;
  CHECK_THAT(run(dir.path(), request).err, Contains("no satellite 17"));
}

TEST_CASE("ledger command: an OMM of what SGP4 cannot hold is refused and the right format named",
          "[orbit][ccsds]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  LedgerRequest request = exports(app::ExportFormat::omm, ccsds::Encoding::kvn);
  request.serial = 3;
  const Outcome lunar = run(dir.path(), request);
  CHECK(lunar.code == 2);
  CHECK_THAT(lunar.err, Contains("about the moon: use --format opm or oem"));
  request.serial = 0;
  request.encoding = ccsds::Encoding::xml;
  const Outcome all = run(dir.path(), request);
  CHECK(all.code == 0);
  CHECK_THAT(all.out, Contains("<omm"));
  CHECK_THAT(all.err, Contains("left out; the first: satellite 3"));
  request.serial = 1;
  request.created = "yesterday";
  CHECK(run(dir.path(), request).code == 2);
}

TEST_CASE("ledger command: the CSV holds every field the chain covers", "[orbit]") {
  TemporaryDirectory dir;
  write_full_story(dir.path());
  std::istringstream rows(run(dir.path(), asks(LedgerAction::export_all)).out);
  std::string head, row, last;
  std::getline(rows, head);
  const auto columns = std::count(head.begin(), head.end(), ',');
  while (std::getline(rows, row)) {
    if (row.find('"') == std::string::npos) CHECK(std::count(row.begin(), row.end(), ',') == columns);
    if (row.starts_with("20,")) last = row;
  }
  CHECK_THAT(
      last, Contains(",station kept,note,,,,,,,78500,,,,definitive,earth,3456000000000,6978000,500,0,0,-1022,"
                     "7490,100 0 400 0 0 900 "));
}
