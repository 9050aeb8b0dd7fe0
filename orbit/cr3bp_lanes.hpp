#pragma once
#include "orbit/lane_integrator.hpp"

namespace lunafab::orbit {

/// Takes up the lanes `which`, whose arcs in the rotating frame of mass ratio `mu` have been set.
void start_cr3bp(double mu, const LanePrecision& precision, const LaneLongs& which, LaneArcs& arcs);
/// Tries a step in every active lane.
void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs& arcs);

}  // namespace lunafab::orbit
