#include "orbit/sgp4_elements.hpp"
#include <erfa.h>
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <cmath>
#include <limits>
#include <numbers>
#include "orbit/osculating.hpp"
#include "orbit/time_scales.hpp"

namespace lunafab::orbit {
namespace {

using std::cos, std::sin;
// WGS 72, as SGP4 takes it. @source AIAA 2006-6753, getgravconst.
constexpr double gm_km3ps2 = 398600.8, radius_km = 6378.135;
constexpr double j2 = 0.001082616, j3 = -0.00000253881;
constexpr double deep_space_min = 225.0;
constexpr double full_turn_rad = 2.0 * std::numbers::pi;

/// Radians a minute of a circular orbit at one Earth radius.
double ke() {
  return 60.0 / std::sqrt(radius_km * radius_km * radius_km / gm_km3ps2);
}

/// Brouwer's mean motion from Kozai's, rad/min.
double brouwer_mean_motion(double kozai, double e, double cos_i) {
  const double rest = 1.0 - e * e, a1 = std::pow(ke() / kozai, 2.0 / 3.0);
  const double d1 = 0.75 * j2 * (3.0 * cos_i * cos_i - 1.0) / (std::sqrt(rest) * rest);
  const double del1 = d1 / (a1 * a1);
  const double a0 = a1 * (1.0 - del1 * del1 - del1 * (1.0 / 3.0 + 134.0 * del1 * del1 / 81.0));
  return kozai / (1.0 + d1 / (a0 * a0));
}

/// Solves Kepler's equation in SGP4's form: for the eccentric longitude from the node.
double eccentric_longitude(double u, double ax, double ay) {
  double longitude = u;
  for (int i = 0; i < 10; ++i) {
    const double s = sin(longitude), c = cos(longitude);
    double step = (u - ay * c + ax * s - longitude) / (1.0 - c * ax - s * ay);
    step = std::fmax(-0.95, std::fmin(0.95, step));
    longitude += step;
    if (std::abs(step) < 1e-14) break;
  }
  return longitude;
}

/// In the orbit's plane, units of Earth radii and of ke: before and after the short-period terms.
struct InPlane {
  double r = 0.0, rdot = 0.0, rvdot = 0.0, u = 0.0, node = 0.0, i = 0.0;
};

InPlane long_period(const Sgp4Elements& el, double a, double e) {
  const double sin_i = sin(el.inclination_rad), cos_i = cos(el.inclination_rad);
  const double j3_over_j2 = j3 / j2, p1 = 1.0 / (a * (1.0 - e * e));
  const double below = std::abs(cos_i + 1.0) > 1.5e-12 ? 1.0 + cos_i : 1.5e-12;
  const double ax = e * cos(el.pericentre_rad);
  const double ay = e * sin(el.pericentre_rad) - p1 * 0.5 * j3_over_j2 * sin_i;
  const double u = el.mean_anomaly_rad + el.pericentre_rad -
                   p1 * 0.25 * j3_over_j2 * sin_i * (3.0 + 5.0 * cos_i) / below * ax;
  const double longitude = eccentric_longitude(std::fmod(u, full_turn_rad), ax, ay);
  const double s = sin(longitude), c = cos(longitude);
  const double e_cos = ax * c + ay * s, e_sin = ax * s - ay * c, e2 = ax * ax + ay * ay;
  const double p = a * (1.0 - e2), r = a * (1.0 - e_cos), beta = std::sqrt(1.0 - e2);
  const double share = e_sin / (1.0 + beta);
  return {.r = r,
          .rdot = std::sqrt(a) * e_sin / r,
          .rvdot = std::sqrt(p) / r,
          .u = std::atan2(a / r * (s - ay - ax * share), a / r * (c - ax + ay * share)),
          .node = el.node_rad,
          .i = el.inclination_rad};
}

/// Adds the short-period terms of J2. `p` is the semi-latus rectum, `n` the mean motion in rad/min.
InPlane short_period(const InPlane& mean, double p, double beta, double n) {
  const double sin_i = sin(mean.i), cos_i = cos(mean.i), cos2_i = cos_i * cos_i;
  const double con41 = 3.0 * cos2_i - 1.0, x1mth2 = 1.0 - cos2_i, x7thm1 = 7.0 * cos2_i - 1.0;
  const double sin_2u = sin(2.0 * mean.u), cos_2u = cos(2.0 * mean.u);
  const double t1 = 0.5 * j2 / p, t2 = t1 / p, rate = n / ke() * t1;
  InPlane full;
  full.r = mean.r * (1.0 - 1.5 * t2 * beta * con41) + 0.5 * t1 * x1mth2 * cos_2u;
  full.u = mean.u - 0.25 * t2 * x7thm1 * sin_2u;
  full.node = mean.node + 1.5 * t2 * cos_i * sin_2u;
  full.i = mean.i + 1.5 * t2 * cos_i * sin_i * cos_2u;
  full.rdot = mean.rdot - rate * x1mth2 * sin_2u;
  full.rvdot = mean.rvdot + rate * (x1mth2 * cos_2u + 1.5 * con41);
  return full;
}

Sgp4Elements elements_of(const Eigen::Vector3d& r_m, const Eigen::Vector3d& v_mps) {
  const OsculatingElements o = osculating_elements(r_m, v_mps, gm_km3ps2 * 1e9);
  return {.mean_motion_radps = std::sqrt(gm_km3ps2 * 1e9 / std::pow(o.semi_major_axis_m, 3)),
          .eccentricity = o.eccentricity,
          .inclination_rad = o.inclination_rad,
          .node_rad = o.node_rad,
          .pericentre_rad = o.pericentre_rad,
          .mean_anomaly_rad = mean_anomaly_rad(o)};
}

std::string out_of_range(const TemeState& state) {
  const OsculatingElements o = osculating_elements(state.r_m, state.v_mps, gm_km3ps2 * 1e9);
  if (!(o.eccentricity < 1.0)) return "the orbit is a hyperbola";
  const double period_min =
      full_turn_rad * std::sqrt(std::pow(o.semi_major_axis_m, 3) / (gm_km3ps2 * 1e9)) / 60.0;
  if (period_min >= deep_space_min) {
    return fmt::format("its period of {:.0f} min needs the deep-space terms of SGP4, from {:.0f} min on",
                       period_min, deep_space_min);
  }
  if (o.semi_major_axis_m * (1.0 - o.eccentricity) < radius_km * 1e3)
    return "its perigee lies below the Earth's surface";
  return {};
}

}  // namespace

Eigen::Matrix3d R_teme_gcrf(Epoch at) {
  const JulianDate tt = julian_date(at, TimeScale::tt);
  double npb[3][3];
  eraPnm06a(tt.day, tt.fraction, npb);
  // UT1 cancels in the equation of the equinoxes.
  const double equinoxes_rad =
      eraAnpm(eraGst06(0.0, 0.0, tt.day, tt.fraction, npb) - eraGmst06(0.0, 0.0, tt.day, tt.fraction));
  const Eigen::Matrix3d true_of_date = Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(&npb[0][0]);
  return Eigen::AngleAxisd(-equinoxes_rad, Eigen::Vector3d::UnitZ()).toRotationMatrix() * true_of_date;
}

TemeState sgp4_at_epoch(const Sgp4Elements& el) {
  const double n = brouwer_mean_motion(60.0 * el.mean_motion_radps, el.eccentricity, cos(el.inclination_rad));
  const double a = std::pow(ke() / n, 2.0 / 3.0), e = std::fmax(el.eccentricity, 1e-6);
  const InPlane mean = long_period(el, a, e);
  const double p = std::pow(mean.rvdot * mean.r, 2);
  const InPlane full = short_period(mean, p, std::sqrt(p / a), n);

  const double cn = cos(full.node), sn = sin(full.node), ci = cos(full.i), si = sin(full.i);
  const Eigen::Vector3d node(cn, sn, 0.0), across(-sn * ci, cn * ci, si);
  const Eigen::Vector3d radial = node * cos(full.u) + across * sin(full.u);
  const Eigen::Vector3d along = across * cos(full.u) - node * sin(full.u);
  const double to_mps = radius_km * ke() / 60.0 * 1e3;
  return {.r_m = full.r * radius_km * 1e3 * radial,
          .v_mps = (full.rdot * radial + full.rvdot * along) * to_mps};
}

Sgp4Fit fit_sgp4(const TemeState& state) {
  Sgp4Fit fit;
  fit.problem = out_of_range(state);
  if (!fit.problem.empty()) return fit;
  constexpr int most_rounds = 40;  // each gains a factor of about a thousand
  constexpr double close_m = 1e-4, close_mps = 1e-7;
  TemeState guess = state;
  fit.residual_m = std::numeric_limits<double>::infinity();
  for (int round = 0; round < most_rounds; ++round) {
    const Sgp4Elements elements = elements_of(guess.r_m, guess.v_mps);
    if (!(elements.eccentricity < 1.0)) break;
    const TemeState found = sgp4_at_epoch(elements);
    const Eigen::Vector3d dr_m = state.r_m - found.r_m, dv_mps = state.v_mps - found.v_mps;
    if (dr_m.norm() < fit.residual_m) {
      fit.residual_m = dr_m.norm();
      fit.elements = elements;
    }
    if (dr_m.norm() < close_m && dv_mps.norm() < close_mps) break;
    guess.r_m += dr_m;
    guess.v_mps += dv_mps;
  }
  constexpr double allowed_m = 20.0;
  if (!(fit.residual_m < allowed_m))
    fit.problem = fmt::format("the iteration for mean elements ends {:.0f} m away", fit.residual_m);
  return fit;
}

}  // namespace lunafab::orbit
