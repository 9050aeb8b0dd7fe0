#include "orbit/spiral.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/conic.hpp"
#include "orbit/earth.hpp"
#include "orbit/mean_orbit.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Vector3d;
constexpr double gm = earth::gm_m3ps2;
constexpr double seconds_a_day = 86400.0;
constexpr double largest_turn_rad = 2.0;  ///< Edelbaum: 114.6°

// Position, velocity, mass, Δv spent, angle flown, time at full thrust.
enum : std::size_t { mass = 6, spent = 7, angle = 8, thrusting = 9 };
using SpiralState = Vector<10>;

Vector3d place(const SpiralState& y) {
  return {y[0], y[1], y[2]};
}
Vector3d velocity(const SpiralState& y) {
  return {y[3], y[4], y[5]};
}
double semi_major_axis_m(const Vector3d& r, const Vector3d& v) {
  return 1.0 / (2.0 / r.norm() - v.squaredNorm() / gm);
}

/// @source Vallado, 4th ed., 8.6: gradient of the J2 potential; the pole is the z axis of the GCRF.
Vector3d oblateness_mps2(const Vector3d& r) {
  const double size2 = r.squaredNorm(), size = std::sqrt(size2);
  const double radius = earth::j2_radius_m;
  const double k = -1.5 * earth::j2 * gm * radius * radius / (size2 * size2 * size);
  const double z2 = 5.0 * r.z() * r.z() / size2;
  return k * Vector3d{r.x() * (1.0 - z2), r.y() * (1.0 - z2), r.z() * (3.0 - z2)};
}

bool is_dark(const Vector3d& r, const Vector3d& to_sun) {
  const double along = r.dot(to_sun);
  return along < 0.0 &&
         (r - along * to_sun).squaredNorm() < earth::equatorial_radius_m * earth::equatorial_radius_m;
}

/// What the equations of motion need to know.
struct Flight {
  SpiralTarget target;
  ElectricPropulsion engine;
  SpiralOptions options;
  double first_speed_mps = 0.0, first_yaw_rad = 0.0, turn_sign = 1.0;  ///< of Edelbaum's law

  // tan β = V₀ sin β₀ / (V₀ cos β₀ − Δv): what keeps V sin β constant.
  Vector3d edelbaum_direction(const Vector3d& r, const Vector3d& v, double spent_mps) const {
    const double yaw = std::atan2(first_speed_mps * std::sin(first_yaw_rad),
                                  first_speed_mps * std::cos(first_yaw_rad) - spent_mps);
    const Vector3d h = r.cross(v);
    const double side = r.y() * h.x() - r.x() * h.y() >= 0.0 ? turn_sign : -turn_sign;
    return std::cos(yaw) * v.normalized() + side * std::sin(yaw) * h.normalized();
  }

  // Edelbaum's yaw from what is left to do; in the plane the flight direction and, against growing
  // eccentricity, −k ∂e²/2∂v · v_c / √(1 − e²): of size 2e all along the orbit, e/√(1 − e²) de being what a
  // measure of Δv makes of e. k = gain / room, where the room for eccentricity is that of a perigee at the
  // lowest allowed. Where the two oppose each other the engine throttles: a sum without a sharp turn.
  Vector3d damped_direction(const Vector3d& r, const Vector3d& v) const {
    constexpr double gain = 2.0, softness = 0.4,
                     least_room = 0.01;  // by trial: Δv least over shapes and thrusts
    const Vector3d h = r.cross(v);
    const double a = semi_major_axis_m(r, v), momentum2 = h.squaredNorm();
    if (!(a > 0.0)) return Vector3d::Zero();  // trial stages may be anywhere; the flight ends on open orbits
    const double turn = target.inclination_rad - std::atan2(std::hypot(h.x(), h.y()), h.z());
    const double yaw = edelbaum(a, target.radius_m, std::min(std::abs(turn), largest_turn_rad)).first_yaw_rad;
    const double room = std::max(least_room, 1.0 - options.lowest_perigee_m / a);
    const Vector3d growth = (momentum2 / gm * v - h.cross(r) / a) / std::sqrt(momentum2);
    const Vector3d in_plane = std::copysign(1.0, std::cos(yaw)) * v.normalized() - gain / room * growth;
    const double soft = std::sqrt(in_plane.squaredNorm() + softness * softness);
    const double side = (r.y() * h.x() - r.x() * h.y() >= 0.0) == (turn >= 0.0) ? 1.0 : -1.0;
    return std::abs(std::cos(yaw)) / soft * in_plane + side * std::sin(yaw) * h.normalized();
  }

  Vector3d direction(const Vector3d& r, const Vector3d& v, double spent_mps) const {
    if (options.steering == Steering::edelbaum) return edelbaum_direction(r, v, spent_mps);
    return damped_direction(r, v);
  }

  bool rests(double t, const Vector3d& r) const {
    if (options.sun == nullptr) return false;
    const Epoch at{options.start.tt_days_since_j2000 + t / seconds_a_day};
    return is_dark(r, options.sun->at(at).sun_m.normalized());
  }

  SpiralState rate(double t, const SpiralState& y) const {
    const Vector3d r = place(y), v = velocity(y);
    const double size = r.norm();
    Vector3d a = -gm / (size * size * size) * r;
    if (options.pull == EarthPull::oblate) a += oblateness_mps2(r);
    SpiralState out{v.x(), v.y(), v.z()};
    out[angle] = r.cross(v).norm() / (size * size);
    if (!rests(t, r)) {
      const double thrust = thrust_N(engine), push = thrust / y[mass];
      const Vector3d d = direction(r, v, y[spent]);
      const double throttle = d.norm();
      a += push * d;
      out[mass] = -throttle * thrust / (constants::standard_gravity_mps2 * engine.specific_impulse_s);
      out[spent] = throttle * push, out[thrusting] = throttle;
    }
    out[3] = a.x(), out[4] = a.y(), out[5] = a.z();
    return out;
  }

  /// Falls through zero where the flight has reached its target.
  double to_go(const SpiralState& y, double first_a_m) const {
    const double a = semi_major_axis_m(place(y), velocity(y));
    if (!(a > 0.0)) return 1.0;
    return first_a_m > target.radius_m ? a - target.radius_m : target.radius_m - a;
  }
};

SpiralEnd end_of(const SpiralState& y, double t, SpiralOutcome outcome, std::int64_t steps) {
  SpiralEnd end{.outcome = outcome, .state = {place(y), velocity(y)}, .mass_kg = y[mass]};
  end.delta_v_mps = y[spent], end.days = t / seconds_a_day,
  end.full_thrust_days = y[thrusting] / seconds_a_day;
  end.revolutions = y[angle] / (2.0 * std::numbers::pi), end.steps = steps;
  const Elements el = elements_of({end.state.r_m, end.state.v_mps}, gm);
  end.perigee_m = periapsis_m(el), end.apogee_m = apoapsis_m(el);
  end.inclination_rad = el.inclination_rad, end.node_rad = el.node_rad;
  return end;
}

/// Perigee of the osculating orbit.
double perigee_of(const SpiralState& y) {
  const Vector3d r = place(y), v = velocity(y), h = r.cross(v);
  return h.squaredNorm() / gm / (1.0 + (v.cross(h) / gm - r.normalized()).norm());
}

Flight flight_of(const GeocentricState& from, double first_a_m, const SpiralTarget& target,
                 const ElectricPropulsion& engine, const SpiralOptions& options) {
  Flight flight{.target = target, .engine = engine, .options = options};
  if (options.steering == Steering::damped) return flight;
  const Vector3d h = from.r_m.cross(from.v_mps);
  const double turn = target.inclination_rad - std::atan2(std::hypot(h.x(), h.y()), h.z());
  flight.first_speed_mps = std::sqrt(gm / first_a_m);
  flight.first_yaw_rad = edelbaum(first_a_m, target.radius_m, std::abs(turn)).first_yaw_rad;
  flight.turn_sign = turn < 0.0 ? -1.0 : 1.0;
  return flight;
}

/// Why a flight ends before its target, if it does.
std::optional<SpiralOutcome> lost(const SpiralState& y, double t, const SpiralOptions& options) {
  if (!(semi_major_axis_m(place(y), velocity(y)) > 0.0)) return SpiralOutcome::escaped;
  if (!(perigee_of(y) > options.lowest_perigee_m)) return SpiralOutcome::fallen;
  if (t >= options.most_days * seconds_a_day) return SpiralOutcome::too_slow;
  return {};
}

}  // namespace

double thrust_N(const ElectricPropulsion& engine) {
  return 2.0 * engine.efficiency * engine.power_W /
         (constants::standard_gravity_mps2 * engine.specific_impulse_s);
}

EdelbaumBudget edelbaum(double from_radius_m, double to_radius_m, double turn_rad) {
  expects(from_radius_m > 0.0 && to_radius_m > 0.0, "radii must be positive");
  expects(turn_rad >= 0.0 && turn_rad <= largest_turn_rad,
          "Edelbaum's transfer turns the plane by up to 2 rad");
  const double v0 = std::sqrt(gm / from_radius_m), v1 = std::sqrt(gm / to_radius_m);
  const double bend = 0.5 * std::numbers::pi * turn_rad;
  return {.delta_v_mps = std::sqrt(std::max(0.0, v0 * v0 + v1 * v1 - 2.0 * v0 * v1 * std::cos(bend))),
          .first_yaw_rad = std::atan2(v1 * std::sin(bend), v0 - v1 * std::cos(bend))};
}

// At constant acceleration f the speed of the circle is dv = f dt, and the node's rate goes with v^7:
// ∫ Ω' dt = Ω'(v) v (1 − (v₀/v)^8) / (8 f).
double spiral_node_drift_rad(double from_radius_m, double to_radius_m, double inclination_rad,
                             double span_s) {
  expects(from_radius_m > 0.0 && to_radius_m > 0.0 && span_s > 0.0, "radii and span must be positive");
  const double first_mps = std::sqrt(gm / from_radius_m), last_mps = std::sqrt(gm / to_radius_m);
  const double thrust_mps2 = (last_mps - first_mps) / span_s;
  const SecularRates rates =
      j2_rates(central_body(Body::earth), {.a_m = to_radius_m, .inclination_rad = inclination_rad});
  if (thrust_mps2 == 0.0) return rates.node_radps * span_s;
  return rates.node_radps * last_mps * (1.0 - std::pow(first_mps / last_mps, 8)) / (8.0 * thrust_mps2);
}

SpiralEnd fly_spiral(const GeocentricState& from, double mass_kg, const SpiralTarget& target,
                     const ElectricPropulsion& engine, const SpiralOptions& options) {
  const double first_a_m = semi_major_axis_m(from.r_m, from.v_mps);
  expects(mass_kg > 0.0 && engine.power_W > 0.0 && engine.efficiency > 0.0 && engine.efficiency <= 1.0 &&
              engine.specific_impulse_s > 0.0,
          "mass, power, efficiency and specific impulse must be positive");
  expects(std::isfinite(first_a_m) && first_a_m > 0.0, "a spiral begins on an ellipse");
  expects(target.radius_m > options.lowest_perigee_m, "the target lies above the lowest perigee");
  const Flight flight = flight_of(from, first_a_m, target, engine, options);
  const auto rate = [&flight](double t, const SpiralState& y) {
    return flight.rate(t, y);
  };
  const auto scale = [](const SpiralState& y, const SpiralState&) {
    const double r = place(y).norm(), v = velocity(y).norm();
    return SpiralState{r, r, r, v, v, v, y[mass], v, 1.0, 1e5};
  };
  SpiralState first{from.r_m.x(), from.r_m.y(), from.r_m.z(), from.v_mps.x(), from.v_mps.y(), from.v_mps.z()};
  first[mass] = mass_kg;
  Integrator<10, decltype(rate), decltype(scale)> way(rate, scale, 0.0, first, options.precision);

  while (flight.to_go(way.y(), first_a_m) > 0.0) {
    if (const auto why = lost(way.y(), way.t(), options)) return end_of(way.y(), way.t(), *why, way.taken());
    if (!way.step(options.most_days * seconds_a_day))
      return end_of(way.y(), way.t(), SpiralOutcome::not_converged, way.taken());
  }
  double early = way.t_before(), late = way.t();
  for (int halving = 0; halving < 40 && way.taken() > 0; ++halving) {
    const double middle = 0.5 * (early + late);
    (flight.to_go(way.dense(middle), first_a_m) > 0.0 ? early : late) = middle;
  }
  const SpiralState y = way.taken() > 0 ? way.dense(late) : way.y();
  return end_of(y, late, SpiralOutcome::reached, way.taken());
}

}  // namespace lunafab::orbit
