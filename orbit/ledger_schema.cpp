#include "orbit/ledger_schema.hpp"
#include <fmt/format.h>
#include <algorithm>

namespace lunafab::orbit {
namespace {

constexpr const char* schema = R"(
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE census (state INTEGER PRIMARY KEY, name TEXT, now INTEGER, ever INTEGER);
CREATE TABLE satellite (serial INTEGER PRIMARY KEY, seq INTEGER);
CREATE TABLE posting (seq INTEGER PRIMARY KEY, tick_us INTEGER, serial INTEGER, state INTEGER, product TEXT,
  destination TEXT, mass_mg INTEGER, power_W INTEGER, delta_v_mmps INTEGER, note TEXT, previous INTEGER, hash BLOB);
)";

template <class Value>
void set_meta(const sqlite::Database& db, const char* name, Value value) {
  sqlite::Statement put(
      db, "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value");
  put.bind(1, std::string_view(name)).bind(2, value).execute();
}

/// The statement stands on the row of `name`, and says `name` in its errors.
sqlite::Statement get_meta(const sqlite::Database& db, std::string_view name) {
  sqlite::Statement get(db, fmt::format("SELECT value AS \"meta row '{}'\" FROM meta WHERE name = ?", name));
  if (!get.bind(1, name).step()) throw sqlite::Error(fmt::format("meta has no row '{}'", name));
  return get;
}

std::int64_t meta_integer(const sqlite::Database& db, std::string_view name) {
  return get_meta(db, name).integer(0);
}

ChainHash to_hash(std::span<const unsigned char> bytes) {
  ChainHash hash{};
  if (bytes.size() != hash.size())
    throw sqlite::Error(fmt::format("the hash holds {} bytes, not {}", bytes.size(), hash.size()));
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

ChainHash meta_hash(const sqlite::Database& db, std::string_view name) {
  return to_hash(get_meta(db, name).blob(0));
}

void save_census(const sqlite::Database& db, const Census& census) {
  sqlite::Statement put(db, "INSERT OR REPLACE INTO census VALUES (?, ?, ?, ?)");
  for (std::size_t s = 0; s < life_state_count; ++s) {
    put.bind(1, static_cast<std::int64_t>(s)).bind(2, name(static_cast<LifeState>(s)));
    put.bind(3, census.now[s]).bind(4, census.ever[s]).execute();
  }
  set_meta(db, "active_W", census.active_W);
  set_meta(db, "scrapped_after_built", census.scrapped_after_built);
  set_meta(db, "lost_after_insertion", census.lost_after_insertion);
}

Census load_census(const sqlite::Database& db) {
  Census census;
  sqlite::Statement get(db,
                        "SELECT state AS \"census.state\", now AS \"census.now\", ever AS \"census.ever\" "
                        "FROM census ORDER BY state");
  for (std::size_t s = 0; s < life_state_count; ++s) {
    if (!get.step() || get.integer(0) != static_cast<std::int64_t>(s))
      throw sqlite::Error(fmt::format("the census has no row '{}'", name(static_cast<LifeState>(s))));
    census.now[s] = get.integer(1);
    census.ever[s] = get.integer(2);
  }
  census.active_W = meta_integer(db, "active_W");
  census.scrapped_after_built = meta_integer(db, "scrapped_after_built");
  census.lost_after_insertion = meta_integer(db, "lost_after_insertion");
  return census;
}

void read_row(const sqlite::Statement& at, LedgerRow& row) {
  Posting& posting = row.posting;
  posting.tick.us = at.integer(1);
  posting.serial = static_cast<std::uint64_t>(at.integer(2));
  const std::int64_t state = at.integer(3);
  if (state < 0 || state >= static_cast<std::int64_t>(life_state_count))
    throw sqlite::Error(fmt::format("there is no state {}", state));
  posting.state = static_cast<LifeState>(state);
  posting.product = at.text(4);
  posting.destination = at.text(5);
  posting.mass_mg = at.integer(6);
  posting.power_W = at.integer(7);
  posting.delta_v_mmps = at.integer(8);
  posting.note = at.text(9);
  row.previous = at.integer(10);
  row.hash = to_hash(at.blob(11));
}

}  // namespace

const char* const insert_row_sql = "INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

void create_ledger(const sqlite::Database& db, Epoch start) {
  db.run(schema);
  const ChainHash first = genesis(start);
  set_meta(db, "format", ledger_format);
  set_meta(db, "start_tt_days_since_j2000", start.tt_days_since_j2000);
  set_meta(db, "genesis", std::span<const unsigned char>(first));
  save_summary(db, {start, 0, first, {}});
}

LedgerSummary load_summary(const sqlite::Database& db) {
  const std::int64_t format = meta_integer(db, "format");
  if (format != ledger_format) {
    throw sqlite::Error(
        fmt::format("the ledger has format {}; this program reads {}", format, ledger_format));
  }
  LedgerSummary summary;
  summary.start.tt_days_since_j2000 = get_meta(db, "start_tt_days_since_j2000").real(0);
  if (meta_hash(db, "genesis") != genesis(summary.start))
    throw sqlite::Error("the start date does not match the genesis hash: one of them was changed");
  summary.postings = meta_integer(db, "postings");
  summary.head = meta_hash(db, "head");
  summary.census = load_census(db);
  return summary;
}

void save_summary(const sqlite::Database& db, const LedgerSummary& summary) {
  set_meta(db, "postings", summary.postings);
  set_meta(db, "head", std::span<const unsigned char>(summary.head));
  save_census(db, summary.census);
}

void insert_row(sqlite::Statement& insert, const LedgerRow& row) {
  const Posting& p = row.posting;
  insert.bind(1, p.seq).bind(2, p.tick.us).bind(3, static_cast<std::int64_t>(p.serial));
  insert.bind(4, static_cast<std::int64_t>(p.state)).bind(5, std::string_view(p.product));
  insert.bind(6, std::string_view(p.destination))
      .bind(7, p.mass_mg)
      .bind(8, p.power_W)
      .bind(9, p.delta_v_mmps);
  insert.bind(10, std::string_view(p.note)).bind(11, row.previous);
  insert.bind(12, std::span<const unsigned char>(row.hash)).execute();
}

void each_row(const sqlite::Database& db, const std::string& from,
              const std::function<void(const LedgerRow&)>& use, std::optional<std::int64_t> value) {
  sqlite::Statement select(
      db,
      "SELECT posting.seq, tick_us, posting.serial, state, product, destination, mass_mg, power_W, "
      "delta_v_mmps, note, previous, hash FROM " +
          from);
  if (value) select.bind(1, *value);
  LedgerRow row;
  while (select.step()) {
    row.posting.seq = select.integer(0);
    row.posting.serial = 0;
    try {
      read_row(select, row);
    } catch (const sqlite::Error& error) {
      throw sqlite::Error(fmt::format("{}: {}", place(row.posting.seq, row.posting.serial), error.what()));
    }
    use(row);
  }
}

std::string place(std::int64_t seq, std::uint64_t serial) {
  return fmt::format("posting seq {} (satellite {})", seq, serial);
}

}  // namespace lunafab::orbit
