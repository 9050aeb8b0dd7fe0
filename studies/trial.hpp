#pragma once
#include "studies/study.hpp"

namespace lunafab::studies {

/// Reads the scenario with each level, each end of a range and each named scenario in its place, and looks
/// the metrics up; what fits nowhere becomes findings. Levels that only some combinations refuse are left to
/// the runs.
void try_levels(const Study& study, Findings& warnings, Findings& findings);

}  // namespace lunafab::studies
