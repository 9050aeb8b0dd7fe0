#include <benchmark/benchmark.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <string>
#include <vector>
#include "orbit/ledger_store.hpp"
#include "orbit/sqlite.hpp"

// Durable postings a second in commits of 10,000, beside bare SQLite inserts of the same fields in the same
// run (no hash, no life cycle, no balances, no list of satellites, no checkpoints); and what opening, asking
// and verifying a ledger of a million satellites costs.
namespace {

using namespace lunafab;
using namespace lunafab::orbit;

constexpr std::size_t commit_size = 10'000;
double bare_postings_per_s = 0.0;

std::string fresh_file() {
  std::string path =
      (std::filesystem::temp_directory_path() / ("lunafab-bench-" + std::to_string(getpid()) + ".sqlite"))
          .string();
  for (const char* suffix : {"", "-wal", "-shm", "-journal"}) std::filesystem::remove(path + suffix);
  return path;
}

/// Satellites move through an eight-step life, thousands at a time: what a window of a coupled run posts.
std::vector<Posting> working_day(std::size_t count) {
  std::vector<Posting> postings;
  postings.reserve(count);
  constexpr std::size_t lag = 2000;  // satellites between one step and the next
  for (std::size_t turn = 0; postings.size() < count; ++turn) {
    for (std::size_t step = 8; step-- > 0;) {
      if (turn < step * lag) continue;
      Posting posting{.serial = turn - step * lag + 1, .state = static_cast<LifeState>(step)};
      posting.tick = {static_cast<std::int64_t>(turn) * 60'000'000};
      posting.product = "ai-sat-100kW", posting.destination = "sso-600", posting.note = "table";
      posting.mass_mg = 1'300'000'000, posting.power_W = 100'000, posting.delta_v_mmps = 23'000;
      postings.push_back(std::move(posting));
    }
  }
  postings.resize(count);
  return postings;
}

void insert_bare(sqlite::Statement& insert, const Posting& p) {
  insert.bind(1, p.tick.us).bind(2, static_cast<std::int64_t>(p.serial));
  insert.bind(3, static_cast<std::int64_t>(p.state)).bind(4, std::string_view(p.product));
  insert.bind(5, std::string_view(p.destination))
      .bind(6, p.mass_mg)
      .bind(7, p.power_W)
      .bind(8, p.delta_v_mmps);
  insert.bind(9, std::string_view(p.note)).execute();
}

void write_bare(const std::string& path, const std::vector<Posting>& postings) {
  const sqlite::Database db(path, sqlite::Database::Access::create);
  db.run(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
      "CREATE TABLE posting (seq INTEGER PRIMARY KEY, tick_us INTEGER, serial INTEGER, state INTEGER, "
      "product TEXT, "
      "destination TEXT, mass_mg INTEGER, power_W INTEGER, delta_v_mmps INTEGER, note TEXT)");
  sqlite::Statement insert(db, "INSERT INTO posting VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (std::size_t first = 0; first < postings.size(); first += commit_size) {
    sqlite::Transaction transaction(db);
    for (std::size_t i = first; i < std::min(first + commit_size, postings.size()); ++i)
      insert_bare(insert, postings[i]);
    transaction.commit();
  }
}

void write_ledger(const std::string& path, const std::vector<Posting>& postings) {
  LedgerStore store(path, LedgerStore::Open::create, Epoch{11000.5});
  for (std::size_t i = 0; i < postings.size(); ++i) {
    store.post(postings[i]);
    if ((i + 1) % commit_size == 0) store.commit();
  }
  store.commit();
}

/// Runs `write` on fresh files and returns postings a second of wall time, opening and closing included.
template <class Write>
double time_writes(benchmark::State& state, Write write) {
  const auto postings = working_day(500'000);
  double total_s = 0.0;
  for (auto _ : state) {
    const std::string path = fresh_file();
    const auto begin = std::chrono::steady_clock::now();
    write(path, postings);
    const double span_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    state.SetIterationTime(span_s);
    total_s += span_s;
  }
  fresh_file();
  const double rate =
      static_cast<double>(postings.size()) * static_cast<double>(state.iterations()) / total_s;
  state.counters["postings_per_s"] = rate;
  return rate;
}

void bare_sqlite(benchmark::State& state) {
  bare_postings_per_s = time_writes(state, write_bare);
}
BENCHMARK(bare_sqlite)
    ->Name("ledger/bare_sqlite_inserts")
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

void durable_postings(benchmark::State& state) {
  const double rate = time_writes(state, write_ledger);
  if (bare_postings_per_s > 0.0) state.counters["ratio_to_bare"] = rate / bare_postings_per_s;
}
BENCHMARK(durable_postings)
    ->Name("ledger/durable_postings")
    ->UseManualTime()
    ->Iterations(3)
    ->Unit(benchmark::kMillisecond);

/// A million satellites, eight postings each; written once a program.
const std::string& million_lives() {
  struct File {
    std::string path = fresh_file() + ".million";
    File() {
      std::filesystem::remove(path);
      write_ledger(path, working_day(8'000'000));
    }
    ~File() { std::filesystem::remove(path); }
  };
  static const File file;
  return file.path;
}

void open_read(benchmark::State& state) {
  const std::string& path = million_lives();
  for (auto _ : state) benchmark::DoNotOptimize(LedgerStore(path, LedgerStore::Open::read).census());
  state.counters["bytes_per_posting"] = static_cast<double>(std::filesystem::file_size(path)) / 8e6;
}
BENCHMARK(open_read)->Name("ledger/open_million_to_read")->UseRealTime()->Unit(benchmark::kMillisecond);

/// The state of every satellite at dates spread over the ledger, the worst place between two checkpoints
/// among them.
void states_at_dates(benchmark::State& state) {
  const LedgerStore store(million_lives(), LedgerStore::Open::read);
  std::size_t satellites = 0;
  int date = 0;
  for (auto _ : state) {
    const Tick at{static_cast<std::int64_t>(date++ % 16 + 1) * 63'000 * 60'000'000};
    satellites = store.states_at(at).size();
  }
  state.counters["satellites"] = static_cast<double>(satellites);
}
BENCHMARK(states_at_dates)
    ->Name("ledger/states_of_million_at_a_date")
    ->UseRealTime()
    ->Iterations(16)
    ->Unit(benchmark::kMillisecond);

void states_now(benchmark::State& state) {
  const LedgerStore store(million_lives(), LedgerStore::Open::read);
  std::size_t satellites = 0;
  for (auto _ : state) satellites = store.states_at(never).size();
  state.counters["satellites"] = static_cast<double>(satellites);
  state.counters["bytes_a_satellite"] = static_cast<double>(sizeof(SatelliteState));
}
BENCHMARK(states_now)
    ->Name("ledger/states_of_million_now")
    ->UseRealTime()
    ->Iterations(5)
    ->Unit(benchmark::kMillisecond);

/// Up to the first durable posting on an old satellite: everything a resumed run waits for.
void open_append(benchmark::State& state) {
  const std::string& path = million_lives();
  std::uint64_t serial = 1;
  for (auto _ : state) {
    LedgerStore store(path, LedgerStore::Open::append);
    store.post({.tick = never, .serial = serial, .kind = PostingKind::note});
    store.commit();
    serial += 9973;
  }
}
BENCHMARK(open_append)
    ->Name("ledger/open_million_and_append")
    ->UseRealTime()
    ->Iterations(10)
    ->Unit(benchmark::kMillisecond);

void verify_million(benchmark::State& state) {
  const LedgerStore store(million_lives(), LedgerStore::Open::read);
  for (auto _ : state)
    if (!store.verify().ok) state.SkipWithError("the ledger does not verify");
  state.counters["postings_per_s"] =
      benchmark::Counter(static_cast<double>(store.postings()) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}
BENCHMARK(verify_million)
    ->Name("ledger/verify_million")
    ->UseRealTime()
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
