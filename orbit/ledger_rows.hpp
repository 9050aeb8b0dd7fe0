#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include "orbit/ledger_chain.hpp"
#include "orbit/posting.hpp"
#include "orbit/sqlite.hpp"

// Postings as rows, with their parts. Private to the ledger store and its verification.
namespace lunafab::orbit {

/// A posting as it is stored.
struct LedgerRow {
  Posting posting;
  std::int64_t previous = 0;
  ChainHash hash{};
};

/// Puts postings into their tables; statements are prepared once.
class RowWriter {
 public:
  explicit RowWriter(const sqlite::Database& db);
  void write(const LedgerRow& row);

 private:
  template <class Part>
  void write_part(std::optional<sqlite::Statement>& insert, std::int64_t seq, const Part& part);
  const sqlite::Database& db_;
  sqlite::Statement posting_;
  std::optional<sqlite::Statement> orbit_, slot_, capacity_, reserve_, provenance_, burn_;
};

/// Calls `use` for each row of the FROM clause `from`, in which `?` stands for `value`.
/// @throws sqlite::Error naming the posting that cannot be read.
void each_row(const sqlite::Database& db, const std::string& from,
              const std::function<void(const LedgerRow&)>& use, std::optional<std::int64_t> value = {});
/// As `each_row` for the postings after `first` up to `last` and not later than `until`, without notes and
/// hashes: what a snapshot takes.
void each_posting(const sqlite::Database& db, std::int64_t first, std::int64_t last, Tick until,
                  const std::function<void(const Posting&)>& use);
/// The tables that hold parts, in the order of Posting::visit_parts.
inline constexpr const char* part_tables[] = {"orbit", "slot", "capacity", "reserve", "provenance", "burn"};
/// Forgets parts of postings after `seq`.
void delete_parts_after(const sqlite::Database& db, std::int64_t seq);
/// `posting seq 17 (satellite 5)`
std::string place(std::int64_t seq, std::uint64_t serial);

}  // namespace lunafab::orbit
