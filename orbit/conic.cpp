#include "orbit/conic.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include <limits>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/bracketed_newton.hpp"

namespace lunafab::orbit {

using Eigen::Vector3d;

namespace {

constexpr double pi = std::numbers::pi, infinity = std::numeric_limits<double>::infinity();
constexpr double indistinct = 1e-12;  ///< eccentricity and inclination that rounding leaves of zero

/// G_k(β, s) = s^k c_k(βs²), k = 0 … 3, with Stumpff's functions c_k.
struct Universal {
  double g0, g1, g2, g3;
};

Universal universal(double beta, double s) {
  const double z = beta * s * s;
  if (std::abs(z) < 1.0) {
    // The differences below cancel here; c_2 and c_3 by their series, Horner.
    double c2 = 0.0, c3 = 0.0;
    for (int n = 9; n >= 0; --n) {
      const double k = 2.0 * n;
      c2 = (1.0 - z * c2) / ((k + 1.0) * (k + 2.0));
      c3 = (1.0 - z * c3) / ((k + 2.0) * (k + 3.0));
    }
    return {1.0 - z * c2, s * (1.0 - z * c3), s * s * c2, s * s * s * c3};
  }
  const double root = std::sqrt(std::abs(beta)), x = root * s;
  if (z > 0.0) {
    const double half = std::sin(0.5 * x);
    return {std::cos(x), std::sin(x) / root, 2.0 * half * half / beta, (x - std::sin(x)) / (beta * root)};
  }
  const double half = std::sinh(0.5 * x);
  return {std::cosh(x), std::sinh(x) / root, 2.0 * half * half / -beta, (std::sinh(x) - x) / (-beta * root)};
}

/// One body's motion in universal variables: r = r0 G0 + η G1 + μ G2, t = r0 G1 + η G2 + μ G3.
struct Motion {
  double gm, r0, eta, beta;

  double time(const Universal& g) const { return r0 * g.g1 + eta * g.g2 + gm * g.g3; }
  double radius(const Universal& g) const { return r0 * g.g0 + eta * g.g1 + gm * g.g2; }
};

/// Where the universal variable s lies for a time of the sign of `way`; an overflow lies beyond.
double beyond(const Motion& m, double dt) {
  const double way = dt < 0.0 ? -1.0 : 1.0;
  double s = dt / m.r0;
  for (int i = 0; i < 2000; ++i, s *= 2.0)
    if (!(way * m.time(universal(m.beta, s)) < way * dt)) return s;
  return s;
}

std::optional<double> solve_time(const Motion& m, double dt) {
  const auto excess = [&m, dt](double s) {
    const Universal g = universal(m.beta, s);
    return ValueSlope{m.time(g) - dt, m.radius(g)};
  };
  // Backwards the function still rises: its slope is the radius.
  const double far = beyond(m, dt);
  // The last doubling but one is short of dt.
  const double near = far == dt / m.r0 ? 0.0 : 0.5 * far;
  return rising_zero(
      [&](double x) {
        const ValueSlope at = excess(dt < 0.0 ? -x : x);
        return dt < 0.0 ? ValueSlope{-at.value, at.slope} : at;
      },
      std::abs(near), std::abs(far), std::abs(0.5 * (near + far)));
}

/// The whole turns in an angle.
double turns_in(double angle) {
  return 2.0 * pi * std::round(angle / (2.0 * pi));
}

double positive_angle(double angle) {
  return angle < 0.0 ? angle + 2.0 * pi : angle;
}

/// E − e sin E and e sinh H − H, without their cancellation near the parabola.
double mean_of_eccentric(double eccentric, double e) {
  return (1.0 - e) * eccentric + e * universal(1.0, eccentric).g3;
}
double mean_of_hyperbolic(double hyperbolic, double e) {
  return (e - 1.0) * hyperbolic + e * universal(-1.0, hyperbolic).g3;
}

/// For a mean anomaly of half a turn at most, either way.
double eccentric_anomaly(double m, double e) {
  const auto kepler = [e, m](double x) {
    return ValueSlope{mean_of_eccentric(x, e) - m, 1.0 - e * std::cos(x)};
  };
  const auto x = rising_zero(kepler, m - e, m + e, m + 0.85 * std::copysign(e, m));
  return x.value_or(std::numeric_limits<double>::quiet_NaN());
}

double hyperbolic_anomaly(double mean, double e) {
  const double m = std::abs(mean);
  const auto kepler = [e, m](double x) {
    return ValueSlope{mean_of_hyperbolic(x, e) - m, e * std::cosh(x) - 1.0};
  };
  double high = std::asinh(m / e) + 1e-300;
  const double low = 0.5 * high;
  while (kepler(high).value < 0.0) high *= 2.0;
  const auto x = rising_zero(kepler, low, high, high);
  return std::copysign(x.value_or(std::numeric_limits<double>::quiet_NaN()), mean);
}

/// Real root of D/2 + D³/6 = mean.
double parabolic_tangent(double mean) {
  const double root = std::cbrt(3.0 * std::abs(mean) + std::sqrt(9.0 * mean * mean + 1.0));
  return std::copysign(root - 1.0 / root, mean);
}

}  // namespace

std::optional<ConicState> propagate_conic(const ConicState& from, double gm_m3ps2, double dt_s) {
  const double r0 = from.r_m.norm();
  if (!(r0 > 0.0) || !std::isfinite(from.v_mps.squaredNorm()) || !std::isfinite(dt_s)) return std::nullopt;
  if (dt_s == 0.0) return from;
  const Motion m{gm_m3ps2, r0, from.r_m.dot(from.v_mps), 2.0 * gm_m3ps2 / r0 - from.v_mps.squaredNorm()};
  double dt = dt_s;
  if (m.beta > 0.0) dt = std::remainder(dt_s, 2.0 * pi * gm_m3ps2 / (m.beta * std::sqrt(m.beta)));
  if (dt == 0.0) return from;
  const auto s = solve_time(m, dt);
  if (!s) return std::nullopt;
  const Universal g = universal(m.beta, dt < 0.0 ? -*s : *s);
  const double r = m.radius(g);
  if (!(r > 0.0)) return std::nullopt;
  const double f_less_1 = -gm_m3ps2 * g.g2 / r0, g_s = r0 * g.g1 + m.eta * g.g2;
  const double f_rate = -gm_m3ps2 * g.g1 / (r0 * r), g_rate_less_1 = -gm_m3ps2 * g.g2 / r;
  ConicState out;
  out.r_m = from.r_m + (f_less_1 * from.r_m + g_s * from.v_mps);
  out.v_mps = from.v_mps + (f_rate * from.r_m + g_rate_less_1 * from.v_mps);
  if (!out.r_m.allFinite() || !out.v_mps.allFinite()) return std::nullopt;
  return out;
}

Elements elements_of(const ConicState& state, double gm_m3ps2) {
  const Vector3d h = state.r_m.cross(state.v_mps);
  const double size = h.norm();
  expects(size > 1e-14 * state.r_m.norm() * state.v_mps.norm(), "elements need motion that is not radial");
  const Vector3d up = h / size;
  const double tilt = std::hypot(up.x(), up.y());
  Elements out{.semi_latus_rectum_m = size * size / gm_m3ps2};
  Vector3d node = Vector3d::UnitX();
  if (tilt < indistinct) {
    out.inclination_rad = up.z() > 0.0 ? 0.0 : pi;
  } else {
    out.inclination_rad = std::atan2(tilt, up.z());
    node = Vector3d{-up.y(), up.x(), 0.0} / tilt;
    out.node_rad = positive_angle(std::atan2(node.y(), node.x()));
  }
  // e cos ν and e sin ν keep their digits where the eccentricity vector would cancel.
  const double r = state.r_m.norm();
  const double e_cos = out.semi_latus_rectum_m / r - 1.0,
               e_sin = size * state.r_m.dot(state.v_mps) / (r * gm_m3ps2);
  const double latitude = std::atan2(up.cross(node).dot(state.r_m), node.dot(state.r_m));
  out.eccentricity = std::hypot(e_cos, e_sin);
  if (out.eccentricity < indistinct) {
    out.eccentricity = 0.0;
    out.true_anomaly_rad = latitude;
  } else {
    out.true_anomaly_rad = std::atan2(e_sin, e_cos);
    out.periapsis_argument_rad = positive_angle(std::remainder(latitude - out.true_anomaly_rad, 2.0 * pi));
  }
  return out;
}

ConicState state_of(const Elements& el, double gm_m3ps2) {
  const double shape = 1.0 + el.eccentricity * std::cos(el.true_anomaly_rad);
  expects(el.semi_latus_rectum_m > 0.0 && el.eccentricity >= 0.0, "a conic has p > 0 and e ≥ 0");
  expects(shape > 0.0, "the true anomaly lies beyond the asymptote");
  const double cos_node = std::cos(el.node_rad), sin_node = std::sin(el.node_rad);
  // The two equatorial cases exactly, so that they stay in the plane.
  const bool retrograde = el.inclination_rad == pi;
  const double cos_i = retrograde ? -1.0 : std::cos(el.inclination_rad),
               sin_i = retrograde ? 0.0 : std::sin(el.inclination_rad);
  const Vector3d node{cos_node, sin_node, 0.0}, ahead{-sin_node * cos_i, cos_node * cos_i, sin_i};
  const double latitude = el.periapsis_argument_rad + el.true_anomaly_rad;
  const Vector3d outward = std::cos(latitude) * node + std::sin(latitude) * ahead,
                 along = std::cos(latitude) * ahead - std::sin(latitude) * node;
  const double speed = std::sqrt(gm_m3ps2 / el.semi_latus_rectum_m);
  return {el.semi_latus_rectum_m / shape * outward,
          speed * (el.eccentricity * std::sin(el.true_anomaly_rad) * outward + shape * along)};
}

double periapsis_m(const Elements& el) {
  return el.semi_latus_rectum_m / (1.0 + el.eccentricity);
}

double apoapsis_m(const Elements& el) {
  return el.eccentricity < 1.0 ? el.semi_latus_rectum_m / (1.0 - el.eccentricity) : infinity;
}

double semi_major_axis_m(const Elements& el) {
  if (el.eccentricity == 1.0) return infinity;
  return el.semi_latus_rectum_m / ((1.0 - el.eccentricity) * (1.0 + el.eccentricity));
}

double period_s(const Elements& el, double gm_m3ps2) {
  return el.eccentricity < 1.0 ? 2.0 * pi / mean_motion_radps(el, gm_m3ps2) : infinity;
}

double mean_motion_radps(const Elements& el, double gm_m3ps2) {
  const double a = el.eccentricity == 1.0 ? el.semi_latus_rectum_m : std::abs(semi_major_axis_m(el));
  return std::sqrt(gm_m3ps2 / a) / a;
}

double mean_anomaly_rad(double nu, double e) {
  if (e < 1.0) {
    const double turns = turns_in(nu);
    const double tangent = std::sqrt((1.0 - e) / (1.0 + e)) * std::tan(0.5 * (nu - turns));
    return turns + mean_of_eccentric(2.0 * std::atan(tangent), e);
  }
  const double tangent = std::tan(0.5 * nu);
  if (e == 1.0) return 0.5 * tangent + tangent * tangent * tangent / 6.0;
  return mean_of_hyperbolic(2.0 * std::atanh(std::sqrt((e - 1.0) / (e + 1.0)) * tangent), e);
}

double true_anomaly_rad(double mean, double e) {
  if (e < 1.0) {
    const double turns = turns_in(mean), eccentric = eccentric_anomaly(mean - turns, e);
    return turns + 2.0 * std::atan(std::sqrt((1.0 + e) / (1.0 - e)) * std::tan(0.5 * eccentric));
  }
  if (e == 1.0) return 2.0 * std::atan(parabolic_tangent(mean));
  return 2.0 * std::atan(std::sqrt((e + 1.0) / (e - 1.0)) * std::tanh(0.5 * hyperbolic_anomaly(mean, e)));
}

double time_since_periapsis_s(const Elements& el, double gm_m3ps2) {
  return mean_anomaly_rad(el.true_anomaly_rad, el.eccentricity) / mean_motion_radps(el, gm_m3ps2);
}

std::optional<Vector3d> hyperbolic_excess_mps(const ConicState& state, double gm_m3ps2, Asymptote asymptote) {
  const double r = state.r_m.norm(), energy_twice = state.v_mps.squaredNorm() - 2.0 * gm_m3ps2 / r;
  const Vector3d h = state.r_m.cross(state.v_mps);
  if (!(energy_twice > 0.0) || !(h.squaredNorm() > 0.0)) return std::nullopt;
  // The asymptote stands at cos ν = −1/e from the periapsis e/|e|; |h| v∞/μ = √(e² − 1) gives the sine.
  const Vector3d e = state.v_mps.cross(h) / gm_m3ps2 - state.r_m / r;
  const double excess = std::sqrt(energy_twice), way = asymptote == Asymptote::outgoing ? 1.0 : -1.0;
  const double e_squared = 1.0 + energy_twice * h.squaredNorm() / (gm_m3ps2 * gm_m3ps2);
  const Vector3d direction = (excess / gm_m3ps2 * h.cross(e) - way * e) / e_squared;
  return excess * direction;
}

}  // namespace lunafab::orbit
