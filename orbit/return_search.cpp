#include "orbit/return_search.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>
#include "core/constants.hpp"
#include "orbit/shells.hpp"

namespace lunafab::orbit {
namespace {

constexpr double arrival_perigee_m = constants::earth_equatorial_radius_m + 200e3;
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

constexpr double burn_after_d = 1.0, longest_direct_d = 9.0;
constexpr double lunar_distance_m = 384.4e6;

std::optional<Departure> straight(const TransferSetting& s, const Destination& d, Epoch launch,
                                  double speed_mps, const Precision& precision) {
  const Arc out = propagate(s.dynamics, leave(s, launch, {speed_mps, 0.0, 0.0}), later(launch, burn_after_d),
                            {}, {.precision = precision});
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

// ---- first guesses

/// A burn to begin with.
struct Guess {
  double speed_mps = 0.0;
  double cost_mps = none;
  Eigen::Vector3d burn_mps = Eigen::Vector3d::Zero();
};
using Branches = std::array<Guess, 2>;  ///< perigee reached northwards and southwards

Craft about_earth(Craft craft, const Ephemeris& sky) {
  if (craft.centre == Body::earth) return craft;
  const SkyState bodies = sky.at(craft.at);
  craft.centre = Body::earth, craft.r_m += bodies.moon_m, craft.v_mps += bodies.moon_mps;
  return craft;
}

/// Both burns across the radius that bring the momentum to the goal, if Sun and Moon turn it by as much as
/// without a burn. With that change T, the momentum h wanted at the perigee has a size, a part along the pole
/// and, since the burn cannot give a part along the radius r̂, h·r̂ = T·r̂: of the cone about the pole two
/// lines, or the nearest.
Branches guesses(const Search& search, const Departure& from) {
  Branches out{Guess{from.speed_mps}, Guess{from.speed_mps}};
  const Aim unburnt = aim(search.s.dynamics, from.before, from.after, Derivatives::none, scanning);
  if (!unburnt.reached) return out;
  const Ephemeris& sky = *search.s.dynamics.sky;
  const Craft start = about_earth(from.before, sky), end = about_earth(unburnt.arc.last, sky);
  const Eigen::Vector3d before = start.r_m.cross(start.v_mps), turned = end.r_m.cross(end.v_mps) - before;
  const Eigen::Vector3d pole = earth_pole(end.at), radius = start.r_m.normalized();
  const double size = from.after.demands[0].value, polar = from.after.demands[1].value;
  const double level = std::sqrt(size * size - polar * polar);
  const Eigen::Vector3d across = pole.unitOrthogonal(), third = pole.cross(across);
  const double a = level * across.dot(radius), b = level * third.dot(radius);
  const double c = turned.dot(radius) - polar * pole.dot(radius);
  const double middle = std::atan2(b, a), spread = std::acos(std::clamp(c / std::hypot(a, b), -1.0, 1.0));
  for (std::size_t i = 0; i < 2; ++i) {
    const double phi = middle + (i == 0 ? spread : -spread);
    const Eigen::Vector3d wanted =
        polar * pole + level * (std::cos(phi) * across + std::sin(phi) * third) - turned;
    out[i].burn_mps = (wanted - before).cross(radius) / start.r_m.norm();
    out[i].cost_mps = out[i].burn_mps.norm();
  }
  return out;
}

/// Guesses at the speeds where they are least, the best first.
std::vector<Guess> scan(const Search& search) {
  std::vector<Branches> row;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += search.step_mps) {
    const auto from = search.depart(v, scanning);
    row.push_back(from ? guesses(search, *from) : Branches{Guess{v}, Guess{v}});
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

// ---- solutions

std::optional<Return> solved(const Search& search, double speed_mps, const Eigen::Vector3d& guess_mps,
                             const Precision& precision) {
  if (speed_mps < search.range.slowest_mps || speed_mps > search.range.fastest_mps) return {};
  const auto from = search.depart(speed_mps, precision);
  if (!from) return {};
  BurnSolution burn = solve_burn(search.s.dynamics, from->before, from->after, guess_mps, 1e-4, precision);
  if (!burn.converged) return {};
  return Return{speed_mps, from->before, from->after, std::move(burn)};
}

double cost_of(const std::optional<Return>& r) {
  return r ? r->burn.dv_mps.norm() : none;
}

/// Down to the cheapest burn near a solution: steps to the cheaper side, then vertices of parabolas.
Return cheapest_near(const Search& search, Return best) {
  constexpr int most_rounds = 12;
  constexpr double least_step_mps = 0.1, good_enough_mps = 0.05;
  const auto at = [&](double v) {
    return solved(search, v, best.burn.dv_mps, searching);
  };
  double step = 0.5 * search.step_mps;
  auto below = at(best.speed_mps - step), above = at(best.speed_mps + step);
  for (int i = 0; i < most_rounds && step > least_step_mps; ++i) {
    const double low = cost_of(below), here = best.burn.dv_mps.norm(), high = cost_of(above);
    if (std::min(low, high) < here) {
      std::optional<Return> last = best;
      best = low < high ? *below : *above;
      auto next = at(best.speed_mps + (low < high ? -step : step));
      above = low < high ? last : next;
      below = low < high ? next : last;
      continue;
    }
    const double bend = low - 2.0 * here + high;
    const double way = std::isfinite(bend) && bend > 0.0 ? 0.5 * step * (low - high) / bend : 0.0;
    if (std::isfinite(bend) && 0.125 * (low - high) * (low - high) < good_enough_mps * bend) break;
    if (const auto vertex = at(best.speed_mps + way); way != 0.0 && cost_of(vertex) < here) best = *vertex;
    step *= 0.3;
    below = at(best.speed_mps - step), above = at(best.speed_mps + step);
  }
  return best;
}

std::optional<Return> from_guess(const Search& search, const Guess& guess) {
  const auto begun = solved(search, guess.speed_mps, guess.burn_mps, searching);
  if (!begun) return {};
  return cheapest_near(search, *begun);
}

std::optional<Return> scanned(const Search& search) {
  constexpr std::size_t tried = 4;
  std::optional<Return> best;
  const std::vector<Guess> found = scan(search);
  for (std::size_t i = 0; i < std::min(tried, found.size()); ++i) {
    const auto next = from_guess(search, found[i]);
    if (cost_of(next) < cost_of(best)) best = next;
  }
  return best;
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
  std::optional<Return> best;
  if (near != nullptr && near->found && !near->burns.empty()) {
    const Eigen::Vector3d& burn_mps = near->burns.front().dv_mps;
    best = from_guess(search, {near->speed_mps, burn_mps.norm(), burn_mps});
  }
  if (!best || best->burn.dv_mps.norm() > near->insertion_mps) {
    const auto other = scanned(search);
    if (cost_of(other) < cost_of(best)) best = other;
  }
  if (!best) return {};
  return solved(search, best->speed_mps, best->burn.dv_mps, {});
}

}  // namespace lunafab::orbit
