#pragma once
#include <cstdint>
#include "studies/design.hpp"

namespace lunafab::studies {

inline constexpr std::size_t most_maximin_points = 1000;

/// A Latin hypercube whose points lie far from each other: coordinates of pairs of points are exchanged as
/// long as Σ 1/distance^30 over all pairs falls, 50 n times. Cost n²·d·50.
/// @source Morris and Mitchell, J. Stat. Plan. Inference 43 (1995), eq. 2.1 with p = 30.
UnitPoints spread_out(UnitPoints points, std::uint64_t seed);

}  // namespace lunafab::studies
