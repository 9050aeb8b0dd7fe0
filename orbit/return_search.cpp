#include "orbit/return_search.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>
#include "orbit/return_flight.hpp"
#include "orbit/return_step.hpp"

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

struct Search {
  TransferSetting s;
  const Destination& d;
  Epoch launch;
  SpeedRange range;

  std::optional<FlownReturn> fly(const ReturnChoice& choice, const Precision& precision) const {
    if (choice[0] < range.slowest_mps || choice[0] > range.fastest_mps) return {};
    const auto from = depart(s, d, launch, choice[0], Derivatives::jacobian, precision);
    return from ? fly_return(s, *from, choice.tail<3>(), Derivatives::jacobian, precision) : std::nullopt;
  }
};

double planned_mps(const FlownReturn& flown, const ReturnChoice& to) {
  return to.tail<3>().norm() + flown.capture_mps + flown.capture_by.dot(to - flown.choice);
}

/// A return that meets the demands within metres a second of burn; what it costs when the rest is corrected.
struct Solution {
  FlownReturn flown;
  ReturnChoice choice;
  double cost_mps = none;
};

// The same momentum may belong to a periapsis far out.
constexpr double highest_m = 20e6;
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
    if (off_mps < near_mps) {
      if (flown->perigee.r_m.norm() > highest_m) break;
      return Solution{*flown, to, planned_mps(*flown, to)};
    }
    if (!(to.tail<3>().norm() < far_mps)) break;
    to = flown->choice + std::min(1.0, longest_mps / off_mps) * (to - flown->choice);
    flown = fly_return(s, flown->from, to.tail<3>(), Derivatives::jacobian, precision);
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
      cheapest_linear(from, {.burn_mps = std::max(least_burn_mps, from.burn_mps()), .speed = trust.speed}) -
      from.choice;
  change *= std::min({1.0, trust.reach * longest_mps / change.tail<3>().norm(),
                      trust.reach * longest_speed_mps / std::abs(change[0])});
  ReturnChoice to = from.choice + change;
  to[0] = std::clamp(to[0], search.range.slowest_mps, search.range.fastest_mps);
  return to;
}

/// Linear steps down to a minimum, each put back onto the demands, shorter ones where they do not lead down.
Solution descend(const Search& search, Solution here, int most_steps) {
  constexpr double gain_mps = 0.1, least_reach = 0.01;
  Trust trust;
  for (int i = 0; i < most_steps && trust.reach >= least_reach; ++i) {
    const ReturnChoice to = step_of(search, here.flown, trust), change = to - here.flown.choice;
    if (here.cost_mps - planned_mps(here.flown, to) < gain_mps) break;
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

void sort_by_cost(std::vector<Solution>& solutions) {
  std::ranges::stable_sort(solutions, {}, &Solution::cost_mps);
}

/// Solutions at one speed, on each branch in a row of parts along the radius; where one fails none follows.
constexpr std::size_t sides = 4, row_length = 2 * (2 * sides + 1);
using Row = std::array<std::optional<Solution>, row_length>;

constexpr double scanned_near_mps = 8.0;

/// From a solution to those with more and more along the radius.
void solve_side(const Search& search, Branch branch, double step_mps, const Solution& middle,
                std::span<std::optional<Solution>> side) {
  const Eigen::Vector3d up = middle.flown.from.before.r_m.normalized();
  const Solution* last = &middle;
  for (auto& next : side) {
    ReturnChoice to = last->choice;
    to.tail<3>() += step_mps * up;
    to.tail<3>() += correction_mps(linearly_changed(last->flown, to), branch);
    next = restore(search.s,
                   fly_return(search.s, middle.flown.from, to.tail<3>(), Derivatives::jacobian, scanning),
                   branch, scanned_near_mps, scanning);
    if (!next) return;
    last = &*next;
  }
}

Row solve_row(const Search& search, double speed_mps) {
  constexpr double step_mps = 40.0;
  Row row;
  const auto from = depart(search.s, search.d, search.launch, speed_mps, Derivatives::jacobian, scanning);
  if (!from) return row;
  const std::span<std::optional<Solution>> all(row);
  for (const Branch branch : {Branch::first, Branch::second}) {
    const auto part = branch == Branch::first ? all.first<row_length / 2>() : all.last<row_length / 2>();
    auto& middle = part.front();
    middle = restore(search.s,
                     fly_return(search.s, *from, Eigen::Vector3d::Zero(), Derivatives::jacobian, scanning),
                     branch, scanned_near_mps, scanning);
    if (!middle) continue;
    solve_side(search, branch, step_mps, *middle, part.subspan<1, sides>());
    solve_side(search, branch, -step_mps, *middle, part.last<sides>());
  }
  return row;
}

/// Solutions at speeds where they are cheaper than at the neighbouring ones, the cheapest first.
std::vector<Solution> scan(const Search& search, double step_mps) {
  std::vector<Row> rows;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += step_mps)
    rows.push_back(solve_row(search, v));
  std::vector<Solution> found;
  for (std::size_t k = 0; k < row_length; ++k) {
    const auto cost = [&](std::size_t i) {
      return i < rows.size() && rows[i][k] ? rows[i][k]->cost_mps : none;
    };
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (cost(i) < cost(i + 1) && (i == 0 || cost(i) <= cost(i - 1))) found.push_back(*rows[i][k]);
  }
  sort_by_cost(found);
  return found;
}

/// The minima below the cheapest solutions of a scan, the cheapest first.
std::vector<Solution> scanned(const Search& search) {
  constexpr std::size_t tried = 20, finished = 3;
  constexpr int most_steps = 10;
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
    found.push_back(descend(search, guess, most_steps));
  }
  sort_by_cost(found);
  for (Solution& solution : std::span(found).first(std::min(finished, found.size())))
    solution = descend(search, std::move(solution), most_steps);
  sort_by_cost(found);
  return found;
}

/// From a neighbour's choice: the linear step first, of speed and burn at once.
std::optional<Solution> continued(const Search& search, const ReturnChoice& begin) {
  constexpr int most_steps = 3;
  const auto flown = search.fly(begin, searching);
  if (!flown) return {};
  auto there = restore(search.s, search.fly(step_of(search, *flown, {}), searching), Branch::nearest,
                       feasible_mps, searching);
  if (!there) there = restore(search.s, flown, Branch::nearest, feasible_mps, searching);
  if (!there) return {};
  return descend(search, std::move(*there), most_steps);
}

/// Flown again at the precision of all arcs and with all forces: Newton steps with the slopes of the search.
std::optional<Return> settled(const TransferSetting& setting, const Search& search,
                              const Solution& solution) {
  constexpr int most_flights = 8;
  constexpr double near_mps = 1e-5, slow = 0.3;
  TransferSetting s = setting;
  s.dynamics.taper = std::max(s.dynamics.taper, 1e-8);  // of the Moon's pull: metres after months
  const auto from = depart(s, search.d, search.launch, solution.choice[0], Derivatives::none, {});
  if (!from) return {};
  Eigen::Vector3d burn_mps = solution.choice.tail<3>();
  auto slopes = solution.flown.momentum_by;
  double off_mps = none;
  for (int i = 0; i < most_flights; ++i) {
    auto flown = fly_return(s, *from, burn_mps, Derivatives::none, {});
    if (!flown || flown->perigee.r_m.norm() > highest_m) return {};
    flown->momentum_by = slopes;
    if (correction_mps(*flown, Branch::nearest).norm() > slow * off_mps) {
      flown = fly_return(s, *from, burn_mps, Derivatives::jacobian, {});
      if (!flown) return {};
      slopes = flown->momentum_by;
    }
    const Eigen::Vector3d change = correction_mps(*flown, Branch::nearest);
    if (change.norm() < near_mps) return Return{*from, burn_mps, flown->perigee};
    off_mps = change.norm();
    burn_mps += change;
  }
  return {};
}

}  // namespace

std::optional<Return> cheapest_return(const TransferSetting& s, const Destination& d, Epoch launch,
                                      const Transfer* near) {
  Search search{s, d, launch, return_speeds(d)};
  search.s.dynamics.earth_j2 = false;  // guesses pass close to the Earth's centre, where it is boundless
  search.s.dynamics.taper = 1e-6;      // of the Moon's pull: mm/s
  constexpr double dearer_mps = 40.0;
  if (near != nullptr && near->found) {
    ReturnChoice begin;
    begin << near->speed_mps, near->burns.front().dv_mps;
    const auto found = continued(search, begin);
    if (found && found->cost_mps < near->insertion_mps + dearer_mps) {
      if (auto settled_return = settled(s, search, *found)) return settled_return;
    }
  }
  for (const Solution& solution : scanned(search))
    if (auto settled_return = settled(s, search, solution)) return settled_return;
  return {};
}

}  // namespace lunafab::orbit
