#include "orbit/libration_transfer.hpp"
#include <fmt/format.h>
#include <Eigen/Cholesky>
#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <span>
#include <vector>
#include "orbit/libration_flight.hpp"
#include "orbit/libration_guess.hpp"

namespace lunafab::orbit {
namespace {

// Speed, date and phase of arrival and a burn on the way are six numbers, the meeting is three demands. What
// the burns cost together is made small by steps of a quadratic problem with linear demands: lengths of
// burns become squares over the present lengths, which has the same minimum.
constexpr double slowest_mps = 2200.0, fastest_mps = 2500.0;

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

/// The burn on the way corrected until the meeting is missed by less than half a metre a second of it.
std::optional<LibrationFlight> restore(const LibrationSearch& search, std::optional<LibrationFlight> f) {
  constexpr int most_flights = 4;
  constexpr double near_mps = 0.5, far_mps = 600.0;
  for (int i = 0; f && i <= most_flights; ++i) {
    const Eigen::Vector3d change = -f->miss_by.rightCols<3>().partialPivLu().solve(f->miss_m);
    if (change.norm() < near_mps) return f;
    LibrationChoice to = f->choice;
    to.tail<3>() += change;
    if (!(to.tail<3>().norm() < far_mps)) break;
    f = fly(search, to);
  }
  return {};
}

constexpr std::array<double, 3> longest{12.0, 0.3, 0.05};  // of speed, days, phase

/// Meets the orbit by changes of all six numbers, the least in units of `longest` and of some burn.
std::optional<LibrationFlight> approach(const LibrationSearch& search, const LibrationChoice& from) {
  constexpr int most_flights = 8;
  constexpr double near = 0.1, burn_mps = 25.0;
  LibrationChoice scale = LibrationChoice::Constant(burn_mps);
  for (int k = 0; k < 3; ++k) scale[k] = longest[static_cast<std::size_t>(k)];
  auto f = fly(search, from);
  for (int i = 0; f && i < most_flights; ++i) {
    const MeetingSensitivity by = f->miss_by * scale.asDiagonal();
    const LibrationChoice step = -by.transpose() * (by * by.transpose()).ldlt().solve(f->miss_m);
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
LibrationChoice step_of(const LibrationFlight& f, const Trust& trust) {
  constexpr double smooth_mps = 0.3;  // below it burns count by their squares
  const double way = std::hypot(f.choice.tail<3>().norm(), smooth_mps),
               insert = std::hypot(f.insert_mps.norm(), smooth_mps);
  LibrationChoice scale = LibrationChoice::Ones();
  for (int k = 0; k < 3; ++k) scale[k] = longest[static_cast<std::size_t>(k)];
  const MeetingSensitivity miss_by = f.miss_by * scale.asDiagonal(),
                           insert_by = f.insert_by * scale.asDiagonal();
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
  LibrationChoice step = kkt.partialPivLu().solve(right).head<6>();
  step /= std::max(1.0, step.head<3>().cwiseAbs().maxCoeff() / trust.reach);
  return step.cwiseProduct(scale);
}

/// What both burns cost after a step, by the linear model.
double linear_cost_mps(const LibrationFlight& f, const LibrationChoice& step) {
  return (f.choice + step).tail<3>().norm() + (f.insert_mps + f.insert_by * step).norm();
}

/// Steps down to a minimum, shorter ones where they do not lead down.
LibrationFlight descend(const LibrationSearch& search, LibrationFlight here, int most_steps) {
  constexpr double gain_mps = 0.05, gain_rel = 2e-3, least_reach = 0.01;
  Trust trust;
  for (int i = 0; i < most_steps && trust.reach >= least_reach; ++i) {
    const LibrationChoice step = step_of(here, trust);
    const double gain_to_come_mps = here.cost_mps() - linear_cost_mps(here, step);
    if (gain_to_come_mps < std::max(gain_mps, gain_rel * here.cost_mps())) break;
    const auto next = restore(search, fly(search, here.choice + step));
    const double gain = next ? here.cost_mps() - next->cost_mps() : -1.0;
    if (gain > 0.0) {
      here = *next;
      trust = {std::min(1.0, 2.0 * trust.reach), std::max(0.1, 0.5 * trust.stiffness_mps)};
    } else {
      trust = {0.35 * trust.reach, 3.0 * trust.stiffness_mps};
    }
  }
  return here;
}

void sort_by_cost(std::vector<LibrationFlight>& flights) {
  std::ranges::stable_sort(flights, {}, &LibrationFlight::cost_mps);
}

/// The minima below the likeliest approaches, the cheapest and the closest in turn; the cheapest first.
std::vector<LibrationFlight> scanned(const LibrationSearch& search) {
  constexpr std::size_t tried = 20, finished = 3;
  constexpr int first_steps = 8, more_steps = 25;
  constexpr double alike_mps = 7.5, alike_d = 0.7;
  std::vector<Approach> cheap = find_approaches(search), close = cheap;
  std::ranges::stable_sort(cheap, {}, &Approach::cost_mps);
  std::ranges::stable_sort(close, {}, &Approach::distance);
  std::vector<LibrationChoice> begun;
  std::vector<LibrationFlight> found;
  for (std::size_t i = 0; i < 2 * cheap.size() && begun.size() < tried; ++i) {
    const LibrationChoice& from = (i % 2 == 0 ? cheap : close)[i / 2].choice;
    const auto alike = [&](const LibrationChoice& other) {
      return std::abs(other[0] - from[0]) < alike_mps && std::abs(other[1] - from[1]) < alike_d;
    };
    if (std::ranges::any_of(begun, alike)) continue;
    begun.push_back(from);
    auto begin = restore(search, fly(search, from));
    if (!begin) begin = approach(search, from);
    if (begin) found.push_back(descend(search, *begin, first_steps));
  }
  sort_by_cost(found);
  for (LibrationFlight& flight : std::span(found).first(std::min(finished, found.size())))
    flight = descend(search, flight, more_steps);
  sort_by_cost(found);
  return found;
}

/// From the transfer of a neighbouring date: as fast and as long, to the same phase.
std::optional<LibrationFlight> continued(const LibrationSearch& search, const Transfer& near) {
  constexpr int most_steps = 3;
  LibrationChoice from = cheapest_phase(search, near.speed_mps, near.arrival).choice;
  from[1] = near.arrival.at.tt_days_since_j2000 - near.start.at.tt_days_since_j2000;
  if (near.last == LastBurn::aim_and_match) from.tail<3>() = near.burns.front().dv_mps;
  const auto there = fly(search, from);
  if (!there) return {};
  auto begin = restore(search, fly(search, from + step_of(*there, {})));
  if (!begin) begin = approach(search, from);
  return begin ? std::optional(descend(search, *begin, most_steps)) : std::nullopt;
}

// ---- at the precision of all arcs

/// Newton's method on speed, date and phase: without a burn on the way.
std::optional<LibrationFlight> without_turn(const LibrationSearch& search, LibrationChoice c) {
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

struct Meeting {
  Craft end;
  Eigen::Vector3d burn_mps;
};

/// The burn on the way solved for the meeting in the full model: Newton steps with the slopes of the search,
/// with its own where those do not lead there.
std::optional<Meeting> meet_in_full(const TransferSetting& s, const Craft& before, const LibrationFlight& f) {
  constexpr int most_steps = 5;
  constexpr double near_m = 10.0;  // past the Moon rounding grows to metres
  const auto slopes = f.miss_by.rightCols<3>().partialPivLu();
  Eigen::Vector3d burn_mps = f.choice.tail<3>();
  for (int i = 0; i < most_steps; ++i) {
    const Arc on = propagate(s.dynamics, burnt(before, burn_mps), f.target.at);
    if (on.end != ArcEnd::time) return {};
    const Craft end = about(on.last, Body::moon, *s.dynamics.sky);
    const Eigen::Vector3d miss_m = end.r_m - f.target.r_m;
    if (miss_m.norm() < near_m) return Meeting{end, burn_mps};
    burn_mps -= slopes.solve(miss_m);
  }
  const Goal goal = meeting(f.target);
  const BurnSolution burn =
      meet_goal(s.dynamics, before, goal, f.choice.tail<3>(), near_m / goal.demands.front().scale);
  if (!burn.converged) return {};
  return Meeting{about(burn.aim.arc.last, Body::moon, *s.dynamics.sky), burn.dv_mps};
}

Transfer settled(const TransferSetting& s, const LibrationSearch& search, const LibrationFlight& f) {
  const Craft start = leave(s, search.launch, {f.choice[0], 0.0, 0.0});
  Transfer t{.speed_mps = f.choice[0], .start = start};
  const Arc out =
      propagate(s.dynamics, start, later(search.launch, burn_after_d), {}, {.change_centre = false});
  if (out.end != ArcEnd::time) return t;
  const auto met = meet_in_full(s, out.last, f);
  if (!met) return t;
  t.found = true;
  t.burns = {{"turn on the way", out.last, met->burn_mps},
             {"insert", met->end, f.target.v_mps - met->end.v_mps}};
  t.arrival = burnt(met->end, t.burns.back().dv_mps);
  t.insertion_mps = met->burn_mps.norm() + t.burns.back().dv_mps.norm();
  t.goal = meeting(out.last);
  t.last = LastBurn::aim_and_match;
  t.after = meeting(f.target);
  return t;
}

/// The same without a burn on the way, where speed, date and phase alone meet the orbit nearby.
Transfer met(const TransferSetting& s, const LibrationSearch& search, const LibrationFlight& f) {
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

/// The burn on the way or, where little of it is wanted and speed, date and phase do as well, none.
Transfer finished(TransferSetting s, const LibrationSearch& search, const LibrationFlight& f) {
  s.dynamics.taper = std::max(s.dynamics.taper, 1e-8);  // of the Moon's pull: metres in weeks
  constexpr double idle_mps = 1.0, worth_mps = 1.0;
  Transfer t;
  if (f.choice.tail<3>().norm() < idle_mps) {
    const auto direct = without_turn(search, f.choice);
    if (direct && direct->cost_mps() < f.cost_mps() + worth_mps) t = met(s, search, *direct);
  }
  if (!t.found) t = settled(s, search, f);
  if (t.found) t.orbit = search.track.orbit;
  return t;
}

}  // namespace

Transfer to_libration_orbit(const TransferSetting& s, const Destination& d, Epoch launch,
                            const Transfer* near) {
  const auto track = track_of(d, near);
  if (!track) {
    return {.reason =
                "the three-body problem has no such periodic orbit: another period, amplitude or point"};
  }
  const SpeedRange range{std::max(slowest_mps, d.speeds.slowest_mps),
                         std::min(fastest_mps, d.speeds.fastest_mps)};
  LibrationSearch search{s, *track, launch, range};
  search.s.dynamics.taper = 1e-7;  // of the Moon's pull: tens of metres in weeks
  constexpr double dearer_mps = 10.0;
  if (near != nullptr && near->found) {
    const auto found = continued(search, *near);
    if (found && found->cost_mps() < near->insertion_mps + dearer_mps) {
      Transfer t = finished(s, search, *found);
      if (t.found) return t;
    }
  }
  for (const LibrationFlight& flight : scanned(search)) {
    Transfer t = finished(s, search, flight);
    if (t.found) return t;
  }
  return {.reason = fmt::format("no launch with {:.0f} to {:.0f} m/s comes near the orbit on this day",
                                range.slowest_mps, range.fastest_mps)};
}

}  // namespace lunafab::orbit
