#pragma once
#include "campaign/scenario.hpp"
#include "core/input.hpp"
#include "orbit/read_orbit.hpp"

namespace lunafab::campaign {

/// Makes the orbit model of a scenario that has been read: speeds of the driver, covariance at the muzzle,
/// windows of every destination over the run, from the cache or solved. A destination that no launch of the
/// run reaches is a finding.
void prepare_orbit(const orbit::OrbitPlan& plan, Scenario& scenario, Findings& findings);

}  // namespace lunafab::campaign
