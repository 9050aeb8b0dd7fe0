#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include <optional>
#include "core/constants.hpp"
#include "orbit/integrator.hpp"
#include "orbit/propagate.hpp"
#include "orbit/sun.hpp"

namespace lunafab::orbit {

/// Two bodies on circles about their barycentre, and the units in which their distance, the sum of their GMs
/// and the angular velocity are 1.
struct ThreeBody {
  double mass_ratio = 0.0;  ///< of the smaller body to both
  double length_m = 0.0;
  double time_s = 0.0;

  double speed_mps() const { return length_m / time_s; }
};
/// @source JPL Solar System Dynamics, three-body periodic orbits database (Earth–Moon).
inline constexpr ThreeBody earth_moon{0.01215058560962404, 389703264.829278, 382981.289129055};

/// Dimensionless, in axes that turn with the bodies: the barycentre at the origin, the smaller body (the
/// Moon) on +x at 1 − μ, +z along the angular velocity.
struct RotatingState {
  Eigen::Vector3d r = Eigen::Vector3d::Zero();
  Eigen::Vector3d v = Eigen::Vector3d::Zero();
};
using Matrix6 = Eigen::Matrix<double, 6, 6>;

/// L1 … L5, to rounding.
std::array<Eigen::Vector3d, 5> libration_points(double mass_ratio);
/// Jacobi constant x² + y² + 2(1−μ)/r1 + 2μ/r2 − v².
double jacobi_constant(double mass_ratio, const RotatingState& state);
Eigen::Vector3d rotating_acceleration(double mass_ratio, const RotatingState& state);
double earth_distance(double mass_ratio, const RotatingState& state);
double moon_distance(double mass_ratio, const RotatingState& state);

enum class RotatingEventKind : std::uint8_t {
  xz_plane,        ///< y passes 0
  barycentre,      ///< the distance from it passes `value`
  moon_distance,   ///< passes `value`
  moon_apsis,      ///< radial speed from the Moon passes 0: rising at periapsis, falling at apoapsis
  earth_distance,  ///< passes `value`
  earth_apsis
};
/// Ends an arc. A start that lies on the event is no occurrence.
struct RotatingEvent {
  RotatingEventKind kind = RotatingEventKind::xz_plane;
  double value = 0.0;
  Crossing crossing = Crossing::either;
  int skip = 0;  ///< occurrences passed over
};

enum class Variations : std::uint8_t { none, stm };

struct RotatingArc {
  ArcEnd end = ArcEnd::time;
  double t = 0.0;  ///< dimensionless, of `last`; negative backwards
  RotatingState last;
  Matrix6 stm = Matrix6::Identity();  ///< ∂last/∂first at fixed t, where asked for
  std::int64_t steps = 0;
};

/// Follows the circular restricted three-body problem for `duration` (either sign), or to the event, located
/// to rounding on dense output. The tolerance is absolute in the units of length and speed, for components
/// above 1 relative.
RotatingArc follow(double mass_ratio, const RotatingState& from, double duration,
                   const std::optional<RotatingEvent>& event = std::nullopt,
                   Variations variations = Variations::none,
                   const Precision& precision = {.tolerance = 1e-13});

/// Horizontal launch from the Moon's mean sphere; azimuth clockwise from north, speed relative to the
/// surface, which is at rest in these axes: the near side faces the Earth, on −x.
struct SurfaceLaunch {
  LunarSite site;
  double azimuth_rad = 0.0;
  double speed_mps = 0.0;
  double altitude_m = 0.0;
};
RotatingState leave_surface(const ThreeBody& system, const SurfaceLaunch& launch);

/// v² − 2 GM/r about the barycentre in inertial axes, with the sum of the GMs.
double barycentric_c3_m2ps2(const ThreeBody& system, const RotatingState& state);

}  // namespace lunafab::orbit
