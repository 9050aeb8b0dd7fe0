#pragma once
#include <vector>
#include "campaign/site.hpp"

namespace lunafab::campaign {

/// Flights within a campaign: loads each ship by the depot's stocks, and hands its cargo over when it lands.
class FlightDesk {
 public:
  FlightDesk(const Scenario& scenario, const factory::RunKey& key, CampaignState& state)
      : sc_(scenario), key_(key), s_(state), site_(state.site) {}

  /// A ship of line `line` departs now, and the next departure is noted.
  void fly(std::uint64_t line, Tick now);
  /// Flight `number` of line `line` reaches the Moon, or turns out to be lost.
  void land(std::uint64_t line, std::uint64_t number, Tick now);

 private:
  std::vector<std::int64_t> positions(const FlightLine& line, const FlightLineState& state, Tick now) const;

  const Scenario& sc_;
  factory::RunKey key_;
  CampaignState& s_;
  SiteState& site_;
};

}  // namespace lunafab::campaign
