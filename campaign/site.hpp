#pragma once
#include <vector>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"
#include "factory/engine.hpp"
#include "massdriver/launch.hpp"
#include "orbit/constellation.hpp"

// The serial part of a campaign: everything between line groups, and between the surface and the sky.
namespace lunafab::campaign {

/// Sunlight and reactors, by grant interval.
struct SupplyTrack {
  std::vector<logistics::Milliwatts> supply;
  std::vector<double> sunlit;  ///< visible part of the Sun's disc
};
/// Samples the Sun often enough for a linear path between samples (error < 0.01°) and evaluates the field
/// each interval.
SupplyTrack supply_track(const Scenario& scenario);

/// What a group shows the site at a reporting tick.
struct GroupReport {
  Tick tick{};
  Int128 energy_nJ = 0;                     ///< used since the start
  Int128 dug_mg = 0;                        ///< regolith since the start
  std::vector<std::int32_t> needing_power;  ///< servers, by local station
  std::vector<std::int64_t> levels;         ///< by local store; of groups with manifest stores
};
GroupReport report(const Scenario& scenario, std::uint32_t group, factory::GroupState& state, Tick now);

/// A launch decided in this window, to be solved in parallel afterwards.
struct PendingLaunch {
  massdriver::LaunchOrder order;
  std::uint32_t design = 0;
  Int128 planned_nJ = 0;
};

/// What one window's serial phase produced.
struct SiteOutput {
  std::vector<PendingLaunch> launches;
  std::vector<orbit::Posting> postings;
};

/// Puts an event on the site's calendar.
void note_event(SiteState& site, SiteEvent event);

/// Site state at tick 0, with the grants of the first interval handed to the groups.
void start_site(const Scenario& scenario, const SupplyTrack& supply, CampaignState& state);

/// Notes what the groups sent.
void note_messages(SiteState& site, std::vector<factory::SiteMessage>& messages);

/// Runs every site event before `until`. `reports[group]` holds the window's reports in tick order.
SiteOutput run_site(const Scenario& scenario, const SupplyTrack& supply, const factory::RunKey& key,
                    CampaignState& state, const std::vector<std::vector<GroupReport>>& reports, Tick until);

/// Solves the launches and insertions of a window (in parallel where it pays) and books their outcomes.
void run_launches(const Scenario& scenario, const factory::RunKey& key, CampaignState& state,
                  SiteOutput& output, Tick window_end);

/// Puts waiting events and messages in order. They are heaps, whose layout depends on when each was noted and
/// so on the window; in order they are still heaps, and equal for every window.
void order_waiting(CampaignState& state);

/// Settles energy for the last, possibly shorter, interval at the end of the run.
void finish_site(const Scenario& scenario, const SupplyTrack& supply, CampaignState& state,
                 const std::vector<GroupReport>& last);

}  // namespace lunafab::campaign
