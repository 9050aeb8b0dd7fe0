#pragma once
#include <limits>
#include <vector>
#include "orbit/libration_flight.hpp"

namespace lunafab::orbit {

/// A place where a launch comes near the orbit, and what it would cost to go over, in m/s: roughly.
struct Approach {
  LibrationChoice choice = LibrationChoice::Zero();
  double distance = 0.0;  ///< dimensionless
  double cost_mps = std::numeric_limits<double>::infinity();
};

/// The phase at which going over costs least: a distance made good over the way, and what velocities then
/// differ by.
Approach cheapest_phase(const LibrationSearch& search, double speed_mps, const Craft& craft);

/// Places of launches at all speeds that come over cheaply or pass close.
std::vector<Approach> find_approaches(const LibrationSearch& search);

}  // namespace lunafab::orbit
