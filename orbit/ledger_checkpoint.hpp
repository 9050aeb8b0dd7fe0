#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include "core/tick.hpp"
#include "orbit/ledger_chain.hpp"
#include "orbit/ledger_schema.hpp"
#include "orbit/snapshot.hpp"
#include "orbit/sqlite.hpp"

// Checkpoints: the state of all satellites after some posting, so that the state at any date needs few
// postings. Private to the ledger store and its verification.
namespace lunafab::orbit {

/// A checkpoint without its states. `first_tick` and `last_tick` span the postings since the one before.
struct CheckpointHead {
  std::int64_t seq = 0;
  Tick first_tick{}, last_tick{};
  ChainHash hash{};
};
/// What `hash` must be: of the chain's hash at seq, the two ticks and the states.
ChainHash checkpoint_hash(const ChainHash& chain, Tick first_tick, Tick last_tick, const std::string& states);

/// The next checkpoint is due once so many postings follow the last: as many as there are satellites, so that
/// checkpoints together stay below a fixed part of the file, and at least `least`.
bool checkpoint_due(const LedgerSummary& summary, std::int64_t last_seq, std::int64_t least);
void insert_checkpoint(const sqlite::Database& db, const CheckpointHead& head, const std::string& states);
/// seq of the last checkpoint; 0: none.
std::int64_t last_checkpoint(const sqlite::Database& db);
/// Calls `use` with each checkpoint and its states as stored, in order of seq.
void each_checkpoint(const sqlite::Database& db,
                     const std::function<void(const CheckpointHead&, std::string_view)>& use);

/// State of all satellites after the postings up to seq `last` that are not later than `until`.
/// @throws sqlite::Error where a checkpoint or a posting cannot be read.
Snapshot replay(const sqlite::Database& db, std::int64_t last, Tick until);

}  // namespace lunafab::orbit
