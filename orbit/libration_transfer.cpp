#include "orbit/libration_transfer.hpp"
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>
#include "orbit/libration_orbits.hpp"
#include "orbit/synodic.hpp"

namespace lunafab::orbit {
namespace {

constexpr double day_s = 86400.0;
constexpr int phases = 256;
constexpr double slowest_mps = 2200.0, fastest_mps = 2500.0, scan_mps = 10.0;
constexpr double first_d = 0.4, last_d = 9.0, scan_d = 1.0 / 6.0;
constexpr double near_enough = 0.12;  // of the Earth–Moon distance: worth a try
constexpr std::size_t tried = 10, detours_tried = 2;
constexpr double cheap_mps = 60.0;  // no detour is tried where the meeting costs less

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

/// A periodic orbit as states at equal phases.
struct Track {
  PeriodicOrbit orbit;
  std::array<RotatingState, phases> states;
};

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

std::optional<Track> track_of(const Destination& d) {
  Track track{.orbit = find_periodic_orbit(earth_moon, request_of(d)), .states = {}};
  if (track.orbit.status != OrbitStatus::converged) return {};
  RotatingState state = track.orbit.state;
  for (RotatingState& stored : track.states) {
    stored = state;
    state = follow(earth_moon.mass_ratio, state, track.orbit.period / phases).last;
  }
  return track;
}

RotatingState at_phase(const Track& track, double phase) {
  const double place = (phase - std::floor(phase)) * phases;
  const auto i = std::min(static_cast<std::size_t>(place), static_cast<std::size_t>(phases - 1));
  const double rest = (place - static_cast<double>(i)) * track.orbit.period / phases;
  return rest == 0.0 ? track.states[i] : follow(earth_moon.mass_ratio, track.states[i], rest).last;
}

/// Where the orbit is, at a date and phase.
Craft on_orbit(const TransferSetting& s, const Track& track, Epoch at, double phase) {
  const SynodicAxes axes = synodic_axes(*s.dynamics.sky, at, s.dynamics.gm);
  const LunarState state = to_lunar(at_phase(track, phase), earth_moon.mass_ratio, axes);
  return {.at = at, .centre = Body::moon, .r_m = state.r_m, .v_mps = state.v_mps};
}

/// Speed at the muzzle, days to the arrival, phase there: what is chosen.
using Choice = Eigen::Vector3d;

struct Approach {
  Choice choice;
  double distance = 0.0;  ///< dimensionless
  double mismatch = 0.0;  ///< of the velocities, dimensionless
};

ArcOptions about_the_moon(bool stm) {
  return {.stm = stm, .change_centre = false};
}

/// Places of a launch at the scan's dates; fewer where it has fallen back.
std::vector<Craft> path(const TransferSetting& s, Epoch launch, double speed_mps) {
  const EventSpec impact{
      .kind = EventKind::altitude, .value = -1e4, .crossing = Crossing::falling, .ends = true};
  const Craft start = leave(s, launch, {speed_mps, 0.0, 0.0});
  const Arc whole = propagate(s.dynamics, start, later(launch, last_d), {&impact, 1}, about_the_moon(false));
  std::vector<Epoch> dates;
  for (double d = first_d; later(launch, d).tt_days_since_j2000 <= whole.last.at.tt_days_since_j2000;
       d += scan_d)
    dates.push_back(later(launch, d));
  return dates.empty() ? std::vector<Craft>{} : sample(s.dynamics, start, dates, about_the_moon(false));
}

/// Where one launch comes close to the orbit: minima over time.
void scan_speed(const TransferSetting& s, const Track& track, Epoch launch, double speed_mps,
                std::vector<Approach>& found) {
  std::vector<Approach> row;
  for (const Craft& craft : path(s, launch, speed_mps)) {
    const SynodicAxes axes = synodic_axes(*s.dynamics.sky, craft.at, s.dynamics.gm);
    const RotatingState here = to_rotating(LunarState{craft.r_m, craft.v_mps}, earth_moon.mass_ratio, axes);
    Approach best{.distance = std::numeric_limits<double>::infinity()};
    for (std::size_t i = 0; i < track.states.size(); ++i) {
      const double distance = (track.states[i].r - here.r).norm();
      if (distance >= best.distance) continue;
      const double days = craft.at.tt_days_since_j2000 - launch.tt_days_since_j2000;
      best = {Choice(speed_mps, days, static_cast<double>(i) / phases), distance,
              (track.states[i].v - here.v).norm()};
    }
    row.push_back(best);
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    const bool lowest = (i == 0 || row[i].distance <= row[i - 1].distance) &&
                        (i + 1 == row.size() || row[i].distance <= row[i + 1].distance);
    if (lowest && row[i].distance < near_enough) found.push_back(row[i]);
  }
}

struct Meeting {
  Choice choice;
  Craft start, arrival, target;
  double insertion_mps() const { return (target.v_mps - arrival.v_mps).norm(); }
};

/// Newton's method on the three coordinates of the meeting.
std::optional<Meeting> meet(const TransferSetting& s, const Track& track, Epoch launch, SpeedRange range,
                            Choice c) {
  constexpr int most_steps = 20;
  constexpr double near_m = 10.0, probe_phase = 1e-6, probe_s = 30.0;
  const Eigen::Vector3d along =
      s.dynamics.sky->R_mean_earth(launch).transpose() * R_mean_earth_muzzle(s.muzzle).col(0);
  const Eigen::Vector3d longest(30.0, 0.4, 0.08);
  for (int i = 0; i < most_steps; ++i) {
    if (c[0] < range.slowest_mps || c[0] > range.fastest_mps || c[1] < first_d || c[1] > 1.5 * last_d)
      return {};
    Meeting m{.choice = c, .start = leave(s, launch, {c[0], 0.0, 0.0}), .arrival = {}, .target = {}};
    const Epoch at = later(launch, c[1]);
    const Arc arc = propagate(s.dynamics, m.start, at, {}, about_the_moon(true));
    if (arc.end != ArcEnd::time) return {};
    m.arrival = arc.last, m.target = on_orbit(s, track, at, c[2]);
    const Eigen::Vector3d miss_m = m.arrival.r_m - m.target.r_m;
    if (miss_m.norm() < near_m) return m;
    const Eigen::Vector3d by_phase =
        (on_orbit(s, track, at, c[2] + probe_phase).r_m - m.target.r_m) / probe_phase;
    const Eigen::Vector3d drift_mps =
        (on_orbit(s, track, later(at, probe_s / day_s), c[2]).r_m - m.target.r_m) / probe_s;
    Eigen::Matrix3d slope;
    slope << arc.stm.topRightCorner<3, 3>() * along, (m.arrival.v_mps - drift_mps) * day_s, -by_phase;
    const Eigen::Vector3d step = -slope.partialPivLu().solve(miss_m);
    if (!step.allFinite()) return {};
    c += step / std::max(1.0, step.cwiseAbs().cwiseQuotient(longest).maxCoeff());
  }
  return {};
}

Transfer met(const Meeting& m) {
  Transfer t{.found = true, .speed_mps = m.choice[0], .start = m.start};
  t.burns = {{"insert", m.arrival, m.target.v_mps - m.arrival.v_mps}};
  t.arrival = burnt(m.arrival, t.burns.front().dv_mps);
  t.insertion_mps = m.insertion_mps();
  t.goal = meeting(m.arrival);
  t.last = LastBurn::match_velocity;
  return t;
}

// ---- with a burn on the way

constexpr double burn_after_d = 0.5;

struct Detour {
  double speed_mps = 0.0;
  Craft before;
  BurnSolution burn;
  Craft start, target;
  double total_mps = std::numeric_limits<double>::infinity();
};

Detour detour(const TransferSetting& s, const Track& track, Epoch launch, SpeedRange range, const Choice& c,
              const Eigen::Vector3d& guess_mps) {
  Detour d{.speed_mps = c[0], .before = {}, .burn = {}, .start = {}, .target = {}};
  if (c[0] < range.slowest_mps || c[0] > range.fastest_mps || c[1] < burn_after_d + 0.2 ||
      c[1] > 1.5 * last_d)
    return d;
  d.start = leave(s, launch, {c[0], 0.0, 0.0});
  const Arc out = propagate(s.dynamics, d.start, later(launch, burn_after_d), {}, about_the_moon(false));
  if (out.end != ArcEnd::time) return d;
  d.before = out.last;
  d.target = on_orbit(s, track, later(launch, c[1]), c[2]);
  d.burn = solve_burn(s.dynamics, d.before, meeting(d.target), guess_mps);
  if (!d.burn.converged) return d;
  const Craft& end = d.burn.aim.arc.last;
  const Eigen::Vector3d v_mps =
      end.centre == Body::moon ? end.v_mps : Eigen::Vector3d(end.v_mps - s.dynamics.sky->at(end.at).moon_mps);
  d.total_mps = d.burn.dv_mps.norm() + (d.target.v_mps - v_mps).norm();
  return d;
}

/// Nelder and Mead's simplex on speed, days and phase.
Detour cheapest_detour(const TransferSetting& s, const Track& track, Epoch launch, SpeedRange range,
                       const Choice& from) {
  constexpr int most_tries = 80;
  struct Corner {
    Choice choice;
    Detour detour;
  };
  std::vector<Corner> simplex;
  const auto corner = [&](const Choice& c, const Eigen::Vector3d& guess_mps) {
    return Corner{c, detour(s, track, launch, range, c, guess_mps)};
  };
  const Eigen::Vector3d edges(8.0, 0.2, 0.04);
  simplex.push_back(corner(from, Eigen::Vector3d::Zero()));
  for (int k = 0; k < 3; ++k)
    simplex.push_back(corner(from + edges[k] * Eigen::Vector3d::Unit(k), simplex.front().detour.burn.dv_mps));
  const auto cheaper = [](const Corner& a, const Corner& b) {
    return a.detour.total_mps < b.detour.total_mps;
  };
  for (int i = 0; i < most_tries; ++i) {
    std::stable_sort(simplex.begin(), simplex.end(), cheaper);
    if (simplex.back().detour.total_mps - simplex.front().detour.total_mps < 0.3) break;
    const Choice middle = (simplex[0].choice + simplex[1].choice + simplex[2].choice) / 3.0;
    const Eigen::Vector3d way = middle - simplex[3].choice, guess_mps = simplex.front().detour.burn.dv_mps;
    Corner next = corner(middle + way, guess_mps);
    if (cheaper(next, simplex[0])) {
      Corner further = corner(middle + 2.0 * way, guess_mps);
      if (cheaper(further, next)) next = std::move(further);
    } else if (!cheaper(next, simplex[2])) {
      next = corner(middle - 0.5 * way, guess_mps);
    }
    if (cheaper(next, simplex[3])) {
      simplex[3] = std::move(next);
      continue;
    }
    for (std::size_t k = 1; k < simplex.size(); ++k)
      simplex[k] = corner(0.5 * (simplex[k].choice + simplex[0].choice), guess_mps);
  }
  std::stable_sort(simplex.begin(), simplex.end(), cheaper);
  return simplex.front().detour;
}

Transfer over_detour(const TransferSetting& s, const Detour& d) {
  Transfer t{.found = true, .speed_mps = d.speed_mps, .start = d.start};
  t.burns = {{"turn on the way", d.before, d.burn.dv_mps},
             {"insert", d.burn.aim.arc.last, Eigen::Vector3d::Zero()}};
  Craft& end = t.burns.back().before;
  if (end.centre == Body::earth) {
    const SkyState bodies = s.dynamics.sky->at(end.at);
    end.centre = Body::moon, end.r_m -= bodies.moon_m, end.v_mps -= bodies.moon_mps;
  }
  t.burns.back().dv_mps = d.target.v_mps - end.v_mps;
  t.arrival = burnt(end, t.burns.back().dv_mps);
  t.insertion_mps = d.total_mps;
  t.goal = meeting(d.before);
  t.last = LastBurn::aim_and_match;
  t.after = meeting(d.target);
  return t;
}

}  // namespace

Transfer to_libration_orbit(const TransferSetting& s, const Destination& d, Epoch launch) {
  const auto track = track_of(d);
  if (!track)
    return {.reason =
                "the three-body problem has no such periodic orbit: another period, amplitude or point"};
  const SpeedRange range{std::max(slowest_mps, d.speeds.slowest_mps),
                         std::min(fastest_mps, d.speeds.fastest_mps)};
  std::vector<Approach> approaches;
  for (double v = range.slowest_mps; v <= range.fastest_mps; v += scan_mps)
    scan_speed(s, *track, launch, v, approaches);
  const auto by = [&approaches](auto measure) {
    std::stable_sort(approaches.begin(), approaches.end(),
                     [&](const Approach& a, const Approach& b) { return measure(a) < measure(b); });
  };
  by([](const Approach& a) { return a.distance; });
  std::optional<Meeting> best;
  for (std::size_t i = 0; i < std::min(tried, approaches.size()); ++i) {
    const auto m = meet(s, *track, launch, range, approaches[i].choice);
    if (m && (!best || m->insertion_mps() < best->insertion_mps())) best = m;
  }
  if (best && best->insertion_mps() < cheap_mps) return met(*best);
  // A unit of distance corrected over a unit of time costs a unit of speed.
  std::vector<Choice> starts;
  if (!approaches.empty()) starts.push_back(approaches.front().choice);
  by([](const Approach& a) { return a.distance + a.mismatch; });
  for (std::size_t i = 0; i < std::min(detours_tried, approaches.size()); ++i)
    starts.push_back(approaches[i].choice);
  Detour way;
  for (const Choice& start : starts) {
    Detour tried_way = cheapest_detour(s, *track, launch, range, start);
    if (tried_way.total_mps < way.total_mps) way = std::move(tried_way);
  }
  if (way.total_mps < (best ? best->insertion_mps() : std::numeric_limits<double>::infinity()))
    return over_detour(s, way);
  if (best) return met(*best);
  return {.reason = fmt::format("no launch with {:.0f} to {:.0f} m/s comes near the orbit on this day",
                                range.slowest_mps, range.fastest_mps)};
}

}  // namespace lunafab::orbit
