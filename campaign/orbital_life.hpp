#pragma once
#include <string>
#include "campaign/scenario.hpp"
#include "core/input.hpp"
#include "orbit/read_constellation.hpp"

namespace lunafab::campaign {

/// The satellite of a destination: that of the shell with its name, else the section's; nullptr without
/// either.
const orbit::ShellSatellite* satellite_at(const orbit::ConstellationSection& section,
                                          const std::string& destination);

/// Fills `Scenario::lives` and `Scenario::shells` from the section: shells with the name of a destination are
/// filled by its satellites (about the Earth with slots; launches do not wait for lunar planes), satellites
/// of other destinations age where the destination is. Findings: shells that are not where their destination
/// is.
void prepare_lives(const orbit::ConstellationSection& section, Scenario& scenario, Findings& findings);

}  // namespace lunafab::campaign
