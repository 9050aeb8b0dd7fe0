#pragma once
#include <Eigen/Core>
#include <optional>
#include "orbit/frames.hpp"

// Where a launch leads by patched conics with the Moon on a circle and without libration: first guesses for
// siting and for targeting in the ephemeris model. In mean-Earth axes the Earth then stands at +x and the
// Moon moves towards −y.
namespace lunafab::orbit {

struct EscapeGeometry {
  double eccentricity = 0.0;
  double excess_mps = 0.0;        ///< over the Moon
  double turn_rad = 0.0;          ///< from the periapsis to the asymptote: acos(−1/e)
  Eigen::Vector3d asymptote;      ///< unit, mean-Earth axes at the launch
  double earth_angle_rad = 0.0;   ///< between the asymptote and the Earth
  double motion_angle_rad = 0.0;  ///< between the asymptote and the Moon's motion: 0 adds all of its speed
  double c3_m2ps2 = 0.0;          ///< about the Earth, the Moon's pull spent; above 0: leaves
  double perigee_m = 0.0;         ///< of the way about the Earth, past or to come
  double inclination_rad = 0.0;   ///< of it to the Moon's orbit
};

/// Nothing at and below escape speed. Speed relative to the turning surface.
/// @throws ContractError for speeds that are not positive.
std::optional<EscapeGeometry> escape_geometry(const Muzzle& muzzle, double speed_mps);

}  // namespace lunafab::orbit
