#pragma once

namespace lunafab::massdriver {

/// S_n = ∫₀^π sin²φ / rⁿ dφ with r² = a² + b² + z² − 2ab cos φ, for n = 3, 5, 7. All three are positive and
/// finite down to a = 0 or b = 0, and every magnetic quantity of a circular filament is a sum of them without
/// small differences of large terms, near and far.
struct LoopIntegrals {
  double s3_per_m3 = 0.0, s5_per_m5 = 0.0, s7_per_m7 = 0.0;
};

/// The integrals of a pair of coaxial circles (or a circle and a point at radius b). About 60 ns.
/// Error of each: 1e-15 times ln(8a/d), d the distance of the circles. The arguments are not checked: radii
/// must not be negative, and the circles apart.
/// @source S_n by integrating Neumann's integral by parts; its hypergeometric form, Gradshteyn &
/// Ryzhik 3.665.2; K and (K − E)/k² by the arithmetic-geometric mean, DLMF 19.8.
LoopIntegrals loop_integrals(double a_m, double b_m, double z_m);

}  // namespace lunafab::massdriver
