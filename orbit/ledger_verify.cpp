#include "orbit/ledger_verify.hpp"
#include <fmt/format.h>
#include <array>
#include <limits>
#include "orbit/ledger_checkpoint.hpp"
#include "orbit/ledger_rows.hpp"
#include "orbit/ledger_schema.hpp"

namespace lunafab::orbit {
namespace {

/// The walk along the chain, and what it has learnt.
struct Walk {
  ChainHash head{};
  std::int64_t postings = 0;
  LifeHistories lives;
  Snapshot states;
  std::array<std::int64_t, std::size(part_tables)> part_rows{};
};

/// What is wrong with the next row, "" if nothing; a good row joins the walk.
std::string step(Walk& walk, const LedgerRow& row) {
  const Posting& posting = row.posting;
  const std::int64_t expected = walk.postings + 1;
  if (posting.seq > expected) {
    return fmt::format("posting seq {} is missing: {} follows seq {}", expected,
                       place(posting.seq, posting.serial), walk.postings);
  }
  const std::string here = place(posting.seq, posting.serial);
  if (posting.seq < expected) return fmt::format("{} stands after seq {}", here, walk.postings);
  const ChainHash link = next_link(walk.head, posting);
  if (link != row.hash)
    return here + ": its bytes do not give its hash: one of them was changed after it was written";
  const std::string why = refusal(walk.lives.standing(posting.serial), posting);
  if (!why.empty()) return fmt::format("{}: {}", here, why);
  const std::int64_t latest = walk.lives.latest_seq(posting.serial);
  if (row.previous != latest) {
    return fmt::format("{}: it names seq {} as the satellite's posting before; that is seq {}", here,
                       row.previous, latest);
  }
  walk.head = link;
  ++walk.postings;
  walk.lives.add(posting);
  walk.part_rows[0] += static_cast<std::int64_t>(posting.orbits.size());
  for (std::size_t i = 1; i + 1 < walk.part_rows.size(); ++i) walk.part_rows[i] += parts(posting) >> i & 1;
  walk.part_rows.back() += static_cast<std::int64_t>(posting.burns.size());
  return {};
}

std::string walk_chain(const sqlite::Database& db, Walk& walk) {
  std::string problem;
  struct Stop {};
  try {
    each_row(db, "posting ORDER BY posting.seq", [&](const LedgerRow& row) {
      problem = step(walk, row);
      if (!problem.empty()) throw Stop{};
    });
  } catch (const Stop&) {
  } catch (const sqlite::Error& error) {
    problem = fmt::format("{} (the chain holds up to seq {})", error.what(), walk.postings);
  }
  return problem;
}

std::string check_end(const LedgerSummary& summary, const Walk& walk) {
  if (walk.postings < summary.postings) {
    return fmt::format("postings seq {} to {} are missing at the end: the last commit left {} postings",
                       walk.postings + 1, summary.postings, summary.postings);
  }
  if (walk.postings > summary.postings) {
    return fmt::format("postings seq {} to {} were added outside a commit, which left {} postings",
                       summary.postings + 1, walk.postings, summary.postings);
  }
  if (walk.head != summary.head)
    return fmt::format("the chain ends in {}, the last commit left {}", hex(walk.head), hex(summary.head));
  return {};
}

/// `running` was counted posting by posting while the ledger was written, `recount` now from whole lives.
std::string check_census(const Census& running, const Census& recount) {
  for (std::size_t s = 0; s < life_state_count; ++s) {
    if (running.now[s] != recount.now[s] || running.ever[s] != recount.ever[s]) {
      return fmt::format(
          "the census says {} satellites are '{}' and {} ever were; the postings say {} and {}",
          running.now[s], name(static_cast<LifeState>(s)), running.ever[s], recount.now[s], recount.ever[s]);
    }
  }
  if (running != recount) {
    return fmt::format(
        "the census says {} W active, {} scrapped after building, {} lost after insertion; the postings say "
        "{} W, {}, {}",
        running.active_W, running.scrapped_after_built, running.lost_after_insertion, recount.active_W,
        recount.scrapped_after_built, recount.lost_after_insertion);
  }
  const std::string broken = broken_balance(recount);
  return broken.empty() ? "" : "balance broken: " + broken;
}

/// Each part was met with its posting; more rows belong to none.
std::string check_parts(const sqlite::Database& db, const Walk& walk) {
  for (std::size_t i = 0; i < walk.part_rows.size(); ++i) {
    const std::int64_t rows =
        sqlite::Statement(db, fmt::format("SELECT count(*) FROM {}", part_tables[i])).first();
    if (rows != walk.part_rows[i]) {
      return fmt::format("table '{}' has {} rows, {} belong to postings", part_tables[i], rows,
                         walk.part_rows[i]);
    }
  }
  return {};
}

/// What is wrong with one checkpoint, "" if nothing; `states` was folded up to the one before.
std::string check_checkpoint(const sqlite::Database& db, Snapshot& states, std::int64_t before,
                             const CheckpointHead& head, std::string_view stored) {
  Tick first = never, last{std::numeric_limits<std::int64_t>::min()};
  ChainHash chain{};
  each_row(
      db, "posting WHERE posting.seq = ?", [&](const LedgerRow& row) { chain = row.hash; }, head.seq);
  each_posting(db, before, head.seq, never, [&](const Posting& posting) {
    states.fold(posting);
    first = std::min(first, posting.tick);
    last = std::max(last, posting.tick);
  });
  const std::string here = fmt::format("the checkpoint at seq {}", head.seq);
  if (first != head.first_tick || last != head.last_tick)
    return here + " names other ticks than its postings have";
  const std::string bytes = states.encode();
  if (bytes != stored) return here + " does not say what the postings up to it say";
  if (head.hash != checkpoint_hash(chain, first, last, bytes))
    return here + " has another hash than its bytes";
  return {};
}

std::string check_checkpoints(const sqlite::Database& db, const LedgerSummary& summary) {
  Snapshot states;
  std::int64_t before = 0, found = 0;
  std::string problem;
  each_checkpoint(db, [&](const CheckpointHead& head, std::string_view stored) {
    if (problem.empty()) problem = check_checkpoint(db, states, before, head, stored);
    before = head.seq;
    ++found;
  });
  if (problem.empty() && found != summary.checkpoints)
    return fmt::format("there are {} checkpoints; the last commit left {}", found, summary.checkpoints);
  return problem;
}

/// A changed name or type of a column may leave everything readable.
std::string check_schema(const sqlite::Database& db, const LedgerSummary& summary) {
  std::string text;
  sqlite::Statement select(db, "SELECT sql FROM main.sqlite_master ORDER BY rowid");
  while (select.step()) text.append(select.text(0)).append(";\n");
  return text == schema_text(summary.format) ? "" : "the definitions of the tables are not those of a ledger";
}

std::string check_satellites(const sqlite::Database& db, const LifeHistories& lives) {
  sqlite::Statement rows(db, "SELECT serial, seq FROM satellite ORDER BY serial");
  std::size_t listed = 0;
  for (; rows.step(); ++listed) {
    const auto serial = static_cast<std::uint64_t>(rows.integer(0));
    if (rows.integer(1) != lives.latest_seq(serial)) {
      return fmt::format(
          "satellite {}: the list of satellites names seq {} as its latest posting; that is seq {}", serial,
          rows.integer(1), lives.latest_seq(serial));
    }
  }
  if (listed != lives.satellites())
    return fmt::format("the list of satellites has {} entries for {} satellites", listed, lives.satellites());
  return {};
}

std::string check_pages(const sqlite::Database& db) {
  std::string answer = db.ask("PRAGMA integrity_check(1)");
  if (answer == "ok") return {};
  if (answer.starts_with("*** in database main ***\n")) answer.erase(0, 25);
  return "the SQLite file is damaged: " + answer;
}

/// What SQLite itself cannot read is a problem of that part.
template <class Check>
std::string problem_of(const char* part, Check check) {
  try {
    return check();
  } catch (const sqlite::Error& error) {
    return fmt::format("{}: {}", part, error.what());
  }
}

/// The first problem, from the most telling check to the least; `walk` keeps what holds.
std::string first_problem(const sqlite::Database& db, Walk& walk) {
  LedgerSummary summary = load_summary(db);
  walk.head = genesis(summary.start, summary.format);
  std::string problem = walk_chain(db, walk);
  if (problem.empty()) problem = check_end(summary, walk);
  if (problem.empty()) problem = check_census(summary.census, walk.lives.census());
  if (problem.empty())
    problem = problem_of("the list of satellites", [&] { return check_satellites(db, walk.lives); });
  if (problem.empty() && summary.format >= 2) {
    problem = problem_of("the parts of postings", [&] { return check_parts(db, walk); });
    if (problem.empty())
      problem = problem_of("the checkpoints", [&] { return check_checkpoints(db, summary); });
  }
  if (problem.empty()) problem = problem_of("the schema", [&] { return check_schema(db, summary); });
  if (problem.empty()) problem = problem_of("the SQLite file", [&] { return check_pages(db); });
  return problem;
}

}  // namespace

LedgerVerdict verify_ledger(const sqlite::Database& db) {
  Walk walk;
  LedgerVerdict verdict;
  try {
    verdict.problem = first_problem(db, walk);
  } catch (const sqlite::Error& error) {
    verdict.problem = error.what();
  }
  verdict.ok = verdict.problem.empty();
  verdict.postings = walk.postings;
  verdict.head = hex(walk.head);
  return verdict;
}

}  // namespace lunafab::orbit
