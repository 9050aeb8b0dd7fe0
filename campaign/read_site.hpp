#pragma once
#include "campaign/scenario.hpp"
#include "core/reader.hpp"

namespace lunafab::campaign {

/// Reads `power`, `flights`, `destinations`, `satellites`, `orders` and `driver` into a scenario whose plant
/// is read already.
void read_site(MapReader& root, Scenario& scenario);

/// What only the whole shows: payloads and speeds beyond the driver, satellites nobody carries to it.
void check_site(const Scenario& scenario, Findings& findings);

}  // namespace lunafab::campaign
