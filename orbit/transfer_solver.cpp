#include "orbit/transfer_solver.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/libration_transfer.hpp"
#include "orbit/return_transfer.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr double c3_border_m = 1e9;  // where C3 is taken: 1 Mkm from the Earth
constexpr double longest_escape_d = 60.0;
constexpr double speed_tolerance_mps = 1e-6;
constexpr int most_steps = 60;

Epoch later(Epoch epoch, double seconds) {
  return {epoch.tt_days_since_j2000 + seconds / day_s};
}

Transfer refused(std::string reason) {
  return {.reason = std::move(reason)};
}

/// A root of `value(speed)`, which rises with the speed; nothing where the range holds none. `value` gives
/// infinity where a launch is too fast to have one, −infinity where it is too slow.
template <class Value>
std::optional<double> rising_root(const Value& value, SpeedRange range, double guess_mps) {
  double low = range.slowest_mps, high = range.fastest_mps;
  double f_low = -std::numeric_limits<double>::infinity(), f_high = std::numeric_limits<double>::infinity();
  double v = std::clamp(guess_mps, low, high);
  for (int i = 0; i < most_steps && high - low > speed_tolerance_mps; ++i) {
    const double f = value(v);
    if (f == 0.0) return v;
    (f < 0.0 ? low : high) = v;
    (f < 0.0 ? f_low : f_high) = f;
    const bool both = std::isfinite(f_low) && std::isfinite(f_high);
    const double chord = both ? low - f_low * (high - low) / (f_high - f_low) : 0.5 * (low + high);
    // Regula falsi stalls on one side; every third step halves.
    v = both && i % 3 != 2 ? chord : 0.5 * (low + high);
    if (i == 0) v = f < 0.0 ? std::min(high, v) : std::max(low, v);
  }
  const double f = value(v);
  if (!std::isfinite(f)) return {};
  const bool inside =
      v > range.slowest_mps + speed_tolerance_mps && v < range.fastest_mps - speed_tolerance_mps;
  return inside ? std::optional(v) : std::nullopt;
}

// ---- low lunar orbit

constexpr double longest_lunar_s = 10.0 * day_s;

Goal apoapsis_goal(Epoch launch, double radius_m) {
  return {.body = Body::moon,
          .end = EventSpec{.kind = EventKind::apoapsis, .body = Body::moon},
          .latest = later(launch, longest_lunar_s),
          .demands = {{Quantity::radius, radius_m, 1.0}}};
}

Transfer to_lunar_orbit(const TransferSetting& s, const Destination& d, Epoch launch) {
  const double radius_m = constants::moon_radius_m + d.altitude_m;
  const Goal goal = apoapsis_goal(launch, radius_m);
  const auto miss = [&](double v) {
    const Aim a = aim(s.dynamics, leave(s, launch, {v, 0.0, 0.0}), goal, Derivatives::none);
    return a.reached ? a.residual[0] : std::numeric_limits<double>::infinity();
  };
  const double gm = s.dynamics.field->gm_m3ps2, r0 = constants::moon_radius_m + s.muzzle.altitude_m;
  const double guess = std::sqrt(2.0 * gm * radius_m / (r0 * (r0 + radius_m)));
  const auto speed = rising_root(miss, d.speeds, guess);
  if (!speed) {
    return refused(fmt::format(
        "{:.0f} km over the Moon need about {:.1f} m/s at the muzzle; the driver gives {:.1f} to {:.1f} m/s",
        d.altitude_m / 1e3, guess, d.speeds.slowest_mps, d.speeds.fastest_mps));
  }
  Transfer t{.found = true, .speed_mps = *speed, .start = leave(s, launch, {*speed, 0.0, 0.0})};
  const Aim end = aim(s.dynamics, t.start, goal, Derivatives::none);
  const Circularisation burns = circularise(end.arc.last, radius_m, gm);
  t.burns.push_back({"circularise", end.arc.last, burns.first_mps});
  t.arrival = burnt(end.arc.last, burns.first_mps);
  t.insertion_mps = burns.total_mps();
  t.goal = goal;
  t.goal.demands.clear();
  t.last = LastBurn::circularise;
  return t;
}

// ---- escape

Goal escape_goal(Epoch launch, double c3_m2ps2) {
  return {.body = Body::earth,
          .end = EventSpec{.kind = EventKind::distance, .body = Body::earth, .value = c3_border_m},
          .latest = later(launch, longest_escape_d * day_s),
          .demands = {{Quantity::c3, c3_m2ps2, 1e4}}};
}

Transfer to_escape(const TransferSetting& s, const Destination& d, Epoch launch) {
  const Goal goal = escape_goal(launch, d.c3_m2ps2);
  const auto excess = [&](double v) {
    const Aim a = aim(s.dynamics, leave(s, launch, {v, 0.0, 0.0}), goal, Derivatives::none);
    return a.reached ? a.residual[0] : -std::numeric_limits<double>::infinity();
  };
  const double r0 = constants::moon_radius_m + s.muzzle.altitude_m, gm = s.dynamics.field->gm_m3ps2;
  // The Moon's own escape and what its orbit adds at best.
  const double guess = std::sqrt(2.0 * gm / r0 + d.c3_m2ps2) * 1.03;
  const auto speed = rising_root(excess, d.speeds, guess);
  if (!speed) {
    return refused(
        fmt::format("C3 {:.3f} km²/s² at 1 Mkm is not reached with {:.1f} to {:.1f} m/s on this day; at the "
                    "top speed it is {}",
                    d.c3_m2ps2 / 1e6, d.speeds.slowest_mps, d.speeds.fastest_mps,
                    std::isfinite(excess(d.speeds.fastest_mps))
                        ? fmt::format("{:.3f} km²/s²", d.c3_m2ps2 / 1e6 + excess(d.speeds.fastest_mps) * 1e-2)
                        : std::string("below escape")));
  }
  Transfer t{.found = true, .speed_mps = *speed, .start = leave(s, launch, {*speed, 0.0, 0.0})};
  t.arrival = aim(s.dynamics, t.start, goal, Derivatives::none).arc.last;
  t.goal = goal;
  return t;
}

}  // namespace

Craft leave(const TransferSetting& s, Epoch at, const Eigen::Vector3d& velocity_mps) {
  const LunarState state = leave_muzzle(s.muzzle, velocity_mps, *s.dynamics.sky, at);
  return {.at = at, .centre = Body::moon, .r_m = state.r_m, .v_mps = state.v_mps};
}

Circularisation circularise(const Craft& craft, double radius_m, double gm) {
  const double r = craft.r_m.norm(), a_m = 0.5 * (r + radius_m);
  const Eigen::Vector3d up = craft.r_m / r;
  const Eigen::Vector3d level = (craft.v_mps - craft.v_mps.dot(up) * up).normalized();
  const double here_mps = std::sqrt(gm * (2.0 / r - 1.0 / a_m)),
               there_mps = std::sqrt(gm * (2.0 / radius_m - 1.0 / a_m));
  return {.first_mps = here_mps * level - craft.v_mps,
          .second_mps = std::abs(std::sqrt(gm / radius_m) - there_mps)};
}

Transfer solve_transfer(const TransferSetting& setting, const Destination& destination, Epoch launch) {
  switch (destination.kind) {
    case DestinationKind::low_lunar_orbit:
      return to_lunar_orbit(setting, destination, launch);
    case DestinationKind::heliocentric:
      return to_escape(setting, destination, launch);
    case DestinationKind::sun_synchronous:
      return to_sun_synchronous(setting, destination, launch);
    case DestinationKind::high_earth_orbit:
      return to_high_earth_orbit(setting, destination, launch);
    case DestinationKind::halo:
    case DestinationKind::near_rectilinear_halo:
    case DestinationKind::distant_retrograde:
      return to_libration_orbit(setting, destination, launch);
  }
  return {};
}

}  // namespace lunafab::orbit
