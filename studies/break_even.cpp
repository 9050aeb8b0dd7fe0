#include "studies/break_even.hpp"
#include <algorithm>
#include <cstddef>
#include "core/contract.hpp"

namespace lunafab::studies {
namespace {

/// Where a straight line between two points is zero.
double zero_between(double x0, double y0, double x1, double y1) {
  return x0 + (x1 - x0) * (y0 / (y0 - y1));
}

/// The end of the band nearest to zero: below 0 the upper one. Zero or beyond: the band holds 0.
double clearance(const MarginPoint& point, double side) {
  return side * point.margin.mean - point.margin.half_width;
}

/// From the point at `from` outwards (step ±1): the last x where the interval still holds 0, coming from a
/// crossing beyond which the margin has the sign `side`.
struct Reach {
  double x = 0.0;
  bool open = false;
};
Reach reach(const std::vector<MarginPoint>& points, double crossing, std::ptrdiff_t from, std::ptrdiff_t step,
            double side) {
  double x0 = crossing, y0 = 0.0;
  // At the crossing the clearance is minus the half-width, between those of its neighbours.
  const auto count = static_cast<std::ptrdiff_t>(points.size());
  const std::ptrdiff_t inner = from - step;
  if (inner >= 0 && inner < count) {
    const auto& a = points[static_cast<std::size_t>(inner)];
    const auto& b = points[static_cast<std::size_t>(from)];
    const double part = std::max(0.0, (crossing - a.x) / (b.x - a.x));
    y0 = -(a.margin.half_width + part * (b.margin.half_width - a.margin.half_width));
  }
  for (std::ptrdiff_t i = from; i >= 0 && i < count; i += step) {
    const MarginPoint& point = points[static_cast<std::size_t>(i)];
    const double y1 = clearance(point, side);
    if (y1 > 0.0) return {zero_between(x0, y0, point.x, y1), false};
    x0 = point.x, y0 = y1;
  }
  return {x0, true};
}

}  // namespace

std::vector<Crossing> crossings(const std::vector<MarginPoint>& points) {
  std::vector<Crossing> list;
  std::size_t last = points.size();  // the last point that is not exactly 0
  for (std::size_t i = 0; i < points.size(); ++i) {
    expects(i == 0 || points[i - 1].x < points[i].x, "crossings: points sorted by x");
    const double y = points[i].margin.mean;
    if (y == 0.0) continue;
    if (last < points.size() && (points[last].margin.mean > 0.0) != (y > 0.0)) {
      Crossing crossing;
      crossing.rises = y > 0.0;
      crossing.x = i == last + 1 ? zero_between(points[last].x, points[last].margin.mean, points[i].x, y)
                                 : 0.5 * (points[last + 1].x + points[i - 1].x);
      const double side = crossing.rises ? 1.0 : -1.0;
      const Reach below = reach(points, crossing.x, static_cast<std::ptrdiff_t>(last), -1, -side);
      const Reach above = reach(points, crossing.x, static_cast<std::ptrdiff_t>(i), 1, side);
      crossing.low = below.x, crossing.open_low = below.open;
      crossing.high = above.x, crossing.open_high = above.open;
      list.push_back(crossing);
    }
    last = i;
  }
  return list;
}

}  // namespace lunafab::studies
