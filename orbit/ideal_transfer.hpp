#pragma once
#include <Eigen/Core>
#include <optional>
#include "core/muzzle.hpp"
#include "orbit/destination.hpp"

namespace lunafab::orbit {

/// Hohmann-like transfer from a horizontal launch at the mean radius to a circular lunar orbit. The Moon's
/// rotation (0.3 m/s at 86° latitude, 4.6 m/s on the equator) is left out.
struct LunarTransfer {
  double launch_mps;       ///< periapsis speed of the transfer ellipse
  double circularise_mps;  ///< at apoapsis
  double half_period_s;
  double apoapsis_gain_m_per_mps;  ///< ∂ apoapsis radius / ∂ launch speed
  /// Extra Δv ÷ launch velocity error, to first order and for the worst direction (along the bore), when the
  /// error is taken out by the burn at apoapsis and one half a revolution later.
  double correction_gain;
};
/// Two-body, R and GM of core/constants. @throws ContractError unless 0 < altitude and the orbit lies in the
/// Moon's sphere of influence.
LunarTransfer lunar_transfer(double altitude_m);
double lunar_escape_speed_mps();
/// Hyperbolic excess over the Moon after a launch at `launch_mps` from the mean radius; 0 below escape speed.
double lunar_excess_speed_mps(double launch_mps);
/// Launch speed from the polar site (86° S 3° E, azimuth 266°; from the pole itself up to 0.5 m/s more) for a
/// barycentric C3 at 1 Mkm of 0.5 to 1 km²/s², linear between table nodes: within 0.2 m/s of the circular
/// restricted three-body problem.
/// @throws ContractError outside the table.
double heliocentric_launch_speed_mps(double c3_m2ps2);

/// When a satellite that left the muzzle with a velocity [along, left, up] and pays for no correction is back
/// on the mean sphere, two-body; nothing where it is not.
std::optional<double> fall_back_s(DestinationKind kind, const Eigen::Vector3d& velocity_mps);

/// Fills in what `kind` derives at `ideal` (see the fields), replacing what stands there; doing so twice
/// changes nothing. At the other fidelities only what does not need the data of `ideal` is checked.
/// @throws ContractError for impossible values, naming the one. A budget smaller than the insertion is
/// possible: it loses satellites.
Destination completed(Destination destination, Fidelity fidelity = Fidelity::ideal);

}  // namespace lunafab::orbit
