#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>
#include "core/tick.hpp"
#include "orbit/constellation.hpp"

namespace lunafab::orbit {

/// What `verify` found.
struct LedgerVerdict {
  bool ok = false;
  std::int64_t postings = 0;
  std::string head;     ///< chain head in hex, as far as the chain holds
  std::string problem;  ///< names the first bad posting (seq, serial) and what is wrong with it
};

/// Append-only SQLite store of the constellation ledger. Each posting carries the BLAKE2b-256 hash of
/// (previous hash, its own canonical bytes), so that a change of any byte of any posting is found and
/// located. One writer at a time.
class LedgerStore {
 public:
  enum class Open { create, append, read };
  /// `create` refuses an existing file. @throws std::runtime_error with the path and SQLite's reason.
  LedgerStore(const std::string& path, Open how, Epoch start);
  ~LedgerStore();
  LedgerStore(LedgerStore&&) noexcept;

  /// Gives the posting its seq and queues it for the next commit. @throws ContractError where the life cycle
  /// forbids it.
  void post(Posting posting);
  /// Writes everything queued in one durable transaction, after checking the balances. @throws ContractError
  /// naming a broken one.
  void commit();
  /// Forgets every posting after `seq` (a resumed run repeats them). @throws ContractError if the head there
  /// is not `head`.
  void truncate(std::int64_t seq, const std::string& head);

  std::int64_t postings() const;  ///< committed and queued
  std::string head() const;       ///< hex; of committed and queued
  const Census& census() const;
  Epoch start() const;

  LedgerVerdict verify() const;
  /// Census at an instant, by replay.
  Census census_at(Tick at) const;
  /// Calls `row` for each posting in order; `serial` restricts it to one satellite.
  void each(const std::function<void(const Posting&)>& row, std::optional<std::uint64_t> serial = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lunafab::orbit
