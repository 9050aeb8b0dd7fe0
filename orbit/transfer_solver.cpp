#include "orbit/transfer_solver.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/earth.hpp"
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

/// What a launch has that is too slow for its coast to end as it should, or too fast.
enum class Unreached : std::uint8_t { too_slow, too_fast };

/// The launch whose coast meets a goal of one demand that rises with the speed: Newton steps inside a
/// shrinking bracket; nothing where the range holds none.
struct SpeedSolution {
  double speed_mps = 0.0;
  Craft start;
  Aim end;
};
std::optional<SpeedSolution> solve_speed(const TransferSetting& s, Epoch launch, const Goal& goal,
                                         SpeedRange range, double guess_mps, Unreached unreached) {
  const Eigen::Vector3d along =
      s.dynamics.sky->R_mean_earth(launch).transpose() * R_mean_earth_muzzle(s.muzzle).col(0);
  double low = range.slowest_mps, high = range.fastest_mps, v = std::clamp(guess_mps, low, high);
  for (int i = 0; i < most_steps && high - low > speed_tolerance_mps; ++i) {
    SpeedSolution tried{v, leave(s, launch, {v, 0.0, 0.0}), {}};
    tried.end = aim(s.dynamics, tried.start, goal, Derivatives::jacobian);
    const bool below = tried.end.reached ? tried.end.residual[0] < 0.0 : unreached == Unreached::too_slow;
    double next = std::nan("");
    if (tried.end.reached) {
      const double step = -tried.end.residual[0] / (tried.end.jacobian.row(0).tail<3>() * along);
      if (std::abs(step) < speed_tolerance_mps) return tried;
      next = v + step;
    }
    (below ? low : high) = v;
    v = next > low && next < high ? next : 0.5 * (low + high);
  }
  return {};
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
  const double gm = s.dynamics.field->gm_m3ps2, r0 = constants::moon_radius_m + s.muzzle.altitude_m;
  const double guess = std::sqrt(2.0 * gm * radius_m / (r0 * (r0 + radius_m)));
  const auto found = solve_speed(s, launch, goal, d.speeds, guess, Unreached::too_fast);
  if (!found) {
    return refused(fmt::format(
        "{:.0f} km over the Moon need about {:.1f} m/s at the muzzle; the driver gives {:.1f} to {:.1f} m/s",
        d.altitude_m / 1e3, guess, d.speeds.slowest_mps, d.speeds.fastest_mps));
  }
  Transfer t{.found = true, .speed_mps = found->speed_mps, .start = found->start};
  const Aim& end = found->end;
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
  // Above escape C3 is nearly linear in the speed: Newton steps come down from the top.
  const auto found = solve_speed(s, launch, goal, d.speeds, d.speeds.fastest_mps, Unreached::too_slow);
  if (!found) {
    const Aim top =
        aim(s.dynamics, leave(s, launch, {d.speeds.fastest_mps, 0.0, 0.0}), goal, Derivatives::none);
    return refused(fmt::format(
        "C3 {:.3f} km²/s² at 1 Mkm is not reached with {:.1f} to {:.1f} m/s on this day; at the top speed it "
        "is {}",
        d.c3_m2ps2 / 1e6, d.speeds.slowest_mps, d.speeds.fastest_mps,
        top.reached ? fmt::format("{:.3f} km²/s²",
                                  value_of(Quantity::c3, Body::earth, top.arc.last, s.dynamics) / 1e6)
                    : std::string("below escape")));
  }
  Transfer t{.found = true, .speed_mps = found->speed_mps, .start = found->start};
  t.arrival = found->end.arc.last;
  t.goal = goal;
  return t;
}

}  // namespace

EventSpec moon_impact() {
  constexpr double dip_m = 1000.0;
  return {.kind = EventKind::altitude,
          .body = Body::moon,
          .value = -dip_m,
          .crossing = Crossing::falling,
          .ends = true};
}

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

Eigen::Vector3d capture_mps(const Craft& perigee, double gm) {
  constexpr double lunar_distance_m = earth::moon_distance_m;
  const double r = perigee.r_m.norm(), v_mps = perigee.v_mps.norm();
  const double captured_mps = std::sqrt(2.0 * gm * lunar_distance_m / (r * (r + lunar_distance_m)));
  return std::min(0.0, captured_mps / v_mps - 1.0) * perigee.v_mps;
}

Transfer solve_transfer(const TransferSetting& setting, const Destination& destination, Epoch launch,
                        const Transfer* near) {
  switch (destination.kind) {
    case DestinationKind::low_lunar_orbit:
      return to_lunar_orbit(setting, destination, launch);
    case DestinationKind::heliocentric:
      return to_escape(setting, destination, launch);
    case DestinationKind::sun_synchronous:
      return to_sun_synchronous(setting, destination, launch, near);
    case DestinationKind::high_earth_orbit:
      return to_high_earth_orbit(setting, destination, launch);
    case DestinationKind::halo:
    case DestinationKind::near_rectilinear_halo:
    case DestinationKind::distant_retrograde:
      return to_libration_orbit(setting, destination, launch, near);
  }
  return {};
}

}  // namespace lunafab::orbit
