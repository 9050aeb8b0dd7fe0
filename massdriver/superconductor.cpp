#include "massdriver/superconductor.hpp"
#include <cmath>
#include <limits>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/elementary.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double mu0 = constants::vacuum_permeability_H_per_m;

/// y − atan y, by its series where the difference would lose digits: below 0.1 the term left out is y¹⁵/15.
double minus_atan(double y) {
  if (y > 0.1) return y - std::atan(y);
  const double w = y * y;
  return y * w *
         (1.0 / 3.0 - w * (1.0 / 5.0 - w * (1.0 / 7.0 - w * (1.0 / 9.0 - w * (1.0 / 11.0 - w / 13.0)))));
}

}  // namespace

double critical_density_A_per_m2(const Superconductor& superconductor, double field_T, double temperature_K) {
  const double reduced = 1.0 - temperature_K / superconductor.critical_temperature_K;
  if (!(reduced > 0.0)) return 0.0;
  const double thermal = portable_exp(superconductor.exponent * portable_log(reduced));
  return superconductor.jc0_A_per_m2 * thermal / (1.0 + std::abs(field_T) / superconductor.field_scale_T);
}

double current_density_A_per_m2(const Winding& winding, double fill, double current_A) {
  const double area_m2 = conductor_section_m2(winding, fill);
  expects(area_m2 > 0.0, "current density: the conductor must have an area");
  return std::abs(current_A) / area_m2;
}

double conductor_section_m2(const Winding& winding, double fill) {
  return winding.length_m * winding.depth_m * fill;
}

double conductor_volume_m3(const Winding& winding, double fill) {
  return 2.0 * std::numbers::pi * winding.radius_m * winding.length_m * winding.depth_m * fill;
}

double quench_margin(const BucketCoils& coils, double current_A, double peak_field_T_per_A,
                     double temperature_K) {
  const double critical =
      critical_density_A_per_m2(coils.superconductor, current_A * peak_field_T_per_A, temperature_K);
  if (critical == 0.0) return -std::numeric_limits<double>::infinity();
  return 1.0 - current_density_A_per_m2(coils.winding, coils.fill, current_A) / critical;
}

// With the penetration field B_p = μ0 J_c d/2 and amplitude B₀ the loop's area is 2B₀³/(3 μ0 B_p) up to B_p
// and 2B_p (B₀ − 2B_p/3)/μ0 beyond; both are 2B_p²/(3 μ0) where they meet. A transport
// current i J_c moves the line where E = 0 by i half thicknesses a, and the power ∫ J_c Ḃ |x − i a| dx is
// J_c Ḃ a² (1 + i²): exact once penetrated.
double hysteresis_J_per_m3(double critical_A_per_m2, double filament_m, double peak_to_peak_T,
                           double transport_share) {
  const double full_T = 0.5 * mu0 * critical_A_per_m2 * filament_m, amplitude_T = 0.5 * peak_to_peak_T;
  const double current = 1.0 + transport_share * transport_share;
  if (full_T == 0.0) return 0.0;
  if (amplitude_T <= full_T) {
    return current * 2.0 * amplitude_T * amplitude_T * amplitude_T / (3.0 * mu0 * full_T);
  }
  return current * 2.0 * full_T * (amplitude_T - 2.0 * full_T / 3.0) / mu0;
}

double coupling_J_per_m3(double coupling_time_s, double frequency_Hz, double peak_to_peak_T) {
  const double y = 2.0 * std::numbers::pi * frequency_Hz * coupling_time_s;
  const double amplitude_T = 0.5 * peak_to_peak_T;
  return 2.0 * std::numbers::pi * y / (1.0 + y * y) * amplitude_T * amplitude_T / mu0;
}

double mean_coupling_response(double coupling_time_s, double first_Hz, double last_Hz) {
  const double a = 2.0 * std::numbers::pi * first_Hz * coupling_time_s;
  const double b = 2.0 * std::numbers::pi * last_Hz * coupling_time_s;
  if (std::abs(b - a) <= 1e-6 * (a + b)) return 0.5 * (a + b) / (1.0 + 0.25 * (a + b) * (a + b));
  return 2.0 * (minus_atan(b) - minus_atan(a)) / ((b - a) * (b + a));
}

AcLoss ac_loss(const Superconductor& superconductor, double critical_A_per_m2, const FieldHistory& history) {
  expects(superconductor.share > 0.0 && superconductor.share <= 1.0,
          "ac loss: the superconductor's share must lie in (0, 1]");
  // J_c is of the conductor; in the filaments it is larger by 1/share, and they are `share` of the volume.
  const double filament_A_per_m2 = critical_A_per_m2 / superconductor.share;
  const auto cycle = [&](double peak_to_peak_T) {
    return superconductor.share * hysteresis_J_per_m3(filament_A_per_m2, superconductor.filament_m,
                                                      peak_to_peak_T, history.transport_share);
  };
  const double amplitude_T = 0.5 * history.ripple_T;
  const double response =
      mean_coupling_response(superconductor.coupling_time_s, history.first_Hz, history.last_Hz);
  return {.hysteresis_J_per_m3 = 0.5 * cycle(history.swing_T) + history.ripples * cycle(history.ripple_T),
          .coupling_J_per_m3 =
              history.ripples * 2.0 * std::numbers::pi * response * amplitude_T * amplitude_T / mu0};
}

BucketHeating heat_bucket(const BucketCoils& coils, double peak_current_A, double peak_field_T_per_A,
                          const FieldHistory& history, double temperature_K) {
  const Superconductor& material = coils.superconductor;
  expects(material.heat_capacity_J_per_m3K > 0.0, "bucket heating: the heat capacity must be positive");
  const double critical =
      critical_density_A_per_m2(material, peak_current_A * peak_field_T_per_A, temperature_K);
  BucketHeating result{.loss = ac_loss(material, critical, history)};
  result.heat_J = result.loss.total_J_per_m3() * conductor_volume_m3(coils.winding, coils.fill);
  result.rise_K = result.loss.total_J_per_m3() / material.heat_capacity_J_per_m3K;
  result.margin_before = quench_margin(coils, peak_current_A, peak_field_T_per_A, temperature_K);
  result.margin_after =
      quench_margin(coils, peak_current_A, peak_field_T_per_A, temperature_K + result.rise_K);
  return result;
}

}  // namespace lunafab::massdriver
