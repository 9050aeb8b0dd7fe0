#pragma once
#include <Eigen/Core>
#include "massdriver/inductance.hpp"

namespace lunafab::massdriver {

/// Flux density (B_r, B_z) per ampere in the single turn, at radius r and at z along the axis from the
/// winding's middle; inside the conductor too. To about 1e-8 of μ₀/R, where the section's proportions are
/// below 100. Cost: 10–50 µs apart from the section, ~1 ms on it.
/// @throws ContractError unless the winding is valid, r ≥ 0 and all is finite; and on a winding without area,
/// where the field is infinite or jumps.
/// @source sum of filaments' fields, B_r = −M_z/2πr and B_z = M_r/2πr of `loop_integrals`.
Eigen::Vector2d field_T_per_A(const Winding& winding, double r_m, double z_m);

/// Largest |B| on the conductor section per ampere, to 1e-6 relative, for quench margins. Searched on the
/// border: |B|² is subharmonic in thin sections, and in thick ones (Brooks coil, full disc, long solenoid) a
/// grid inside finds no more. About 20 ms.
/// @throws ContractError unless the winding is valid and has an area.
double peak_field_T_per_A(const Winding& winding);

}  // namespace lunafab::massdriver
