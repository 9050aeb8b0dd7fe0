#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "studies/design.hpp"

namespace lunafab::studies {

/// Trajectories through the lattice {0, 1/(p − 1), …, 1}^d with p = `levels`, even: d + 1 points each, each
/// of which moves one axis by ± morris_step(p), in random order. The draws of an axis follow from its name,
/// the seed and the trajectory alone.
/// @source Morris, Technometrics 33 (1991), §3.
UnitPoints morris_points(std::size_t trajectories, std::size_t levels, const std::vector<std::string>& names,
                         std::uint64_t seed);

}  // namespace lunafab::studies
