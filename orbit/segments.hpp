#pragma once
#include <array>
#include <functional>
#include <vector>
#include "orbit/sky.hpp"

namespace lunafab::orbit {

/// The components of an ephemeris segment at one date; the quaternion's sign is free.
using SkySample = std::array<double, Ephemeris::components>;

/// Segments that cover `from` … `to`, through blocks of 4 days of 16 Chebyshev nodes each, at which `sample`
/// is asked, in parallel: a quarter of the calls that the segments themselves would need, and as exact,
/// because nothing in the sky turns faster than in 5 days. @throws ContractError for empty spans.
std::vector<Ephemeris::Segment> fit_segments(Epoch from, Epoch to,
                                             const std::function<SkySample(Epoch)>& sample);

/// Where the last block ends: the latest date that is asked for.
Epoch end_of_blocks(Epoch from, Epoch to);

}  // namespace lunafab::orbit
