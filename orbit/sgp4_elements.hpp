#pragma once
#include <Eigen/Core>
#include <string>
#include "core/tick.hpp"
#include "orbit/frames.hpp"

// Mean elements of SGP4 for orbits near the Earth, for files that others propagate. Nothing here propagates.
namespace lunafab::orbit {

struct EarthTeme;  ///< the Earth's centre; true equator and mean equinox of date, as SGP4 uses it
using TemeState = StateIn<EarthTeme>;

/// Turns GCRF vectors into TEME. IAU 2006/2000A precession and nutation; the axes that SGP4 was fitted to
/// follow older series, which differ by 0.05", 2 m in low orbit. Velocities are turned alike: TEME counts as
/// inertial at its date. @source ERFA eraPnm06a, eraGst06a, eraGmst06.
Eigen::Matrix3d R_teme_gcrf(Epoch at);

/// SGP4's mean elements; the mean motion is Kozai's, as in two-line elements.
struct Sgp4Elements {
  double mean_motion_radps = 0.0;
  double eccentricity = 0.0;
  double inclination_rad = 0.0;
  double node_rad = 0.0;
  double pericentre_rad = 0.0;
  double mean_anomaly_rad = 0.0;
};
/// The state SGP4 gives at the epoch of the elements itself, WGS 72, near-Earth theory: its long- and
/// short-period terms, without drag or secular change. @source Hoots and Roehrich, Spacetrack Report No. 3
/// (1980), as revised by Vallado et al., AIAA 2006-6753.
TemeState sgp4_at_epoch(const Sgp4Elements& elements);

struct Sgp4Fit {
  Sgp4Elements elements{};
  double residual_m = 0.0;  ///< between the state and what SGP4 gives at the epoch
  std::string problem{};    ///< why there are no such elements; "" if there are
};
/// Mean elements whose SGP4 state at the epoch is `state`, by fixed-point iteration on the difference. Orbits
/// of 225 min and more need SGP4's deep-space terms: refused, as are hyperbolas and what dips below the
/// Earth's surface. Below a mean eccentricity of 1e-6, which SGP4 replaces by 1e-6, up to ~10 m remain.
Sgp4Fit fit_sgp4(const TemeState& state);

}  // namespace lunafab::orbit
