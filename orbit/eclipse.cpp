#include "orbit/eclipse.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double sun_radius_m = 6.957e8;  // IAU 2015 Resolution B3, nominal

/// Share of a circle whose points lie within `cone_rad` of the direction away from the Sun. With u from the
/// point nearest that direction, cos ψ = cos β cos u.
double share_within(double cone_rad, double beta_rad) {
  const double cosine = std::cos(cone_rad) / std::cos(beta_rad);
  if (std::abs(beta_rad) >= cone_rad || cosine >= 1.0) return 0.0;
  return std::acos(std::max(cosine, -1.0)) / std::numbers::pi;
}

struct SunDay {
  double days;
  Eigen::Vector3d to_sun_m;
};
std::vector<SunDay> sun_days(Body body, Epoch from, double span_days) {
  expects(span_days > 0.0 && std::isfinite(span_days), "the span must be positive");
  std::vector<SunDay> out;
  const auto count = static_cast<int>(std::ceil(span_days));
  for (int i = 0; i < count; ++i) {
    const double days = (i + 0.5) * span_days / count;
    out.push_back({days, sun_from_body_m(body, {from.tt_days_since_j2000 + days})});
  }
  return out;
}

EclipseSummary plane_eclipses(const Shell& shell, int plane, Epoch from, const std::vector<SunDay>& sun,
                              double span_days) {
  const MeanElements elements = slot_elements(shell, {plane, 0}, from);
  const double drift_radps = shell_rates(shell).node_radps, period_s = nodal_period_s(shell);
  const double body_m = central_body(shell.body).surface_radius_m;
  EclipseSummary out{.least_beta_rad = std::numbers::pi, .greatest_beta_rad = -std::numbers::pi};
  const double share = 1.0 / static_cast<double>(sun.size());
  for (const SunDay& day : sun) {
    const double node = elements.node_rad + drift_radps * day.days * 86400.0;
    const double beta = beta_rad(elements.inclination_rad, node, day.to_sun_m);
    const ShadowFractions shadow = cone_fractions(body_m, elements.a_m, beta, day.to_sun_m.norm());
    const double whole = shadow.umbra + shadow.penumbra;
    out.least_beta_rad = std::min(out.least_beta_rad, beta);
    out.greatest_beta_rad = std::max(out.greatest_beta_rad, beta);
    out.mean_fraction += (shadow.umbra + 0.5 * shadow.penumbra) * share;
    out.greatest_fraction = std::max(out.greatest_fraction, whole);
    if (whole > 0.0) out.days_with_shadow += share * span_days;
    out.days.push_back({day.days, beta, shadow});
  }
  out.longest_s = out.greatest_fraction * period_s;
  return out;
}

}  // namespace

double beta_rad(double inclination_rad, double node_rad, const Eigen::Vector3d& to_sun) {
  const Eigen::Vector3d normal(std::sin(inclination_rad) * std::sin(node_rad),
                               -std::sin(inclination_rad) * std::cos(node_rad), std::cos(inclination_rad));
  return std::asin(std::clamp(normal.dot(to_sun.normalized()), -1.0, 1.0));
}

double cylinder_fraction(double body_radius_m, double orbit_radius_m, double beta_rad) {
  expects(orbit_radius_m >= body_radius_m && body_radius_m > 0.0, "the orbit must be outside the body");
  return share_within(std::asin(body_radius_m / orbit_radius_m), beta_rad);
}

ShadowFractions cone_fractions(double body_radius_m, double orbit_radius_m, double beta_rad, double sun_m) {
  expects(orbit_radius_m >= body_radius_m && body_radius_m > 0.0, "the orbit must be outside the body");
  expects(sun_m > orbit_radius_m, "the Sun must be outside the orbit");
  const double body = std::asin(body_radius_m / orbit_radius_m), sun = std::asin(sun_radius_m / sun_m);
  const double umbra = body > sun ? share_within(body - sun, beta_rad) : 0.0;
  return {umbra, share_within(body + sun, beta_rad) - umbra};
}

EclipseSummary eclipses(const Shell& shell, int plane, Epoch from, double span_days) {
  return plane_eclipses(shell, plane, from, sun_days(shell.body, from, span_days), span_days);
}

EclipseSummary shell_eclipses(const Shell& shell, Epoch from, double span_days) {
  const std::vector<SunDay> sun = sun_days(shell.body, from, span_days);
  EclipseSummary all = plane_eclipses(shell, 0, from, sun, span_days);
  for (int plane = 1; plane < shell.planes; ++plane) {
    EclipseSummary one = plane_eclipses(shell, plane, from, sun, span_days);
    all.mean_fraction += one.mean_fraction, all.days_with_shadow += one.days_with_shadow;
    all.least_beta_rad = std::min(all.least_beta_rad, one.least_beta_rad);
    all.greatest_beta_rad = std::max(all.greatest_beta_rad, one.greatest_beta_rad);
    if (one.longest_s > all.longest_s) {
      all.longest_s = one.longest_s, all.greatest_fraction = one.greatest_fraction;
      all.days = std::move(one.days);
    }
  }
  all.mean_fraction /= shell.planes, all.days_with_shadow /= shell.planes;
  return all;
}

}  // namespace lunafab::orbit
