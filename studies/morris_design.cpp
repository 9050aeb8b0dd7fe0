#include "studies/morris_design.hpp"
#include <algorithm>
#include <numeric>
#include "core/contract.hpp"
#include "core/random.hpp"

namespace lunafab::studies {
namespace {

/// An axis of one trajectory.
struct Move {
  std::size_t from = 0, to = 0;  ///< lattice levels
  double turn = 0.0;             ///< the smaller, the earlier
};

Move draw_move(std::size_t levels, const std::string& name, std::uint64_t seed, std::uint64_t trajectory) {
  const StreamKey key{.seed = seed,
                      .replication = 0,
                      .entity = entity_key("design morris " + name),
                      .purpose = Purpose::sampling};
  const std::size_t half = levels / 2;
  const auto low = static_cast<std::size_t>(uniform(key, 3 * trajectory) * static_cast<double>(half));
  Move move{.from = low, .to = low + half, .turn = uniform(key, 3 * trajectory + 2)};
  if (uniform(key, 3 * trajectory + 1) < 0.5) std::swap(move.from, move.to);
  return move;
}

}  // namespace

double morris_step(std::size_t levels) {
  const auto p = static_cast<double>(levels);
  return 0.5 * p / (p - 1.0);
}

UnitPoints morris_points(std::size_t trajectories, std::size_t levels, const std::vector<std::string>& names,
                         std::uint64_t seed) {
  expects(levels >= 2 && levels % 2 == 0, "morris_points: an even number of levels");
  UnitPoints points;
  points.reserve(trajectories * (names.size() + 1));
  const auto unit = [levels](std::size_t level) {
    return static_cast<double>(level) / static_cast<double>(levels - 1);
  };
  for (std::size_t t = 0; t < trajectories; ++t) {
    std::vector<Move> moves;
    std::vector<double> point;
    for (const std::string& name : names) {
      moves.push_back(draw_move(levels, name, seed, t));
      point.push_back(unit(moves.back().from));
    }
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t axis) { return moves[axis].turn; });
    points.push_back(point);
    for (const std::size_t axis : order) {
      point[axis] = unit(moves[axis].to);
      points.push_back(point);
    }
  }
  return points;
}

}  // namespace lunafab::studies
