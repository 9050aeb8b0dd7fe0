#include "orbit/libration_flight.hpp"
#include <algorithm>
#include <cmath>
#include "orbit/force.hpp"
#include "orbit/synodic.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
// A solution is flown again at the precision of all arcs.
constexpr Precision searching{.tolerance = 1e-8};

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

OrbitRequest request_of(const Destination& d) {
  const LibrationTarget& t = d.libration;
  if (d.kind == DestinationKind::distant_retrograde) {
    const bool by_period = t.period_s > 0.0;
    return {.family = OrbitFamily::distant_retrograde,
            .measure = by_period ? OrbitMeasure::period : OrbitMeasure::x_amplitude,
            .value = by_period ? t.period_s / earth_moon.time_s : t.amplitude_m / earth_moon.length_m};
  }
  const bool by_period = t.period_s > 0.0;
  return {.family = t.point == 1 ? OrbitFamily::halo_l1 : OrbitFamily::halo_l2,
          .hemisphere = t.hemisphere,
          .measure = by_period ? OrbitMeasure::period : OrbitMeasure::z_amplitude,
          .value = by_period ? t.period_s / earth_moon.time_s : t.amplitude_m / earth_moon.length_m};
}

RotatingState at_phase(const Track& track, double phase) {
  const double place = (phase - std::floor(phase)) * track_phases;
  const auto i = std::min(static_cast<std::size_t>(place), static_cast<std::size_t>(track_phases - 1));
  const double rest = (place - static_cast<double>(i)) * track.orbit.period / track_phases;
  return rest == 0.0 ? track.states[i] : follow(earth_moon.mass_ratio, track.states[i], rest).last;
}

/// Where the orbit is, at a date and phase.
Craft on_orbit(const TransferSetting& s, const Track& track, Epoch at, double phase) {
  const SynodicAxes axes = synodic_axes(*s.dynamics.sky, at, s.dynamics.gm);
  const LunarState state = to_lunar(at_phase(track, phase), earth_moon.mass_ratio, axes);
  return {.at = at, .centre = Body::moon, .r_m = state.r_m, .v_mps = state.v_mps};
}

struct Slopes {
  Eigen::Vector3d r, v;
};
/// Change of the target by date (a day) or phase, by differences.
Slopes target_slopes(const LibrationSearch& search, const Craft& here, double phase, double days,
                     double turns) {
  const Craft there = on_orbit(search.s, search.track, later(here.at, days), phase + turns);
  const double step = days + turns;
  return {(there.r_m - here.r_m) / step, (there.v_mps - here.v_mps) / step};
}

}  // namespace

std::optional<Track> track_of(const Destination& d, const Transfer* near) {
  Track track{
      .orbit = near != nullptr && near->orbit ? *near->orbit : find_periodic_orbit(earth_moon, request_of(d)),
      .states = {}};
  if (track.orbit.status != OrbitStatus::converged) return {};
  RotatingState state = track.orbit.state;
  for (RotatingState& stored : track.states) {
    stored = state;
    state = follow(earth_moon.mass_ratio, state, track.orbit.period / track_phases).last;
  }
  return track;
}

ArcOptions about_the_moon(Derivatives derivatives) {
  return {.precision = searching, .stm = derivatives == Derivatives::jacobian, .change_centre = false};
}

std::optional<LibrationFlight> fly(const LibrationSearch& search, const LibrationChoice& c) {
  constexpr double probe_d = 30.0 / day_s, probe_turns = 1e-6;
  if (!search.holds(c)) return {};
  const TransferSetting& s = search.s;
  const Craft start = leave(s, search.launch, {c[0], 0.0, 0.0});
  const EventSpec impact = moon_impact();
  const Arc out = propagate(s.dynamics, start, later(search.launch, burn_after_d), {&impact, 1},
                            about_the_moon(Derivatives::jacobian));
  if (out.end != ArcEnd::time) return {};
  const Epoch at = later(search.launch, c[1]);
  const Arc on = propagate(s.dynamics, burnt(out.last, c.tail<3>()), at, {&impact, 1},
                           about_the_moon(Derivatives::jacobian));
  if (on.end != ArcEnd::time) return {};
  LibrationFlight f{
      .choice = c, .before = out.last, .arrival = on.last, .target = on_orbit(s, search.track, at, c[2])};
  f.miss_m = f.arrival.r_m - f.target.r_m, f.insert_mps = f.target.v_mps - f.arrival.v_mps;
  const Eigen::Vector3d along =
      s.dynamics.sky->R_mean_earth(search.launch).transpose() * R_mean_earth_muzzle(s.muzzle).col(0);
  Eigen::Matrix<double, 6, 6> by = Eigen::Matrix<double, 6, 6>::Zero();
  by.col(0) = on.stm * (out.stm.rightCols<3>() * along);
  by.rightCols<3>() = on.stm.rightCols<3>();
  by.col(1) << f.arrival.v_mps * day_s,
      Force(s.dynamics, at).pull<Detail::acceleration>(Body::moon, 0.0, f.arrival.r_m).acceleration_mps2 *
          day_s;
  f.miss_by = by.topRows<3>(), f.insert_by = -by.bottomRows<3>();
  const Slopes by_date = target_slopes(search, f.target, c[2], probe_d, 0.0),
               by_phase = target_slopes(search, f.target, c[2], 0.0, probe_turns);
  f.miss_by.col(1) -= by_date.r, f.insert_by.col(1) += by_date.v;
  f.miss_by.col(2) -= by_phase.r, f.insert_by.col(2) += by_phase.v;
  return f;
}

}  // namespace lunafab::orbit
