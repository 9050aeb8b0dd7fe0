#include "orbit/sky.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/chebyshev.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/segments.hpp"

namespace lunafab::orbit {
namespace {

using Basis = ChebyshevBasis<Ephemeris::terms>;

SkySample erfa_sample(Epoch at) {
  const Eigen::Vector3d moon_m = r_PE_I_m(at), sun_m = r_SE_I_m(at);
  const Eigen::Quaterniond q(R_MI(at));
  return {moon_m.x(), moon_m.y(), moon_m.z(), sun_m.x(), sun_m.y(), sun_m.z(), q.x(), q.y(), q.z(), q.w()};
}

/// The segment a date falls into, and where in it.
struct Place {
  const Ephemeris::Segment* segment = nullptr;
  double x = 0.0;
};

Place find(const Ephemeris& sky, Epoch at) {
  expects(sky.covers(at), "ephemeris: the date must lie within the span it was made for");
  constexpr double per_day = 86400.0 / Ephemeris::segment_s;
  const double count = (at.tt_days_since_j2000 - sky.from().tt_days_since_j2000) * per_day;
  const std::size_t i = std::min(static_cast<std::size_t>(count), sky.segments().size() - 1);
  return {&sky.segments()[i], 2.0 * (count - static_cast<double>(i)) - 1.0};
}

double sum(const double (&c)[Ephemeris::terms], const Basis& basis) {
  double out = 0.0;
  // From the small terms to the large ones.
  for (std::size_t j = basis.size(); j-- > 0;) out += c[j] * basis[j];
  return out;
}

Eigen::Vector3d vector(const Ephemeris::Segment& segment, int first, const Basis& basis) {
  return {sum(segment.c[first], basis), sum(segment.c[first + 1], basis), sum(segment.c[first + 2], basis)};
}

Eigen::Quaterniond quaternion(const Ephemeris::Segment& segment, const Basis& basis) {
  return {sum(segment.c[9], basis), sum(segment.c[6], basis), sum(segment.c[7], basis),
          sum(segment.c[8], basis)};
}

constexpr double slope_per_s = 2.0 / Ephemeris::segment_s;

}  // namespace

Ephemeris Ephemeris::from_erfa(Epoch from, Epoch to) {
  return {from, to, fit_segments(from, to, erfa_sample),
          "ERFA eraMoon98 and eraEpv00; lunar axes of IAU/WGCCRE 2009"};
}

bool Ephemeris::covers(Epoch at) const {
  return at.tt_days_since_j2000 >= from_.tt_days_since_j2000 &&
         at.tt_days_since_j2000 <= to_.tt_days_since_j2000;
}

SkyState Ephemeris::at(Epoch at) const {
  const auto [segment, x] = find(*this, at);
  const Basis t = chebyshev_values<terms>(x), slope = chebyshev_slopes<terms>(x);
  return {vector(*segment, 0, t), slope_per_s * vector(*segment, 0, slope), vector(*segment, 3, t),
          slope_per_s * vector(*segment, 3, slope)};
}

SkyPlaces Ephemeris::places(Epoch at) const {
  const auto [segment, x] = find(*this, at);
  const Basis t = chebyshev_values<terms>(x);
  return {vector(*segment, 0, t), vector(*segment, 3, t)};
}

Eigen::Matrix3d Ephemeris::R_mean_earth(Epoch at) const {
  const auto [segment, x] = find(*this, at);
  return quaternion(*segment, chebyshev_values<terms>(x)).normalized().toRotationMatrix();
}

Eigen::Vector3d Ephemeris::spin_radps(Epoch at) const {
  // With p = q*, from body to inertial axes: dp/dt = ½ ω p, so ω = 2 (dp/dt) p⁻¹.
  const auto [segment, x] = find(*this, at);
  const Eigen::Quaterniond q = quaternion(*segment, chebyshev_values<terms>(x));
  const Eigen::Quaterniond slope = quaternion(*segment, chebyshev_slopes<terms>(x));
  return 2.0 * slope_per_s / q.squaredNorm() * (slope.conjugate() * q).vec();
}

}  // namespace lunafab::orbit
