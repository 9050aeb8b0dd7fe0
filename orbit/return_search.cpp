#include "orbit/return_search.hpp"
#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <optional>
#include <vector>
#include "orbit/return_flight.hpp"

// A return is four numbers, the speed at the muzzle and the burn, for two demands: size and inclination of
// the momentum at the perigee. Among those that meet them the cheapest is wanted. The momentum's vector is
// nearly linear in the four numbers, while its size and inclination are not: burns of a few m/s turn it over.
// What the demands allow is a circle of vectors; for each angle on it the cheapest choice follows from linear
// equations, and a step goes to the cheapest of all angles.
namespace lunafab::orbit {
namespace {

constexpr double none = std::numeric_limits<double>::infinity();
// A scan wants metres a second of a burn; a solution is flown again at the precision of all arcs.
constexpr Precision scanning{.tolerance = 1e-7}, searching{.tolerance = 1e-8};

// ---- one linear step

/// What a step may assume of the size of burns and of the speed.
struct Stiffness {
  double burn_mps = 80.0;  ///< of a burn, for the slope of its size
  double speed = 3.0;      ///< what a change of the speed counts against one of the burn
};

struct Step {
  ReturnChoice to = ReturnChoice::Zero();
  double cost_mps = none;
  double angle_rad = 0.0;  ///< on the circle
};

/// The linear problem of a flown return: minimise (x·W x)/2s + c·x over the change of speed and the whole
/// burn, x, where B x = h(angle) − h₀ + B x₀.
class LinearReturn {
 public:
  LinearReturn(const FlownReturn& flown, const Stiffness& stiffness) : flown_(flown), stiff_(stiffness) {
    start_ = flown.choice, start_[0] = 0.0;
    inverse_weight_ = Eigen::Vector4d::Ones();
    inverse_weight_[0] = 1.0 / (stiffness.speed * stiffness.speed);
    spread_ = inverse_weight_.asDiagonal() * flown.momentum_by.transpose();
    solver_.compute(flown.momentum_by * spread_);
    pull_ = stiffness.burn_mps * inverse_weight_.cwiseProduct(flown.capture_by);
  }

  Step at(double angle_rad) const {
    const Eigen::Vector3d wanted =
        flown_.wanted.at(angle_rad) - flown_.momentum + flown_.momentum_by * (start_ + pull_);
    const ReturnChoice x = spread_ * solver_.solve(wanted) - pull_;
    const Eigen::Vector4d weighted = x.cwiseQuotient(inverse_weight_);
    const double cost = 0.5 * x.dot(weighted) / stiff_.burn_mps + flown_.capture_by.dot(x);
    ReturnChoice to = x;
    to[0] += flown_.choice[0];
    return {to, cost, angle_rad};
  }

 private:
  const FlownReturn& flown_;
  Stiffness stiff_;
  ReturnChoice start_, inverse_weight_, pull_;
  Eigen::Matrix<double, 4, 3> spread_;
  Eigen::LDLT<Eigen::Matrix3d> solver_;
};

/// Down from where the momentum is, over the circle's angle.
Step linear_descent(const FlownReturn& flown, const Stiffness& stiffness) {
  constexpr int most_steps = 40;
  const LinearReturn problem(flown, stiffness);
  const Eigen::Vector3d off = flown.momentum;
  double width = 0.2;
  Step best = problem.at(std::atan2(off.dot(flown.wanted.third), off.dot(flown.wanted.level)));
  for (int i = 0; i < most_steps && width > 1e-4; ++i) {
    const Step up = problem.at(best.angle_rad + width), down = problem.at(best.angle_rad - width);
    const Step& next = up.cost_mps < down.cost_mps ? up : down;
    if (next.cost_mps < best.cost_mps) {
      best = next;
    } else {
      const double bend = up.cost_mps - 2.0 * best.cost_mps + down.cost_mps;
      const Step vertex = problem.at(best.angle_rad + 0.5 * width * (down.cost_mps - up.cost_mps) / bend);
      if (vertex.cost_mps < best.cost_mps) best = vertex;
      width *= 0.1;
    }
  }
  return best;
}

// ---- search

struct Search {
  TransferSetting s;
  const Destination& d;
  Epoch launch;
  SpeedRange range;

  std::optional<FlownReturn> fly(const ReturnChoice& choice, const Precision& precision) const {
    if (choice[0] < range.slowest_mps || choice[0] > range.fastest_mps) return {};
    const auto from = depart(s, d, launch, choice[0], Derivatives::jacobian, precision);
    return from ? fly_return(s, *from, choice.tail<3>(), precision) : std::nullopt;
  }
};

double planned_mps(const FlownReturn& flown, const ReturnChoice& to) {
  return to.tail<3>().norm() + flown.capture_mps + flown.capture_by.dot(to - flown.choice);
}

enum class Branch : std::uint8_t {
  first,
  second,
  nearest
};  ///< of the two lines in which plane and cone meet

/// The change of the burn across the radius after which the momentum lies on the circle. What such burns
/// reach is a plane, the circle lies on a cone about the pole: they meet on two lines, or the nearest is
/// taken.
Eigen::Vector3d correction_mps(const FlownReturn& f, Branch branch) {
  const Eigen::Vector3d radius = f.from.before.r_m;
  Eigen::Matrix<double, 3, 2> axes;
  axes.col(0) = radius.unitOrthogonal(), axes.col(1) = radius.normalized().cross(axes.col(0));
  const Eigen::Matrix<double, 3, 2> by_burn = f.momentum_by.rightCols<3>() * axes;
  const Eigen::Vector3d normal = by_burn.col(0).cross(by_burn.col(1)).normalized(), pole = f.wanted.pole;
  const Eigen::Vector3d level = pole.cross(normal).normalized(), third = pole.cross(level);
  // The level axis lies in the plane: the condition on the angle about the pole is one on its sine.
  const double sine = std::clamp(
      (f.momentum - f.wanted.polar * pole).dot(normal) / (f.wanted.radius * third.dot(normal)), -1.0, 1.0);
  const auto change = [&](double sign) -> Eigen::Vector3d {
    const double cosine = sign * std::sqrt(1.0 - sine * sine);
    const Eigen::Vector3d way =
        f.wanted.polar * pole + f.wanted.radius * (cosine * level + sine * third) - f.momentum;
    return axes * (by_burn.transpose() * by_burn).ldlt().solve(by_burn.transpose() * way);
  };
  if (branch == Branch::first) return change(1.0);
  const Eigen::Vector3d second = change(-1.0);
  if (branch == Branch::second) return second;
  const Eigen::Vector3d first = change(1.0);
  return first.norm() < second.norm() ? first : second;
}

/// A return that meets the demands within metres a second of burn; what it costs when the rest is corrected.
struct Solution {
  FlownReturn flown;
  ReturnChoice choice;
  double cost_mps = none;
};

constexpr double feasible_mps = 2.0;  // what a linear correction makes good to mm/s

/// Newton steps at one speed; the burn's part along the radius stays.
std::optional<Solution> restore(const TransferSetting& s, std::optional<FlownReturn> flown, Branch branch,
                                double near_mps, const Precision& precision) {
  constexpr int most_flights = 8;
  constexpr double longest_mps = 80.0, far_mps = 1000.0;
  for (int i = 0; flown && i <= most_flights; ++i) {
    const Eigen::Vector3d change = correction_mps(*flown, branch);
    const double off_mps = change.norm();
    ReturnChoice to = flown->choice;
    to.tail<3>() += change;
    if (off_mps < near_mps) return Solution{*flown, to, planned_mps(*flown, to)};
    if (!(to.tail<3>().norm() < far_mps)) break;
    to = flown->choice + std::min(1.0, longest_mps / off_mps) * (to - flown->choice);
    flown = fly_return(s, flown->from, to.tail<3>(), precision);
  }
  return {};
}

/// How far a step may go, as a share of what is ever allowed, and how stiff the speed is.
struct Trust {
  double reach = 1.0, speed = 3.0;
};
constexpr double longest_mps = 80.0, longest_speed_mps = 8.0;

ReturnChoice step_of(const Search& search, const FlownReturn& from, const Trust& trust) {
  constexpr double least_burn_mps = 20.0;
  ReturnChoice change =
      linear_descent(from, {.burn_mps = std::max(least_burn_mps, from.burn_mps()), .speed = trust.speed}).to -
      from.choice;
  change *= std::min({1.0, trust.reach * longest_mps / change.tail<3>().norm(),
                      trust.reach * longest_speed_mps / std::abs(change[0])});
  ReturnChoice to = from.choice + change;
  to[0] = std::clamp(to[0], search.range.slowest_mps, search.range.fastest_mps);
  return to;
}

/// Linear steps down to a minimum, each put back onto the demands, shorter ones where they do not lead down.
Solution descend(const Search& search, Solution here) {
  constexpr int most_steps = 10;
  constexpr double gain_mps = 0.1, least_reach = 0.01;
  Trust trust;
  for (int i = 0; i < most_steps && trust.reach >= least_reach; ++i) {
    const ReturnChoice to = step_of(search, here.flown, trust), change = to - here.flown.choice;
    auto next = restore(search.s, search.fly(to, searching), Branch::nearest, feasible_mps, searching);
    const double gain = next ? here.cost_mps - next->cost_mps : -none;
    if (gain > 0.0) {
      here = std::move(*next);
      trust = {std::min(1.0, 2.0 * trust.reach), std::max(1.0, 0.7 * trust.speed)};
    } else {
      const double gone =
          std::max(std::abs(change[0]) / longest_speed_mps, change.tail<3>().norm() / longest_mps);
      trust = {0.35 * std::min(trust.reach, gone), 2.0 * trust.speed};
    }
    if (std::abs(gain) < gain_mps) break;
  }
  return here;
}

/// Solutions at one speed: on both branches, without and with a part along the radius.
constexpr std::array<double, 3> radial_mps{0.0, -25.0, 25.0};
using Row = std::array<std::optional<Solution>, 2 * radial_mps.size()>;

Row solve_row(const Search& search, double speed_mps) {
  constexpr double near_mps = 8.0;
  Row row;
  const auto from = depart(search.s, search.d, search.launch, speed_mps, Derivatives::jacobian, scanning);
  if (!from) return row;
  const Eigen::Vector3d up = from->before.r_m.normalized();
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::size_t first = i - i % radial_mps.size();
    Eigen::Vector3d burn_mps = radial_mps[i - first] * up;
    if (row[first]) burn_mps += row[first]->choice.tail<3>();
    row[i] = restore(search.s, fly_return(search.s, *from, burn_mps, scanning),
                     first == 0 ? Branch::first : Branch::second, near_mps, scanning);
  }
  return row;
}

/// Solutions at speeds where they are cheaper than at the neighbouring ones, the cheapest first.
std::vector<Solution> scan(const Search& search, double step_mps) {
  std::vector<Row> rows;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += step_mps)
    rows.push_back(solve_row(search, v));
  std::vector<Solution> found;
  for (std::size_t k = 0; k < Row{}.size(); ++k) {
    const auto cost = [&](std::size_t i) {
      return i < rows.size() && rows[i][k] ? rows[i][k]->cost_mps : none;
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (cost(i) < cost(i + 1) && (i == 0 || cost(i) <= cost(i - 1))) found.push_back(*rows[i][k]);
  }
  std::ranges::stable_sort(found, {}, &Solution::cost_mps);
  return found;
}

/// The minima below the cheapest solutions of a scan, the cheapest first.
std::vector<Solution> scanned(const Search& search) {
  constexpr std::size_t tried = 6;
  constexpr double scan_mps = 3.0, direct_scan_mps = 10.0, alike_mps = 15.0;
  const double step_mps = search.d.route == Route::direct ? direct_scan_mps : scan_mps;
  std::vector<ReturnChoice> begun;
  std::vector<Solution> found;
  for (const Solution& guess : scan(search, step_mps)) {
    if (begun.size() == tried) break;
    const auto alike = [&](const ReturnChoice& other) {
      return std::abs(other[0] - guess.choice[0]) < 1.5 * step_mps &&
             (other - guess.choice).tail<3>().norm() < alike_mps;
    };
    if (std::ranges::any_of(begun, alike)) continue;
    begun.push_back(guess.choice);
    found.push_back(descend(search, guess));
  }
  std::ranges::stable_sort(found, {}, &Solution::cost_mps);
  return found;
}

/// Flown again at the precision of all arcs and with all forces.
std::optional<Return> settled(const TransferSetting& s, const Destination& d, Epoch launch,
                              const ReturnChoice& choice) {
  const auto from = depart(s, d, launch, choice[0], Derivatives::none, {});
  if (!from) return {};
  BurnSolution burn = meet_goal(s.dynamics, from->before, from->after, choice.tail<3>());
  if (!burn.converged) return {};
  return Return{choice[0], from->before, from->after, std::move(burn)};
}

}  // namespace

std::optional<Return> cheapest_return(const TransferSetting& s, const Destination& d, Epoch launch,
                                      const Transfer* near) {
  Search search{s, d, launch, return_speeds(d)};
  search.s.dynamics.earth_j2 = false;  // guesses pass close to the Earth's centre, where it is boundless
  search.s.dynamics.taper = 1e-6;      // of the Moon's pull: mm/s
  constexpr double dearer_mps = 3.0;
  std::vector<Solution> solutions;
  const bool continues = near != nullptr && near->found;
  if (continues) {
    ReturnChoice begin;
    begin << near->speed_mps, near->burns.front().dv_mps;
    const auto again =
        restore(search.s, search.fly(begin, searching), Branch::nearest, feasible_mps, searching);
    if (again) solutions.push_back(descend(search, *again));
  }
  if (solutions.empty() || solutions.front().cost_mps > near->insertion_mps + dearer_mps) {
    std::ranges::move(scanned(search), std::back_inserter(solutions));
    std::ranges::stable_sort(solutions, {}, &Solution::cost_mps);
  }
  for (const Solution& solution : solutions)
    if (auto settled_return = settled(s, d, launch, solution.choice)) return settled_return;
  return {};
}

}  // namespace lunafab::orbit
