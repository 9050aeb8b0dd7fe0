#pragma once
#include <vector>
#include "campaign/insight.hpp"

namespace lunafab::campaign {

/// Every station's queue: effective times from what was observed and the distributions given, arrivals from
/// the stations before it by the linking equation. Streams that meet have the mean of their variability by
/// rate.
/// @source W. Whitt, "The Queueing Network Analyzer", Bell System Technical Journal 62 (1983), for streams
/// that split and meet.
std::vector<StationQueue> station_queues(const Scenario& scenario, const CampaignState& state);

}  // namespace lunafab::campaign
