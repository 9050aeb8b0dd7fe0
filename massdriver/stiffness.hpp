#pragma once
#include "massdriver/inductance.hpp"

namespace lunafab::massdriver {

/// How the mutual inductance changes when the secondary leaves the axis. With x the offset of its middle and
/// θ the tilt of its axis towards +x, about the same middle, M ≈ M₀ + ½ M_xx x² + ½ M_θθ θ² + M_xθ x θ. To
/// third order in x/d and θR/d there is nothing else; d is the clearance of the windings.
struct Stiffness {
  double lateral_H_per_m2 = 0.0;   ///< M_xx
  double tilt_H_per_rad2 = 0.0;    ///< M_θθ
  double cross_H_per_m_rad = 0.0;  ///< M_xθ
};

/// Load on the secondary: force along +x, torque about the axis that turns θ up.
struct LateralLoad {
  double force_N = 0.0, torque_Nm = 0.0;
};

/// M_xx = M_yy = −½ M_zz: in free space M obeys Laplace's equation in the position of a rigid coil.
double lateral_curvature_H_per_m2(const Coupling& coupling);

/// Second derivatives of M at the coaxial position, to about `relative_tolerance` of M, M R and M R².
/// Cost as `couple`.
/// @throws ContractError as `couple`.
Stiffness lateral_stiffness(const Winding& primary, const Winding& secondary, double gap_m,
                            double relative_tolerance = 1e-9);

/// Force on the secondary per offset; positive drives it off the axis.
double force_per_offset_N_per_m(const Stiffness& stiffness, double primary_A, double secondary_A);

/// Torque on the secondary per tilt about its middle; positive turns it further.
double torque_per_tilt_N_m_per_rad(const Stiffness& stiffness, double primary_A, double secondary_A);

/// Force and torque on the secondary at a small offset and tilt in one plane, currents held.
LateralLoad lateral_load(const Stiffness& stiffness, double primary_A, double secondary_A, double offset_m,
                         double tilt_rad);

}  // namespace lunafab::massdriver
