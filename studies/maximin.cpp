#include "studies/maximin.hpp"
#include <cmath>
#include <utility>
#include "core/random.hpp"

namespace lunafab::studies {
namespace {

constexpr std::size_t exchanges_per_point = 50;

/// distance^−30 of two points, by multiplications alone: the same bits everywhere.
double closeness(const std::vector<double>& p, const std::vector<double>& q) {
  double squared = 0.0;
  for (std::size_t d = 0; d < p.size(); ++d) squared += (p[d] - q[d]) * (p[d] - q[d]);
  const double x = 1.0 / squared, x2 = x * x, x4 = x2 * x2, x8 = x4 * x4;
  return x8 * x4 * x2 * x;
}

/// What the pairs with point i or j add to the sum.
double share(const UnitPoints& points, std::size_t i, std::size_t j) {
  double sum = closeness(points[i], points[j]);
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (k != i && k != j) sum += closeness(points[i], points[k]) + closeness(points[j], points[k]);
  }
  return sum;
}

}  // namespace

UnitPoints spread_out(UnitPoints points, std::uint64_t seed) {
  const std::size_t n = points.size();
  if (n < 2) return points;
  const StreamKey key{
      .seed = seed, .replication = 0, .entity = entity_key("design maximin"), .purpose = Purpose::sampling};
  std::uint64_t draw = 0;
  const auto below = [&](std::size_t count) {
    return static_cast<std::size_t>(uniform(key, draw++) * static_cast<double>(count));
  };
  for (std::size_t exchange = 0; exchange < exchanges_per_point * n; ++exchange) {
    const std::size_t i = below(n), other = below(n - 1), axis = below(points.front().size());
    const std::size_t j = other < i ? other : other + 1;
    const double before = share(points, i, j);
    std::swap(points[i][axis], points[j][axis]);
    if (!(share(points, i, j) < before)) std::swap(points[i][axis], points[j][axis]);
  }
  return points;
}

}  // namespace lunafab::studies
