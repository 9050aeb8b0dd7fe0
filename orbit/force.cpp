#include "orbit/force.hpp"
#include <erfa.h>
#include <erfam.h>
#include <Eigen/Geometry>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/earth.hpp"
#include "orbit/shadow.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Matrix3d, Eigen::Vector3d;

template <Detail detail>
void add_point(Pull& pull, double gm, const Vector3d& r) {
  const double inverse_sq = 1.0 / r.squaredNorm(), strength = gm * inverse_sq * std::sqrt(inverse_sq);
  pull.acceleration_mps2 -= strength * r;
  if constexpr (detail == Detail::gradient)
    pull.gradient_per_s2 += strength * (3.0 * inverse_sq * r * r.transpose() - Matrix3d::Identity());
}

/// A body at s pulls the craft at r, and the centre. The difference of the two pulls without their
/// cancellation. @source Battin, "An Introduction to the Mathematics and Methods of Astrodynamics" (1999),
/// 8.4: with q = r·(r − 2s)/s², −GM/d³ (r + f(q) s), d = |r − s|.
template <Detail detail>
void add_third_body(Pull& pull, double gm, const Vector3d& r, const Vector3d& s) {
  const double inverse_s2 = 1.0 / s.squaredNorm();
  const double q = r.dot(r - 2.0 * s) * inverse_s2, power = (1.0 + q) * std::sqrt(1.0 + q);
  const double f = q * (3.0 + q * (3.0 + q)) / (1.0 + power);
  const double strength = gm * inverse_s2 * std::sqrt(inverse_s2) / power;
  pull.acceleration_mps2 -= strength * (r + f * s);
  if constexpr (detail == Detail::gradient) {
    const Vector3d d = r - s;
    pull.gradient_per_s2 += strength * (3.0 / d.squaredNorm() * d * d.transpose() - Matrix3d::Identity());
  }
}

/// The Earth's oblateness at d from its centre: with w = d·p and k = 3/2 J2 GM R²,
/// a = −k ((d⁻⁵ − 5 w² d⁻⁷) d + 2 w d⁻⁵ p).
template <Detail detail>
void add_j2(Pull& pull, double gm, const Vector3d& d, const Vector3d& pole) {
  const double inverse_sq = 1.0 / d.squaredNorm(), w = d.dot(pole);
  const double k5 = 1.5 * earth::j2 * gm * earth::j2_radius_m * earth::j2_radius_m * inverse_sq * inverse_sq *
                    std::sqrt(inverse_sq);
  const double k7 = k5 * inverse_sq, along = k5 - 5.0 * w * w * k7;
  pull.acceleration_mps2 -= along * d + 2.0 * w * k5 * pole;
  if constexpr (detail == Detail::gradient) {
    pull.gradient_per_s2 -= along * Matrix3d::Identity() + 2.0 * k5 * pole * pole.transpose() +
                            (35.0 * w * w * inverse_sq - 5.0) * k7 * d * d.transpose() -
                            10.0 * w * k7 * (d * pole.transpose() + pole * d.transpose());
  }
}

}  // namespace

void check(const Dynamics& dynamics) {
  const bool harmonics = uses_harmonics(dynamics);
  expects(dynamics.degree >= 0 && (!harmonics || dynamics.degree <= dynamics.field->degree),
          "dynamics: the degree must be one the field has");
  expects(dynamics.taper >= 0.0, "dynamics: the taper must not be negative");
  if (const auto& craft = dynamics.pressure)
    expects(craft->mass_kg > 0.0 && craft->area_m2 >= 0.0, "dynamics: the craft must have mass");
  expects(dynamics.sky || !(harmonics || dynamics.earth || dynamics.sun || dynamics.pressure),
          "dynamics: harmonics, third bodies and solar pressure need an ephemeris");
}

Vector3d quick_earth_pole(Epoch at) {
  double rows[3][3];
  eraPnm00b(ERFA_DJ00, at.tt_days_since_j2000, rows);
  return {rows[2][0], rows[2][1], rows[2][2]};
}

double pressure_gm_m3ps2(const Cannonball& craft) {
  return craft.reflectivity * craft.area_m2 / craft.mass_kg * constants::solar_constant_W_per_m2 /
         constants::light_speed_mps * constants::astronomical_unit_m * constants::astronomical_unit_m;
}

Force::Force(const Dynamics& dynamics, Epoch start)
    : dynamics_(dynamics), start_(start), moon_gm_(moon_gm_m3ps2(dynamics)) {
  check(dynamics);
  const bool harmonics = uses_harmonics(dynamics);
  needs_sky_ = harmonics || dynamics.earth || dynamics.sun || dynamics.pressure;
  if (harmonics) taper_ = taper_field(*dynamics.field, dynamics.degree, dynamics.taper);
  if (dynamics.axes == FieldAxes::principal) field_axes_ = R_principal_mean_earth();
  if (dynamics.earth_j2) earth_pole_ = quick_earth_pole(start);
}

template <Detail detail>
Pull Force::pull(Body centre, double t_s, const Vector3d& r_m) const {
  Pull out;
  add_point<detail>(out, centre == Body::moon ? moon_gm_ : dynamics_.gm.earth, r_m);
  if (needs_sky_) {
    add_sky<detail>(out, centre, t_s, r_m);
  } else if (centre == Body::earth && dynamics_.earth_j2) {
    add_j2<detail>(out, dynamics_.gm.earth, r_m, earth_pole_);
  }
  return out;
}

template <Detail detail>
void Force::add_sky(Pull& pull, Body centre, double t_s, const Vector3d& r_m) const {
  const bool lunar = centre == Body::moon;
  const SkyPlaces at = dynamics_.sky->places(date(t_s));
  const Vector3d from_moon_m = lunar ? r_m : Vector3d(r_m - at.moon_m);
  const Vector3d from_earth_m = lunar ? Vector3d(r_m + at.moon_m) : r_m;
  const Vector3d sun_m = lunar ? Vector3d(at.sun_m - at.moon_m) : at.sun_m;
  if (dynamics_.sun) add_third_body<detail>(pull, dynamics_.gm.sun, r_m, sun_m);
  if (dynamics_.earth && lunar) add_third_body<detail>(pull, dynamics_.gm.earth, r_m, -at.moon_m);
  if (dynamics_.earth && !lunar) add_third_body<detail>(pull, moon_gm_, r_m, at.moon_m);
  if (dynamics_.earth_j2 && (dynamics_.earth || !lunar))
    add_earth_j2<detail>(pull, centre, from_earth_m, at.moon_m);
  if (uses_harmonics(dynamics_) && (dynamics_.earth || lunar)) add_harmonics<detail>(pull, t_s, from_moon_m);
  if (dynamics_.pressure) add_pressure<detail>(pull, from_moon_m, from_earth_m, r_m - sun_m);
}

/// The field beyond a point.
template <Detail detail>
void Force::add_harmonics(Pull& pull, double t_s, const Vector3d& from_moon_m) const {
  const int degree = taper_.degree_at(from_moon_m.norm());
  if (degree == 0) return;
  const Matrix3d turn = field_axes_ * dynamics_.sky->R_mean_earth(date(t_s));
  const Vector3d r = turn * from_moon_m;
  Pull point;
  add_point<detail>(point, moon_gm_, r);
  if constexpr (detail == Detail::gradient) {
    const FieldGradient all = gradient(*dynamics_.field, degree, r);
    pull.acceleration_mps2 += turn.transpose() * (all.acceleration_mps2 - point.acceleration_mps2);
    pull.gradient_per_s2 += turn.transpose() * (all.gradient_per_s2 - point.gradient_per_s2) * turn;
  } else {
    pull.acceleration_mps2 +=
        turn.transpose() *
        (lunafab::orbit::acceleration_mps2(*dynamics_.field, degree, r) - point.acceleration_mps2);
  }
}

/// Also on the centre: the Moon, or the Earth by the recoil of that.
template <Detail detail>
void Force::add_earth_j2(Pull& pull, Body centre, const Vector3d& from_earth_m,
                         const Vector3d& moon_m) const {
  add_j2<detail>(pull, dynamics_.gm.earth, from_earth_m, earth_pole_);
  if (!dynamics_.earth) return;
  Pull moon;
  add_j2<Detail::acceleration>(moon, dynamics_.gm.earth, moon_m, earth_pole_);
  pull.acceleration_mps2 +=
      (centre == Body::moon ? -1.0 : moon_gm_ / dynamics_.gm.earth) * moon.acceleration_mps2;
}

template <Detail detail>
void Force::add_pressure(Pull& pull, const Vector3d& from_moon_m, const Vector3d& from_earth_m,
                         const Vector3d& from_sun_m) const {
  const double lit = lit_fraction(-from_sun_m, -from_moon_m, constants::moon_radius_m) *
                     lit_fraction(-from_sun_m, -from_earth_m, earth_radius_m);
  if (lit > 0.0) add_point<detail>(pull, -lit * pressure_gm_m3ps2(*dynamics_.pressure), from_sun_m);
}

template Pull Force::pull<Detail::acceleration>(Body, double, const Vector3d&) const;
template Pull Force::pull<Detail::gradient>(Body, double, const Vector3d&) const;

}  // namespace lunafab::orbit
