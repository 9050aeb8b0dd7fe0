#include "orbit/libration_guess.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "orbit/synodic.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr double last_d = 13.0, scan_d = 1.0 / 6.0;
constexpr double near_enough = 0.2;  // of the Earth–Moon distance: worth a try

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

/// How long a launch stays up: low ones come back to the ground after a revolution, higher ones the Earth may
/// hold up.
double aloft_d(const LibrationSearch& search, double speed_mps) {
  constexpr double held_up_m = 20e6;
  const double gm = moon_gm_m3ps2(search.s.dynamics), r = constants::moon_radius_m;
  const double a_m = 1.0 / (2.0 / r - speed_mps * speed_mps / gm);
  if (a_m < 0.0 || a_m > held_up_m) return last_d;
  return std::min(last_d, 2.0 * std::numbers::pi * std::sqrt(a_m * a_m * a_m / gm) / day_s);
}

/// Places of a launch at the scan's dates, as long as it stays up.
std::vector<Craft> path(const LibrationSearch& search, double speed_mps) {
  std::vector<Epoch> dates;
  for (double d = burn_after_d + 0.25; d <= aloft_d(search, speed_mps); d += scan_d)
    dates.push_back(later(search.launch, d));
  std::vector<Craft> places = sample(search.s.dynamics, leave(search.s, search.launch, {speed_mps, 0.0, 0.0}),
                                     dates, about_the_moon(Derivatives::none));
  constexpr double deepest_m = constants::moon_radius_m - 1e4;
  const auto fallen =
      std::ranges::find_if(places, [](const Craft& craft) { return craft.r_m.norm() < deepest_m; });
  places.erase(fallen, places.end());
  return places;
}

/// Dates at which one launch comes over cheaply or passes close.
void scan_speed(const LibrationSearch& search, double speed_mps, std::vector<Approach>& found) {
  std::vector<Approach> row;
  for (const Craft& craft : path(search, speed_mps)) row.push_back(cheapest_phase(search, speed_mps, craft));
  const auto lowest = [&](std::size_t i, auto measure) {
    return (i == 0 || measure(row[i]) <= measure(row[i - 1])) &&
           (i + 1 == row.size() || measure(row[i]) <= measure(row[i + 1]));
  };
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (row[i].distance < near_enough && (lowest(i, [](const Approach& a) { return a.cost_mps; }) ||
                                          lowest(i, [](const Approach& a) { return a.distance; })))
      found.push_back(row[i]);
  }
}

}  // namespace

Approach cheapest_phase(const LibrationSearch& search, double speed_mps, const Craft& craft) {
  const SynodicAxes axes = synodic_axes(*search.s.dynamics.sky, craft.at, search.s.dynamics.gm);
  const RotatingState here = to_rotating(LunarState{craft.r_m, craft.v_mps}, earth_moon.mass_ratio, axes);
  const double days = craft.at.tt_days_since_j2000 - search.launch.tt_days_since_j2000;
  const double per_time = earth_moon.time_s / ((days - burn_after_d) * day_s);
  Approach best;
  for (std::size_t i = 0; i < search.track.states.size(); ++i) {
    const RotatingState& there = search.track.states[i];
    const Eigen::Vector3d apart = there.r - here.r, turn = apart * per_time;
    const double cost_mps = (turn.norm() + (there.v - here.v - turn).norm()) * earth_moon.speed_mps();
    if (cost_mps >= best.cost_mps) continue;
    best.cost_mps = cost_mps, best.distance = apart.norm();
    best.choice << speed_mps, days, static_cast<double>(i) / track_phases, 0.0, 0.0, 0.0;
  }
  return best;
}

std::vector<Approach> find_approaches(const LibrationSearch& search) {
  // Between falling back and passing by, a metre a second moves a way of ten days by thousands of km.
  constexpr double step_mps = 10.0, fine_step_mps = 2.5, fine_from_mps = 2300.0, fine_to_mps = 2400.0;
  std::vector<Approach> found;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps;) {
    scan_speed(search, v, found);
    v += v >= fine_from_mps && v < fine_to_mps ? fine_step_mps : step_mps;
  }
  return found;
}

}  // namespace lunafab::orbit
