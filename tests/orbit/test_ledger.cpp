#include <sodium.h>
#include <sys/wait.h>
#include <unistd.h>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <map>
#include "core/contract.hpp"
#include "orbit/ledger_chain.hpp"
#include "orbit/ledger_store.hpp"
#include "orbit/sqlite.hpp"
#include "tests/orbit/ledger_fixture.hpp"
using namespace lunafab;
using namespace lunafab::orbit;
using namespace lunafab::orbit::test;
using enum lunafab::orbit::LifeState;
using Catch::Contains;
using namespace std::string_literals;
using Open = LedgerStore::Open;

namespace {

/// Changes the file behind the ledger's back.
void tamper(const std::string& path, const std::string& sql) {
  const sqlite::Database db(path, sqlite::Database::Access::create);
  db.run("PRAGMA synchronous = OFF");  // nothing here has to survive a power cut
  db.run(sql);
}

/// `problem` of verify, also where the file cannot even be opened; "" for a ledger that holds.
std::string problem_of(const std::string& path) {
  try {
    return LedgerStore(path, Open::read).verify().problem;
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

std::string sodium_hex(const std::string& bytes) {
  unsigned char hash[32];
  crypto_generichash(hash, 32, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                     0);
  char text[65];
  return sodium_bin2hex(text, 65, hash, 32);
}

std::string from_hex(const std::string& text) {
  std::string bytes(32, '\0');
  sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), 32, text.data(), 64, nullptr, nullptr,
                 nullptr);
  return bytes;
}

template <class T>
std::string little_endian(T value, std::size_t width = sizeof(T)) {  // this machine's own order
  std::string bytes(width, '\0');
  std::memcpy(bytes.data(), &value, width);
  return bytes;
}

std::string with_length(const std::string& text) {
  return little_endian(static_cast<std::uint32_t>(text.size())) + text;
}

}  // namespace

TEST_CASE("ledger: the chain is BLAKE2b-256 of (previous hash, documented bytes)", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 9);
  const LedgerStore store(dir / "l", Open::read);
  std::string head = sodium_hex("lunafab ledger 3" + little_endian(test::start.tt_days_since_j2000));
  store.each_link([&](const Posting& p, const std::string& link) {
    head = sodium_hex(from_hex(head) + little_endian(p.seq) + little_endian(p.tick.us) +
                      little_endian(p.serial) + little_endian(p.state) + with_length(p.product) +
                      with_length(p.destination) + little_endian(p.mass_mg) + little_endian(p.power_W) +
                      little_endian(p.delta_v_mmps) + with_length(p.note));
    CHECK(link == head);
  });
  CHECK(store.head() == head);
  CHECK(store.postings() == 9);
}

TEST_CASE("ledger: what was posted is read back, whole and by satellite", "[orbit]") {
  TemporaryDirectory dir;
  RandomLives lives(3, 12);
  std::vector<Posting> posted;
  {
    LedgerStore store(dir / "l", Open::create, test::start);
    while (auto posting = lives.next()) {
      if (posted.empty()) posting->note = "tab\t, \"quote\", zero\0, \xc3\xa9, end"s;
      store.post(*posting);
      posting->seq = static_cast<std::int64_t>(posted.size()) + 1;
      posted.push_back(*posting);
      if (posted.size() % 5 == 0) store.commit();
    }
    store.commit();
  }
  const LedgerStore store(dir / "l", Open::read);
  const auto same = [](const Posting& a, const Posting& b) {
    return canonical_bytes(a) == canonical_bytes(b);
  };
  std::vector<Posting> all;
  std::map<std::uint64_t, std::vector<Posting>> by_satellite;
  store.each([&](const Posting& p) { all.push_back(p); });
  CHECK(std::equal(all.begin(), all.end(), posted.begin(), posted.end(), same));
  for (const auto& p : posted) by_satellite[p.serial].push_back(p);
  std::vector<Posting> latest;
  store.states_at(never).each([&](const SatelliteState& s) { latest.push_back(*store.posting(s.seq)); });
  REQUIRE(latest.size() == by_satellite.size());
  std::size_t i = 0;
  for (const auto& [serial, life] : by_satellite) {
    std::vector<Posting> read;
    store.each([&](const Posting& p) { read.push_back(p); }, serial);
    CHECK(std::equal(read.begin(), read.end(), life.begin(), life.end(), same));
    CHECK(same(latest[i++], life.back()));
  }
  store.each([](const Posting&) { FAIL("no such satellite"); }, 99);
}

TEST_CASE("ledger: a step the life cycle forbids is refused and changes nothing", "[orbit]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  store.post({.tick = {5}, .serial = 1});
  const std::string head = store.head();
  CHECK_THROWS_AS(store.post({.tick = {6}, .serial = 1, .state = built}), ContractError);
  CHECK_THROWS_AS(store.post({.tick = {4}, .serial = 1, .state = building}), ContractError);
  CHECK_THROWS_AS(store.post({.serial = 2, .state = launched}), ContractError);
  CHECK_THROWS_AS(store.post({.serial = 0}), ContractError);
  CHECK(store.head() == head);
  CHECK(store.postings() == 1);
  store.commit();
  store.post({.tick = {6}, .serial = 1, .state = building});
  store.commit();
  CHECK(store.verify().ok);
}

TEST_CASE("ledger: an appended ledger knows its satellites and goes on in the same chain", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "whole", 60);
  RandomLives lives(1, 60);
  for (int part = 0; part < 6; ++part) {
    LedgerStore store(dir / "parts", part == 0 ? Open::create : Open::append, test::start);
    for (int i = 0; i < 10; ++i) store.post(*lives.next());
    store.commit();
  }
  CHECK(contents({dir / "parts", Open::read}) == contents({dir / "whole", Open::read}));
  CHECK(problem_of(dir / "parts") == "");
}

TEST_CASE("ledger: a balance that is broken stops the commit", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 40);
  tamper(dir / "l", "UPDATE census SET now = now + 1 WHERE name = 'queued'");
  CHECK_THAT(problem_of(dir / "l"), Contains("the census says"));
  const auto before = read_bytes(dir / "l");
  LedgerStore store(dir / "l", Open::append);
  store.post({.tick = {1}, .serial = 1000});
  CHECK_THROWS_WITH(store.commit(), Contains("balance broken: built"));
  CHECK(LedgerStore(dir / "l", Open::read).postings() == 40);
}

TEST_CASE("ledger: any changed field of any posting is found and named", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "good", 40);
  const std::string good = read_bytes(dir / "good");
  const std::map<std::string, std::string> changes{{"tick_us", "tick_us + 1"},
                                                   {"serial", "serial + 1"},
                                                   {"state", "(state + 1) % 15"},
                                                   {"kind", "1 - kind"},
                                                   {"parts", "parts + 4"},
                                                   {"product", "replace(product, '0', '1')"},
                                                   {"destination", "destination || ' '"},
                                                   {"mass_mg", "-mass_mg"},
                                                   {"power_W", "power_W + 1"},
                                                   {"delta_v_mmps", "delta_v_mmps + 1"},
                                                   {"note", "note || char(0)"},
                                                   {"previous", "previous + 1"},
                                                   {"hash", "CAST(x'00' || substr(hash, 2) AS BLOB)"}};
  for (const int seq : {1, 2, 17, 39, 40}) {
    for (const auto& entry : changes) {
      const std::string& column = entry.first;
      const std::string number = std::to_string(seq), named = "posting seq " + number + " (satellite ";
      const auto problem_with = [&](const std::string& value) {
        std::string sql = "UPDATE posting SET " + column;
        sql.append(" = ").append(value).append(" WHERE seq = ").append(number);
        write_bytes(dir / "bad", good);
        tamper(dir / "bad", sql);
        return problem_of(dir / "bad");
      };
      INFO(column);
      CHECK_THAT(problem_with(entry.second), Contains(named));
      CHECK_THAT(problem_with("NULL"), Contains(named) && Contains(column + " holds nothing, not"));
      CHECK_THAT(problem_with("'twelve'"), Contains(named));
      CHECK_THAT(problem_with("0.5"), Contains(named));
    }
  }
  tamper(dir / "good", "UPDATE posting SET tick_us = 'twelve' WHERE seq = 5");
  CHECK_THAT(problem_of(dir / "good"), Contains("tick_us holds text, not an integer"));
}

TEST_CASE("ledger: a flipped byte in the stored bytes of a posting is found and named", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "good", 40);
  tamper(dir / "good", "VACUUM");  // no stale copies of postings in unused space
  const std::string good = read_bytes(dir / "good");
  std::map<std::int64_t, std::string> links;
  LedgerStore(dir / "good", Open::read).each_link([&](const Posting& p, const std::string& link) {
    links[p.seq] = link;
  });
  for (const std::int64_t seq :
       {1, 8, 23, 40}) {  // a record ends in …product, destination, integers, note, previous, hash
    const std::string number = std::to_string(100000 + seq);
    const std::size_t first = good.find("product-" + number);
    const std::size_t last = good.find(from_hex(links[seq]), first) + 31;
    REQUIRE(first < last);
    REQUIRE(last - first < 200);
    for (std::size_t at = first; at <= last; ++at) {
      std::string bad = good;
      bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
      write_bytes(dir / "bad", bad);
      INFO("seq " << seq << ", byte " << at - first);
      CHECK_THAT(problem_of(dir / "bad"), Contains("posting seq " + std::to_string(seq) + " (satellite "));
    }
  }
}

TEST_CASE("ledger: no flipped byte of the file changes unnoticed what the ledger says", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "good", 120);
  const std::string good = read_bytes(dir / "good");
  const std::string said = contents({dir / "good", Open::read});
  int noticed = 0, harmless = 0;
  for (std::size_t at = 0; at < good.size();
       at += 37) {  // prime to the page size: all bits, all places of a page
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ (1 << at % 8));
    write_bytes(dir / "bad", bad);
    if (!problem_of(dir / "bad").empty()) {
      ++noticed;
      continue;
    }
    ++harmless;  // unused space of a page, or a counter SQLite does not need
    INFO("byte " << at);
    REQUIRE(contents({dir / "bad", Open::read}) == said);
  }
  CHECK(noticed > 300);
  CHECK(harmless > 0);
}

TEST_CASE("ledger: a cut, holed or stretched ledger is noticed", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "good", 40);
  const std::string good = read_bytes(dir / "good");
  const auto problem_after = [&](const std::string& sql) {
    write_bytes(dir / "bad", good);
    tamper(dir / "bad", sql);
    return problem_of(dir / "bad");
  };
  CHECK_THAT(problem_after("DELETE FROM posting WHERE seq = 17"), Contains("posting seq 17 is missing"));
  CHECK_THAT(problem_after("DELETE FROM posting WHERE seq > 37"),
             Contains("postings seq 38 to 40 are missing at the end"));
  CHECK_THROWS_WITH(LedgerStore(dir / "bad", Open::append), Contains("the last one found is seq 37"));
  CHECK_THAT(problem_after("DELETE FROM posting"), Contains("postings seq 1 to 40 are missing"));
  CHECK_THAT(problem_after("UPDATE posting SET seq = 0 WHERE seq = 1"),
             Contains("posting seq 0 (satellite "));
  CHECK_THAT(problem_after("INSERT INTO posting SELECT 41, tick_us, serial, state, kind, product, "
                           "destination, mass_mg, power_W, "
                           "delta_v_mmps, note, parts, previous, hash FROM posting WHERE seq = 40"),
             Contains("posting seq 41 (satellite "));
  CHECK_THAT(problem_after("UPDATE meta SET value = 39 WHERE name = 'postings'"),
             Contains("added outside a commit"));
  CHECK_THAT(problem_after("UPDATE meta SET value = zeroblob(32) WHERE name = 'head'"),
             Contains("the last commit left 00"));
  CHECK_THAT(problem_after("UPDATE meta SET value = '40' WHERE name = 'postings'"),
             Contains("'postings' holds text"));
  CHECK_THAT(problem_after("UPDATE meta SET value = 1.5 WHERE name = 'start_tt_days_since_j2000'"),
             Contains("start date do not match"));
  CHECK_THAT(problem_after("DELETE FROM meta WHERE name = 'head'"), Contains("no row 'head'"));
  CHECK_THAT(problem_after("UPDATE meta SET value = 4 WHERE name = 'format'"),
             Contains("has format 4; this program reads formats 1 to 3"));
  CHECK_THAT(problem_after("UPDATE meta SET value = 1 WHERE name = 'format'"),
             Contains("do not match the genesis hash"));
  CHECK_THAT(problem_after("UPDATE meta SET value = value + 1 WHERE name = 'active_W'"),
             Contains("W active"));
  CHECK_THAT(problem_after("DELETE FROM census WHERE name = 'lost'"), Contains("no row 'lost'"));
  CHECK_THAT(problem_after(
                 "UPDATE satellite SET seq = 1 WHERE serial = (SELECT serial FROM posting WHERE seq = 40)"),
             Contains("the list of satellites names seq 1"));
  CHECK_THAT(
      problem_after("DELETE FROM satellite WHERE serial = (SELECT serial FROM posting WHERE seq = 40)"),
      Contains("the list of satellites has"));
  CHECK_THAT(problem_after("DROP TABLE posting"), Contains("no such table: posting"));
  write_bytes(dir / "bad", good.substr(0, good.size() - 8192));
  CHECK(problem_of(dir / "bad") != "");
}

TEST_CASE("ledger: a valid chain over an impossible life is refused", "[orbit]") {
  TemporaryDirectory dir;
  {
    LedgerStore store(dir / "l", Open::create, test::start);
    store.post({.tick = {1}, .serial = 1});
    store.commit();
  }
  Posting forged{.seq = 2, .tick = {2}, .serial = 1, .state = operational};
  const std::string first = LedgerStore(dir / "l", Open::read).head();
  const std::string link = sodium_hex(from_hex(first) + canonical_bytes(forged));
  tamper(dir / "l", "INSERT INTO posting VALUES (2, 2, 1, 7, 0, '', '', 0, 0, 0, '', 0, 1, x'" + link + "')");
  CHECK(problem_of(dir / "l") == "posting seq 2 (satellite 1): 'operational' may not follow 'ordered'");
}

TEST_CASE("ledger: what is not a ledger says what it is", "[orbit]") {
  TemporaryDirectory dir;
  CHECK_THROWS_AS(LedgerStore(dir / "none", Open::read), NotALedger);
  CHECK_THROWS_WITH(LedgerStore(dir / "none", Open::append), Contains("no such file"));
  CHECK_FALSE(std::filesystem::exists(dir / "none"));
  CHECK_THROWS_AS(LedgerStore(dir.path(), Open::read), NotALedger);
  write_bytes(dir / "text", "lunafab: scenario/1\nname: baseline\n");
  CHECK_THROWS_WITH(LedgerStore(dir / "text", Open::read), Contains("not a SQLite file"));
  write_bytes(dir / "empty", "");
  CHECK_THROWS_AS(LedgerStore(dir / "empty", Open::read), NotALedger);
  tamper(dir / "other", "CREATE TABLE run (id INTEGER)");
  CHECK_THROWS_WITH(LedgerStore(dir / "other", Open::read), Contains("not a lunafab ledger"));
  CHECK_THROWS_AS(LedgerStore(dir / "nowhere/l", Open::create, test::start), std::runtime_error);
  CHECK_THROWS_AS(LedgerStore(dir / "new", Open::create), ContractError);
  write_ledger(dir / "l", 3);
  CHECK_THROWS_WITH(LedgerStore(dir / "l", Open::create, test::start), Contains("exists already"));
  CHECK_THROWS_WITH(LedgerStore(dir / "l", Open::append, Epoch{0.0}), Contains("starts on 2030-"));
  LedgerStore reader(dir / "l", Open::read);
  CHECK_THROWS_AS(reader.post({.serial = 9}), ContractError);
  CHECK_THROWS_AS(reader.truncate(0, ""), ContractError);
}

TEST_CASE("ledger: a closed ledger is one file, and reading leaves its bytes alone", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 50);
  CHECK_FALSE(std::filesystem::exists(dir / "l-wal"));
  const std::string before = read_bytes(dir / "l");
  {
    const LedgerStore store(dir / "l", Open::read);
    CHECK(store.verify().ok);
    (void)store.census_at({0});
    CHECK_FALSE(std::filesystem::exists(dir / "l-wal"));
    CHECK_FALSE(std::filesystem::exists(dir / "l-shm"));
  }
  CHECK(read_bytes(dir / "l") == before);
  write_bytes(dir / "copy", before);
  CHECK(LedgerStore(dir / "copy", Open::read).verify().postings == 50);
}

TEST_CASE("ledger: a reader sees the ledger as it was when opened, while the writer goes on", "[orbit]") {
  TemporaryDirectory dir;
  LedgerStore writer(dir / "l", Open::create, test::start);
  writer.post({.serial = 1});
  writer.commit();
  const LedgerStore reader(dir / "l", Open::read);
  writer.post({.serial = 2});
  writer.commit();
  writer.post({.serial = 3});  // not committed
  CHECK(reader.verify().postings == 1);
  CHECK(reader.verify().ok);
  CHECK(LedgerStore(dir / "l", Open::read).verify().postings == 2);
  CHECK(writer.postings() == 3);
  CHECK(writer.verify().postings == 2);
}

TEST_CASE("ledger: of two writers the one that is behind is refused", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 5);
  LedgerStore one(dir / "l", Open::append), two(dir / "l", Open::append);
  one.post({.serial = 101});
  two.post({.serial = 102});
  one.commit();
  CHECK_THROWS_WITH(two.commit(), Contains("another program has written to it: 6 postings, not 5"));
  CHECK(one.verify().postings == 6);
  CHECK(one.verify().ok);
}

TEST_CASE("ledger: cut back and repeated, it ends with the same head and census", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 200);
  const std::string whole = contents({dir / "l", Open::read});
  const std::int64_t kept = GENERATE(0, 1, 57, 199, 200);
  LedgerStore store(dir / "l", Open::append);
  std::string head = hex(genesis(test::start, 3));
  LifeHistories lives;
  store.each_link([&](const Posting& p, const std::string& link) {
    if (p.seq > kept) return;
    head = link;
    lives.add(p);
  });
  CHECK_THROWS_AS(store.truncate(kept, std::string(64, '0')), ContractError);
  CHECK_THROWS_AS(store.truncate(201, head), ContractError);
  store.post({.tick = never, .serial = 5000});  // queued: forgotten too
  store.truncate(kept, head);
  CHECK(store.head() == head);
  CHECK(store.postings() == kept);
  CHECK(store.census() == lives.census());
  CHECK(store.verify().ok);
  RandomLives again(1, 200);
  for (std::int64_t seq = 1; seq <= 200; ++seq) {
    const Posting posting = *again.next();
    if (seq > kept) store.post(posting);
  }
  store.commit();
  CHECK(store.verify().ok);
  CHECK(contents(store) == whole);
}

TEST_CASE("ledger: a writer that dies leaves what it had committed", "[orbit]") {
  TemporaryDirectory dir;
  write_ledger(dir / "l", 20);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {  // no assertion, no destructor on this side
    LedgerStore store(dir / "l", Open::append);
    store.post({.serial = 1001});
    store.commit();
    store.post({.serial = 1002});
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  const std::string before = read_bytes(dir / "l");
  CHECK(LedgerStore(dir / "l", Open::read).verify().postings == 21);
  CHECK(problem_of(dir / "l") == "");
  CHECK(read_bytes(dir / "l") == before);
  LedgerStore store(dir / "l", Open::append);
  store.post({.serial = 1002});
  store.commit();
  CHECK(store.verify().postings == 22);
  CHECK(store.verify().ok);
}

TEST_CASE("ledger: a writer killed at any instant leaves a ledger that ends with a commit", "[orbit]") {
  TemporaryDirectory dir;
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    LedgerStore store(dir / "l", Open::create, test::start);
    for (std::uint64_t serial = 1;; serial += 10) {
      for (std::uint64_t i = 0; i < 10; ++i) store.post({.serial = serial + i});
      store.commit();
      if (write(ready[1], "c", 1) != 1) _exit(1);
    }
  }
  char byte = 0;
  for (int commits = 0; commits < 60; ++commits) REQUIRE(read(ready[0], &byte, 1) == 1);
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  close(ready[0]), close(ready[1]);
  const LedgerVerdict verdict = LedgerStore(dir / "l", Open::read).verify();
  CHECK(verdict.problem == "");
  CHECK(verdict.postings >= 600);  // what was reported as committed is there
  CHECK(verdict.postings % 10 == 0);
}

TEST_CASE("ledger: the census of an instant counts postings up to it, in whatever order they were written",
          "[orbit]") {
  TemporaryDirectory dir;
  LedgerStore store(dir / "l", Open::create, test::start);
  const LifeState life[] = {ordered, building, built, queued, launched, coasting, inserting, operational};
  for (std::uint64_t serial = 1; serial <= 3; ++serial) {  // a whole life each: seq does not follow time
    for (std::int64_t i = 0; i < 8; ++i) {
      store.post({.tick = {100 * i + static_cast<std::int64_t>(serial)},
                  .serial = serial,
                  .state = life[i],
                  .power_W = 10});
    }
  }
  store.commit();
  CHECK(store.census_at({0}) == Census{});
  CHECK(store.census_at({2}).count(ordered) == 2);
  const Census middle = store.census_at({402});  // 1 and 2 launched, 3 waits
  CHECK(middle.count(launched) == 2);
  CHECK(middle.count(queued) == 1);
  CHECK(middle.total(built) == 3);
  CHECK(broken_balance(middle) == "");
  CHECK(store.census_at({702}).active_W == 20);
  CHECK(store.census_at(never) == store.census());
}

TEST_CASE("ledger: random lives keep the balances at every commit and verify at the end", "[orbit]") {
  TemporaryDirectory dir;
  const std::uint64_t seed = GENERATE(11u, 12u, 13u, 14u);
  LedgerStore store(dir / "l", Open::create, test::start);
  RandomLives lives(seed, 300);
  std::int64_t posted = 0;
  while (const auto posting = lives.next()) {
    store.post(*posting);
    if (++posted % 50 == 0) store.commit();
  }
  store.commit();
  CHECK(store.postings() == posted);
  CHECK(store.census() == store.census_at(never));
  CHECK(store.verify().problem == "");
}
