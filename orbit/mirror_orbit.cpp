#include "orbit/mirror_orbit.hpp"
#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>

namespace lunafab::orbit {

using Eigen::Vector3d;
using Eigen::Vector4d;

RotatingState mirror_state(const MirrorPoint& p) {
  return {{p[0], 0.0, p[1]}, {0.0, p[2], 0.0}};
}

std::optional<MirrorShot> shoot(double mu, const MirrorPoint& point, double tolerance) {
  const RotatingArc arc = follow(mu, mirror_state(point), point[3], std::nullopt, Variations::stm,
                                 {.tolerance = tolerance, .most_steps = 5000});
  if (arc.end != ArcEnd::time) return std::nullopt;
  MirrorShot out{.residual = {arc.last.r.y(), arc.last.v.x(), arc.last.v.z()}, .end = arc.last};
  out.end_slope << arc.stm.col(0), arc.stm.col(2), arc.stm.col(4), Eigen::Matrix<double, 6, 1>::Zero();
  out.end_slope.col(3) << arc.last.v, rotating_acceleration(mu, arc.last);
  out.slope << out.end_slope.row(1), out.end_slope.row(3), out.end_slope.row(5);
  return out;
}

Vector4d family_tangent(const MirrorShot& shot) {
  // The rows span the first three columns of Q; the last is what they leave out.
  const Eigen::HouseholderQR<Eigen::Matrix<double, 4, 3>> qr(shot.slope.transpose());
  return qr.householderQ() * Vector4d::UnitW();
}

Vector4d mirror_correction(const MirrorShot& shot, const Condition& condition) {
  Eigen::Matrix4d slopes;
  slopes << shot.slope, condition.slope.transpose();
  Vector4d off;
  off << shot.residual, condition.value;
  return -slopes.fullPivLu().solve(off);
}

Condition above_aim(double mu, const OrbitAim& aim, const MirrorPoint& p, const MirrorShot& shot) {
  switch (aim.measure) {
    case OrbitMeasure::z_amplitude:
      return {std::abs(p[1]) - aim.value, std::copysign(1.0, p[1]) * Vector4d::UnitY()};
    case OrbitMeasure::x_amplitude: {
      const double x = p[0] - aim.centre_x;
      return {std::abs(x) - aim.value, std::copysign(1.0, x) * Vector4d::UnitX()};
    }
    case OrbitMeasure::period:
      return {2.0 * p[3] - aim.value, 2.0 * Vector4d::UnitW()};
    case OrbitMeasure::perilune:
      break;
  }
  const Vector3d moon{1.0 - mu, 0.0, 0.0};
  if (aim.perilune_at == MirrorCrossing::start) {
    const Vector3d here = mirror_state(p).r - moon, out = here.normalized();
    return {here.norm() - aim.value, {out.x(), out.z(), 0.0, 0.0}};
  }
  const Vector3d there = shot.end.r - moon;
  return {there.norm() - aim.value, shot.end_slope.topRows<3>().transpose() * there.normalized()};
}

}  // namespace lunafab::orbit
