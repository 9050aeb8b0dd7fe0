#include "massdriver/stiffness.hpp"
#include "core/constants.hpp"
#include "massdriver/loop_integrals.hpp"
#include "massdriver/section_pairs.hpp"

namespace lunafab::massdriver {
namespace {

/// Derivatives of M of two filaments by offset x and tilt θ of the secondary about its own centre.
struct LoopStiffness {
  double mutual, slope, offset, tilt, cross;
};

// The secondary is r(φ) = x x̂ + b (e₁ cos φ + ŷ sin φ), e₁ = x̂ cos θ − ẑ sin θ, and a displacement ξ of its
// wire changes the flux by ∮ B·(ξ × dl). Once more differentiated, with the primary's axisymmetric field per
// ampere,
//   M_xx = πb ∂B_z/∂r,  M_xθ = −πb (b ∂B_z/∂z + B_r),  M_θθ = −πb² (B_z + b ∂B_r/∂z),
// and with M_z = −2πb B_r, M_b = 2πb B_z, curl B = 0 and div B = 0
//   M_xx = −½ M_zz,  M_xθ = ½ (M_z − b M_zb),  M_θθ = ½ (b² M_zz − b M_b).
// The integrals give b M_b = ½ M + (3/2) μ₀ (ab)² (a² − b² + z²) S₅, and its derivative by z.
LoopStiffness loop_stiffness(double a, double b, double z) {
  const auto [s3, s5, s7] = loop_integrals(a, b, z);
  const double factor = constants::vacuum_permeability_H_per_m * (a * b) * (a * b);
  const double square = a * a - b * b + z * z;
  const double m = factor * s3, m_z = -3.0 * factor * z * s5;
  const double m_zz = -3.0 * factor * (s5 - 5.0 * z * z * s7);
  const double b_m_b = 0.5 * m + 1.5 * factor * square * s5;
  const double b_m_zb = -0.5 * m_z - 7.5 * factor * z * square * s7;
  return {.mutual = m,
          .slope = m_z,
          .offset = -0.5 * m_zz,
          .tilt = 0.5 * (b * b * m_zz - b_m_b),
          .cross = 0.5 * (m_z - b_m_zb)};
}

}  // namespace

double lateral_curvature_H_per_m2(const Coupling& coupling) {
  return -0.5 * coupling.curvature_H_per_m2;
}

// A filament at ζ along the secondary's axis moves by x + ζθ, sinks by ½ ζθ² and tilts by θ.
Stiffness lateral_stiffness(const Winding& primary, const Winding& secondary, double gap_m,
                            double relative_tolerance) {
  expect_pair(primary, secondary, gap_m, relative_tolerance);
  const auto kernel = [](const FilamentPair& pair) {
    const auto loop = loop_stiffness(pair.primary_radius_m, pair.secondary_radius_m, pair.gap_m);
    const double tilt =
        loop.tilt + pair.offset_m * (2.0 * loop.cross - loop.slope) + pair.offset_squared_m2 * loop.offset;
    return std::array{loop.mutual, loop.offset, tilt, loop.cross + pair.offset_m * loop.offset};
  };
  const auto value = average<4>(primary, secondary, gap_m, relative_tolerance, kernel).value;
  return {.lateral_H_per_m2 = value[1], .tilt_H_per_rad2 = value[2], .cross_H_per_m_rad = value[3]};
}

double force_per_offset_N_per_m(const Stiffness& stiffness, double primary_A, double secondary_A) {
  return primary_A * secondary_A * stiffness.lateral_H_per_m2;
}

double torque_per_tilt_N_m_per_rad(const Stiffness& stiffness, double primary_A, double secondary_A) {
  return primary_A * secondary_A * stiffness.tilt_H_per_rad2;
}

LateralLoad lateral_load(const Stiffness& stiffness, double primary_A, double secondary_A, double offset_m,
                         double tilt_rad) {
  const double currents = primary_A * secondary_A;
  return {
      .force_N = currents * (stiffness.lateral_H_per_m2 * offset_m + stiffness.cross_H_per_m_rad * tilt_rad),
      .torque_Nm =
          currents * (stiffness.tilt_H_per_rad2 * tilt_rad + stiffness.cross_H_per_m_rad * offset_m)};
}

}  // namespace lunafab::massdriver
