#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"
#include "orbit/ledger_chain.hpp"
#include "orbit/sqlite.hpp"

// How a ledger lies in SQLite. Private to the ledger store and its verification.
//
//   posting    one row a posting, with its chain hash and `previous`: seq of the satellite's posting before
//   (0: none) satellite  serial → seq of its latest posting; with `previous` it reaches a satellite's whole
//   life without an index on serial,
//              which would cost a B-tree entry a posting
//   census     counts by state after the last commit, so that opening does not replay
//   meta       format, start, genesis, and how many postings there must be with which head: a cut tail is
//   noticed
namespace lunafab::orbit {

inline constexpr std::int64_t ledger_format = 1;

/// What a commit leaves besides its postings.
struct LedgerSummary {
  Epoch start;
  std::int64_t postings = 0;
  ChainHash head{};
  Census census;
};

/// A posting as it is stored.
struct LedgerRow {
  Posting posting;
  std::int64_t previous = 0;
  ChainHash hash{};
};

/// Creates the tables of an empty ledger. Call within a transaction.
void create_ledger(const sqlite::Database& db, Epoch start);
/// @throws sqlite::Error where a value is missing, has the wrong type or contradicts another.
LedgerSummary load_summary(const sqlite::Database& db);
/// Writes postings, head and census. Call within the transaction that writes the postings.
void save_summary(const sqlite::Database& db, const LedgerSummary& summary);

void insert_row(sqlite::Statement& insert, const LedgerRow& row);
extern const char* const insert_row_sql;
/// Calls `use` for each row of the FROM clause `from`, in which `?` stands for `value`.
/// @throws sqlite::Error naming the posting that cannot be read.
void each_row(const sqlite::Database& db, const std::string& from,
              const std::function<void(const LedgerRow&)>& use, std::optional<std::int64_t> value = {});
/// `posting seq 17 (satellite 5)`
std::string place(std::int64_t seq, std::uint64_t serial);

}  // namespace lunafab::orbit
