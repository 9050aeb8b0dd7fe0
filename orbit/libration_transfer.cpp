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
#include "core/constants.hpp"
#include "orbit/force.hpp"
#include "orbit/libration_orbits.hpp"
#include "orbit/synodic.hpp"

namespace lunafab::orbit {
namespace {

// Speed, date and phase of arrival and a burn on the way are six numbers, the meeting is three demands. What
// the burns cost together is made small by steps of a quadratic problem with linear demands: lengths of
// burns become squares over the present lengths, which has the same minimum.
constexpr double day_s = 86400.0;
constexpr int phases = 256;
constexpr double slowest_mps = 2200.0, fastest_mps = 2500.0, scan_mps = 10.0;
constexpr double last_d = 10.5, longest_d = 13.5, scan_d = 1.0 / 6.0;
constexpr double near_enough = 0.12;  // of the Earth–Moon distance: worth a try
constexpr double burn_after_d = 0.5;
// A solution is flown again at the precision of all arcs.
constexpr Precision searching{.tolerance = 1e-8};

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

std::optional<Track> track_of(const Destination& d, const Transfer* near) {
  Track track{
      .orbit = near != nullptr && near->orbit ? *near->orbit : find_periodic_orbit(earth_moon, request_of(d)),
      .states = {}};
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

/// Speed at the muzzle, days to the arrival, phase there, burn on the way (GCRF axes): what is chosen.
using Choice = Eigen::Matrix<double, 6, 1>;
using Sensitivity = Eigen::Matrix<double, 3, 6>;

ArcOptions about_the_moon(bool stm) {
  return {.precision = searching, .stm = stm, .change_centre = false};
}

/// What one search is about.
struct Search {
  TransferSetting s;
  const Track& track;
  Epoch launch;
  SpeedRange range;

  bool holds(const Choice& c) const {
    return c[0] >= range.slowest_mps && c[0] <= range.fastest_mps && c[1] >= burn_after_d + 0.2 &&
           c[1] <= longest_d;
  }
};

/// A way flown to the arrival's date, and how it changes with the choice.
struct Flown {
  Choice choice;
  Craft before, arrival, target;       ///< before the burn on the way
  Eigen::Vector3d miss_m, insert_mps;  ///< arrival less target; the burn that matches the velocity
  Sensitivity miss_by, insert_by;
  double cost_mps() const { return choice.tail<3>().norm() + insert_mps.norm(); }
};

struct Slopes {
  Eigen::Vector3d r, v;
};
/// Change of the target by date (a day) or phase, by differences.
Slopes target_slopes(const Search& search, const Craft& here, double phase, double days, double turns) {
  const Craft there = on_orbit(search.s, search.track, later(here.at, days), phase + turns);
  const double step = days + turns;
  return {(there.r_m - here.r_m) / step, (there.v_mps - here.v_mps) / step};
}

std::optional<Flown> fly(const Search& search, const Choice& c) {
  constexpr double probe_d = 30.0 / day_s, probe_turns = 1e-6;
  if (!search.holds(c)) return {};
  const TransferSetting& s = search.s;
  const Craft start = leave(s, search.launch, {c[0], 0.0, 0.0});
  const Arc out = propagate(s.dynamics, start, later(search.launch, burn_after_d), {}, about_the_moon(true));
  if (out.end != ArcEnd::time) return {};
  const Epoch at = later(search.launch, c[1]);
  const Arc on = propagate(s.dynamics, burnt(out.last, c.tail<3>()), at, {}, about_the_moon(true));
  if (on.end != ArcEnd::time) return {};
  Flown f{.choice = c, .before = out.last, .arrival = on.last, .target = on_orbit(s, search.track, at, c[2])};
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

/// The burn on the way corrected until the meeting is missed by less than half a metre a second of it.
std::optional<Flown> restore(const Search& search, std::optional<Flown> f) {
  constexpr int most_flights = 4;
  constexpr double near_mps = 0.5, far_mps = 600.0;
  for (int i = 0; f && i <= most_flights; ++i) {
    const Eigen::Vector3d change = -f->miss_by.rightCols<3>().partialPivLu().solve(f->miss_m);
    if (change.norm() < near_mps) return f;
    Choice to = f->choice;
    to.tail<3>() += change;
    if (!(to.tail<3>().norm() < far_mps)) break;
    f = fly(search, to);
  }
  return {};
}

constexpr std::array<double, 3> longest{12.0, 0.3, 0.05};  // of speed, days, phase

/// Meets the orbit by changes of all six numbers, the least in units of `longest` and of some burn.
std::optional<Flown> approach(const Search& search, const Choice& from) {
  constexpr int most_flights = 8;
  constexpr double near = 0.1, burn_mps = 25.0;
  Choice scale = Choice::Constant(burn_mps);
  for (int k = 0; k < 3; ++k) scale[k] = longest[static_cast<std::size_t>(k)];
  auto f = fly(search, from);
  for (int i = 0; f && i < most_flights; ++i) {
    const Sensitivity by = f->miss_by * scale.asDiagonal();
    const Choice step = -by.transpose() * (by * by.transpose()).ldlt().solve(f->miss_m);
    if (step.norm() < near) return restore(search, f);
    f = fly(search, f->choice + scale.cwiseProduct(step) / std::max(1.0, step.cwiseAbs().maxCoeff()));
  }
  return {};
}

/// How far a step may go, as a share of what is ever allowed, and what keeps it from going there.
struct Trust {
  double reach = 1.0, stiffness_mps = 3.0;
};

/// The step of the quadratic problem, shortened.
Choice step_of(const Flown& f, const Trust& trust) {
  constexpr double smooth_mps = 0.3;  // below it burns count by their squares
  const double way = std::hypot(f.choice.tail<3>().norm(), smooth_mps),
               insert = std::hypot(f.insert_mps.norm(), smooth_mps);
  Choice scale = Choice::Ones();
  for (int k = 0; k < 3; ++k) scale[k] = longest[static_cast<std::size_t>(k)];
  const Sensitivity miss_by = f.miss_by * scale.asDiagonal(), insert_by = f.insert_by * scale.asDiagonal();
  using System = Eigen::Matrix<double, 9, 9>;
  System kkt = System::Zero();
  kkt.topLeftCorner<6, 6>() = insert_by.transpose() * insert_by / insert;
  kkt.topLeftCorner<3, 3>().diagonal().array() += trust.stiffness_mps;
  kkt.block<3, 3>(3, 3).diagonal().array() += 1.0 / way;
  const double unit_m = miss_by.norm();
  kkt.bottomLeftCorner<3, 6>() = miss_by / unit_m;
  kkt.topRightCorner<6, 3>() = miss_by.transpose() / unit_m;
  Eigen::Matrix<double, 9, 1> right;
  right << -(insert_by.transpose() * f.insert_mps) / insert, -f.miss_m / unit_m;
  right.segment<3>(3) -= f.choice.tail<3>() / way;
  Choice step = kkt.partialPivLu().solve(right).head<6>();
  step /= std::max(1.0, step.head<3>().cwiseAbs().maxCoeff() / trust.reach);
  return step.cwiseProduct(scale);
}

/// Steps down to a minimum, shorter ones where they do not lead down.
Flown descend(const Search& search, Flown here) {
  constexpr int most_steps = 25;
  constexpr double gain_mps = 0.05, least_reach = 0.01;
  Trust trust;
  int small = 0;
  for (int i = 0; i < most_steps && trust.reach >= least_reach && small < 2; ++i) {
    const auto next = restore(search, fly(search, here.choice + step_of(here, trust)));
    const double gain = next ? here.cost_mps() - next->cost_mps() : -1.0;
    if (gain > 0.0) {
      here = *next;
      trust = {std::min(1.0, 2.0 * trust.reach), std::max(0.1, 0.5 * trust.stiffness_mps)};
    } else {
      trust = {0.35 * trust.reach, 3.0 * trust.stiffness_mps};
    }
    small = std::abs(gain) < gain_mps ? small + 1 : 0;
  }
  return here;
}

// ---- first guesses

/// A place where a launch comes near the orbit, and what it would cost to go over, in m/s: roughly.
struct Approach {
  Choice choice = Choice::Zero();
  double distance = 0.0;  ///< dimensionless
  double cost_mps = std::numeric_limits<double>::infinity();
};

/// Places of a launch at the scan's dates; fewer where it falls back.
std::vector<Craft> path(const Search& search, double speed_mps) {
  std::vector<Epoch> dates;
  for (double d = burn_after_d + 0.25; d <= last_d; d += scan_d) dates.push_back(later(search.launch, d));
  std::vector<Craft> places = sample(search.s.dynamics, leave(search.s, search.launch, {speed_mps, 0.0, 0.0}),
                                     dates, about_the_moon(false));
  constexpr double deepest_m = constants::moon_radius_m - 1e4;
  const auto fallen =
      std::ranges::find_if(places, [](const Craft& craft) { return craft.r_m.norm() < deepest_m; });
  places.erase(fallen, places.end());
  return places;
}

/// The phase at which it costs least: a distance made good over the way, and what velocities then differ by.
Approach cheapest_phase(const Search& search, double speed_mps, const Craft& craft) {
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
    best.choice << speed_mps, days, static_cast<double>(i) / phases, 0.0, 0.0, 0.0;
  }
  return best;
}

/// Dates at which one launch comes over cheaply or passes close.
void scan_speed(const Search& search, double speed_mps, std::vector<Approach>& found) {
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

/// The minima below the likeliest approaches: the cheapest and the closest in turn.
std::optional<Flown> scanned(const Search& search) {
  constexpr std::size_t tried = 10;
  std::vector<Approach> cheap;
  for (double v = search.range.slowest_mps; v <= search.range.fastest_mps; v += scan_mps)
    scan_speed(search, v, cheap);
  std::vector<Approach> close = cheap;
  std::ranges::stable_sort(cheap, {}, &Approach::cost_mps);
  std::ranges::stable_sort(close, {}, &Approach::distance);
  std::vector<Choice> begun;
  std::optional<Flown> best;
  for (std::size_t i = 0; i < 2 * cheap.size() && begun.size() < tried; ++i) {
    const Choice& from = (i % 2 == 0 ? cheap : close)[i / 2].choice;
    const auto same = [&](const Choice& other) {
      return std::abs(other[0] - from[0]) < 1.5 * scan_mps && std::abs(other[1] - from[1]) < 0.7;
    };
    if (std::ranges::any_of(begun, same)) continue;
    begun.push_back(from);
    auto begin = restore(search, fly(search, from));
    if (!begin) begin = approach(search, from);
    if (!begin) continue;
    const Flown end = descend(search, *begin);
    if (!best || end.cost_mps() < best->cost_mps()) best = end;
  }
  return best;
}

/// From the transfer of a neighbouring date: as fast and as long, to the same phase.
std::optional<Flown> continued(const Search& search, const Transfer& near) {
  const double days = near.arrival.at.tt_days_since_j2000 - near.start.at.tt_days_since_j2000;
  Choice from = cheapest_phase(search, near.speed_mps, near.arrival).choice;
  from[1] = days;
  if (near.last == LastBurn::aim_and_match) from.tail<3>() = near.burns.front().dv_mps;
  auto begin = restore(search, fly(search, from));
  if (!begin) begin = approach(search, from);
  return begin ? std::optional<Flown>(descend(search, *begin)) : std::nullopt;
}

// ---- at the precision of all arcs

/// Newton's method on speed, date and phase: without a burn on the way.
std::optional<Flown> without_turn(const Search& search, Choice c) {
  constexpr int most_steps = 8;
  constexpr double near_m = 10.0;
  c.tail<3>().setZero();
  for (int i = 0; i < most_steps; ++i) {
    const auto f = fly(search, c);
    if (!f) return {};
    if (f->miss_m.norm() < near_m) return f;
    c.head<3>() -= f->miss_by.leftCols<3>().partialPivLu().solve(f->miss_m);
  }
  return {};
}

/// The burn on the way solved for the meeting in the full model.
Transfer settled(const TransferSetting& s, const Search& search, const Flown& f) {
  constexpr ArcOptions whole{.change_centre = false};
  const Craft start = leave(s, search.launch, {f.choice[0], 0.0, 0.0});
  Transfer t{.speed_mps = f.choice[0], .start = start};
  const Arc out = propagate(s.dynamics, start, later(search.launch, burn_after_d), {}, whole);
  const BurnSolution burn = meet_goal(s.dynamics, out.last, meeting(f.target), f.choice.tail<3>(), 1e-3);
  if (out.end != ArcEnd::time || !burn.converged) return t;
  const Craft end = about(burn.aim.arc.last, Body::moon, *s.dynamics.sky);
  t.found = true;
  t.burns = {{"turn on the way", out.last, burn.dv_mps}, {"insert", end, f.target.v_mps - end.v_mps}};
  t.arrival = burnt(end, t.burns.back().dv_mps);
  t.insertion_mps = burn.dv_mps.norm() + t.burns.back().dv_mps.norm();
  t.goal = meeting(out.last);
  t.last = LastBurn::aim_and_match;
  t.after = meeting(f.target);
  return t;
}

/// The same without a burn on the way, where speed, date and phase alone meet the orbit nearby.
Transfer met(const TransferSetting& s, const Search& search, const Flown& f) {
  const Craft start = leave(s, search.launch, {f.choice[0], 0.0, 0.0});
  const Arc arc = propagate(s.dynamics, start, f.arrival.at, {}, {.change_centre = false});
  Transfer t{.found = arc.end == ArcEnd::time, .speed_mps = f.choice[0], .start = start};
  t.burns = {{"insert", arc.last, f.target.v_mps - arc.last.v_mps}};
  t.arrival = burnt(arc.last, t.burns.front().dv_mps);
  t.insertion_mps = t.burns.front().dv_mps.norm();
  t.goal = meeting(arc.last);
  t.last = LastBurn::match_velocity;
  return t;
}

}  // namespace

Transfer to_libration_orbit(const TransferSetting& s, const Destination& d, Epoch launch,
                            const Transfer* near) {
  const auto track = track_of(d, near);
  if (!track)
    return {.reason =
                "the three-body problem has no such periodic orbit: another period, amplitude or point"};
  const SpeedRange range{std::max(slowest_mps, d.speeds.slowest_mps),
                         std::min(fastest_mps, d.speeds.fastest_mps)};
  Search search{s, *track, launch, range};
  search.s.dynamics.taper = 1e-8;
  constexpr double dearer_mps = 3.0;
  const bool continues = near != nullptr && near->found;
  std::optional<Flown> best = continues ? continued(search, *near) : std::nullopt;
  if (!best || best->cost_mps() > near->insertion_mps + dearer_mps) {
    const auto other = scanned(search);
    if (other && (!best || other->cost_mps() < best->cost_mps())) best = other;
  }
  if (best) {
    constexpr double idle_mps = 1.0, worth_mps = 1.0;
    Transfer t = settled(s, search, *best);
    if (best->choice.tail<3>().norm() < idle_mps) {
      const auto direct = without_turn(search, best->choice);
      if (direct && (!t.found || direct->cost_mps() < t.insertion_mps + worth_mps))
        t = met(s, search, *direct);
    }
    if (t.found) {
      t.orbit = track->orbit;
      return t;
    }
  }
  return {.reason = fmt::format("no launch with {:.0f} to {:.0f} m/s comes near the orbit on this day",
                                range.slowest_mps, range.fastest_mps)};
}

}  // namespace lunafab::orbit
