#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include "orbit/cr3bp.hpp"

namespace lunafab::orbit {

/// What tells an orbit of a one-parameter family from its neighbours.
enum class OrbitMeasure : std::uint8_t {
  z_amplitude,  ///< |z| at the far crossing
  x_amplitude,  ///< distance of the far crossing from the family's centre along x
  period,
  perilune  ///< distance from the Moon's centre at the nearer crossing
};
enum class MirrorCrossing : std::uint8_t { start, half_way };

/// What an orbit is to measure.
struct OrbitAim {
  OrbitMeasure measure = OrbitMeasure::period;
  double value = 0.0;
  double centre_x = 0.0;                                  ///< x amplitudes count from here
  MirrorCrossing perilune_at = MirrorCrossing::half_way;  ///< the nearer crossing
};

/// x, z and speed across at a crossing of the xz-plane, and half the period: by symmetry the orbit closes if
/// the next crossing is perpendicular too.
using MirrorPoint = Eigen::Vector4d;
RotatingState mirror_state(const MirrorPoint& point);

/// Half a revolution: y, x-speed and z-speed where they should vanish, and the derivatives by the point.
struct MirrorShot {
  Eigen::Vector3d residual;
  Eigen::Matrix<double, 3, 4> slope;
  RotatingState end;
  Eigen::Matrix<double, 6, 4> end_slope;
};
/// Nothing where the arc is not finished.
std::optional<MirrorShot> shoot(double mass_ratio, const MirrorPoint& point, double tolerance);

/// Direction of the family at a mirror orbit, of length 1; the sign is open.
Eigen::Vector4d family_tangent(const MirrorShot& shot);

/// A fourth equation for the corrector.
struct Condition {
  double value;
  Eigen::Vector4d slope;
};
/// How far the orbit is above its aim.
Condition above_aim(double mass_ratio, const OrbitAim& aim, const MirrorPoint& point, const MirrorShot& shot);

struct MirrorPrecision {
  double propagation = 1e-13, step = 1e-12;  ///< a correction below `step` is the last
  int most_corrections = 12;
};

struct Corrected {
  MirrorPoint point;
  MirrorShot shot;  ///< before the last correction
  int corrections = 0;
};
/// Newton's method on mirror equations and `condition(point, shot)`. Nothing unless it converges.
template <class ConditionOf>
std::optional<Corrected> correct(double mass_ratio, MirrorPoint point, const ConditionOf& condition,
                                 const MirrorPrecision& precision);

/// The correction that solves the linearised equations.
Eigen::Vector4d mirror_correction(const MirrorShot& shot, const Condition& condition);

template <class ConditionOf>
std::optional<Corrected> correct(double mass_ratio, MirrorPoint point, const ConditionOf& condition,
                                 const MirrorPrecision& precision) {
  for (int i = 1; i <= precision.most_corrections; ++i) {
    const auto shot = shoot(mass_ratio, point, precision.propagation);
    if (!shot) return std::nullopt;
    const Eigen::Vector4d step = mirror_correction(*shot, condition(point, *shot));
    const double size = step.norm();
    if (!(size < 0.5)) return std::nullopt;
    point += step;
    if (!(point[3] > 0.0)) return std::nullopt;
    if (size < precision.step) return Corrected{point, *shot, i};
  }
  return std::nullopt;
}

}  // namespace lunafab::orbit
