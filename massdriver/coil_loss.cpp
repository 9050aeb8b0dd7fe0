#include "massdriver/coil_loss.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

/// The four sums of every fourth term of eˣ: a[j] = Σ x^(4k+j) / (4k+j)!, so that
/// cosh + cos = 2a₀, sinh + sin = 2a₁, cosh − cos = 2a₂, sinh − sin = 2a₃. All terms are positive: no digits
/// are lost at any x, and the bits do not depend on a library's sine.
std::array<double, 4> quarter_sums(double x) {
  std::array<double, 4> sums{};
  double term = 1.0;
  for (int k = 0; k < 200; ++k) {
    sums[static_cast<std::size_t>(k % 4)] += term;
    term *= x / (k + 1);
  }
  return sums;
}

}  // namespace

double skin_depth_m(double resistivity_ohm_m, double frequency_Hz) {
  expects(resistivity_ohm_m > 0.0 && frequency_Hz > 0.0,
          "skin depth: resistivity and frequency must be positive");
  return std::sqrt(resistivity_ohm_m /
                   (std::numbers::pi * frequency_Hz * constants::vacuum_permeability_H_per_m));
}

// Between faces at fields H₁ and H₂ a layer's loss splits into a part by its own current, ∝ (H₁ − H₂)², and
// one by the mean field, ∝ ((H₁ + H₂)/2)², without mixed terms: one is odd, the other even about the layer's
// middle. In units of the DC loss: skin = Δ/2 · (sinh Δ + sin Δ)/(cosh Δ − cos Δ) and, for a mean field of n
// layers' currents, n² · 2Δ (sinh Δ − sin Δ)/(cosh Δ + cos Δ). The mean of n² over the stack is (4m² − 1)/12
// from one face and (m² − 1)/12 about the middle; the former is Dowell's formula.
double layered_ac_factor(double thickness_in_skin_depths, int layers, FieldZero zero) {
  expects(thickness_in_skin_depths >= 0.0 && std::isfinite(thickness_in_skin_depths) && layers >= 1,
          "ac factor: the thickness must be finite and not negative, the layers at least one");
  const double x = thickness_in_skin_depths, m = layers;
  const double mean_square =
      zero == FieldZero::at_one_face ? (4.0 * m * m - 1.0) / 12.0 : (m * m - 1.0) / 12.0;
  if (x == 0.0) return 1.0;
  if (x > 40.0) return x * (0.5 + 2.0 * mean_square);  // e⁻⁴⁰ beside 1 is nothing
  const auto [cosh_plus_cos, sinh_plus_sin, cosh_minus_cos, sinh_minus_sin] = quarter_sums(x);
  return 0.5 * x * sinh_plus_sin / cosh_minus_cos + mean_square * 2.0 * x * sinh_minus_sin / cosh_plus_cos;
}

double relative_resistivity(const Conductor& conductor, double temperature_K) {
  const double linear =
      1.0 + conductor.temperature_coefficient_per_K * (temperature_K - conductor.reference_K);
  return std::max(linear, least_resistivity_share);
}

double resistivity_ohm_m(const Conductor& conductor, double temperature_K) {
  return conductor.resistivity_ohm_m * relative_resistivity(conductor, temperature_K);
}

double ringing_frequency_Hz(double speed_mps, double half_wave_m, double tuning) {
  expects(speed_mps > 0.0 && half_wave_m > 0.0 && tuning > 0.0,
          "ringing frequency: speed, half wave and tuning must be positive");
  return speed_mps / (2.0 * half_wave_m * std::sqrt(tuning));
}

double drive_ac_factor(const DriveCoil& coil, double frequency_Hz, double temperature_K) {
  if (coil.ac_factor > 0.0) return coil.ac_factor;
  if (coil.strand_m == 0.0) return 1.0;
  const double depth_m = skin_depth_m(resistivity_ohm_m(coil.conductor, temperature_K), frequency_Hz);
  return layered_ac_factor(coil.strand_m / depth_m, coil.strands, FieldZero::in_the_middle);
}

double strand_eddy_J_per_m3(double strand_m, double resistivity_ohm_m, double squared_field_rate_T2_per_s) {
  expects(resistivity_ohm_m > 0.0, "strand eddies: the resistivity must be positive");
  return strand_m * strand_m / (12.0 * resistivity_ohm_m) * squared_field_rate_T2_per_s;
}

// B_z = ∂M/∂r / 2πr and B_r = −∂M/∂z / 2πr with M of the filament and a loop of radius r. With z = d tan u, d
// the radial distance, the integrand falls like cos⁴u or faster, and the midpoint rule on u converges
// geometrically.
double passing_gradient_square(double filament_radius_m, double radius_m) {
  const double gap_m = std::abs(radius_m - filament_radius_m), step_m = 1e-3 * gap_m;
  expects(filament_radius_m > 0.0 && radius_m > 0.0 && gap_m > 0.0,
          "passing field: the radii must be positive and differ");
  constexpr int points = 400;
  constexpr double half = 0.5 * std::numbers::pi;
  const double du = half / points;
  double sum = 0.0;
  for (int i = 0; i < points; ++i) {
    const double tangent = std::tan((i + 0.5) * du), z_m = gap_m * tangent;
    const Coupling at = couple(CoaxialLoops{filament_radius_m, radius_m, z_m});
    const Coupling outside = couple(CoaxialLoops{filament_radius_m, radius_m + step_m, z_m});
    const Coupling inside = couple(CoaxialLoops{filament_radius_m, radius_m - step_m, z_m});
    const double axial = (outside.slope_H_per_m - inside.slope_H_per_m) / (2.0 * step_m);
    const double radial = at.curvature_H_per_m2;
    sum += (axial * axial + radial * radial) * (1.0 + tangent * tangent);
  }
  const double circumference_m = 2.0 * std::numbers::pi * radius_m;
  return 2.0 * sum * gap_m * du / (circumference_m * circumference_m);
}

double strand_drag_N_per_mps(const DriverDesign& design, double temperature_K) {
  const DriveCoil& coil = design.track.coil;
  const double current_A = design.bucket.current_A;
  const double gradient_T2_per_m =
      passing_gradient_square(design.bucket.winding.radius_m, coil.winding.radius_m) * current_A * current_A;
  const double conductor_m3 = 2.0 * std::numbers::pi * coil.winding.radius_m * coil.winding.length_m *
                              coil.winding.depth_m * coil.fill;
  return strand_eddy_J_per_m3(coil.strand_m, resistivity_ohm_m(coil.conductor, temperature_K),
                              gradient_T2_per_m) *
         conductor_m3 * design.bucket.count / design.track.pitch_m;
}

double eddy_drag_N_per_mps(const DriverDesign& design) {
  const DriveCoil& coil = design.track.coil;
  const double strands = coil.strand_m > 0.0 ? strand_drag_N_per_mps(design, coil.temperature_K) : 0.0;
  return design.losses.eddy_N_per_mps + strands;
}

}  // namespace lunafab::massdriver
