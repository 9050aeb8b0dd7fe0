#pragma once

namespace lunafab::massdriver {

/// Two coaxial circular filaments; `gap_m` is signed: the secondary's plane minus the primary's, along the
/// axis.
struct CoaxialLoops {
  double primary_radius_m = 0.0, secondary_radius_m = 0.0, gap_m = 0.0;
};

/// Mutual inductance and its derivatives by the gap. The axial force on the secondary is I₁ I₂ · slope.
struct Coupling {
  double mutual_H = 0.0, slope_H_per_m = 0.0, curvature_H_per_m2 = 0.0;
};

/// A coil of rectangular section as one turn with uniform current density, coaxial with the others. N turns
/// multiply a mutual inductance by N₁N₂, a self-inductance by N². Uniform density holds for Litz wire or
/// insulated turns in series, not for solid conductors thicker than the skin depth, whose current crowds.
/// Length and depth may be 0: a disc, a sheet or a filament.
struct Winding {
  double radius_m = 0.0;  ///< mean of the inner and outer radius
  double length_m = 0.0;  ///< along the axis
  double depth_m = 0.0;   ///< outer minus inner radius, at most 2 · radius_m
};

/// `error_H` estimates the quadrature error of the mutual inductance: the difference of two successive orders
/// plus rounding.
struct MutualEstimate {
  Coupling coupling{};
  double error_H = 0.0;
};

/// Vacuum coupling of two filaments: all three values to about 1e-15 · ln(8a/d) relative, d their distance,
/// at any gap; the curvature relative to the larger of its two terms, as it passes through 0. About 60 ns.
/// @throws ContractError unless both radii are positive, all is finite and the loops do not touch.
/// @source Maxwell, Treatise II § 701, as the integrals of `loop_integrals`.
Coupling couple(const CoaxialLoops& loops);

/// Vacuum coupling of two windings at a gap between their middles: concentric, apart, or touching.
/// Derivatives are averages of the filaments' own, about a digit less accurate than the inductance. Cost:
/// 10–80 µs where the sections are farther apart than they are large, up to ~10 ms where they touch; the
/// orders are raised at most thrice, then `error_H` says what was missed.
/// @throws ContractError unless both windings are valid, the gap finite, 1e-14 ≤ tolerance ≤ 0.1, the
/// sections do not overlap, and where they touch both have an area.
MutualEstimate couple(const Winding& primary, const Winding& secondary, double gap_m,
                      double relative_tolerance = 1e-9);

/// Self-inductance, L = ∫∫ M of all pairs of filaments, to 1e-10 relative; any shape from a thin sheet to a
/// full disc. About 10 ms.
/// @throws ContractError unless the winding is valid and not a filament, whose inductance is infinite.
double self_inductance_H(const Winding& winding);

/// @throws ContractError unless the radius is positive, length and depth are not negative, the inner radius
/// is not negative and all is finite.
void expect_valid(const Winding& winding);

/// @throws ContractError as `couple` of two windings does.
void expect_pair(const Winding& primary, const Winding& secondary, double gap_m, double relative_tolerance);

}  // namespace lunafab::massdriver
