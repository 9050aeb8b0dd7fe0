#include "orbit/ledger_schema.hpp"
#include <fmt/format.h>
#include <algorithm>

namespace lunafab::orbit {
namespace {

constexpr const char* common_tables[] = {
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    "CREATE TABLE census (state INTEGER PRIMARY KEY, name TEXT, now INTEGER, ever INTEGER)",
    "CREATE TABLE satellite (serial INTEGER PRIMARY KEY, seq INTEGER)"};
constexpr const char* format_1_tables[] = {
    "CREATE TABLE posting (seq INTEGER PRIMARY KEY, tick_us INTEGER, serial INTEGER, state INTEGER, product "
    "TEXT,\n  destination TEXT, mass_mg INTEGER, power_W INTEGER, delta_v_mmps INTEGER, note TEXT, previous "
    "INTEGER, hash BLOB)"};
constexpr const char* format_2_tables[] = {
    "CREATE TABLE posting (seq INTEGER PRIMARY KEY, tick_us INTEGER, serial INTEGER, state INTEGER, kind "
    "INTEGER, product TEXT, destination TEXT, mass_mg INTEGER, power_W INTEGER, delta_v_mmps INTEGER, note "
    "TEXT, parts INTEGER, previous INTEGER, hash BLOB)",
    "CREATE TABLE orbit (seq INTEGER, kind INTEGER, centre INTEGER, epoch_us INTEGER, x_m REAL, y_m REAL, "
    "z_m "
    "REAL, vx_mps REAL, vy_mps REAL, vz_mps REAL, covariance BLOB, PRIMARY KEY (seq, kind)) WITHOUT ROWID",
    "CREATE TABLE slot (seq INTEGER PRIMARY KEY, shell TEXT, plane INTEGER, place INTEGER)",
    "CREATE TABLE capacity (seq INTEGER PRIMARY KEY, power_W INTEGER, compute_flops REAL, fade_per_year "
    "REAL)",
    "CREATE TABLE reserve (seq INTEGER PRIMARY KEY, delta_v_left_mmps INTEGER, dose_Gy REAL)",
    "CREATE TABLE provenance (seq INTEGER PRIMARY KEY, regolith_batch TEXT, chip_lot TEXT)",
    "CREATE TABLE checkpoint (seq INTEGER PRIMARY KEY, first_tick_us INTEGER, last_tick_us INTEGER, hash "
    "BLOB, "
    "states BLOB)"};
constexpr const char* burn_table =
    "CREATE TABLE burn (seq INTEGER, epoch_us INTEGER, dvx_mps REAL, dvy_mps REAL, dvz_mps REAL, PRIMARY KEY "
    "(seq, epoch_us)) WITHOUT ROWID";

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
                        "SELECT state AS \"census.state\", now AS \"census.now\", ever AS \"census.ever\", "
                        "name AS \"census.name\" FROM census ORDER BY state");
  for (std::size_t s = 0; s < life_state_count; ++s) {
    if (!get.step() || get.integer(0) != static_cast<std::int64_t>(s) ||
        get.text(3) != name(static_cast<LifeState>(s)))
      throw sqlite::Error(fmt::format("the census has no row '{}'", name(static_cast<LifeState>(s))));
    census.now[s] = get.integer(1);
    census.ever[s] = get.integer(2);
  }
  census.active_W = meta_integer(db, "active_W");
  census.scrapped_after_built = meta_integer(db, "scrapped_after_built");
  census.lost_after_insertion = meta_integer(db, "lost_after_insertion");
  return census;
}

}  // namespace

ChainHash to_hash(std::span<const unsigned char> bytes) {
  ChainHash hash{};
  if (bytes.size() != hash.size())
    throw sqlite::Error(fmt::format("the hash holds {} bytes, not {}", bytes.size(), hash.size()));
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}

std::string schema_text(std::int64_t format) {
  std::string text;
  for (const char* table : common_tables) text.append(table).append(";\n");
  if (format == 1) return text.append(format_1_tables[0]).append(";\n");
  for (const char* table : format_2_tables) text.append(table).append(";\n");
  if (format >= 3) text.append(burn_table).append(";\n");
  return text;
}

void adapt_older_format(const sqlite::Database& db, std::int64_t format) {
  if (format == ledger_format) return;
  db.run(R"(PRAGMA temp_store = MEMORY;
CREATE TEMP VIEW burn AS SELECT 0 AS seq, 0 AS epoch_us, 0 AS dvx_mps, 0 AS dvy_mps, 0 AS dvz_mps WHERE 0;)");
  if (format >= 2) return;
  db.run(
      R"(CREATE TEMP VIEW posting AS SELECT seq, tick_us, serial, state, 0 AS kind, product, destination, mass_mg, power_W,
  delta_v_mmps, note, 0 AS parts, previous, hash FROM main.posting;
CREATE TEMP VIEW checkpoint AS SELECT 0 AS seq, 0 AS first_tick_us, 0 AS last_tick_us, NULL AS hash, NULL AS states
  WHERE 0;)");
}

void create_ledger(const sqlite::Database& db, Epoch start) {
  db.run(schema_text(ledger_format));
  const ChainHash first = genesis(start, ledger_format);
  set_meta(db, "format", ledger_format);
  set_meta(db, "start_tt_days_since_j2000", start.tt_days_since_j2000);
  set_meta(db, "genesis", std::span<const unsigned char>(first));
  save_summary(db, {.start = start, .head = first});
}

LedgerSummary load_summary(const sqlite::Database& db) {
  const std::int64_t format = meta_integer(db, "format");
  if (format < oldest_ledger_format || format > ledger_format) {
    throw sqlite::Error(
        fmt::format("the ledger has format {}; this program reads formats {} to {}: read it with the program "
                    "that wrote it, or a newer one, and `ledger export` there",
                    format, oldest_ledger_format, ledger_format));
  }
  LedgerSummary summary;
  summary.format = format;
  summary.start.tt_days_since_j2000 = get_meta(db, "start_tt_days_since_j2000").real(0);
  if (meta_hash(db, "genesis") != genesis(summary.start, format))
    throw sqlite::Error("format and start date do not match the genesis hash: one of them was changed");
  summary.postings = meta_integer(db, "postings");
  summary.head = meta_hash(db, "head");
  summary.census = load_census(db);
  if (format >= 2) summary.checkpoints = meta_integer(db, "checkpoints");
  return summary;
}

void save_summary(const sqlite::Database& db, const LedgerSummary& summary) {
  set_meta(db, "postings", summary.postings);
  set_meta(db, "head", std::span<const unsigned char>(summary.head));
  set_meta(db, "checkpoints", summary.checkpoints);
  save_census(db, summary.census);
}

}  // namespace lunafab::orbit
