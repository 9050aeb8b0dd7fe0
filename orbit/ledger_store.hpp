#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"
#include "orbit/snapshot.hpp"

namespace lunafab::orbit {

/// What `verify` found.
struct LedgerVerdict {
  bool ok = false;
  std::int64_t postings = 0;  ///< of which the chain holds
  std::string head;           ///< chain head in hex, as far as the chain holds
  std::string problem;        ///< names the first bad posting (seq, satellite) and what is wrong with it
};

/// The path leads to nothing, or to something that never was a ledger (rather than to a damaged one).
class NotALedger : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Append-only SQLite store of the constellation ledger. Each posting carries the BLAKE2b-256 hash of
/// (previous hash, its own canonical bytes, see ledger_chain.hpp), so that a change of any byte of any
/// posting is found and located. A writer keeps the state of every satellite in memory (SatelliteState). One
/// writer at a time; readers see the ledger as it was when they opened it, and change nothing. While a writer
/// is open, or after one was killed,
/// `<path>-wal` belongs to the ledger; a closed ledger is one file.
class LedgerStore {
 public:
  enum class Open { create, append, read };
  /// `create` refuses an existing file and needs `start`; `append` and `read` refuse a ledger with another
  /// start, where one is given. Opening costs the same for every length; the first posting of an appended
  /// ledger waits for a replay. The states of all satellites are kept in the file each `checkpoint_every`
  /// postings, or each as many as there are satellites, where that is more.
  /// Reads formats 1 and 2, writes 2. @throws NotALedger; std::runtime_error with the path and the reason,
  /// also where the ledger is damaged.
  LedgerStore(const std::string& path, Open how, std::optional<Epoch> start = {},
              std::int64_t checkpoint_every = 1 << 16);
  /// Drops what was posted and not committed.
  ~LedgerStore();
  LedgerStore(LedgerStore&&) noexcept;

  /// Gives the posting its seq, fills in what a note leaves out, and queues it for the next commit. @throws
  /// ContractError where the life cycle forbids it, or its tick lies before the satellite's last one; nothing
  /// has changed then.
  void post(Posting posting);
  /// Writes everything queued in one durable transaction, after checking the balances. @throws ContractError
  /// naming a broken one; std::runtime_error where the file cannot be written or another program has written
  /// to it (nothing is written then).
  void commit();
  /// Forgets every posting after `seq` (a resumed run repeats them), and everything queued. @throws
  /// ContractError if the head there is not `head`.
  void truncate(std::int64_t seq, const std::string& head);

  std::int64_t postings() const;  ///< committed and queued
  std::string head() const;       ///< hex; of committed and queued
  const Census& census() const;   ///< of committed and queued
  Epoch start() const;

  // What follows reads committed postings only. @throws std::runtime_error naming the posting that cannot be
  // read.

  /// Walks everything: chain, gaps, types, life cycle, balances, the stored census and list of satellites,
  /// and SQLite's own pages. Damage is a verdict, never an exception. About 2 µs a posting.
  LedgerVerdict verify() const;
  /// The state of all satellites at an instant: postings at later ticks do not count. From the last
  /// checkpoint before it, by replay of at most as many postings as there are satellites where ticks follow
  /// seq.
  Snapshot states_at(Tick at) const;
  Census census_at(Tick at) const;
  /// Calls `row` for each posting in order; `serial` restricts it to one satellite (then it costs that
  /// satellite's postings only).
  void each(const std::function<void(const Posting&)>& row, std::optional<std::uint64_t> serial = {}) const;
  std::optional<Posting> posting(std::int64_t seq) const;
  /// Calls `row` for each posting and its link of the chain in hex, in order.
  void each_link(const std::function<void(const Posting&, const std::string&)>& row) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lunafab::orbit
