#include "app/ledger_command.hpp"
#include <fmt/format.h>
#include <fmt/ostream.h>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <stdexcept>
#include <unordered_map>
#include <vector>
#include "app/ledger_tools.hpp"
#include "core/contract.hpp"
#include "orbit/ledger_store.hpp"

namespace lunafab::app {
namespace {

using orbit::Census, orbit::LedgerStore, orbit::LifeState, orbit::Posting;

int verify(const LedgerStore& store, const LedgerRequest& request) {
  const orbit::LedgerVerdict verdict = store.verify();
  if (request.json) {
    const Json json{{"ok", verdict.ok},
                    {"postings", verdict.postings},
                    {"head", verdict.head},
                    {"problem", verdict.problem}};
    fmt::print(std::cout, "{}\n", dump(json, 2));
  } else if (verdict.ok) {
    fmt::print(std::cout, "the ledger holds: {} postings, head {}\n", verdict.postings, verdict.head);
  } else {
    fmt::print(std::cout, "the ledger is damaged: {}\nit holds up to seq {}, head {}\n", verdict.problem,
               verdict.postings, verdict.head);
  }
  return verdict.ok ? fine : ledger_says_no;
}

using Months = std::map<std::string, Census>;

/// What each month, or year, adds to the census. Steps add up in any order, so postings need not be in order
/// of time.
Months count_months(const LedgerStore& store, std::optional<Tick> at, BalanceBy by) {
  const std::size_t letters = by == BalanceBy::month ? 7 : 4;  // of 2031-04-05T06:07:08
  Months months;
  std::unordered_map<std::uint64_t, orbit::Standing> standings;
  store.each([&](const Posting& posting) {
    if (at && posting.tick > *at) return;
    const auto found = standings.find(posting.serial);
    std::optional<orbit::Standing> before;
    if (found != standings.end()) before = found->second;
    const orbit::Standing after = orbit::standing_after(posting);
    months[format_date(store.start(), posting.tick).substr(0, letters)].book(before, after);
    standings[posting.serial] = after;
  });
  return months;
}

struct MonthLine {
  std::string month;
  std::int64_t built, launched, inserted, lost, failed, ended;  ///< in the month
  std::int64_t active, active_W;                                ///< at its end
};

std::vector<MonthLine> month_lines(const Months& months) {
  std::vector<MonthLine> lines;
  std::int64_t active = 0, active_W = 0;
  for (const auto& [month, c] : months) {
    using enum LifeState;
    active += c.count(operational) + c.count(degraded);
    active_W += c.active_W;
    lines.push_back({month, c.total(built), c.total(launched), c.total(operational), c.total(lost),
                     c.total(failed), c.total(retired) + c.total(decayed), active, active_W});
  }
  return lines;
}

/// Of the operational and degraded satellites, with the fade of those that posted one.
orbit::CapacityNow active_capacity(const orbit::Snapshot& states, Tick at) {
  orbit::CapacityNow sum;
  states.each([&](const orbit::SatelliteState& s) {
    if (!orbit::is_active(s.state)) return;
    const orbit::CapacityNow one = orbit::capacity_at(s, at);
    sum.power_W += one.power_W;
    sum.compute_flops += one.compute_flops;
  });
  return sum;
}

void print_balance_json(const LedgerStore& store, const Census& census, const std::vector<MonthLine>& months,
                        const LedgerRequest& request, const std::optional<orbit::CapacityNow>& capacity) {
  Json json{{"start", format_date(store.start(), {})}};
  if (request.at) json["at"] = format_date(store.start(), to_tick(*request.at, store.start()));
  json["satellites"] = census.total(LifeState::ordered);
  json["active_W"] = census.active_W;
  if (capacity)
    json["active_after_fade"] = {{"power_W", capacity->power_W}, {"compute_flops", capacity->compute_flops}};
  for (std::size_t s = 0; s < orbit::life_state_count; ++s) {
    json["states"].push_back({{"state", orbit::name(static_cast<LifeState>(s))},
                              {"now", census.now[s]},
                              {"ever", census.ever[s]}});
  }
  for (const auto& balance : orbit::balances(census)) {
    Json parts = Json::object();
    for (const auto& [what, count] : balance.parts) parts[what] = count;
    json["balances"].push_back(
        {{"name", balance.name}, {"whole", balance.whole}, {"parts", parts}, {"holds", balance.holds()}});
  }
  for (const auto& m : months) {
    json["months"].push_back({{"month", m.month},
                              {"built", m.built},
                              {"launched", m.launched},
                              {"inserted", m.inserted},
                              {"lost", m.lost},
                              {"failed", m.failed},
                              {"ended", m.ended},
                              {"active", m.active},
                              {"active_W", m.active_W}});
  }
  fmt::print(std::cout, "{}\n", dump(json, 2));
}

void print_balance_text(const LedgerStore& store, const Census& census, const std::vector<MonthLine>& months,
                        const LedgerRequest& request, const std::optional<orbit::CapacityNow>& capacity) {
  std::ostream& out = std::cout;
  if (request.at)
    fmt::print(out, "as on {} (TT)\n", format_date(store.start(), to_tick(*request.at, store.start())));
  fmt::print(out, "{:<12}{:>12}{:>12}\n", "state", "now", "ever");
  for (std::size_t s = 0; s < orbit::life_state_count; ++s) {
    fmt::print(out, "{:<12}{:>12}{:>12}\n", orbit::name(static_cast<LifeState>(s)), census.now[s],
               census.ever[s]);
  }
  fmt::print(out, "active power {:.3f} MW as posted, before fade\n",
             static_cast<double>(census.active_W) * 1e-6);
  if (capacity) {
    fmt::print(out, "active capacity {:.3f} MW and {:.4g} FLOP/s on that date, after fade\n",
               capacity->power_W * 1e-6, capacity->compute_flops);
  }
  fmt::print(out, "\n");
  for (const auto& balance : orbit::balances(census))
    fmt::print(out, "{}  {}\n", balance.holds() ? "holds " : "BROKEN", balance.words());
  if (months.empty()) return;
  fmt::print(out, "\n{:<8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}{:>13}\n", "month", "built", "launched",
             "inserted", "lost", "failed", "ended", "active", "active MW");
  for (const auto& m : months) {
    fmt::print(out, "{:<8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>9}{:>10}{:>13.3f}\n", m.month, m.built, m.launched,
               m.inserted, m.lost, m.failed, m.ended, m.active, static_cast<double>(m.active_W) * 1e-6);
  }
}

int balance(const LedgerStore& store, const LedgerRequest& request) {
  std::optional<Tick> at;
  if (request.at) at = to_tick(*request.at, store.start());
  const orbit::Snapshot states = at ? store.states_at(*at) : orbit::Snapshot();
  const Census census = at ? states.census() : store.census();
  const std::optional<orbit::CapacityNow> capacity =
      at ? std::optional(active_capacity(states, *at)) : std::nullopt;
  std::vector<MonthLine> months;
  if (request.by != BalanceBy::whole) months = month_lines(count_months(store, at, request.by));
  request.json ? print_balance_json(store, census, months, request, capacity)
               : print_balance_text(store, census, months, request, capacity);
  return orbit::broken_balance(census).empty() ? fine : ledger_says_no;
}

void print_list_line(const orbit::Snapshot& states, const orbit::SatelliteState& s, const LedgerStore& store,
                     Tick at) {
  fmt::print(std::cout, "{:>9}  {:<11}  {:<20}  {:<20}  {:<18}  {:<19}  {:>10.1f}\n", s.serial,
             orbit::name(s.state), states.name_of(s.product), states.name_of(s.destination),
             slot_words(states, s), format_date(store.start(), s.since),
             orbit::capacity_at(s, at).power_W * 1e-3);
}

Json list_json(const orbit::Snapshot& states, const orbit::SatelliteState& s, const LedgerStore& store,
               Tick at) {
  const orbit::CapacityNow capacity = orbit::capacity_at(s, at);
  Json line{{"serial", s.serial},
            {"state", orbit::name(s.state)},
            {"product", states.name_of(s.product)},
            {"destination", states.name_of(s.destination)},
            {"since", format_date(store.start(), s.since)},
            {"mass_mg", s.mass_mg},
            {"power_W", s.power_W},
            {"power_now_W", capacity.power_W},
            {"compute_now_flops", capacity.compute_flops},
            {"delta_v_spent_mmps", s.delta_v_spent_mmps}};
  if (s.has_slot) line["slot"] = {{"shell", states.name_of(s.shell)}, {"plane", s.plane}, {"place", s.place}};
  if (s.delta_v_left_mmps) line["delta_v_left_mmps"] = *s.delta_v_left_mmps;
  if (s.dose_Gy) line["dose_Gy"] = *s.dose_Gy;
  return line;
}

/// The satellites asked for, in order of serial.
std::vector<const orbit::SatelliteState*> chosen(const orbit::Snapshot& states, const LedgerRequest& request,
                                                 Epoch start) {
  std::optional<LifeState> state;
  if (!request.state.empty()) state = asked_state(request.state);
  std::optional<Tick> since;
  if (request.since) since = to_tick(*request.since, start);
  std::vector<const orbit::SatelliteState*> found;
  states.each([&](const orbit::SatelliteState& s) {
    const bool wanted = (!state || s.state == *state) && (!since || s.latest >= *since) &&
                        (request.shell.empty() || (s.has_slot && states.name_of(s.shell) == request.shell)) &&
                        (request.destination.empty() || states.name_of(s.destination) == request.destination);
    if (wanted) found.push_back(&s);
  });
  return found;
}

int list(const LedgerStore& store, const LedgerRequest& request) {
  if (request.limit < 0) throw BadRequest("the limit of a list is 0 (all) or more");
  const orbit::Snapshot states = store.states_at(request.at ? to_tick(*request.at, store.start()) : never);
  const Tick at = request.at ? to_tick(*request.at, store.start()) : last_tick(states);
  auto satellites = chosen(states, request, store.start());
  const std::size_t found = satellites.size();
  if (request.limit != 0) satellites.resize(std::min(found, static_cast<std::size_t>(request.limit)));

  if (request.json) {
    fmt::print(std::cout, "[\n");
    for (const auto* s : satellites) {
      fmt::print(std::cout, "{}{}", s == satellites.front() ? "" : ",\n",
                 dump(list_json(states, *s, store, at)));
    }
    fmt::print(std::cout, "\n]\n");
    return fine;
  }
  fmt::print(std::cout, "{:>9}  {:<11}  {:<20}  {:<20}  {:<18}  {:<19}  {:>10}\n", "serial", "state",
             "product", "destination", "slot", "since (TT)", "power [kW]");
  for (const auto* s : satellites) print_list_line(states, *s, store, at);
  fmt::print(std::cout, "{} of {} satellites{}\n", satellites.size(), found,
             satellites.size() < found ? "; a higher limit shows more" : "");
  return fine;
}

int run(const LedgerStore& store, const LedgerRequest& request) {
  switch (request.action) {
    case LedgerAction::verify:
      return verify(store, request);
    case LedgerAction::balance:
      return balance(store, request);
    case LedgerAction::list:
      return list(store, request);
    case LedgerAction::show:
      return show_satellite(store, request);
    case LedgerAction::export_all:
      return export_ledger(store, request);
  }
  throw ContractError("ledger command: unknown action");
}

int complain(const std::string& message, const LedgerRequest& request, int code) {
  if (request.json && request.action == LedgerAction::verify && code == ledger_says_no) {
    fmt::print(std::cout, "{}\n",
               dump({{"ok", false}, {"postings", 0}, {"head", ""}, {"problem", message}}, 2));
  }
  fmt::print(std::cerr, "lunafab ledger: {}\n", message);
  return code;
}

}  // namespace

int ledger_command(const std::string& dir, const LedgerRequest& request) {
  try {
    const std::string path = ledger_path(dir);
    if (!request.output.empty() && std::filesystem::exists(request.output) &&
        std::filesystem::equivalent(path, request.output))
      throw BadRequest(fmt::format("{}: the export would replace the ledger itself", request.output));
    return run(LedgerStore(path, LedgerStore::Open::read), request);
  } catch (const BadRequest& error) {
    return complain(error.what(), request, bad_input);
  } catch (const orbit::NotALedger& error) {
    return complain(error.what(), request, bad_input);
  } catch (const std::filesystem::filesystem_error& error) {
    return complain(error.what(), request, bad_input);
  } catch (const ContractError&) {
    throw;
  } catch (const std::runtime_error& error) {
    return complain(error.what(), request, ledger_says_no);
  }
}

}  // namespace lunafab::app
