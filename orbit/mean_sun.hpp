#pragma once
#include "core/tick.hpp"

// Mean solar time of a node: 12 h + (right ascension of the node − that of the mean Sun) / 15° an hour, on
// the equator of the GCRF. Its turning since 2000 moves node and Sun alike but for seconds of time in a
// decade.
namespace lunafab::orbit {

/// Right ascension of the mean Sun in [0, 2π).
/// @source Mean longitude of the Sun: Meeus, "Astronomical Algorithms", 2nd ed. (1998), eq. 25.2, its rate
/// against the equinox of J2000.
double mean_sun_rad(Epoch at);
/// Mean solar time of a node, hours in [0, 24).
double mean_node_time_h(double node_rad, Epoch at);
/// The node of a mean solar time, in [0, 2π).
double node_of_local_time_rad(double local_time_h, Epoch at);

}  // namespace lunafab::orbit
