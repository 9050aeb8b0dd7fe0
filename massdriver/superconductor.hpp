#pragma once
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// What the bucket's conductor sees during one launch. Fields are peak to peak.
struct FieldHistory {
  double swing_T = 0.0;          ///< one slow excursion: the start of the run to its end
  double ripple_T = 0.0;         ///< each ripple
  double ripples = 0.0;          ///< cycles of it
  double first_Hz = 0.0;         ///< ripple frequency at the start of the track
  double last_Hz = 0.0;          ///< at its end
  double transport_share = 0.0;  ///< J/J_c of the steady current
};

/// Heat per volume of conductor in one launch.
struct AcLoss {
  double hysteresis_J_per_m3 = 0.0;
  double coupling_J_per_m3 = 0.0;
  double total_J_per_m3() const { return hysteresis_J_per_m3 + coupling_J_per_m3; }
};

/// One bucket coil through one launch, without cooling.
struct BucketHeating {
  AcLoss loss;
  double heat_J = 0.0;  ///< of the coil
  double rise_K = 0.0;
  double margin_before = 0.0, margin_after = 0.0;  ///< 1 − J/J_c at the largest current
};

/// J_c(B, T) of the conductor; 0 from the critical temperature upwards.
double critical_density_A_per_m2(const Superconductor& superconductor, double field_T, double temperature_K);

/// I / (length · depth · fill).
/// @throws ContractError unless the winding has an area and the fill is positive.
double current_density_A_per_m2(const Winding& winding, double fill, double current_A);

/// Area of conductor in a winding's section.
double conductor_section_m2(const Winding& winding, double fill);

/// Volume of conductor in one coil: 2π r · length · depth · fill.
double conductor_volume_m3(const Winding& winding, double fill);

/// 1 − J/J_c; negative: the coil quenches, −∞ above the critical temperature. The field is the largest on the
/// winding from the coil's own current; a drive coil adds about 0.4 T to 5 T in the baseline (not counted).
double quench_margin(const BucketCoils& coils, double current_A, double peak_field_T_per_A,
                     double temperature_K);

/// Hysteresis loss of one full cycle of a superconducting slab, thickness `filament_m`, in a parallel field
/// that swings by `peak_to_peak_T`, per volume of the slab; `transport_share` J/J_c of a steady current
/// multiplies it by 1 + share². Beyond full penetration a round filament loses 4/π · ⅔ = 0.85 of this; before
/// it, in a transverse field, about twice as much. Flat tape across the field loses far more: not modelled.
/// @source Bean, Rev. Mod. Phys. 36 (1964) 31; transport factor: Wilson, Superconducting Magnets (1983),
/// ch. 8.
double hysteresis_J_per_m3(double critical_A_per_m2, double filament_m, double peak_to_peak_T,
                           double transport_share);

/// Coupling loss of one sinusoidal cycle of a round multifilamentary strand, per volume: 2π ωτ/(1 + ω²τ²) ·
/// B₀²/μ0 with the amplitude B₀ half of `peak_to_peak_T`.
/// @source Campbell, Cryogenics 22 (1982) 3, n = 2.
double coupling_J_per_m3(double coupling_time_s, double frequency_Hz, double peak_to_peak_T);

/// Mean of ωτ/(1 + ω²τ²) over a run at constant acceleration, places along the track weighted equally: then
/// ω² is uniform and the mean is 2[y − atan y]/[y²] between y = ωτ at both ends.
double mean_coupling_response(double coupling_time_s, double first_Hz, double last_Hz);

/// Heat of a launch: the swing once, a half of its cycle, and every ripple. The ripples count as if each
/// began anew, which bounds minor loops on top of a swing from above.
AcLoss ac_loss(const Superconductor& superconductor, double critical_A_per_m2, const FieldHistory& history);

/// Heat, rise and margin of one bucket coil by a launch. Assumed: the whole winding sees the field of its
/// worst point, the heat capacity is that of the starting temperature, nothing is cooled during the launch.
/// All three err to the warm side.
BucketHeating heat_bucket(const BucketCoils& coils, double peak_current_A, double peak_field_T_per_A,
                          const FieldHistory& history, double temperature_K);

}  // namespace lunafab::massdriver
