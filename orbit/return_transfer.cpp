#include "orbit/return_transfer.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <vector>
#include "core/constants.hpp"
#include "orbit/earth.hpp"
#include "orbit/shells.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr double arrival_perigee_m = earth::equatorial_radius_m + 200e3;

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

/// A launch speed tried, and the burn it takes.
struct Trial {
  double speed_mps = 0.0;
  Craft before;  ///< the burn
  Goal after;
  double cost_mps = 0.0;  ///< first estimate
  Eigen::Vector3d burn_mps = Eigen::Vector3d::Zero();
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

/// The burn of least norm on the linearised goal.
void estimate(const TransferSetting& s, Trial& trial) {
  trial.cost_mps = std::numeric_limits<double>::infinity();
  const Aim unburnt = aim(s.dynamics, trial.before, trial.after, Derivatives::jacobian);
  if (!unburnt.reached) return;
  trial.burn_mps = least_burn_mps(unburnt.jacobian, unburnt.residual);
  trial.cost_mps = trial.burn_mps.norm();
}

// ---- over the Sun

constexpr double slowest_mps = 2385.0, fastest_mps = 2485.0, scan_mps = 2.0;
constexpr double gate_m = 600e6;  // beyond it the first apoapsis is that of the Earth's orbit
constexpr double longest_up_d = 100.0, longest_down_d = 150.0;

std::optional<Trial> over_apogee(const TransferSetting& s, const Destination& d, Epoch launch,
                                 double speed_mps) {
  const Craft start = leave(s, launch, {speed_mps, 0.0, 0.0});
  const EventSpec gate{.kind = EventKind::distance,
                       .body = Body::earth,
                       .value = gate_m,
                       .crossing = Crossing::rising,
                       .ends = true};
  const Arc out = propagate(s.dynamics, start, later(launch, longest_up_d), {&gate, 1});
  if (out.end != ArcEnd::event) return {};
  const EventSpec apogee{.kind = EventKind::apoapsis, .body = Body::earth, .ends = true};
  const Arc up = propagate(s.dynamics, out.last, later(launch, longest_up_d), {&apogee, 1});
  if (up.end != ArcEnd::event) return {};
  return Trial{.speed_mps = speed_mps,
               .before = up.last,
               .after = perigee_goal(s, d, later(up.last.at, longest_down_d), up.last.r_m.norm())};
}

// ---- direct

constexpr double direct_slowest_mps = 2490.0, direct_fastest_mps = 2760.0, direct_scan_mps = 10.0;
constexpr double burn_after_d = 1.0, longest_direct_d = 9.0;
constexpr double lunar_distance_m = 384.4e6;

std::optional<Trial> straight(const TransferSetting& s, const Destination& d, Epoch launch,
                              double speed_mps) {
  const Arc out = propagate(s.dynamics, leave(s, launch, {speed_mps, 0.0, 0.0}), later(launch, burn_after_d));
  if (out.end != ArcEnd::time) return {};
  return Trial{.speed_mps = speed_mps,
               .before = out.last,
               .after = perigee_goal(s, d, later(out.last.at, longest_direct_d), lunar_distance_m)};
}

constexpr double longest_return_d = 120.0;

// ---- search

using TryOne = std::optional<Trial> (*)(const TransferSetting&, const Destination&, Epoch, double);

struct Search {
  double from_mps, to_mps, step_mps;
  TryOne try_one;
};
Search search_of(const Destination& d) {
  if (d.route == Route::direct) {
    return {std::max(direct_slowest_mps, d.speeds.slowest_mps),
            std::min(direct_fastest_mps, d.speeds.fastest_mps), direct_scan_mps, straight};
  }
  return {std::max(slowest_mps, d.speeds.slowest_mps), std::min(fastest_mps, d.speeds.fastest_mps), scan_mps,
          over_apogee};
}

struct Solved {
  Trial trial;
  BurnSolution burn;
};

std::optional<Solved> solved(const TransferSetting& s, const Destination& d, Epoch launch,
                             const Search& search, double speed_mps,
                             const std::optional<Eigen::Vector3d>& guess_mps) {
  auto trial = search.try_one(s, d, launch, speed_mps);
  if (!trial) return {};
  if (!guess_mps) estimate(s, *trial);
  BurnSolution burn =
      solve_burn(s.dynamics, trial->before, trial->after, guess_mps.value_or(Eigen::Vector3d::Zero()));
  if (!burn.converged) return {};
  return Solved{*trial, std::move(burn)};
}

/// Golden-section search for the cheapest burn about a solved speed.
Solved cheapest_near(const TransferSetting& s, const Destination& d, Epoch launch, const Search& search,
                     Solved best) {
  constexpr int narrowings = 12;
  const double golden = 0.5 * (std::sqrt(5.0) - 1.0);
  double low = std::max(search.from_mps, best.trial.speed_mps - search.step_mps),
         high = std::min(search.to_mps, best.trial.speed_mps + search.step_mps);
  const auto cost = [&](double v) {
    const auto found = solved(s, d, launch, search, v, best.burn.dv_mps);
    if (!found) return std::numeric_limits<double>::infinity();
    const double mps = found->burn.dv_mps.norm();
    if (mps < best.burn.dv_mps.norm()) best = *found;
    return mps;
  };
  double a = high - golden * (high - low), b = low + golden * (high - low), at_a = cost(a), at_b = cost(b);
  for (int i = 0; i < narrowings; ++i) {
    if (at_a < at_b) {
      high = b, b = a, at_b = at_a, a = high - golden * (high - low), at_a = cost(a);
    } else {
      low = a, a = b, at_a = at_b, b = low + golden * (high - low), at_b = cost(b);
    }
  }
  return best;
}

std::vector<Trial> scan(const TransferSetting& s, const Destination& d, Epoch launch, const Search& search) {
  std::vector<Trial> row;
  for (double v = search.from_mps; v <= search.to_mps; v += search.step_mps) {
    auto trial = search.try_one(s, d, launch, v);
    if (!trial) continue;
    estimate(s, *trial);
    row.push_back(std::move(*trial));
  }
  std::stable_sort(row.begin(), row.end(),
                   [](const Trial& a, const Trial& b) { return a.cost_mps < b.cost_mps; });
  return row;
}

}  // namespace

Transfer to_sun_synchronous(const TransferSetting& s, const Destination& d, Epoch launch) {
  constexpr std::size_t tried = 4;
  const Search search = search_of(d);
  std::optional<Solved> best;
  std::size_t n = 0;
  for (const Trial& trial : scan(s, d, launch, search)) {
    if (n++ == tried || !std::isfinite(trial.cost_mps)) break;
    const auto found = solved(s, d, launch, search, trial.speed_mps, {});
    if (found && (!best || found->burn.dv_mps.norm() < best->burn.dv_mps.norm())) best = found;
  }
  if (!best) {
    return {.reason = fmt::format("no return to a perigee of 200 km in the Sun-synchronous plane with {:.0f} "
                                  "to {:.0f} m/s on this day",
                                  search.from_mps, search.to_mps)};
  }
  best = cheapest_near(s, d, launch, search, *best);
  Transfer t{.found = true,
             .speed_mps = best->trial.speed_mps,
             .start = leave(s, launch, {best->trial.speed_mps, 0.0, 0.0})};
  const Craft& before = best->trial.before;
  t.burns.push_back(
      {d.route == Route::direct ? "aim at perigee" : "turn at apogee", before, best->burn.dv_mps});
  t.arrival = best->burn.aim.arc.last;
  t.last = LastBurn::aim_and_capture;
  t.after = best->trial.after;
  t.burns.push_back({"capture", t.arrival, capture_mps(t.arrival, s.dynamics.gm.earth)});
  t.arrival = burnt(t.arrival, t.burns.back().dv_mps);
  t.insertion_mps = best->burn.dv_mps.norm() + t.burns.back().dv_mps.norm();
  t.goal = meeting(before);
  return t;
}

Transfer to_high_earth_orbit(const TransferSetting& s, const Destination& d, Epoch launch) {
  const double radius_m = earth::equatorial_radius_m + d.altitude_m;
  const Goal goal{.body = Body::earth,
                  .end = EventSpec{.kind = EventKind::periapsis, .body = Body::earth},
                  .latest = later(launch, longest_return_d),
                  .demands = {{Quantity::radius, radius_m, 1e3}}};
  // The Earth's pull on a craft still near the Moon gives apsides that mean nothing: count from a way out.
  const auto end_of = [&](double v) -> std::optional<Aim> {
    const EventSpec gate{.kind = EventKind::distance,
                         .body = Body::moon,
                         .value = 100e6,
                         .crossing = Crossing::rising,
                         .ends = true};
    const Arc out = propagate(s.dynamics, leave(s, launch, {v, 0.0, 0.0}), goal.latest, {&gate, 1});
    if (out.end != ArcEnd::event) return {};
    Aim a = aim(s.dynamics, out.last, goal, Derivatives::none);
    if (!a.reached) return {};
    return a;
  };
  const auto miss = [&](double v) {
    const auto a = end_of(v);
    return a ? a->residual[0] : std::nan("");
  };
  constexpr double step_mps = 5.0;
  Transfer best;
  for (double v = std::max(2330.0, d.speeds.slowest_mps); v + step_mps <= d.speeds.fastest_mps;
       v += step_mps) {
    double low = v, high = v + step_mps, f_low = miss(low), f_high = miss(high);
    if (!(f_low * f_high <= 0.0)) continue;
    while (high - low > 1e-6) {
      const double mid = 0.5 * (low + high), f = miss(mid);
      (f * f_low <= 0.0 ? high : low) = mid;
      (f * f_low <= 0.0 ? f_high : f_low) = f;
    }
    const auto end = end_of(0.5 * (low + high));
    if (!end || std::abs(end->residual[0]) > 1.0) continue;
    const Circularisation burn = circularise(end->arc.last, radius_m, s.dynamics.gm.earth);
    if (best.found && burn.total_mps() >= best.insertion_mps) continue;
    best = {.found = true,
            .speed_mps = 0.5 * (low + high),
            .start = leave(s, launch, {0.5 * (low + high), 0.0, 0.0})};
    best.burns = {{"circularise", end->arc.last, burn.first_mps}};
    best.arrival = burnt(end->arc.last, burn.first_mps);
    best.insertion_mps = burn.total_mps();
    best.goal = meeting(end->arc.last);
    best.last = LastBurn::match_velocity;
  }
  if (!best.found)
    best.reason = fmt::format(
        "no perigee at {:.0f} km altitude on the first return with {:.0f} to {:.0f} m/s on this day",
        d.altitude_m / 1e3, d.speeds.slowest_mps, d.speeds.fastest_mps);
  return best;
}

}  // namespace lunafab::orbit
