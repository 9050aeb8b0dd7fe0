#pragma once
#include "campaign/scenario.hpp"
#include "core/reader.hpp"
#include "orbit/read_orbit.hpp"

namespace lunafab::campaign {

/// Reads `power`, `flights`, `destinations`, `satellites`, `orders` and `driver` into a scenario whose plant
/// is read already; what `orbit` says is for `prepare_orbit`. `constellation` fills in what `satellites`
/// leaves out, and must not contradict it.
orbit::OrbitPlan read_site(MapReader& root, const orbit::ConstellationSection& constellation,
                           Scenario& scenario);

/// What only the whole shows: payloads and speeds beyond the driver, satellites nobody carries to it.
void check_site(const Scenario& scenario, Findings& findings);

}  // namespace lunafab::campaign
