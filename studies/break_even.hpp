#pragma once
#include <vector>
#include "core/statistics.hpp"

namespace lunafab::studies {

/// One metric less another at a value of a factor.
struct MarginPoint {
  double x = 0.0;
  Interval margin;
};

/// Where the margin passes zero, straight lines between the points.
struct Crossing {
  double x = 0.0;
  double low = 0.0, high = 0.0;  ///< all x about the crossing where the interval of the margin holds 0
  bool open_low = false;         ///< it still does at the lowest point
  bool open_high = false;        ///< … at the highest
  bool rises = false;            ///< from below zero to above
};

/// All crossings by rising x. A point with a margin of exactly 0 between two of opposite signs is one.
/// @param points sorted by x, each x once, finite means
std::vector<Crossing> crossings(const std::vector<MarginPoint>& points);

}  // namespace lunafab::studies
