#pragma once
#include "orbit/lane_integrator.hpp"

namespace lunafab::orbit {

/// Takes up the lanes `which`, whose arcs in the rotating frame of mass ratio `mu` have been set.
/// W = 8, 4, 2: for AVX-512, AVX2, any CPU.
template <int W>
void start_cr3bp(double mu, const LanePrecision& precision, const WideLongs<W>& which, LaneArcs<W>& arcs);
/// Tries a step in every active lane.
template <int W>
void step_cr3bp(double mu, const LanePrecision& precision, LaneArcs<W>& arcs);

}  // namespace lunafab::orbit
