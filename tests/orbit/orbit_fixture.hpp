#pragma once
#include <Eigen/Core>
#include <array>
#include <boost/numeric/odeint.hpp>
#include <cmath>
#include <numbers>
#include "orbit/propagate.hpp"

/// Oracles for propagation that share no code with the product's forces and integrator: two-body closed
/// forms, and the forces in their plainest form stepped by Boost.odeint.
namespace orbit_fixture {

using Eigen::Vector3d;
using lunafab::Epoch;
using lunafab::orbit::Body, lunafab::orbit::Craft, lunafab::orbit::Dynamics, lunafab::orbit::Ephemeris;

inline Epoch after(Epoch start, double seconds) {
  return {start.tt_days_since_j2000 + seconds / 86400.0};
}
inline double seconds_between(Epoch from, Epoch to) {
  return (to.tt_days_since_j2000 - from.tt_days_since_j2000) * 86400.0;
}

/// Two bodies: no ephemeris, no field.
inline Dynamics two_body(double moon_gm = 4.9028e12) {
  return {.field = nullptr,
          .degree = 0,
          .earth = false,
          .sun = false,
          .earth_j2 = false,
          .gm = {.moon = moon_gm}};
}

/// An ellipse in the xy plane, periapsis on +x at time 0, counter-clockwise.
struct Ellipse {
  double gm, a_m, e;

  double rate() const { return std::sqrt(gm / (a_m * a_m * a_m)); }
  double period_s() const { return 2.0 * std::numbers::pi / rate(); }
  double radius_m(double eccentric_rad) const { return a_m * (1.0 - e * std::cos(eccentric_rad)); }
  /// Kepler's equation.
  double time_s(double eccentric_rad) const { return (eccentric_rad - e * std::sin(eccentric_rad)) / rate(); }
  /// First time at which the distance is r, on the way out.
  double time_at_radius_s(double r_m) const { return time_s(std::acos((1.0 - r_m / a_m) / e)); }
  Craft at(double eccentric_rad, Epoch start) const {
    const double root = std::sqrt(1.0 - e * e), speed = a_m * rate() / (1.0 - e * std::cos(eccentric_rad));
    return {after(start, time_s(eccentric_rad)),
            Body::moon,
            {a_m * (std::cos(eccentric_rad) - e), a_m * root * std::sin(eccentric_rad), 0.0},
            {-speed * std::sin(eccentric_rad), speed * root * std::cos(eccentric_rad), 0.0}};
  }
};

using OdeState = std::array<double, 6>;

/// Moon's field, Earth and Sun as points, no J2, no pressure: each pull as it stands in Newton's law.
struct PlainRate {
  const Dynamics* dynamics;
  Epoch start;
  Eigen::Matrix3d field_axes = Eigen::Matrix3d::Identity();

  void operator()(const OdeState& y, OdeState& out, double t_s) const {
    const Dynamics& d = *dynamics;
    const Epoch at = after(start, t_s);
    const auto sky = d.sky->at(at);
    const Vector3d r{y[0], y[1], y[2]}, earth = -sky.moon_m, sun = sky.sun_m - sky.moon_m;
    const Eigen::Matrix3d turn = field_axes * d.sky->R_mean_earth(at);
    Vector3d a = turn.transpose() * acceleration_mps2(*d.field, d.degree, turn * r);
    const auto pull = [](double gm, const Vector3d& s) -> Vector3d {
      return gm / std::pow(s.norm(), 3) * s;
    };
    if (d.earth) a += pull(d.gm.earth, earth - r) - pull(d.gm.earth, earth);
    if (d.sun) a += pull(d.gm.sun, sun - r) - pull(d.gm.sun, sun);
    for (std::size_t i = 0; i < 3; ++i) out[i] = y[3 + i], out[3 + i] = a[static_cast<Eigen::Index>(i)];
  }
};

/// Boost.odeint's Runge-Kutta-Fehlberg 7(8), controlled; the state after `span_s`.
inline OdeState odeint_fehlberg(const PlainRate& rate, const Craft& from, double span_s, double tolerance) {
  namespace odeint = boost::numeric::odeint;
  static const odeint::runge_kutta_fehlberg78<OdeState> stepper;  // static: odeint copies its scratch unset
  OdeState y{from.r_m.x(), from.r_m.y(), from.r_m.z(), from.v_mps.x(), from.v_mps.y(), from.v_mps.z()};
  odeint::integrate_adaptive(odeint::make_controlled(tolerance, tolerance, stepper), rate, y, 0.0, span_s,
                             60.0);
  return y;
}

/// Leaves the mean sphere horizontally or nearly so at a place given by longitude and latitude in GCRF axes.
inline Craft departure(Epoch at, double longitude_rad, double latitude_rad, double azimuth_rad,
                       double speed_mps) {
  const Vector3d up{std::cos(latitude_rad) * std::cos(longitude_rad),
                    std::cos(latitude_rad) * std::sin(longitude_rad), std::sin(latitude_rad)};
  const Vector3d east{-std::sin(longitude_rad), std::cos(longitude_rad), 0.0};
  const Vector3d north{-std::sin(latitude_rad) * std::cos(longitude_rad),
                       -std::sin(latitude_rad) * std::sin(longitude_rad), std::cos(latitude_rad)};
  return {at, Body::moon, 1737400.0 * up,
          speed_mps * (std::sin(azimuth_rad) * east + std::cos(azimuth_rad) * north) + 5.0 * up};
}

}  // namespace orbit_fixture
