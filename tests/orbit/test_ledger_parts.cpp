#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include "core/contract.hpp"
#include "orbit/ledger_chain.hpp"
#include "orbit/ledger_store.hpp"
#include "orbit/sqlite.hpp"
#include "tests/orbit/ledger_fixture.hpp"
#include "tests/orbit/sqlite_map.hpp"
using namespace lunafab;
using namespace lunafab::orbit;
using namespace lunafab::orbit::test;
using enum lunafab::orbit::LifeState;
using Catch::Contains;
using Open = LedgerStore::Open;

namespace {

std::string problem_of(const std::string& path) {
  try {
    return LedgerStore(path, Open::read).verify().problem;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

void tamper(const std::string& path, const std::string& sql) {
  const sqlite::Database db(path, sqlite::Database::Access::create);
  db.run("PRAGMA synchronous = OFF");
  db.run(sql);
}

/// Everything a reader is told, to the last bit.
std::string said(const LedgerStore& store) {
  std::string text;
  store.each_link([&](const Posting& p, const std::string& link) { text += canonical_bytes(p) + link; });
  return text + store.states_at(never).encode() + contents(store);
}

/// A satellite that has just come into service.
void post_operational(LedgerStore& store, std::uint64_t serial, std::int64_t power_W) {
  for (const LifeState state :
       {ordered, building, built, queued, launched, coasting, inserting, operational}) {
    store.post({.tick = {1},
                .serial = serial,
                .state = state,
                .product = "sat",
                .destination = "sso",
                .mass_mg = 7,
                .power_W = power_W});
  }
}

constexpr std::int64_t year_us = 31'557'600'000'000;

}  // namespace

TEST_CASE("ledger: parts and notes are read back to the bit", "[orbit][ledger]") {
  TemporaryDirectory dir;
  FullLives lives(5, 40);
  std::vector<Posting> posted;
  {
    LedgerStore store(dir / "l", Open::create, test::start);
    Snapshot states;
    while (auto posting = lives.next()) {
      store.post(*posting);
      posting->seq = static_cast<std::int64_t>(posted.size()) + 1;
      drop_negative_zeros(*posting);
      if (posting->kind == PostingKind::note) fill_note(*posting, states.find(posting->serial)->standing());
      states.fold(*posting);
      posted.push_back(*posting);
    }
    store.commit();
  }
  const LedgerStore store(dir / "l", Open::read);
  CHECK(store.verify().problem == "");
  std::size_t i = 0;
  int notes = 0, orbits = 0;
  store.each([&](const Posting& p) {
    CHECK(canonical_bytes(p) == canonical_bytes(posted.at(i++)));
    notes += p.kind == PostingKind::note;
    orbits += static_cast<int>(p.orbits.size());
  });
  CHECK(i == posted.size());
  CHECK(notes > 20);
  CHECK(orbits > 20);
}

TEST_CASE("ledger: a note changes what it tells and leaves the state", "[orbit][ledger]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  CHECK_THROWS_WITH(store.post({.serial = 1, .kind = PostingKind::note}), Contains("ordered before"));
  post_operational(store, 1, 100);
  const Census before = store.census();
  store.post({.tick = {2},
              .serial = 1,
              .kind = PostingKind::note,
              .delta_v_mmps = 250,
              .note = "orbit kept",
              .reserve = Reserve{.delta_v_left_mmps = 99'750}});
  CHECK(store.census() == before);
  store.post({.tick = {3},
              .serial = 1,
              .kind = PostingKind::note,
              .power_W = 90,
              .reserve = Reserve{.dose_Gy = 12.5}});
  CHECK(store.census().active_W == 90);
  CHECK_THROWS_WITH(store.post({.tick = {2}, .serial = 1, .kind = PostingKind::note}),
                    Contains("lies before the satellite's last posting"));
  store.commit();
  const Snapshot states = store.states_at(never);
  const SatelliteState& s = *states.find(1);
  CHECK(s.state == operational);
  CHECK(s.since == Tick{1});
  CHECK(s.latest == Tick{3});
  CHECK(states.name_of(s.product) == "sat");
  CHECK(s.mass_mg == 7);
  CHECK(s.delta_v_spent_mmps == 250);
  CHECK(s.delta_v_left_mmps == 99'750);
  CHECK(s.dose_Gy == 12.5);
  CHECK(store.census() == states.census());
  CHECK(store.verify().problem == "");
  store.post({.tick = {4}, .serial = 1, .state = failed});
  store.commit();
  CHECK(store.verify().problem == "");
}

TEST_CASE("ledger: capacity fades by the year, and a power posted later replaces it", "[orbit][ledger]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  post_operational(store, 1, 100'000);
  store.post({.tick = {10},
              .serial = 1,
              .kind = PostingKind::note,
              .power_W = 100'000,
              .capacity = Capacity{.power_W = 100'000, .compute_flops = 1e15, .fade_per_year = 0.02}});
  store.post({.tick = {10 + 10 * year_us}, .serial = 1, .state = degraded, .power_W = 50'000});
  store.commit();
  const auto power_W = [&](std::int64_t years) {
    const Tick at{10 + years * year_us};
    return capacity_at(*store.states_at(at).find(1), at);
  };
  CHECK(power_W(0).power_W == 100'000.0);
  // pow(.98, n) in double: a few parts in 1e16.
  CHECK(power_W(5).power_W == Approx(100'000.0 * std::pow(0.98, 5)).epsilon(1e-14));
  CHECK(power_W(5).compute_flops == Approx(1e15 * std::pow(0.98, 5)).epsilon(1e-14));
  CHECK(power_W(10).power_W == 50'000.0);
  CHECK(power_W(11).power_W == Approx(49'000.0).epsilon(1e-14));
  CHECK(power_W(11).compute_flops == Approx(0.49e15).epsilon(1e-14));
}

TEST_CASE("ledger: definitive and predicted orbits are kept apart", "[orbit][ledger]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  post_operational(store, 1, 1);
  OrbitRecord measured{.epoch = {5}, .r_m = {7e6, 0, 0}, .v_mps = {0, 7.5e3, 0}}, planned = measured;
  planned.kind = OrbitKind::predicted;
  planned.epoch = {50};
  const auto note = [&](std::vector<OrbitRecord> orbits) {
    return Posting{.tick = {2}, .serial = 1, .kind = PostingKind::note, .orbits = std::move(orbits)};
  };
  store.post(note({planned}));
  store.post(note({measured}));
  store.post(note({measured, planned}));
  store.post(note({planned}));
  store.commit();
  const Snapshot states = store.states_at(never);
  CHECK(states.find(1)->definitive_seq == 11);
  CHECK(states.find(1)->predicted_seq == 12);
  CHECK(store.posting(11)->orbits.size() == 2);
  CHECK(store.posting(12)->orbits[0].epoch == Tick{50});
  CHECK_FALSE(store.posting(13));

  CHECK_THROWS_WITH(store.post(note({planned, measured})), Contains("in this order"));
  CHECK_THROWS_WITH(store.post(note({measured, measured})), Contains("at most one"));
  measured.covariance.emplace().fill(0.0);
  (*measured.covariance)[20] = -1.0;
  CHECK_THROWS_WITH(store.post(note({measured})), Contains("variance"));
  (*measured.covariance)[20] = std::nan("");
  CHECK_THROWS_WITH(store.post(note({measured})), Contains("finite"));
  measured.r_m.setZero();
  CHECK_THROWS_WITH(store.post(note({measured})), Contains("centre"));
  CHECK_THROWS_AS(store.post({.serial = 1, .capacity = Capacity{1, 1.0, 1.0}}), ContractError);
}

TEST_CASE("snapshot: the same postings give the same bytes, and the bytes give the snapshot",
          "[orbit][ledger]") {
  const std::uint64_t seed = GENERATE(range(1u, 9u));
  FullLives lives(seed, 60);
  Snapshot snapshot, half;
  std::int64_t seq = 0;
  while (auto posting = lives.next()) {
    if (const auto* known = snapshot.find(posting->serial); known && posting->kind == PostingKind::note)
      fill_note(*posting, known->standing());
    posting->seq = ++seq;
    posting->tick.us *= seq % 2 == 0 ? 1 : -1;  // negative and far apart: every number must survive
    snapshot.fold(*posting);
    half.fold(*posting);
    if (seq == 100) half = Snapshot::decode(half.encode());
  }
  const std::string bytes = snapshot.encode();
  CHECK(half.encode() == bytes);
  CHECK(Snapshot::decode(bytes).encode() == bytes);
  CHECK(Snapshot::decode(bytes).census() == snapshot.census());
  for (std::size_t cut = 0; cut < bytes.size(); cut += 13)
    CHECK_THROWS_AS(Snapshot::decode(std::string_view(bytes).substr(0, cut)), std::runtime_error);
  CHECK_THROWS_AS(Snapshot::decode(bytes + "x"), std::runtime_error);
}

TEST_CASE("ledger: with and without checkpoints, the states of any date are the same", "[orbit][ledger]") {
  TemporaryDirectory dir;
  const std::uint64_t seed = GENERATE(1u, 2u);
  write_full_ledger(dir / "with", 600, seed, 20);
  write_full_ledger(dir / "without", 600, seed, 1'000'000);
  const LedgerStore with(dir / "with", Open::read), without(dir / "without", Open::read);
  CHECK(with.head() == without.head());
  CHECK(sqlite::Statement(sqlite::Database(dir / "with", sqlite::Database::Access::read),
                          "SELECT count(*) FROM checkpoint")
            .first() > 3);
  for (std::int64_t day = 0; day <= 420; day += 7) {
    const Tick at{day * 86'400'000'000};
    CHECK(with.states_at(at).encode() == without.states_at(at).encode());
    LifeHistories lives;
    without.each([&](const Posting& p) {
      if (p.tick <= at) lives.add(p);
    });
    CHECK(with.census_at(at) == lives.census());
  }
}

TEST_CASE("ledger: checkpoints hold where postings do not follow time", "[orbit][ledger]") {
  TemporaryDirectory dir;
  for (const std::int64_t every : {10, 1'000'000}) {
    LedgerStore store(dir / std::to_string(every), Open::create, test::start, every);
    for (std::uint64_t serial = 60; serial >= 1; --serial) {  // the oldest life last
      for (std::int64_t i = 0; i < 3; ++i) {
        store.post({.tick = {100 * i + static_cast<std::int64_t>(serial)},
                    .serial = serial,
                    .state = static_cast<LifeState>(i)});
      }
      store.commit();
    }
    CHECK(store.verify().problem == "");
  }
  const LedgerStore with(dir / "10", Open::read), without(dir / "1000000", Open::read);
  for (std::int64_t us = -1; us < 270; us += 10)
    CHECK(with.states_at({us}).encode() == without.states_at({us}).encode());
}

TEST_CASE("ledger: cut back through checkpoints and repeated, everything is the same", "[orbit][ledger]") {
  TemporaryDirectory dir;
  write_full_ledger(dir / "l", 300);
  const std::string whole = said({dir / "l", Open::read});
  const std::int64_t kept = GENERATE(0, 57, 140, 299);
  LedgerStore store(dir / "l", Open::append, test::start, 20);
  std::string head = hex(genesis(test::start, 3));
  store.each_link([&](const Posting& p, const std::string& link) {
    if (p.seq <= kept) head = link;
  });
  store.truncate(kept, head);
  CHECK(store.verify().problem == "");
  FullLives again(1, 300);
  for (std::int64_t seq = 1; seq <= 300; ++seq) {
    const Posting posting = *again.next();
    if (seq > kept) store.post(posting);
    if (seq % 50 == 0) store.commit();
  }
  store.commit();
  CHECK(store.verify().problem == "");
  CHECK(said(store) == whole);
}

TEST_CASE("ledger: a changed part or checkpoint is found and named", "[orbit][ledger]") {
  TemporaryDirectory dir;
  write_full_ledger(dir / "good", 150);
  const std::string good = read_bytes(dir / "good");
  const auto problem_after = [&](const std::string& sql) {
    write_bytes(dir / "bad", good);
    tamper(dir / "bad", sql);
    return problem_of(dir / "bad");
  };
  const std::map<std::string, std::string> changes{{"orbit", "kind = 1 - kind, centre = centre"},
                                                   {"orbit ", "x_m = x_m + 1e-9 * x_m + 1e-9"},
                                                   {"orbit  ", "epoch_us = epoch_us + 1"},
                                                   {"orbit   ", "covariance = NULL"},
                                                   {"slot", "shell = shell || ' '"},
                                                   {"slot ", "place = place + 1"},
                                                   {"capacity", "fade_per_year = 0.03"},
                                                   {"reserve", "dose_Gy = 1.0, delta_v_left_mmps = 1"},
                                                   {"provenance", "chip_lot = 'lot-8'"}};
  for (const auto& [table, change] : changes) {
    INFO(table << change);
    const std::string name = table.substr(0, table.find(' '));
    const std::string where = name == "orbit   " ? "" : " WHERE seq = (SELECT max(seq) FROM " + name + ")";
    CHECK_THAT(problem_after("UPDATE OR REPLACE " + name + " SET " + change + where),
               Contains("posting seq ") && Contains("(satellite "));
    CHECK_THAT(problem_after("DELETE FROM " + name + where), Contains("posting seq "));
  }
  CHECK_THAT(problem_after("INSERT INTO slot VALUES (9999, 'x', 1, 1)"), Contains("table 'slot' has"));
  CHECK_THAT(problem_after("UPDATE checkpoint SET states = CAST(states || x'00' AS BLOB)"),
             Contains("the checkpoint at seq ") && Contains("does not say what the postings"));
  CHECK_THAT(problem_after("UPDATE checkpoint SET hash = zeroblob(32)"), Contains("another hash"));
  CHECK_THAT(problem_after("UPDATE checkpoint SET first_tick_us = first_tick_us - 1"),
             Contains("other ticks"));
  CHECK_THAT(problem_after("DELETE FROM checkpoint"), Contains("0 checkpoints; the last commit left"));
  write_bytes(dir / "bad", good);
  tamper(dir / "bad", "UPDATE checkpoint SET states = zeroblob(length(states))");
  CHECK_THROWS_WITH(LedgerStore(dir / "bad", Open::read).states_at(never),
                    Contains("one of them was changed"));
}

TEST_CASE("ledger: each flipped byte of the file is found, or lies where nothing is stored",
          "[orbit][ledger]") {
  TemporaryDirectory dir;
  write_full_ledger(dir / "good", 150);
  const std::string good = read_bytes(dir / "good"), all = said({dir / "good", Open::read});
  const SqliteMap map(good);
  std::map<std::string, int> harmless;
  int found = 0;
  const std::size_t stride = GENERATE(61u, 89u);  // prime to the page size: all bits, all places of a page
  for (std::size_t at = 0; at < good.size(); at += at < 100 ? 1 : stride) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write_bytes(dir / "bad", bad);
    if (!problem_of(dir / "bad").empty()) {
      ++found;
      continue;
    }
    INFO("byte " << at);
    CHECK(map.nothing_at(at) != "");
    REQUIRE(said({dir / "bad", Open::read}) == all);
    ++harmless[map.nothing_at(at)];
  }
  CHECK(found > 300);
  CHECK(harmless["gap between the cells of a page"] > 0);
}

TEST_CASE("ledger: format 1 is read and not continued", "[orbit][ledger]") {
  TemporaryDirectory dir;  // written by the program of format 1: 40 postings of RandomLives
  tamper(dir / "l", read_bytes(LUNAFAB_SOURCE_DIR "/tests/data/ledger_format_1.sql"));
  {
    const LedgerStore store(dir / "l", Open::read);
    CHECK(store.verify().problem == "");
    CHECK(store.head() == "baa2b43149c3d876ac66727e7bc7170ade74cfcc8ce16d3ff81186ff377e73c1");
    RandomLives lives(1, 40);
    std::int64_t seq = 0;
    store.each([&](const Posting& p) {
      Posting posted = *lives.next();
      posted.seq = ++seq;
      CHECK(canonical_bytes(p) == canonical_bytes(posted));
    });
    CHECK(seq == 40);
    CHECK(store.states_at(never).census() == store.census());
    store.each([](const Posting& p) { CHECK(p.serial == 1); }, 1);
  }
  CHECK_THROWS_WITH(LedgerStore(dir / "l", Open::append), Contains("goes on with format 3 only"));
  tamper(dir / "l", "UPDATE posting SET power_W = 1 WHERE seq = 7");
  CHECK_THAT(problem_of(dir / "l"), Contains("posting seq 7"));
}

TEST_CASE("ledger: format 2 is read with its parts and not continued", "[orbit][ledger]") {
  TemporaryDirectory dir;  // written by the program of format 2: tests/data/coupled.yaml over 12 days
  tamper(dir / "l", read_bytes(LUNAFAB_SOURCE_DIR "/tests/data/ledger_format_2.sql"));
  {
    const LedgerStore store(dir / "l", Open::read);
    CHECK(store.verify().problem == "");
    CHECK(store.head() == "b855afd79f1288e40aa229e147c9dfd63492eb0f0988c1a819bc324257ef1cb8");
    int reserves = 0, provenances = 0;
    store.each([&](const Posting& p) {
      reserves += p.reserve.has_value(), provenances += p.provenance.has_value();
      CHECK(p.burns.empty());
    });
    CHECK(reserves == 7);
    CHECK(provenances > 20);
  }
  CHECK_THROWS_WITH(LedgerStore(dir / "l", Open::append), Contains("goes on with format 3 only"));
}

TEST_CASE("ledger: planned burns are kept in order, and refused out of it", "[orbit][ledger]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  Posting order{.serial = 1};
  order.burns = {{.epoch = {5}, .dv_mps = {1.0, -2.0, 3.0}}, {.epoch = {4}}};
  CHECK_THROWS_WITH(store.post(order), Contains("later than the one before"));
  order.burns[1].epoch = {6};
  order.burns[1].dv_mps.x() = INFINITY;
  CHECK_THROWS_WITH(store.post(order), Contains("finite"));
  order.burns[1].dv_mps.x() = 0.0;
  store.post(order);
  store.commit();
  store.each([](const Posting& p) {
    REQUIRE(p.burns.size() == 2);
    CHECK(p.burns[0].epoch == Tick{5});
    CHECK(p.burns[0].dv_mps == Eigen::Vector3d(1.0, -2.0, 3.0));
  });
  CHECK(store.verify().problem == "");
}
