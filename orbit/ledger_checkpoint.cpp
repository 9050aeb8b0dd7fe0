#include "orbit/ledger_checkpoint.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <span>
#include <vector>
#include "orbit/ledger_rows.hpp"

namespace lunafab::orbit {
namespace {

using sqlite::Statement;

std::vector<CheckpointHead> load_heads(const sqlite::Database& db, std::int64_t last) {
  std::vector<CheckpointHead> heads;
  Statement select(
      db, "SELECT seq, first_tick_us, last_tick_us, hash FROM checkpoint WHERE seq <= ? ORDER BY seq");
  select.bind(1, last);
  while (select.step()) {
    heads.push_back({select.integer(0), {select.integer(1)}, {select.integer(2)}, to_hash(select.blob(3))});
  }
  return heads;
}

Snapshot load_states(const sqlite::Database& db, const CheckpointHead& head) {
  Statement select(db,
                   "SELECT states, posting.hash FROM checkpoint JOIN posting ON posting.seq = checkpoint.seq "
                   "WHERE checkpoint.seq = ?");
  if (!select.bind(1, head.seq).step())
    throw sqlite::Error(fmt::format("the checkpoint at seq {} belongs to no posting", head.seq));
  const auto blob = select.blob(0);
  const std::string states(reinterpret_cast<const char*>(blob.data()), blob.size());
  if (checkpoint_hash(to_hash(select.blob(1)), head.first_tick, head.last_tick, states) != head.hash) {
    throw sqlite::Error(fmt::format(
        "the checkpoint at seq {}: its bytes do not give its hash: one of them was changed", head.seq));
  }
  try {
    return Snapshot::decode(states);
  } catch (const std::runtime_error& error) {
    throw sqlite::Error(fmt::format("the checkpoint at seq {}: {}", head.seq, error.what()));
  }
}

}  // namespace

ChainHash checkpoint_hash(const ChainHash& chain, Tick first_tick, Tick last_tick,
                          const std::string& states) {
  std::string bytes(reinterpret_cast<const char*>(chain.data()), chain.size());
  for (const Tick tick : {first_tick, last_tick})
    for (int i = 0; i < 8; ++i) bytes.push_back(static_cast<char>(tick.us >> (8 * i) & 0xff));
  return hash_of(bytes.append(states));
}

bool checkpoint_due(const LedgerSummary& summary, std::int64_t last_seq, std::int64_t least) {
  return summary.postings - last_seq >= std::max(least, summary.census.total(LifeState::ordered));
}

void insert_checkpoint(const sqlite::Database& db, const CheckpointHead& head, const std::string& states) {
  Statement insert(db, "INSERT INTO checkpoint VALUES (?, ?, ?, ?, ?)");
  insert.bind(1, head.seq).bind(2, head.first_tick.us).bind(3, head.last_tick.us);
  insert.bind(4, std::span<const unsigned char>(head.hash));
  insert.bind(5, std::span(reinterpret_cast<const unsigned char*>(states.data()), states.size())).execute();
}

std::int64_t last_checkpoint(const sqlite::Database& db) {
  Statement select(db, "SELECT seq FROM checkpoint ORDER BY seq DESC LIMIT 1");
  return select.step() ? select.integer(0) : 0;
}

void each_checkpoint(const sqlite::Database& db,
                     const std::function<void(const CheckpointHead&, std::string_view)>& use) {
  Statement select(db, "SELECT seq, first_tick_us, last_tick_us, hash, states FROM checkpoint ORDER BY seq");
  while (select.step()) {
    const auto states = select.blob(4);
    use({select.integer(0), {select.integer(1)}, {select.integer(2)}, to_hash(select.blob(3))},
        {reinterpret_cast<const char*>(states.data()), states.size()});
  }
}

Snapshot replay(const sqlite::Database& db, std::int64_t last, Tick until) {
  const std::vector<CheckpointHead> heads = load_heads(db, last);
  // The last checkpoint before which nothing is later than `until`.
  const auto beyond = std::find_if(heads.begin(), heads.end(),
                                   [&](const CheckpointHead& head) { return head.last_tick > until; });
  Snapshot snapshot = beyond == heads.begin() ? Snapshot() : load_states(db, *(beyond - 1));
  std::int64_t from = beyond == heads.begin() ? 0 : (beyond - 1)->seq;
  const auto fold = [&](std::int64_t to) {
    each_posting(db, from, to, until, [&](const Posting& posting) { snapshot.fold(posting); });
  };
  for (auto head = beyond; head != heads.end(); from = head->seq, ++head)
    if (head->first_tick <= until) fold(head->seq);
  fold(last);
  return snapshot;
}

}  // namespace lunafab::orbit
