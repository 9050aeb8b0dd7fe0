#include "orbit/constellation.hpp"
#include <fmt/format.h>
#include <algorithm>

namespace lunafab::orbit {
namespace {

using enum LifeState;

constexpr std::size_t index(LifeState state) {
  return static_cast<std::size_t>(state);
}
constexpr std::uint16_t bit(LifeState state) {
  return static_cast<std::uint16_t>(1u << index(state));
}

template <class... States>
constexpr std::uint16_t any_of(States... states) {
  return static_cast<std::uint16_t>((0u | ... | bit(states)));
}
constexpr bool contains(std::uint16_t set, LifeState state) {
  return (set & bit(state)) != 0;
}

/// What may follow each state, in the order of LifeState.
constexpr std::array<std::uint16_t, life_state_count> followers{
    any_of(building),                           // ordered
    any_of(built, scrapped),                    // building
    any_of(queued, scrapped),                   // built
    any_of(launched, scrapped),                 // queued: scrapped when damaged in the catcher
    any_of(coasting, lost),                     // launched
    any_of(inserting, lost),                    // coasting
    any_of(operational, lost),                  // inserting
    any_of(degraded, failed, disposing),        // operational
    any_of(degraded, failed, disposing),        // degraded: again, as more power fades
    any_of(disposing, retired, decayed, lost),  // failed
    any_of(retired, decayed, lost),             // disposing: lost when contact ends on the way
    any_of(),
    any_of(),
    any_of(),
    any_of()};  // retired, decayed, lost, scrapped: the end

/// `Census::book` counts an entry where the state changes; that is once a state only if nothing leads back.
constexpr bool nothing_leads_back() {
  for (std::size_t from = 0; from < life_state_count; ++from) {
    for (std::size_t to = 0; to <= from; ++to)
      if ((followers[from] >> to & 1u) != 0 && !(from == to && from == index(degraded))) return false;
  }
  return true;
}
static_assert(nothing_leads_back());

constexpr std::uint16_t final_states = any_of(retired, decayed, lost, scrapped);
constexpr std::uint16_t active_states = any_of(operational, degraded);
constexpr std::uint16_t complete_on_the_ground = any_of(built, queued);
constexpr std::uint16_t arrived = any_of(operational, degraded, failed, disposing);

std::int64_t active_power_W(const Standing& standing) {
  return contains(active_states, standing.state) ? standing.power_W : 0;
}

}  // namespace

bool may_follow(LifeState from, LifeState to) {
  return index(from) < life_state_count && index(to) < life_state_count &&
         contains(followers[index(from)], to);
}

void fill_note(Posting& note, const Standing& before) {
  note.state = before.state;
  if (note.power_W == 0) note.power_W = before.power_W;
  if (note.mass_mg == 0) note.mass_mg = before.mass_mg;
}

std::string refusal(const std::optional<Standing>& before, const Posting& next) {
  std::string problem = value_problem(next);
  if (!problem.empty()) return problem;
  const bool note = next.kind == PostingKind::note;
  if (!before) {
    if (note) return "a note tells of a satellite that was ordered before";
    return next.state == ordered ? ""
                                 : fmt::format("a life starts with 'ordered', not '{}'", name(next.state));
  }
  if (note && next.state != before->state)
    return fmt::format("a note leaves a satellite '{}', not '{}'", name(before->state), name(next.state));
  if (!note && !may_follow(before->state, next.state))
    return fmt::format("'{}' may not follow '{}'", name(next.state), name(before->state));
  if (next.tick < before->tick) {
    return fmt::format("tick {} us lies before the satellite's last posting at {} us", next.tick.us,
                       before->tick.us);
  }
  return {};
}

void Census::book(const std::optional<Standing>& before, const Standing& after, std::int64_t times) {
  if (before) {
    now[index(before->state)] -= times;
    active_W -= times * active_power_W(*before);
  }
  now[index(after.state)] += times;
  active_W += times * active_power_W(after);
  if (!before || before->state != after.state) ever[index(after.state)] += times;
  if (before && after.state == scrapped && contains(complete_on_the_ground, before->state))
    scrapped_after_built += times;
  if (before && after.state == lost && contains(arrived, before->state)) lost_after_insertion += times;
}

void Census::book_life(std::uint16_t visited, const Standing& standing) {
  ++now[index(standing.state)];
  for (std::size_t s = 0; s < life_state_count; ++s) ever[s] += visited >> s & 1u;
  active_W += active_power_W(standing);
  if (standing.state == scrapped && orbit::contains(visited, built)) ++scrapped_after_built;
  if (standing.state == lost && orbit::contains(visited, operational)) ++lost_after_insertion;
}

bool Balance::holds() const {
  std::int64_t sum = 0;
  for (const auto& [what, count] : parts) sum += count;
  return sum == whole && std::all_of(parts.begin(), parts.end(), [](const auto& p) { return p.second >= 0; });
}

std::string Balance::words() const {
  std::string text = fmt::format("{} {} {}", name, whole, holds() ? "=" : "!=");
  const char* sign = "";
  for (const auto& [what, count] : parts) {
    text += fmt::format("{} {} {}", sign, what, count);
    sign = " +";
  }
  return text;
}

std::vector<Balance> balances(const Census& c) {
  return {{"ordered",
           c.total(ordered),
           {{"not begun", c.count(ordered)},
            {"building", c.count(building)},
            {"scrapped while building", c.count(scrapped) - c.scrapped_after_built},
            {"built", c.total(built)}}},
          {"built",
           c.total(built),
           {{"waiting", c.count(built) + c.count(queued)},
            {"launched", c.total(launched)},
            {"scrapped after building", c.scrapped_after_built}}},
          {"launched",
           c.total(launched),
           {{"in transit", c.count(launched) + c.count(coasting) + c.count(inserting)},
            {"inserted", c.total(operational)},
            {"lost on the way", c.count(lost) - c.lost_after_insertion}}},
          {"inserted",
           c.total(operational),
           {{"active", c.count(operational) + c.count(degraded)},
            {"failed", c.count(failed)},
            {"disposing", c.count(disposing)},
            {"retired", c.count(retired)},
            {"decayed", c.count(decayed)},
            {"lost later", c.lost_after_insertion}}}};
}

std::string broken_balance(const Census& census) {
  for (const auto& balance : balances(census))
    if (!balance.holds()) return balance.words();
  for (std::size_t s = 0; s < life_state_count; ++s) {
    const bool is_final = (final_states >> s & 1u) != 0;  // nobody leaves: now = ever
    if (census.now[s] < 0 || census.ever[s] < census.now[s] || (is_final && census.ever[s] != census.now[s]))
      return fmt::format("{} satellites are '{}' and {} ever were", census.now[s],
                         name(static_cast<LifeState>(s)), census.ever[s]);
  }
  if (census.active_W < 0) return fmt::format("the active power is {} W", census.active_W);
  return {};
}

void LifeHistories::add(const Posting& posting) {
  Record& record = records_[posting.serial];
  record.standing = standing_after(posting);
  record.seq = posting.seq;
  record.visited = static_cast<std::uint16_t>(record.visited | bit(posting.state));
}

std::optional<Standing> LifeHistories::standing(std::uint64_t serial) const {
  const auto found = records_.find(serial);
  if (found == records_.end()) return {};
  return found->second.standing;
}

std::int64_t LifeHistories::latest_seq(std::uint64_t serial) const {
  const auto found = records_.find(serial);
  return found == records_.end() ? 0 : found->second.seq;
}

Census LifeHistories::census() const {
  Census census;
  for (const auto& [serial, record] : records_) census.book_life(record.visited, record.standing);
  return census;
}

}  // namespace lunafab::orbit
