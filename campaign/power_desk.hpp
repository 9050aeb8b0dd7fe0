#pragma once
#include <vector>
#include "campaign/site.hpp"

namespace lunafab::campaign {

/// Site power within a campaign: grants an interval's power before it is used, and settles it afterwards.
class PowerDesk {
 public:
  PowerDesk(const Scenario& scenario, const SupplyTrack& supply, CampaignState& state)
      : sc_(scenario), supply_(supply), s_(state), site_(state.site) {}

  /// Books what was generated, stored and used from the last settlement to `now`.
  void settle_interval(const std::vector<GroupReport>& reports, Tick now);
  /// What was granted for the coming interval holds from now on.
  void take_over_grants();
  /// Grants power for interval k, which begins at `from`, and tells the groups.
  void grant(std::uint64_t k, Tick from, const std::vector<GroupReport>& reports);

 private:
  logistics::PowerRequest charger_request() const;
  void send_grants(std::uint64_t k, Tick from, const std::vector<std::uint32_t>& stations,
                   const std::vector<logistics::PowerGrant>& grants);

  const Scenario& sc_;
  const SupplyTrack& supply_;
  CampaignState& s_;
  SiteState& site_;
};

}  // namespace lunafab::campaign
