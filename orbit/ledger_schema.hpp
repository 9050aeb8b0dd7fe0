#pragma once
#include <cstdint>
#include <span>
#include <string>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"
#include "orbit/ledger_chain.hpp"
#include "orbit/sqlite.hpp"

// How a ledger lies in SQLite. Private to the ledger store and its verification.
//
//   posting     one row a posting, with its chain hash and `previous`: seq of the satellite's posting before
//               (0: none)
//   orbit, slot, capacity, reserve, provenance, burn
//               the parts that some postings carry, by seq; a bit in posting.parts says that there is one
//   satellite   serial → seq of its latest posting; with `previous` it reaches a satellite's whole life
//   without
//               an index on serial, which would cost a B-tree entry a posting
//   checkpoint  the state of all satellites after seq, and the span of the ticks since the checkpoint before
//   census      counts by state after the last commit, so that opening does not replay
//   meta        format, start, genesis, how many postings there must be with which head, and how many
//               checkpoints: a cut tail is noticed
namespace lunafab::orbit {

inline constexpr std::int64_t ledger_format = 3;  ///< written
inline constexpr std::int64_t oldest_ledger_format =
    1;  ///< still read: 1 has no notes, parts or checkpoints, 2 no burns

/// What a commit leaves besides its postings.
struct LedgerSummary {
  Epoch start;
  std::int64_t postings = 0;
  ChainHash head{};
  Census census;
  std::int64_t checkpoints = 0;
  std::int64_t format = ledger_format;
};

/// Creates the tables of an empty ledger. Call within a transaction.
void create_ledger(const sqlite::Database& db, Epoch start);
/// Lets a connection read an older ledger as if it had this format, with views of its own.
void adapt_older_format(const sqlite::Database& db, std::int64_t format);
/// @throws sqlite::Error where a value is missing, has the wrong type or contradicts another.
LedgerSummary load_summary(const sqlite::Database& db);
/// Writes postings, head, census and checkpoints. Call within the transaction that writes the postings.
void save_summary(const sqlite::Database& db, const LedgerSummary& summary);

/// @throws sqlite::Error unless there are 32 bytes.
ChainHash to_hash(std::span<const unsigned char> bytes);
/// The definitions of the tables, as a ledger of this format must have them, in order.
std::string schema_text(std::int64_t format);

}  // namespace lunafab::orbit
