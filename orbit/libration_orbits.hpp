#pragma once
#include <cstdint>
#include "orbit/cr3bp.hpp"
#include "orbit/mirror_orbit.hpp"
#include "orbit/richardson.hpp"

namespace lunafab::orbit {

/// Families that are their own mirror image in the xz-plane. Near-rectilinear halo orbits are the members of
/// the halo families with a low perilune.
enum class OrbitFamily : std::uint8_t { halo_l1, halo_l2, lyapunov_l1, lyapunov_l2, distant_retrograde };

/// One orbit of a family. The value is dimensionless: length_m or time_s of the system is 1.
struct OrbitRequest {
  OrbitFamily family = OrbitFamily::halo_l2;
  Hemisphere hemisphere = Hemisphere::south;  ///< of halo orbits
  /// The x amplitude counts from the libration point, that of distant retrograde orbits from the Moon, to the
  /// crossing on the Earth's side.
  OrbitMeasure measure = OrbitMeasure::period;
  double value = 0.0;
};

enum class OrbitStatus : std::uint8_t {
  converged,
  not_converged,  ///< or not met within 400 members
  outside_family  ///< not met before the family ends at the Moon's surface
};

struct PeriodicOrbit {
  OrbitStatus status = OrbitStatus::not_converged;
  RotatingState state;  ///< at the crossing far from the Moon; distant retrograde: on the Earth's side
  double period = 0.0;
  double jacobi = 0.0;
  double perilune = 0.0;         ///< distance from the Moon's centre at the nearer crossing
  double z_amplitude = 0.0;      ///< |z| of `state`
  double stability_index = 0.0;  ///< (|λ| + 1/|λ|)/2 of the largest multiplier λ; 1: stable
  double closure = 0.0;          ///< |state after the period − state|, propagated without symmetry
};

/// The first orbit met that fits, going from the libration point outwards; distant retrograde ones from
/// 0.02 about the Moon, either way. Halo orbits begin at Richardson's third-order solution and are followed
/// by pseudo-arclength. Converged: the correction is below 1e-12 and the orbit closes to 1e-9.
/// @throws ContractError unless the value is positive and the family has the measure.
PeriodicOrbit find_periodic_orbit(const ThreeBody& system, const OrbitRequest& request);

/// Corrects a guess at a crossing of the xz-plane to the mirror orbit that meets the aim.
PeriodicOrbit correct_periodic_orbit(const ThreeBody& system, const MirrorGuess& guess, const OrbitAim& aim);

/// Period of `revolutions` in `months` synodic months, dimensionless: 9 in 2 for the Gateway's orbit.
double synodic_resonance(const ThreeBody& system, int revolutions, int months);

}  // namespace lunafab::orbit
