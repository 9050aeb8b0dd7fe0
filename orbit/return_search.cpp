#include "orbit/return_search.hpp"
#include <Eigen/Cholesky>
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>
#include "orbit/earth.hpp"
#include "orbit/shells.hpp"

namespace lunafab::orbit {
namespace {

constexpr double arrival_perigee_m = earth::equatorial_radius_m + 200e3;
constexpr double none = std::numeric_limits<double>::infinity();
// A scan wants metres a second of a burn; a solution is flown again at the precision of all arcs.
constexpr Precision scanning{.tolerance = 1e-7}, searching{.tolerance = 1e-8};

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

/// A launch at one speed, up to where it burns.
struct Departure {
  double speed_mps = 0.0;
  Craft before;
  Goal after;
};

/// What an orbit through `apogee_m` has where its perigee is that of the arrival.
Goal perigee_goal(const TransferSetting& s, const Destination& d, Epoch latest, double apogee_m) {
  const double e = (apogee_m - arrival_perigee_m) / (apogee_m + arrival_perigee_m);
  const double momentum = std::sqrt(s.dynamics.gm.earth * arrival_perigee_m * (1.0 + e));
  return {.body = Body::earth,
          .end = EventSpec{.kind = EventKind::periapsis, .body = Body::earth},
          .latest = latest,
          .demands = {
              {Quantity::angular_momentum, momentum, 1e-3 * momentum},
              {Quantity::polar_momentum,
               momentum * std::cos(sun_synchronous_inclination_rad(d.altitude_m).value()), 1e-3 * momentum}}};
}

// ---- the two routes

constexpr double gate_m = 600e6;  // beyond it the first apoapsis is that of the Earth's orbit
constexpr double longest_up_d = 100.0, longest_down_d = 150.0;

std::optional<Departure> over_apogee(const TransferSetting& s, const Destination& d, Epoch launch,
                                     double speed_mps, const Precision& precision) {
  const ArcOptions options{.precision = precision};
  const Craft start = leave(s, launch, {speed_mps, 0.0, 0.0});
  const EventSpec gate{.kind = EventKind::distance,
                       .body = Body::earth,
                       .value = gate_m,
                       .crossing = Crossing::rising,
                       .ends = true};
  const Arc out = propagate(s.dynamics, start, later(launch, longest_up_d), {&gate, 1}, options);
  if (out.end != ArcEnd::event) return {};
  const EventSpec apogee{.kind = EventKind::apoapsis, .body = Body::earth, .ends = true};
  const Arc up = propagate(s.dynamics, out.last, later(launch, longest_up_d), {&apogee, 1}, options);
  if (up.end != ArcEnd::event) return {};
  return Departure{speed_mps, up.last,
                   perigee_goal(s, d, later(up.last.at, longest_down_d), up.last.r_m.norm())};
}

constexpr double day_s = 86400.0;
constexpr double longest_direct_d = 9.0;
constexpr double lunar_distance_m = 384.4e6;

std::optional<Departure> straight(const TransferSetting& s, const Destination& d, Epoch launch,
                                  double speed_mps, const Precision& precision) {
  const Arc out = propagate(s.dynamics, leave(s, launch, {speed_mps, 0.0, 0.0}),
                            later(launch, d.burn_at_s / day_s), {}, {.precision = precision});
  if (out.end != ArcEnd::time) return {};
  return Departure{speed_mps, out.last,
                   perigee_goal(s, d, later(out.last.at, longest_direct_d), lunar_distance_m)};
}

/// What one search is about.
struct Search {
  const TransferSetting& s;
  const Destination& d;
  Epoch launch;
  SpeedRange range;
  double step_mps;

  std::optional<Departure> depart(double speed_mps, const Precision& precision) const {
    return d.route == Route::direct ? straight(s, d, launch, speed_mps, precision)
                                    : over_apogee(s, d, launch, speed_mps, precision);
  }
};

// ---- burns

enum class Branch : std::uint8_t { first, second };  ///< of the two lines in which plane and cone meet

/// A burn to begin with.
struct Guess {
  double speed_mps = 0.0;
  Branch branch = Branch::first;
  double cost_mps = none;
  Eigen::Vector3d burn_mps = Eigen::Vector3d::Zero();
};

Craft about_earth(Craft craft, const Ephemeris& sky) {
  if (craft.centre == Body::earth) return craft;
  const SkyState bodies = sky.at(craft.at);
  craft.centre = Body::earth, craft.r_m += bodies.moon_m, craft.v_mps += bodies.moon_mps;
  return craft;
}

Eigen::Matrix3d cross(const Eigen::Vector3d& a) {
  return (Eigen::Matrix3d() << 0.0, -a.z(), a.y(), a.z(), 0.0, -a.x(), -a.y(), a.x(), 0.0).finished();
}

using Across = Eigen::Matrix<double, 3, 2>;

/// The angular momentum at the perigee as a linear function of the burn across the radius. Burns of a few m/s
/// turn it over, so that its size and part along the pole are far from linear in the burn; the vector is
/// nearly linear.
struct Momentum {
  Eigen::Vector3d unburnt;
  Across by_burn;
  Eigen::Vector3d pole;  ///< of the Earth, then
};

/// Two unit vectors across the radius.
Across across(const Eigen::Vector3d& radius) {
  Across axes;
  axes.col(0) = radius.unitOrthogonal();
  axes.col(1) = radius.normalized().cross(axes.col(0));
  return axes;
}

/// The burn after which the momentum has the goal's size and part along the pole. What burns across the
/// radius reach is a plane, what the goal wants a circle on the cone about the pole: they meet on two lines,
/// or the nearest is taken.
Eigen::Vector2d burn_for(const Momentum& h, const Goal& goal, Branch branch) {
  const Eigen::Vector3d normal = h.by_burn.col(0).cross(h.by_burn.col(1)).normalized();
  const double size = goal.demands[0].value, polar = goal.demands[1].value;
  const double level = std::sqrt(size * size - polar * polar);
  const Eigen::Vector3d level_axis = h.pole.cross(normal).normalized(), third = h.pole.cross(level_axis);
  // The level axis lies in the plane: the condition on the angle φ about the pole is one on sin φ.
  const double b = level * third.dot(normal), c = h.unburnt.dot(normal) - polar * h.pole.dot(normal);
  const double sine = std::clamp(c / b, -1.0, 1.0),
               cosine = (branch == Branch::first ? 1.0 : -1.0) * std::sqrt(1.0 - sine * sine);
  const Eigen::Vector3d change = polar * h.pole + level * (cosine * level_axis + sine * third) - h.unburnt;
  return (h.by_burn.transpose() * h.by_burn).ldlt().solve(h.by_burn.transpose() * change);
}

/// First guesses on both branches, if Sun and Moon turn the momentum by as much as without a burn.
std::array<Guess, 2> guesses(const Search& search, const Departure& from) {
  std::array<Guess, 2> out{Guess{from.speed_mps, Branch::first}, Guess{from.speed_mps, Branch::second}};
  const Aim unburnt = aim(search.s.dynamics, from.before, from.after, Derivatives::none, scanning);
  if (!unburnt.reached) return out;
  const Ephemeris& sky = *search.s.dynamics.sky;
  const Craft start = about_earth(from.before, sky), end = about_earth(unburnt.arc.last, sky);
  const Across axes = across(start.r_m);
  const Momentum h{end.r_m.cross(end.v_mps), cross(start.r_m) * axes, earth_pole(end.at)};
  for (Guess& guess : out) {
    guess.burn_mps = axes * burn_for(h, from.after, guess.branch);
    guess.cost_mps = guess.burn_mps.norm();
  }
  return out;
}

/// Newton steps on the momentum, within the branch; the guess's part along the radius stays.
std::optional<Eigen::Vector3d> newton(const Search& search, const Departure& from, const Guess& guess) {
  constexpr int most_steps = 9;
  // Convergence is quadratic: half a metre a second before the last step is a few mm/s after it.
  constexpr double near_mps = 0.5, longest_step_mps = 80.0, far_mps = 1500.0;
  const Ephemeris& sky = *search.s.dynamics.sky;
  const Across axes = across(about_earth(from.before, sky).r_m);
  Eigen::Vector3d burn_mps = guess.burn_mps;
  for (int i = 0; i < most_steps && burn_mps.norm() < far_mps; ++i) {
    const Aim flown =
        aim(search.s.dynamics, burnt(from.before, burn_mps), from.after, Derivatives::jacobian, searching);
    if (!flown.reached) return {};
    const Craft end = about_earth(flown.arc.last, sky);
    Momentum h{end.r_m.cross(end.v_mps), {}, earth_pole(end.at)};
    h.by_burn = (cross(end.r_m) * flown.arc.stm.bottomRightCorner<3, 3>() -
                 cross(end.v_mps) * flown.arc.stm.topRightCorner<3, 3>()) *
                axes;
    const Eigen::Vector2d now_mps = axes.transpose() * burn_mps;
    h.unburnt -= h.by_burn * now_mps;
    const Eigen::Vector2d step = burn_for(h, from.after, guess.branch) - now_mps;
    const double step_mps = step.norm();
    burn_mps += axes * step * std::min(1.0, longest_step_mps / step_mps);
    if (step_mps < near_mps) return burn_mps;
  }
  return {};
}

/// Guesses at the speeds where they are least, the best first.
std::vector<Guess> scan(const Search& search) {
  std::vector<std::array<Guess, 2>> row;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += search.step_mps) {
    const auto from = search.depart(v, scanning);
    row.push_back(from ? guesses(search, *from) : std::array<Guess, 2>{});
  }
  std::vector<Guess> found;
  for (std::size_t branch = 0; branch < 2; ++branch) {
    const auto cost = [&](std::size_t i) {
      return i < row.size() ? row[i][branch].cost_mps : none;
    };
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool least = cost(i) < cost(i + 1) && (i == 0 || cost(i) <= cost(i - 1));
      if (least) found.push_back(row[i][branch]);
    }
  }
  std::ranges::stable_sort(found, {}, &Guess::cost_mps);
  return found;
}

// ---- search over the speed

/// The burn on the guess's branch at another speed; a guess without a cost where there is none.
Guess solved(const Search& search, double speed_mps, Guess guess) {
  guess.speed_mps = speed_mps;
  const bool possible = speed_mps >= search.range.slowest_mps && speed_mps <= search.range.fastest_mps;
  const auto from = possible ? search.depart(speed_mps, searching) : std::nullopt;
  const auto burn_mps = from ? newton(search, *from, guess) : std::nullopt;
  guess.cost_mps = burn_mps ? burn_mps->norm() : none;
  if (burn_mps) guess.burn_mps = *burn_mps;
  return guess;
}

/// The burn at a speed, begun on the straight line through the burns at two others.
Guess between(const Search& search, double speed_mps, const Guess& a, const Guess& b) {
  Guess guess = a;
  if (std::isfinite(b.cost_mps) && a.speed_mps != b.speed_mps)
    guess.burn_mps += (speed_mps - a.speed_mps) / (b.speed_mps - a.speed_mps) * (b.burn_mps - a.burn_mps);
  return solved(search, speed_mps, guess);
}

/// Down to the cheapest burn near a solution: steps to the cheaper side, then vertices of parabolas.
Guess cheapest_near(const Search& search, Guess best, double step) {
  constexpr int most_rounds = 12;
  constexpr double least_step_mps = 0.1, good_enough_mps = 0.3;
  Guess below = solved(search, best.speed_mps - step, best);
  Guess above = between(search, best.speed_mps + step, best, below);
  for (int i = 0; i < most_rounds && step > least_step_mps; ++i) {
    const double low = below.cost_mps, here = best.cost_mps, high = above.cost_mps;
    if (std::min(low, high) < here) {
      Guess& last = low < high ? above : below;
      Guess& ahead = low < high ? below : above;
      last = best, best = ahead;
      ahead = between(search, best.speed_mps + (best.speed_mps - last.speed_mps), best, last);
      continue;
    }
    const double bend = low - 2.0 * here + high;
    if (std::isfinite(bend) && bend > 0.0) {
      const double gain_mps = 0.125 * (low - high) * (low - high) / bend;
      const Guess vertex = between(search, best.speed_mps + 0.5 * step * (low - high) / bend, best,
                                   low < high ? below : above);
      if (vertex.cost_mps < here) best = vertex;
      if (gain_mps < good_enough_mps) break;
    }
    step *= 0.3;
    below = between(search, best.speed_mps - step, best, below);
    above = between(search, best.speed_mps + step, best, above);
  }
  return best;
}

/// The burn also along the radius as it costs least, and the speed once more for that.
Guess with_radial_part(const Search& search, Guess best) {
  constexpr int rounds = 2;
  constexpr double step_mps = 0.5, gain_mps = 0.5;
  for (int i = 0; i < rounds; ++i) {
    const double before_mps = best.cost_mps;
    const auto from = search.depart(best.speed_mps, searching);
    if (!from) return best;
    const BurnSolution least =
        solve_burn(search.s.dynamics, from->before, from->after, best.burn_mps, 1e-4, searching);
    if (!least.converged || least.dv_mps.norm() >= best.cost_mps) return best;
    best.burn_mps = least.dv_mps, best.cost_mps = least.dv_mps.norm();
    if (before_mps - best.cost_mps < gain_mps) return best;
    best = cheapest_near(search, best, step_mps);
  }
  return best;
}

Guess scanned(const Search& search) {
  constexpr std::size_t tried = 4;
  constexpr double worth_it_mps = 60.0;  // what a descent from a guess may gain
  std::vector<Guess> begun;
  for (const Guess& guess : scan(search)) {
    if (begun.size() == tried) break;
    begun.push_back(solved(search, guess.speed_mps, guess));
  }
  std::ranges::stable_sort(begun, {}, &Guess::cost_mps);
  Guess best;
  for (const Guess& guess : begun) {
    if (!std::isfinite(guess.cost_mps) || guess.cost_mps > best.cost_mps + worth_it_mps) break;
    const Guess next = cheapest_near(search, guess, 0.25 * search.step_mps);
    if (next.cost_mps < best.cost_mps) best = next;
  }
  return best;
}

/// From the solution of a neighbouring date.
Guess continued(const Search& search, const Transfer& near) {
  Guess begun;
  for (const Branch branch : {Branch::first, Branch::second}) {
    const Eigen::Vector3d& burn_mps = near.burns.front().dv_mps;
    const Guess guess = solved(search, near.speed_mps, {near.speed_mps, branch, 0.0, burn_mps});
    if (guess.cost_mps < begun.cost_mps) begun = guess;
  }
  return std::isfinite(begun.cost_mps) ? cheapest_near(search, begun, 0.25 * search.step_mps) : begun;
}

}  // namespace

SpeedRange return_speeds(const Destination& d) {
  constexpr SpeedRange over_the_sun{2385.0, 2485.0}, direct{2490.0, 2760.0};
  const SpeedRange& route = d.route == Route::direct ? direct : over_the_sun;
  return {std::max(route.slowest_mps, d.speeds.slowest_mps),
          std::min(route.fastest_mps, d.speeds.fastest_mps)};
}

std::optional<Return> cheapest_return(const TransferSetting& s, const Destination& d, Epoch launch,
                                      const Transfer* near) {
  constexpr double scan_mps = 4.0, direct_scan_mps = 10.0;
  const Search search{s, d, launch, return_speeds(d), d.route == Route::direct ? direct_scan_mps : scan_mps};
  constexpr double dearer_mps = 3.0;
  Guess best = near != nullptr && near->found ? continued(search, *near) : Guess{};
  if (near == nullptr || !near->found || best.cost_mps > near->insertion_mps + dearer_mps) {
    const Guess other = scanned(search);
    if (other.cost_mps < best.cost_mps) best = other;
  }
  if (!std::isfinite(best.cost_mps)) return {};
  best = with_radial_part(search, best);
  const auto from = search.depart(best.speed_mps, {});
  if (!from) return {};
  BurnSolution burn = meet_goal(s.dynamics, from->before, from->after, best.burn_mps);
  if (!burn.converged) return {};
  return Return{best.speed_mps, from->before, from->after, std::move(burn)};
}

}  // namespace lunafab::orbit
