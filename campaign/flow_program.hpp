#pragma once
#include <vector>
#include "campaign/scenario.hpp"

namespace lunafab::campaign {

/// Work for one product, in the mean: how often each operation starts, and how long the busiest station
/// needs.
struct FlowPlan {
  bool feasible = false;
  std::vector<std::vector<double>> starts;  ///< by station and operation of its mix
  double hours_per_product = 0.0;           ///< of the bottleneck: 1 ÷ r_b
};

/// Starts an hour that all servers of a station manage, failures taken off; hours without
/// power too.
double station_rate_per_h(const Scenario& scenario, std::uint32_t station, double powered_share);

/// The flow that delivers one product (a satellite at the driver, or a piece shipped) with the least work at
/// the busiest station: every store receives at least what it gives, recycling included; stores that only
/// flights fill are not short; streams of arrivals are no work. Ties go to the plan with fewer imports, then
/// less work. A linear program, solved by CLP.
FlowPlan plan_flow(const Scenario& scenario, const std::vector<double>& powered_share);

}  // namespace lunafab::campaign
