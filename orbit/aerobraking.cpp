#include "orbit/aerobraking.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <tuple>
#include <utility>
#include "core/contract.hpp"
#include "orbit/arrival_account.hpp"
#include "orbit/atmosphere.hpp"
#include "orbit/earth.hpp"
#include "orbit/integrator.hpp"

namespace lunafab::orbit {
namespace {

constexpr double gm = earth::gm_m3ps2;
constexpr double interface_m =
    earth::equatorial_radius_m + 500e3;                        ///< density 2e-5 of that at 120 km and less
constexpr double floor_m = earth::equatorial_radius_m + 60e3;  ///< what gets there does not come back
constexpr double highest_pass_m = earth::equatorial_radius_m + 400e3;

// A pass in its plane, over the polar angle θ from the perigee: radius, radial speed, angular momentum h,
// heat load, loss of speed. With D = ½ρv² C A/m and the air at rest
//   dr/dt = v_r,  dv_r/dt = h²/r³ − GM/r² − D v_r/v,  dh/dt = −D h/v,  dθ/dt = h/r².
enum : std::size_t { radius, radial, momentum, load, loss };
using PassState = Vector<5>;

double density_at(double radius_m) {
  return earth_density_kgpm3(std::max(0.0, radius_m - earth::equatorial_radius_m));
}
double speed_of(const PassState& y) {
  return std::hypot(y[radial], y[momentum] / y[radius]);
}
double heat_of(const PassState& y) {
  const double v = speed_of(y);
  return 0.5 * density_at(y[radius]) * v * v * v;
}

PassState pass_rate(const PassState& y, double drag_area_over_mass) {
  const double r = y[radius], h = y[momentum], v = speed_of(y), slowness = r * r / h;
  const double pressure = 0.5 * density_at(r) * v * v, drag = pressure * drag_area_over_mass;
  return {slowness * y[radial], slowness * (h * h / (r * r * r) - gm / (r * r) - drag * y[radial] / v),
          -slowness * drag * h / v, slowness * pressure * v, slowness * drag};
}

/// Polar angle where an ellipse leaves the atmosphere.
double exit_angle_rad(double perigee_m, double apogee_m) {
  if (apogee_m <= interface_m) return std::numbers::pi;
  const double e = (apogee_m - perigee_m) / (apogee_m + perigee_m), p = perigee_m * (1.0 + e);
  return std::acos(std::clamp((p / interface_m - 1.0) / e, -1.0, 1.0));
}

/// Apsides of the ellipse through a state; for open orbits the apogee is infinite.
std::pair<double, double> apsides_m(const PassState& y) {
  const double p = y[momentum] * y[momentum] / gm;
  const double e = std::hypot(p / y[radius] - 1.0, y[momentum] * y[radial] / gm);
  return {p / (1.0 + e), p / (1.0 - e)};
}

/// Free-molecular heating at the perigee of an ellipse, W/m².
double perigee_heat(double perigee_m, double apogee_m) {
  const double v = apsidal_speed_mps(perigee_m, apogee_m);
  return 0.5 * density_at(perigee_m) * v * v * v;
}

/// Perigee whose pass, without drag, heats `heat_Wpm2` at its lowest point; the heat falls with altitude.
double perigee_for_heat_m(double apogee_m, double heat_Wpm2) {
  double low = floor_m, high = std::min(highest_pass_m, apogee_m);
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (low + high);
    (perigee_heat(middle, apogee_m) > heat_Wpm2 ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

/// The campaign of passes: the ellipse and the worst that was met.
struct Campaign {
  double perigee_m, apogee_m;
  double sag =
      1.0;  ///< peak heat of the last pass ÷ that of its drag-free perigee: drag lowers it on the way
  double last_drag_mps = 0.0;
  double hottest_Wpm2 = 0.0, largest_load_Jpm2 = 0.0, largest_pressure_Pa = 0.0;
};

/// At the apogee: brings the perigee to the corridor's aim where the next pass would leave the corridor.
void hold_corridor(Campaign& c, const Aerobraking& braking, ArrivalAccount& account) {
  const double share = c.sag * perigee_heat(c.perigee_m, c.apogee_m) / braking.heat_limit_Wpm2;
  if (share >= braking.corridor_floor && share <= braking.corridor_ceiling) return;
  const double aim_m = perigee_for_heat_m(c.apogee_m, braking.corridor_aim * braking.heat_limit_Wpm2 / c.sag);
  account.burn("corridor",
               std::abs(apsidal_speed_mps(c.apogee_m, aim_m) - apsidal_speed_mps(c.apogee_m, c.perigee_m)));
  c.perigee_m = aim_m;
}

/// Before the last pass: raises the perigee so that the pass leaves the apogee at the working altitude, as
/// planned.
void soften_last_pass(Campaign& c, double working_m, const Aerobraking& braking, ArrivalAccount& account) {
  const double left_mps =
      apsidal_speed_mps(c.perigee_m, c.apogee_m) - apsidal_speed_mps(c.perigee_m, working_m);
  if (left_mps > 2.0 * c.last_drag_mps) return;
  const auto overshoots = [&](double perigee_m) {
    const DragPass pass =
        drag_pass(perigee_m, c.apogee_m, account.mass_kg(), braking.area_m2 * braking.drag_coefficient);
    return !pass.leaves || pass.apogee_m < working_m;
  };
  if (!overshoots(c.perigee_m)) return;
  double low = c.perigee_m, high = std::min(highest_pass_m, working_m);
  for (int halving = 0; halving < 40; ++halving) {
    const double middle = 0.5 * (low + high);
    (overshoots(middle) ? low : high) = middle;
  }
  account.burn("corridor", apsidal_speed_mps(c.apogee_m, high) - apsidal_speed_mps(c.apogee_m, c.perigee_m));
  c.perigee_m = high;
}

std::optional<ArrivalLoss> too_hot(double heat_Wpm2, const Aerobraking& braking, const char* where) {
  if (heat_Wpm2 <= braking.heat_limit_Wpm2) return {};
  return ArrivalLoss{ArrivalFailure::too_hot, fmt::format("{} heats {:.0f} W/m², the limit is {:.0f} W/m²",
                                                          where, heat_Wpm2, braking.heat_limit_Wpm2)};
}

/// One pass and the ellipse after it.
std::optional<ArrivalLoss> pass_once(Campaign& c, const Aerobraking& braking, ArrivalAccount& account) {
  const double drag_area_m2 = braking.area_m2 * braking.drag_coefficient * braking.density_factor;
  const DragPass pass = drag_pass(c.perigee_m, c.apogee_m, account.mass_kg(), drag_area_m2);
  account.count_pass();
  const double heat_Wpm2 = pass.peak_heat_Wpm2 * braking.density_factor;
  c.last_drag_mps = pass.drag_mps;
  c.sag = pass.peak_heat_Wpm2 / perigee_heat(c.perigee_m, c.apogee_m);
  c.hottest_Wpm2 = std::max(c.hottest_Wpm2, heat_Wpm2);
  c.largest_load_Jpm2 = std::max(c.largest_load_Jpm2, pass.heat_load_Jpm2 * braking.density_factor);
  c.largest_pressure_Pa = std::max(c.largest_pressure_Pa, pass.peak_pressure_Pa * braking.density_factor);
  c.perigee_m = pass.perigee_m, c.apogee_m = pass.apogee_m;
  if (!pass.leaves) {
    return ArrivalLoss{ArrivalFailure::fallen,
                       fmt::format("pass {} does not leave the atmosphere", account.passes())};
  }
  return too_hot(heat_Wpm2, braking, "a pass");
}

/// Passes until the apogee is at the working altitude.
std::optional<ArrivalLoss> brake(Campaign& c, double working_m, const Aerobraking& braking,
                                 const ArrivingCraft& craft, ArrivalAccount& account) {
  constexpr double near_enough_m = 1e3;  // 0.3 m/s for the burns that follow
  while (c.apogee_m > working_m + near_enough_m) {
    if (auto loss = pass_once(c, braking, account)) return loss;
    account.wait(0.5 * ellipse_period_s(c.perigee_m, c.apogee_m), c.perigee_m, c.apogee_m);
    if (c.apogee_m > working_m + near_enough_m) {
      hold_corridor(c, braking, account);
      soften_last_pass(c, working_m, braking, account);
    }
    account.wait(0.5 * ellipse_period_s(c.perigee_m, c.apogee_m), c.perigee_m, c.apogee_m);
    if (account.is_empty()) return {};
    if (account.days() > craft.life_days) {
      return ArrivalLoss{
          ArrivalFailure::too_slow,
          fmt::format("after {} passes and {:.0f} d of life the apogee is still at {:.0f} km",
                      account.passes(), account.days(), (c.apogee_m - earth::equatorial_radius_m) * 1e-3)};
    }
  }
  return {};
}

/// Up from the last ellipse, whose apogee a pass left at or just below the working altitude.
void close_circle(Campaign& c, double working_m, ArrivalAccount& account) {
  account.burn("perigee raise",
               apsidal_speed_mps(c.apogee_m, working_m) - apsidal_speed_mps(c.apogee_m, c.perigee_m));
  account.wait(0.5 * ellipse_period_s(c.apogee_m, working_m), c.apogee_m, working_m);
  account.burn("circularisation",
               std::abs(apsidal_speed_mps(working_m, working_m) - apsidal_speed_mps(working_m, c.apogee_m)));
  c.perigee_m = c.apogee_m = working_m;
}

ArrivalResult finish(const Campaign& c, const Aerobraking& braking, ArrivalAccount& account,
                     std::optional<ArrivalLoss> loss) {
  account.limit({"heat flux", c.hottest_Wpm2, braking.heat_limit_Wpm2, "W/m²"});
  ArrivalResult result = account.end(c.perigee_m, c.apogee_m, std::move(loss));
  result.heat_load_Jpm2 = c.largest_load_Jpm2, result.dynamic_pressure_Pa = c.largest_pressure_Pa;
  return result;
}

}  // namespace

DragPass drag_pass(double perigee_m, double apogee_m, double mass_kg, double drag_area_m2) {
  expects(perigee_m > floor_m && apogee_m >= perigee_m && mass_kg > 0.0 && drag_area_m2 >= 0.0,
          "a pass needs an ellipse above 60 km, a mass and an area");
  const double area_over_mass = drag_area_m2 / mass_kg, exit_rad = exit_angle_rad(perigee_m, apogee_m);
  const double e = (apogee_m - perigee_m) / (apogee_m + perigee_m), p = perigee_m * (1.0 + e);
  const double h = std::sqrt(gm * p), speed = h / perigee_m;
  const PassState entry{p / (1.0 + e * std::cos(exit_rad)), -gm / h * e * std::sin(exit_rad), h, 0.0, 0.0};
  const auto rate = [area_over_mass](double, const PassState& y) {
    return pass_rate(y, area_over_mass);
  };
  const auto scale = [speed](const PassState& y, const PassState&) {
    return PassState{y[radius], speed, y[momentum], 1e6, speed};
  };
  // Steps no longer than 0.02 (130 km of path): the density has corners between its layers.
  Integrator<5, decltype(rate), decltype(scale)> way(rate, scale, -exit_rad, entry,
                                                     {.tolerance = 1e-11, .longest_step = 0.02});
  DragPass pass{.lowest_altitude_m = apogee_m};
  while (way.t() < exit_rad && way.y()[radius] > floor_m && way.step(exit_rad)) {
    for (int i = 1; i <= 4; ++i) {
      const PassState y = way.dense(way.t_before() + 0.25 * i * (way.t() - way.t_before()));
      const double v = speed_of(y), heat = heat_of(y);
      pass.peak_heat_Wpm2 = std::max(pass.peak_heat_Wpm2, heat);
      pass.peak_pressure_Pa = std::max(pass.peak_pressure_Pa, heat / v);
      pass.lowest_altitude_m = std::min(pass.lowest_altitude_m, y[radius] - earth::equatorial_radius_m);
    }
  }
  const PassState& y = way.y();
  std::tie(pass.perigee_m, pass.apogee_m) = apsides_m(y);
  pass.heat_load_Jpm2 = y[load], pass.drag_mps = y[loss];
  pass.leaves = way.t() == exit_rad && pass.perigee_m > floor_m;
  if (!pass.leaves) pass.perigee_m = pass.apogee_m = y[radius];
  return pass;
}

ArrivalResult arrive_by_aerobraking(const EarthArrival& arrival, const WorkingOrbit& target,
                                    const ArrivingCraft& craft, const Aerobraking& braking) {
  ArrivalAccount account(ArrivalMethod::aerobraking, arrival, target, craft);
  expects(braking.heat_limit_Wpm2 > 0.0 && braking.area_m2 > 0.0 && braking.drag_coefficient > 0.0 &&
              braking.density_factor > 0.0,
          "limit, area, drag coefficient and density must be positive");
  expects(0.0 < braking.corridor_floor && braking.corridor_floor < braking.corridor_aim &&
              braking.corridor_aim <= braking.corridor_ceiling && braking.corridor_ceiling <= 1.0,
          "the corridor needs 0 < floor < aim ≤ ceiling ≤ 1");
  const double working_m = earth::equatorial_radius_m + target.altitude_m;
  expects(braking.capture_apogee_m > working_m, "the capture orbit must reach beyond the working orbit");
  Campaign c{.perigee_m = earth::equatorial_radius_m + arrival.perigee_altitude_m,
             .apogee_m = std::min(braking.capture_apogee_m, arrival.apogee_radius_m)};
  c.hottest_Wpm2 = perigee_heat(c.perigee_m, arrival.apogee_radius_m) * braking.density_factor;
  if (auto loss = too_hot(c.hottest_Wpm2, braking, "the perigee of arrival"))
    return finish(c, braking, account, std::move(loss));

  account.burn("capture", apsidal_speed_mps(c.perigee_m, arrival.apogee_radius_m) -
                              apsidal_speed_mps(c.perigee_m, c.apogee_m));
  account.wait(0.5 * ellipse_period_s(c.perigee_m, c.apogee_m), c.perigee_m, c.apogee_m);
  const double walk_in_m = perigee_for_heat_m(c.apogee_m, braking.corridor_aim * braking.heat_limit_Wpm2);
  account.burn_apsis("walk-in and plane", c.apogee_m, c.perigee_m, walk_in_m);
  c.perigee_m = walk_in_m;
  account.wait(0.5 * ellipse_period_s(c.perigee_m, c.apogee_m), c.perigee_m, c.apogee_m);

  auto loss = brake(c, working_m, braking, craft, account);
  if (!loss && !account.is_empty()) close_circle(c, working_m, account);
  return finish(c, braking, account, std::move(loss));
}

}  // namespace lunafab::orbit
