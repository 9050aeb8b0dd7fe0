#include "orbit/return_flight.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <cmath>
#include "orbit/earth.hpp"
#include "orbit/force.hpp"
#include "orbit/shells.hpp"

namespace lunafab::orbit {
namespace {

using Vector6 = Eigen::Matrix<double, 6, 1>;

constexpr double arrival_perigee_m = earth::equatorial_radius_m + 200e3;
constexpr double gate_m = 600e6;  // beyond it the first apoapsis is that of the Earth's orbit
constexpr double longest_up_d = 100.0, longest_down_d = 150.0;
constexpr double steepest_capture = 3.0;
constexpr double day_s = 86400.0, longest_direct_d = 9.0;

Epoch later(Epoch epoch, double days) {
  return {epoch.tt_days_since_j2000 + days};
}

bool ended_by(std::size_t spec, const Arc& arc) {
  return arc.end == ArcEnd::event && arc.events.back().spec == spec;
}

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

/// ∂state/∂speed at the muzzle.
Vector6 along_bore(const TransferSetting& s, Epoch launch) {
  Vector6 out = Vector6::Zero();
  out.tail<3>() = s.dynamics.sky->R_mean_earth(launch).transpose() * R_mean_earth_muzzle(s.muzzle).col(0);
  return out;
}

/// How much later an apoapsis about the centre comes, a unit of a change of the state.
double apsis_shift_s(const Craft& at, const Vector6& change, const Dynamics& dynamics) {
  const Eigen::Vector3d pull =
      Force(dynamics, at.at).pull<Detail::acceleration>(at.centre, 0.0, at.r_m).acceleration_mps2;
  const double value = at.v_mps.dot(change.head<3>()) + at.r_m.dot(change.tail<3>());
  return -value / (at.v_mps.squaredNorm() + at.r_m.dot(pull));
}

std::optional<Departure> over_apogee(const TransferSetting& s, const Destination& d, Epoch launch,
                                     double speed_mps, const ArcOptions& options) {
  const EventSpec gate{.kind = EventKind::distance,
                       .body = Body::earth,
                       .value = gate_m,
                       .crossing = Crossing::rising,
                       .ends = true};
  const EventSpec apogee{.kind = EventKind::apoapsis, .body = Body::earth, .ends = true};
  const std::array<EventSpec, 2> ends{gate, moon_impact()};
  const Arc out = propagate(s.dynamics, leave(s, launch, {speed_mps, 0.0, 0.0}), later(launch, longest_up_d),
                            ends, options);
  if (!ended_by(0, out)) return {};
  const Arc up = propagate(s.dynamics, out.last, later(launch, longest_up_d), {&apogee, 1}, options);
  if (up.end != ArcEnd::event) return {};
  Departure from{.speed_mps = speed_mps,
                 .before = up.last,
                 .after = perigee_goal(s, d, later(up.last.at, longest_down_d), up.last.r_m.norm())};
  if (options.stm) {
    from.by_speed = up.stm * (out.stm * along_bore(s, launch));
    from.later_by_speed = apsis_shift_s(from.before, from.by_speed, s.dynamics);
  }
  return from;
}

std::optional<Departure> straight(const TransferSetting& s, const Destination& d, Epoch launch,
                                  double speed_mps, const ArcOptions& options) {
  const EventSpec impact = moon_impact();
  const Arc out = propagate(s.dynamics, leave(s, launch, {speed_mps, 0.0, 0.0}),
                            later(launch, d.burn_at_s / day_s), {&impact, 1}, options);
  if (out.end != ArcEnd::time) return {};
  Departure from{.speed_mps = speed_mps,
                 .before = out.last,
                 .after = perigee_goal(s, d, later(out.last.at, longest_direct_d), earth::moon_distance_m)};
  if (options.stm) from.by_speed = out.stm * along_bore(s, launch);
  return from;
}

Eigen::Matrix3d cross(const Eigen::Vector3d& a) {
  return (Eigen::Matrix3d() << 0.0, -a.z(), a.y(), a.z(), 0.0, -a.x(), -a.y(), a.x(), 0.0).finished();
}

MomentumCircle circle_of(const Goal& goal, const Eigen::Vector3d& pole) {
  const double size = goal.demands[0].value, polar = goal.demands[1].value;
  const Eigen::Vector3d level = pole.unitOrthogonal();
  return {pole, level, pole.cross(level), polar, std::sqrt(size * size - polar * polar)};
}

/// The burn at a perigee of the height wanted, by the energy; its change with the state at the perigee.
struct Capture {
  double burn_mps = 0.0;
  Eigen::Matrix<double, 1, 6> by_perigee = Eigen::Matrix<double, 1, 6>::Zero();
};
Capture capture_of(const Craft& end, double gm) {
  const double r = end.r_m.norm(), lunar = earth::moon_distance_m;
  const double energy = 0.5 * end.v_mps.squaredNorm() - gm / r;
  const double speed_mps = std::sqrt(2.0 * (energy + gm / arrival_perigee_m));
  const double captured_mps = std::sqrt(2.0 * gm * lunar / (arrival_perigee_m * (arrival_perigee_m + lunar)));
  Capture out{.burn_mps = std::max(0.0, speed_mps - captured_mps)};
  if (out.burn_mps > 0.0)
    out.by_perigee << gm / (r * r * r * speed_mps) * end.r_m.transpose(), end.v_mps.transpose() / speed_mps;
  return out;
}

}  // namespace

SpeedRange return_speeds(const Destination& d) {
  constexpr SpeedRange over_the_sun{2385.0, 2485.0}, direct{2490.0, 2760.0};
  const SpeedRange& route = d.route == Route::direct ? direct : over_the_sun;
  return {std::max(route.slowest_mps, d.speeds.slowest_mps),
          std::min(route.fastest_mps, d.speeds.fastest_mps)};
}

std::optional<Departure> depart(const TransferSetting& s, const Destination& d, Epoch launch,
                                double speed_mps, Derivatives derivatives, const Precision& precision) {
  const ArcOptions options{.precision = precision, .stm = derivatives == Derivatives::jacobian};
  return d.route == Route::direct ? straight(s, d, launch, speed_mps, options)
                                  : over_apogee(s, d, launch, speed_mps, options);
}

std::optional<FlownReturn> fly_return(const TransferSetting& s, const Departure& from,
                                      const Eigen::Vector3d& burn_mps, Derivatives derivatives,
                                      const Precision& precision) {
  std::array<EventSpec, 2> ends{*from.after.end, moon_impact()};
  ends[0].ends = true;
  const bool stm = derivatives == Derivatives::jacobian;
  const Arc down = propagate(s.dynamics, burnt(from.before, burn_mps), from.after.latest, ends,
                             {.precision = precision, .stm = stm});
  if (!ended_by(0, down)) return {};
  const Craft end = about(down.last, Body::earth, *s.dynamics.sky);
  FlownReturn out{.from = from, .perigee = end, .wanted = circle_of(from.after, quick_earth_pole(end.at))};
  out.choice << from.speed_mps, burn_mps;
  out.momentum = end.r_m.cross(end.v_mps);
  const Capture capture = capture_of(end, s.dynamics.gm.earth);
  out.capture_mps = capture.burn_mps;
  if (!stm) return out;
  // A burn that comes later, of the same size: seen at the first date the craft lacks its shift.
  Eigen::Matrix<double, 6, 4> start = Eigen::Matrix<double, 6, 4>::Zero();
  start.col(0) = from.by_speed;
  start.col(0).head<3>() -= from.later_by_speed * burn_mps;
  start.bottomRightCorner<3, 3>().setIdentity();
  const Eigen::Matrix<double, 6, 4> change = down.stm * start;
  out.momentum_by = cross(end.r_m) * change.bottomRows<3>() - cross(end.v_mps) * change.topRows<3>();
  out.capture_by = capture.by_perigee * change;
  // Past the Earth's centre within kilometres rounding says nothing any more.
  if (!(out.capture_by.norm() < steepest_capture)) out.capture_by.setZero();
  return out;
}

}  // namespace lunafab::orbit
