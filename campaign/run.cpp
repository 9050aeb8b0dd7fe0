#include "campaign/run.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include "campaign/flow_samples.hpp"
#include "core/contract.hpp"

namespace lunafab::campaign {
namespace {

// Below this many events a window costs less than waking the worker threads (about 10 µs against 40 ns an
// event).
constexpr std::uint64_t worth_parallel = 2000;
// Plain lines exchange nothing: their windows only pace progress reports and interruptions.
constexpr std::int64_t plain_windows = 200;

}  // namespace

Campaign::Campaign(const Scenario& scenario, std::uint32_t replication)
    : scenario_(&scenario),
      replication_(replication),
      key_(run_key(scenario, replication)),
      supply_(supply_track(scenario)) {
  const std::size_t groups = scenario.plant.groups.size();
  scratch_.resize(groups);
  messages_.resize(groups);
  reports_.resize(groups);
  for (std::uint32_t g = 0; g < groups; ++g)
    state_.groups.push_back(factory::initial_state(scenario.plant, g, key_));
  if (scenario.has_site()) start_site(scenario, supply_, state_);
  for (std::uint32_t g = 0; g < groups; ++g) {
    factory::start_up(scenario.plant, g, state_.groups[g], key_, scratch_[g], messages_[g]);
    note_messages(state_.site, messages_[g]);
  }
  if (scenario.warmup == Tick{}) mark_warmup();
  sample_flow();
}

Campaign::Campaign(const Scenario& scenario, std::uint32_t replication, CampaignState state)
    : scenario_(&scenario),
      replication_(replication),
      key_(run_key(scenario, replication)),
      supply_(supply_track(scenario)),
      state_(std::move(state)) {
  const std::size_t groups = scenario.plant.groups.size();
  expects(state_.groups.size() == groups, "campaign: the state belongs to another plant");
  scratch_.resize(groups);
  messages_.resize(groups);
  reports_.resize(groups);
}

Tick Campaign::window_end() const {
  const Ticks window = scenario_->has_site()
                           ? scenario_->window
                           : Ticks{std::max<std::int64_t>(scenario_->end.us / plain_windows, 1)};
  return std::min(scenario_->end, Tick{(state_.now.us / window.us + 1) * window.us});
}

void Campaign::advance_group(std::uint32_t group, Tick until) {
  factory::GroupState& state = state_.groups[group];
  reports_[group].clear();
  if (scenario_->has_site()) {
    const std::int64_t interval = scenario_->lookahead.us;
    for (Tick tick{(state_.now.us + interval - 1) / interval * interval}; tick < until;
         tick = tick + scenario_->lookahead) {
      factory::advance(scenario_->plant, group, state, key_, tick, scratch_[group], messages_[group]);
      reports_[group].push_back(report(*scenario_, group, state, tick));
    }
  }
  factory::advance(scenario_->plant, group, state, key_, until, scratch_[group], messages_[group]);
}

void Campaign::advance_groups(Tick until) {
  const auto groups = static_cast<std::uint32_t>(state_.groups.size());
  std::uint64_t before = 0, after = 0;
  for (const auto& group : state_.groups) before += group.events;
  if (groups > 1 && events_last_window_ >= worth_parallel) {
    tbb::parallel_for(std::uint32_t{0}, groups, [&](std::uint32_t g) { advance_group(g, until); });
  } else {
    for (std::uint32_t g = 0; g < groups; ++g) advance_group(g, until);
  }
  for (const auto& group : state_.groups) after += group.events;
  events_last_window_ = after - before;
}

void Campaign::step(orbit::LedgerStore* ledger) {
  const Tick end = window_end();
  while (state_.now < end) {
    advance_to(
        std::min({end, flow_tick(*scenario_, state_.flow.size()), ramp_tick(*scenario_, state_.ramp.size())}),
        ledger);
  }
}

/// Part of a window, up to where the flow is sampled.
void Campaign::advance_to(Tick until, orbit::LedgerStore* ledger) {
  advance_groups(until);
  if (scenario_->has_site()) {
    for (auto& messages : messages_) note_messages(state_.site, messages);
    SiteOutput output = run_site(*scenario_, supply_, key_, state_, reports_, until);
    run_launches(*scenario_, key_, state_, output, until);
    if (ledger != nullptr) {
      for (orbit::Posting& posting : output.postings) ledger->post(std::move(posting));
    }
  }
  state_.now = until;
  if (until == scenario_->warmup) mark_warmup();
  sample_flow();
  if (!done()) return;
  std::vector<GroupReport> last;
  for (std::uint32_t g = 0; g < state_.groups.size(); ++g)
    last.push_back(report(*scenario_, g, state_.groups[g], until));
  if (scenario_->has_site()) finish_site(*scenario_, supply_, state_, last);
  order_waiting(state_);
}

void Campaign::sample_flow() {
  while (ramp_tick(*scenario_, state_.ramp.size()) <= state_.now)
    state_.ramp.push_back(flow_sample(*scenario_, state_));
  while (flow_tick(*scenario_, state_.flow.size()) <= state_.now)
    state_.flow.push_back(flow_sample(*scenario_, state_));
}

void Campaign::mark_warmup() {
  for (std::uint32_t g = 0; g < state_.groups.size(); ++g)
    factory::book(state_.groups[g], scenario_->plant, g, state_.now);
  state_.warmup = mark_of(state_);
}

factory::RunKey run_key(const Scenario& scenario, std::uint32_t replication) {
  if (scenario.pairing == Pairing::none) return {scenario.seed, replication};
  return {scenario.seed, replication / 2 | (replication % 2 == 1 ? antithetic : 0)};
}

std::int64_t shipped_pieces(const factory::Plant& plant, const CampaignState& state) {
  std::int64_t pieces = 0;
  for (std::uint32_t i = 0; i < plant.stations.size(); ++i) {
    const factory::Station& station = plant.stations[i];
    std::optional<factory::StationState> totals;
    for (std::size_t op = 0; op < station.mix.size(); ++op) {
      if (station.mix[op].ships == 0) continue;
      if (!totals) totals = since_warmup(state, plant, i);
      pieces += station.mix[op].ships * totals->firings[op].good;
    }
  }
  for (std::uint32_t i = 0; i < plant.products.size(); ++i)
    pieces += since_warmup_product(state, plant, i).finished * plant.products[i].lot_size;
  return pieces;
}

}  // namespace lunafab::campaign
