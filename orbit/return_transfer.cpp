#include "orbit/return_transfer.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <optional>
#include "orbit/earth.hpp"
#include "orbit/return_flight.hpp"
#include "orbit/return_search.hpp"

namespace lunafab::orbit {
namespace {

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

constexpr double longest_return_d = 120.0;

}  // namespace

Transfer to_sun_synchronous(const TransferSetting& s, const Destination& d, Epoch launch,
                            const Transfer* near) {
  const auto best = cheapest_return(s, d, launch, near);
  if (!best) {
    const SpeedRange range = return_speeds(d);
    return {.reason = fmt::format("no return to a perigee of 200 km in the Sun-synchronous plane with {:.0f} "
                                  "to {:.0f} m/s on this day",
                                  range.slowest_mps, range.fastest_mps)};
  }
  const auto& [from, burn_mps, perigee] = *best;
  Transfer t{
      .found = true, .speed_mps = from.speed_mps, .start = leave(s, launch, {from.speed_mps, 0.0, 0.0})};
  t.burns.push_back({d.route == Route::direct ? "aim at perigee" : "turn at apogee", from.before, burn_mps});
  t.burns.push_back({"capture", perigee, capture_mps(perigee, s.dynamics.gm.earth)});
  t.arrival = perigee;
  t.arrival = burnt(t.arrival, t.burns.back().dv_mps);
  t.last = LastBurn::aim_and_capture;
  t.after = from.after;
  t.insertion_mps = burn_mps.norm() + t.burns.back().dv_mps.norm();
  t.goal = meeting(from.before);
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
