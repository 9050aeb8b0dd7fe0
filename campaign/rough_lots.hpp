#pragma once
#include <string>
#include <vector>
#include "campaign/scenario.hpp"

namespace lunafab::campaign {

/// What one station has to do for lots, on the mean.
struct RoughTool {
  std::string name;
  std::int32_t servers = 0;
  double steps_per_h = 0.0;   ///< lots it works on, at the rate of the releases
  double work_h_per_h = 0.0;  ///< server hours an hour, full batches, set-ups left out
  double available = 1.0;     ///< share of its servers' time: failures, maintenance and shifts taken off
  double load = 0.0;          ///< work ÷ (servers × available)
};

struct RoughProduct {
  std::string name;
  double lots_per_h =
      0.0;  ///< of its releases; where only limits let lots in, what the busiest station bears
  double raw_process_h = 0.0;
  double good = 1.0;  ///< share of lots that leave whole
};

/// Demand against capacity of stations that serve lots: visits from yields, rework and sampling; no
/// variability. Releases that only a limit holds back share what the busiest station has left evenly.
struct RoughLots {
  std::vector<RoughTool> tools;
  std::vector<RoughProduct> products;
  std::size_t bottleneck = 0;  ///< of `tools`
  double bound_per_h = 0.0;    ///< lots an hour in this mix that the busiest station bears: r_b
  double raw_process_h = 0.0;  ///< T0, mean over the mix
  double critical_wip = 0.0;   ///< r_b T0, lots
};
RoughLots rough_lots(const Scenario& scenario);

/// Expected visits to each step of a route by one lot, rework included; the share that leaves whole comes
/// last.
std::vector<double> expected_visits(const factory::Product& product);

/// Share of time that a station's servers are there: between failures, maintenance, within shifts.
double availability(const Scenario& scenario, const factory::Station& station, double mean_cycle_s);

}  // namespace lunafab::campaign
