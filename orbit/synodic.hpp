#pragma once
#include <Eigen/Core>
#include "orbit/cr3bp.hpp"
#include "orbit/dynamics.hpp"
#include "orbit/frames.hpp"
#include "orbit/sky.hpp"

namespace lunafab::orbit {

/// The axes of the three-body problem carried by the real Earth and Moon: they turn with the line between
/// them and pulsate with its length. Time is the angle travelled, so that the axes turn by 1 a unit of time
/// as they do on circles.
/// @source Szebehely, "Theory of Orbits" (1967), 10.3: Nechvíle's coordinates, here at each instant.
struct SynodicAxes {
  double distance_m = 0.0;
  double distance_rate_mps = 0.0;
  double rate_radps = 0.0;  ///< of the line in the instantaneous plane
  Eigen::Matrix3d R_gcrf_rotating;
  /// Angular velocity in GCRF axes; the plane's own turning, up to 5e-4 of the rate, is the Sun's doing.
  Eigen::Vector3d spin_radps = Eigen::Vector3d::Zero();
};
/// @throws ContractError for dates outside the ephemeris.
SynodicAxes synodic_axes(const Ephemeris& sky, Epoch at, const BodyGm& gm = {});

/// Between coordinates with the Earth at −μ and the Moon at 1 − μ, and the world of the ephemeris.
RotatingState to_rotating(const LunarState& state, double mass_ratio, const SynodicAxes& axes);
LunarState to_lunar(const RotatingState& state, double mass_ratio, const SynodicAxes& axes);
RotatingState to_rotating(const GeocentricState& state, double mass_ratio, const SynodicAxes& axes);
GeocentricState to_geocentric(const RotatingState& state, double mass_ratio, const SynodicAxes& axes);

}  // namespace lunafab::orbit
