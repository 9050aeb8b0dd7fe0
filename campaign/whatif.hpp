#pragma once
#include <string>
#include <vector>
#include "campaign/compare.hpp"

namespace lunafab::campaign {

/// One thing more than the scenario has, and what it brings.
struct Addition {
  std::string name;     ///< path of the station, store, resource or route
  std::string what;     ///< "server", "place", "unit", "vehicle"
  std::string setting;  ///< `path=value`: anyone can repeat the run with --set
  double mean = 0.0;    ///< of the metric with it
  PairedDifference gain;
  Verdict verdict = Verdict::undecided;
};

struct WhatIf {
  std::string metric;
  std::int64_t replications = 0;
  Interval base;
  std::vector<Addition> additions;  ///< the largest gain first
};

struct WhatIfQuestion {
  std::string metric;  ///< "": satellites built, lots finished or pieces shipped, the first that there is
  std::string within;  ///< only additions whose names begin so
  std::int64_t replications = 10;
};

/// Runs the scenario with one more server, place between stations, unit of a resource or vehicle at a time,
/// under common random numbers with the scenario as it is. The warm-up must be settled; the same holds for
/// all.
/// @throws InputError where there is no such metric, or nothing to add.
WhatIf what_if(const Scenario& scenario, const WhatIfQuestion& question);

}  // namespace lunafab::campaign
