#include "orbit/return_search.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <optional>
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

static const bool PRED = std::getenv("NOPRED") == nullptr;

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
      if (flown->perigee_m > highest_m) break;
      return Solution{*flown, to, planned_mps(*flown, to)};
    }
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
      cheapest_linear(from, {.burn_mps = std::max(least_burn_mps, from.burn_mps()), .speed = trust.speed}) -
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

/// Solutions at one speed: on both branches, with parts along the radius to both sides.
static double envd(const char*n,double d){const char*p=std::getenv(n);return p?atof(p):d;}
static const int sides = int(envd("NR",4));
static const double radial_step_mps = envd("DR",40.0);
using Row = std::vector<std::optional<Solution>>;

/// From a solution to those with more and more along the radius.
void solve_side(const Search& search, Branch branch, double step_mps, const Solution& middle, std::optional<Solution>* side) {
  const Eigen::Vector3d up = middle.flown.from.before.r_m.normalized();
  static const double near_mps = envd("NEAR",8.0);
  const Solution* last = &middle;
  for (int i = 0; i < sides; ++i) {
    ReturnChoice to = last->choice;
    to.tail<3>() += step_mps * up;
    if (PRED) to.tail<3>() += correction_mps(linearly_changed(last->flown, to), branch);
    side[i] = restore(search.s, fly_return(search.s, middle.flown.from, to.tail<3>(), scanning), branch, near_mps, scanning);
    if (!side[i]) return;
    last = &*side[i];
  }
}

Row solve_row(const Search& search, double speed_mps) {
  static const double near_mps = envd("NEAR",8.0);
  const std::size_t per = 2 * std::size_t(sides) + 1;
  Row row(2 * per);
  const auto from = depart(search.s, search.d, search.launch, speed_mps, Derivatives::jacobian, scanning);
  if (!from) return row;
  for (const Branch branch : {Branch::first, Branch::second}) {
    std::optional<Solution>* part = row.data() + (branch == Branch::first ? 0 : per);
    part[0] = restore(search.s, fly_return(search.s, *from, Eigen::Vector3d::Zero(), scanning), branch, near_mps, scanning);
    if (!part[0]) continue;
    solve_side(search, branch, radial_step_mps, *part[0], part + 1);
    solve_side(search, branch, -radial_step_mps, *part[0], part + 1 + sides);
  }
  return row;
}

/// Solutions at speeds where they are cheaper than at the neighbouring ones, the cheapest first.
std::vector<Solution> scan(const Search& search, double step_mps) {
  std::vector<Row> rows;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += step_mps)
    rows.push_back(solve_row(search, v));
  std::vector<Solution> found;
  for (std::size_t k = 0; k < rows.front().size(); ++k) {
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
  static const std::size_t tried = std::size_t(envd("TRIED",24));
  static const double scan_mps = envd("SCAN",3.0); constexpr double direct_scan_mps = 10.0, alike_mps = 15.0;
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
std::optional<Return> settled(const TransferSetting& setting, const Search& search, const ReturnChoice& choice) {
  constexpr double close_mps = 0.05, tolerance = 1e-4;
  Search with_j2 = search;
  with_j2.s.dynamics.earth_j2 = setting.dynamics.earth_j2;
  const auto close = restore(with_j2.s, with_j2.fly(choice, searching), Branch::nearest, close_mps, searching);
  if (!close) return {};
  TransferSetting s = setting;
  s.dynamics.taper = std::max(s.dynamics.taper, 1e-8);  // of the Moon's pull: metres after months
  const auto from = depart(s, search.d, search.launch, choice[0], Derivatives::none, {});
  if (!from) return {};
  BurnSolution burn = meet_goal(s.dynamics, from->before, from->after, close->choice.tail<3>(), tolerance);
  if (!burn.converged || burn.aim.arc.last.r_m.norm() > highest_m) return {};
  return Return{choice[0], from->before, from->after, std::move(burn), {}};
}

/// From a neighbour's choice: the linear step first, for the speed with the burn.
std::optional<Solution> continued(const Search& search, const ReturnChoice& begin) {
  const auto flown = search.fly(begin, searching);
  if (!flown) return {};
  auto there = restore(search.s, search.fly(step_of(search, *flown, {}), searching), Branch::nearest, feasible_mps, searching);
  if (!there) there = restore(search.s, flown, Branch::nearest, feasible_mps, searching);
  if (!there) return {};
  return descend(search, std::move(*there));
}

ReturnChoice choice_of(const FirstGuess& guess) {
  ReturnChoice out;
  out << guess.speed_mps, guess.burn_mps;
  return out;
}

void sort_by_cost(std::vector<Solution>& solutions) {
  std::ranges::stable_sort(solutions, {}, &Solution::cost_mps);
}

}  // namespace

std::optional<Return> cheapest_return(const TransferSetting& s, const Destination& d, Epoch launch,
                                      const Transfer* near) {
  Search search{s, d, launch, return_speeds(d)};
  search.s.dynamics.earth_j2 = false;  // guesses pass close to the Earth's centre, where it is boundless
  search.s.dynamics.taper = 1e-6;      // of the Moon's pull: mm/s
  static const double dearer_mps = envd("DEARER",3.0), follow_mps = envd("FOLLOW",3.0);
  static const std::size_t most_rivals = std::size_t(envd("RIVALS",4));
  std::vector<Solution> solutions;
  const auto follow = [&](const FirstGuess& guess) {
    if (auto found = continued(search, choice_of(guess))) solutions.push_back(std::move(*found));
  };
  const bool continues = near != nullptr && near->found;
  std::size_t rivals_followed = 0;
  if (continues) {
    follow({near->speed_mps, near->burns.front().dv_mps});
    if (solutions.empty() || solutions.front().cost_mps > near->insertion_mps + follow_mps)
      for (const FirstGuess& rival : near->rivals) follow(rival), ++rivals_followed;
    sort_by_cost(solutions);
  }
  if (solutions.empty() || solutions.front().cost_mps > near->insertion_mps + dearer_mps) {
    if (continues && getenv("SAY")) printf("    scans: %.2f near %.2f followed %zu\n", solutions.empty()?-1.0:solutions.front().cost_mps, near->insertion_mps, rivals_followed);
    std::ranges::move(scanned(search), std::back_inserter(solutions));
    sort_by_cost(solutions);
  }
  for (std::size_t i = 0; i < solutions.size(); ++i) {
    auto found = settled(s, search, solutions[i].choice);
    if (!found) continue;
    for (std::size_t k = i + 1; k < solutions.size() && found->rivals.size() < most_rivals; ++k)
      if ((solutions[k].choice - solutions[i].choice).norm() > 5.0) found->rivals.push_back({solutions[k].choice[0], solutions[k].choice.tail<3>()});
    return found;
  }
  return {};
}

}  // namespace lunafab::orbit
