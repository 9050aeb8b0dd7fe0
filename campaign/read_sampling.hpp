#pragma once
#include "campaign/scenario.hpp"
#include "core/reader.hpp"

namespace lunafab::campaign {

/// Reads how often a scenario is repeated: `replications`, `antithetic`, `confidence`.
void read_sampling(MapReader& root, Scenario& scenario);

/// The metrics of the stopping rule must be metrics of the scenario, which is complete but for this.
void check_stopping(const Scenario& scenario, Findings& findings);

}  // namespace lunafab::campaign
