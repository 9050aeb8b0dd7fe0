#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>
#include "campaign/scenario.hpp"
#include "campaign/since_warmup.hpp"
#include "campaign/site.hpp"
#include "campaign/state.hpp"
#include "orbit/ledger_store.hpp"

namespace lunafab::campaign {

/// One replication of a scenario, window by window. The scenario outlives it.
class Campaign {
 public:
  Campaign(const Scenario& scenario, std::uint32_t replication);
  /// Goes on from a state written before, of the same scenario and replication.
  Campaign(const Scenario& scenario, std::uint32_t replication, CampaignState state);

  bool done() const { return state_.now >= scenario_->end; }
  /// Runs one window; postings go to `ledger` where there is one.
  void step(orbit::LedgerStore* ledger);
  /// Runs on without a ledger; false where it was interrupted before the end.
  bool run_to_end(const std::atomic<bool>* interrupted = nullptr) {
    while (!done()) {
      if (interrupted != nullptr && interrupted->load()) return false;
      step(nullptr);
    }
    return true;
  }

  const Scenario& scenario() const { return *scenario_; }
  const CampaignState& state() const { return state_; }
  const SupplyTrack& supply() const { return supply_; }
  std::uint32_t replication() const { return replication_; }

 private:
  Tick window_end() const;
  void advance_to(Tick until, orbit::LedgerStore* ledger);
  void advance_groups(Tick until);
  void advance_group(std::uint32_t group, Tick until);
  void mark_warmup();
  void sample_flow();

  const Scenario* scenario_;
  std::uint32_t replication_;
  factory::RunKey key_;
  SupplyTrack supply_;
  CampaignState state_;
  // Not state: scratch of one window, and draws that can be drawn again.
  std::vector<factory::Scratch> scratch_;
  std::vector<std::vector<factory::SiteMessage>> messages_;
  std::vector<std::vector<GroupReport>> reports_;
  std::uint64_t events_last_window_ = 0;
};

/// The streams of a replication.
factory::RunKey run_key(const Scenario& scenario, std::uint32_t replication);

/// What firings put to `shipped`, and lots that were finished, since the warm-up, in pieces.
std::int64_t shipped_pieces(const factory::Plant& plant, const CampaignState& state);

}  // namespace lunafab::campaign
