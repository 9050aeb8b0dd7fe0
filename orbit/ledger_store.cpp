#include "orbit/ledger_store.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <string_view>
#include <utility>
#include "core/contract.hpp"
#include "orbit/ledger_checkpoint.hpp"
#include "orbit/ledger_rows.hpp"
#include "orbit/ledger_schema.hpp"
#include "orbit/ledger_verify.hpp"

namespace lunafab::orbit {
namespace {

void expect_new(const std::string& path) {
  for (const char* suffix :
       {"", "-wal", "-journal"}) {  // SQLite would replay another ledger's log into the new one
    if (std::filesystem::exists(path + suffix))
      throw std::runtime_error(fmt::format("ledger {}: {}{} exists already", path, path, suffix));
  }
}

void expect_sqlite_file(const std::string& path) {
  if (!std::filesystem::exists(path)) throw NotALedger(fmt::format("ledger {}: no such file", path));
  if (!std::filesystem::is_regular_file(path)) throw NotALedger(fmt::format("ledger {}: not a file", path));
  constexpr std::string_view magic("SQLite format 3\0", 16);
  std::array<char, 16> first{};
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(fmt::format("ledger {}: cannot be opened for reading", path));
  file.read(first.data(), first.size());
  if (file.gcount() != 16 || std::string_view(first.data(), 16) != magic)
    throw NotALedger(fmt::format("ledger {}: not a SQLite file (its first 16 bytes do not say so)", path));
}

void expect_ledger(const sqlite::Database& db, const std::string& path) {
  if (db.ask("SELECT name FROM sqlite_master WHERE name IN ('posting', 'meta')").empty()) {
    throw NotALedger(fmt::format(
        "ledger {}: a SQLite file, but not a lunafab ledger (no tables 'posting' and 'meta')", path));
  }
}

sqlite::Database::Access access(LedgerStore::Open how) {
  using Access = sqlite::Database::Access;
  if (how == LedgerStore::Open::create) return Access::create;
  return how == LedgerStore::Open::append ? Access::write : Access::read;
}

sqlite::Database open_file(const std::string& path, LedgerStore::Open how) {
  how == LedgerStore::Open::create ? expect_new(path) : expect_sqlite_file(path);
  return {path, access(how)};
}

}  // namespace

struct LedgerStore::Impl {
  std::string path;
  bool writes;
  sqlite::Database db;
  LedgerSummary committed;
  LedgerSummary current;  ///< with everything queued
  std::vector<LedgerRow> queue;
  std::int64_t checkpoint_every;
  // What only a writer that has posted needs: the state of each satellite with everything queued, and the
  // span of the postings since the last checkpoint.
  std::optional<Snapshot> states;
  std::int64_t last_checkpoint_seq = 0;
  Tick first_tick{}, last_tick{};

  Impl(const std::string& file, Open how, std::optional<Epoch> start, std::int64_t every)
      : path(file), writes(how != Open::read), db(open_file(file, how)), checkpoint_every(every) {
    if (how == Open::create) {
      db.run("PRAGMA page_size = 8192");  // a fifth less time a posting than with 4096
      use_log();
      sqlite::Transaction transaction(db);
      create_ledger(db, *start);
      transaction.commit();
    } else {
      expect_ledger(db, path);
    }
    if (!writes) db.run("BEGIN");  // one snapshot for the reader's whole life
    current = committed = load_summary(db);
    adapt_older_format(db, committed.format);
    if (start && start->tt_days_since_j2000 != committed.start.tt_days_since_j2000) {
      throw sqlite::Error(fmt::format("the ledger starts on {}, not {}", format_date(committed.start, {}),
                                      format_date(*start, {})));
    }
    if (how != Open::append) return;
    if (committed.format != ledger_format) {
      throw sqlite::Error(
          fmt::format("the ledger has format {}; this program reads it, and goes on with format {} only: use "
                      "the program that wrote it, or run the scenario anew",
                      committed.format, ledger_format));
    }
    expect_end(committed);
    use_log();  // only now: what is refused stays as it was
  }

  /// Every commit is on the disk when it returns. The log is written back only every 64 MiB: pages that many
  /// commits change go back once.
  void use_log() {
    db.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 8192");
  }

  /// Nothing may be appended to a ledger that has lost its tail.
  void expect_end(const LedgerSummary& summary) const {
    std::int64_t last = 0;
    ChainHash head = genesis(summary.start, summary.format);
    each_row(db, "posting ORDER BY posting.seq DESC LIMIT 1",
             [&](const LedgerRow& row) { last = row.posting.seq, head = row.hash; });
    if (last != summary.postings || head != summary.head) {
      throw sqlite::Error(
          fmt::format("the last commit left {} postings, the last one found is seq {}; see `verify`",
                      summary.postings, last));
    }
  }

  /// Leaves one file that is complete by itself, in the journal mode that readers can open without writing.
  /// Where a reader still holds the log, the log stays beside the file and nothing is lost.
  void seal() {
    sqlite3_busy_timeout(db.handle(), 1000);
    sqlite3_exec(db.handle(), "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE", nullptr,
                 nullptr, nullptr);
  }

  Snapshot& load_states() {
    if (states) return *states;
    states = replay(db, committed.postings, never);
    last_checkpoint_seq = last_checkpoint(db);
    clear_span();
    sqlite::Statement span(db, "SELECT min(tick_us), max(tick_us) FROM posting WHERE seq > ?");
    if (span.bind(1, last_checkpoint_seq).step() && !span.is_null(0))
      first_tick = {span.integer(0)}, last_tick = {span.integer(1)};
    return *states;
  }

  void clear_span() { first_tick = never, last_tick = {std::numeric_limits<std::int64_t>::min()}; }
  void widen_span(Tick tick) {
    first_tick = std::min(first_tick, tick);
    last_tick = std::max(last_tick, tick);
  }

  /// In order of serial, so that each page of the list is written once a commit.
  void write_latest() {
    std::vector<std::pair<std::uint64_t, std::int64_t>> latest;
    for (const LedgerRow& row : queue) {
      if (states->find(row.posting.serial)->seq == row.posting.seq)
        latest.emplace_back(row.posting.serial, row.posting.seq);
    }
    std::sort(latest.begin(), latest.end());
    sqlite::Statement point(db, "REPLACE INTO satellite VALUES (?, ?)");
    for (const auto& [serial, seq] : latest)
      point.bind(1, static_cast<std::int64_t>(serial)).bind(2, seq).execute();
  }

  void write_queue() {
    RowWriter rows(db);
    for (const LedgerRow& row : queue) rows.write(row);
    write_latest();
    if (!checkpoint_due(current, last_checkpoint_seq, checkpoint_every)) return;
    const std::string bytes = states->encode();
    insert_checkpoint(db,
                      {.seq = current.postings,
                       .first_tick = first_tick,
                       .last_tick = last_tick,
                       .hash = checkpoint_hash(current.head, first_tick, last_tick, bytes)},
                      bytes);
    ++current.checkpoints;
  }

  void commit() {
    const std::string broken = broken_balance(current.census);
    if (!broken.empty()) throw ContractError("ledger: balance broken: " + broken);
    current.checkpoints = committed.checkpoints;  // a commit that failed may have counted one
    sqlite::Transaction transaction(db);
    const LedgerSummary stored = load_summary(db);
    if (stored.postings != committed.postings || stored.head != committed.head) {
      throw sqlite::Error(fmt::format("another program has written to it: {} postings, not {}",
                                      stored.postings, committed.postings));
    }
    write_queue();
    save_summary(db, current);
    transaction.commit();
    if (current.checkpoints != committed.checkpoints) {
      last_checkpoint_seq = current.postings;
      clear_span();
    }
    committed = current;
    queue.clear();
  }

  ChainHash head_at(std::int64_t seq) const {
    ChainHash head = genesis(committed.start, committed.format);
    each_row(
        db, "posting WHERE posting.seq = ?", [&](const LedgerRow& row) { head = row.hash; }, seq);
    return head;
  }

  void truncate(std::int64_t seq) {
    sqlite::Transaction transaction(db);
    LedgerSummary kept = load_summary(db);
    sqlite::Statement back(db, "UPDATE satellite SET seq = ? WHERE serial = ?");
    sqlite::Statement forget(db, "DELETE FROM satellite WHERE serial = ?");
    sqlite::Statement undo(
        db,
        "SELECT p.serial, p.state, p.power_W, p.previous, q.state, q.power_W FROM posting p LEFT JOIN "
        "posting q ON q.seq = p.previous WHERE p.seq > ? ORDER BY p.seq DESC");
    undo.bind(1, seq);
    while (undo.step()) {
      const Standing after{static_cast<LifeState>(undo.integer(1)), {}, undo.integer(2)};
      std::optional<Standing> before;
      if (undo.integer(3) != 0) before = {static_cast<LifeState>(undo.integer(4)), {}, undo.integer(5)};
      kept.census.book(before, after, -1);
      before ? back.bind(1, undo.integer(3)).bind(2, undo.integer(0)).execute()
             : forget.bind(1, undo.integer(0)).execute();
    }
    sqlite::Statement(db, "DELETE FROM posting WHERE seq > ?").bind(1, seq).execute();
    sqlite::Statement(db, "DELETE FROM checkpoint WHERE seq > ?").bind(1, seq).execute();
    delete_parts_after(db, seq);
    kept.checkpoints = sqlite::Statement(db, "SELECT count(*) FROM checkpoint").first();
    kept.postings = seq;
    kept.head = head_at(seq);
    save_summary(db, kept);
    transaction.commit();
    current = committed = kept;
    states.reset();
  }
};

namespace {

/// Every error of the store names the file.
template <class Action>
auto naming(const std::string& path, Action action) {
  try {
    return action();
  } catch (const sqlite::Error& error) {
    throw std::runtime_error(fmt::format("ledger {}: {}", path, error.what()));
  }
}

}  // namespace

LedgerStore::LedgerStore(const std::string& path, Open how, std::optional<Epoch> start,
                         std::int64_t checkpoint_every) {
  if (how == Open::create)
    expects(start && std::isfinite(start->tt_days_since_j2000), "ledger: a new one needs its start date");
  impl_ = naming(path, [&] { return std::make_unique<Impl>(path, how, start, checkpoint_every); });
}

LedgerStore::~LedgerStore() {
  if (impl_ && impl_->writes) impl_->seal();
}

LedgerStore::LedgerStore(LedgerStore&&) noexcept = default;

void LedgerStore::post(Posting posting) {
  expects(impl_->writes, "ledger: opened for reading");
  Snapshot& states = *naming(impl_->path, [&] { return &impl_->load_states(); });
  const SatelliteState* known = states.find(posting.serial);
  const std::int64_t previous = known != nullptr ? known->seq : 0;
  std::optional<Standing> before;
  if (known != nullptr) before = known->standing();
  drop_negative_zeros(posting);
  if (before && posting.kind == PostingKind::note) fill_note(posting, *before);
  const std::string why = refusal(before, posting);
  if (!why.empty()) throw ContractError(fmt::format("ledger: satellite {}: {}", posting.serial, why));

  LedgerSummary& current = impl_->current;
  posting.seq = current.postings + 1;
  const ChainHash link = next_link(current.head, posting);
  states.fold(posting);
  impl_->widen_span(posting.tick);
  current.census.book(before, standing_after(posting));
  current.head = link;
  ++current.postings;
  impl_->queue.push_back({std::move(posting), previous, link});
}

void LedgerStore::commit() {
  expects(impl_->writes, "ledger: opened for reading");
  if (!impl_->queue.empty()) naming(impl_->path, [&] { impl_->commit(); });
}

void LedgerStore::truncate(std::int64_t seq, const std::string& head) {
  expects(impl_->writes, "ledger: opened for reading");
  expects(seq >= 0 && seq <= impl_->committed.postings, "ledger: only committed postings can be kept");
  const std::string found = naming(impl_->path, [&] { return hex(impl_->head_at(seq)); });
  if (found != head)
    throw ContractError(fmt::format("ledger: the head at seq {} is {}, not {}", seq, found, head));
  impl_->queue.clear();
  impl_->states.reset();
  naming(impl_->path, [&] { impl_->truncate(seq); });
}

std::int64_t LedgerStore::postings() const {
  return impl_->current.postings;
}
std::string LedgerStore::head() const {
  return hex(impl_->current.head);
}
const Census& LedgerStore::census() const {
  return impl_->current.census;
}
Epoch LedgerStore::start() const {
  return impl_->committed.start;
}

LedgerVerdict LedgerStore::verify() const {
  return verify_ledger(impl_->db);
}

Snapshot LedgerStore::states_at(Tick at) const {
  return naming(impl_->path, [&] { return replay(impl_->db, impl_->committed.postings, at); });
}

Census LedgerStore::census_at(Tick at) const {
  return states_at(at).census();
}

void LedgerStore::each(const std::function<void(const Posting&)>& row,
                       std::optional<std::uint64_t> serial) const {
  const auto use = [&](const LedgerRow& r) {
    row(r.posting);
  };
  if (!serial) return naming(impl_->path, [&] { each_row(impl_->db, "posting ORDER BY posting.seq", use); });

  std::vector<Posting> life;  // from the latest back
  std::int64_t previous = 0;
  const auto keep = [&](const LedgerRow& r) {
    if (r.posting.serial != *serial || r.previous >= r.posting.seq) {
      throw sqlite::Error(place(r.posting.seq, r.posting.serial) +
                          " does not belong to this satellite's life; see `verify`");
    }
    life.push_back(r.posting);
    previous = r.previous;
  };
  naming(impl_->path, [&] {
    each_row(impl_->db, "satellite JOIN posting ON posting.seq = satellite.seq WHERE satellite.serial = ?",
             keep, static_cast<std::int64_t>(*serial));
    while (previous != 0) each_row(impl_->db, "posting WHERE posting.seq = ?", keep, previous);
  });
  std::for_each(life.rbegin(), life.rend(), row);
}

std::optional<Posting> LedgerStore::posting(std::int64_t seq) const {
  std::optional<Posting> found;
  naming(impl_->path, [&] {
    each_row(
        impl_->db, "posting WHERE posting.seq = ?", [&](const LedgerRow& row) { found = row.posting; }, seq);
  });
  return found;
}

void LedgerStore::each_link(const std::function<void(const Posting&, const std::string&)>& row) const {
  naming(impl_->path, [&] {
    each_row(impl_->db, "posting ORDER BY posting.seq",
             [&](const LedgerRow& r) { row(r.posting, hex(r.hash)); });
  });
}

}  // namespace lunafab::orbit
