#pragma once
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// Where the field of a stack of conductor layers vanishes: at one face, as in a long solenoid or a winding
/// on a core, or in the middle of its depth, as in a free-standing coil whose length is small against its
/// radius.
enum class FieldZero : std::uint8_t { at_one_face, in_the_middle };

/// Classical skin depth √(ρ / (π f μ0)) of a non-magnetic conductor.
/// @throws ContractError unless both are positive.
double skin_depth_m(double resistivity_ohm_m, double frequency_Hz);

/// R_ac/R_dc of `layers` insulated layers, each `thickness_in_skin_depths` thick, that carry equal sinusoidal
/// currents, the field parallel to the layers. Exact in one dimension, from direct current to full skin
/// effect; edges of the layers are not counted.
/// @throws ContractError unless the thickness is not negative and finite and layers ≥ 1.
/// @source Dowell, "Effects of eddy currents in transformer windings", Proc. IEE 113 (1966) 1387, eq. 10.
double layered_ac_factor(double thickness_in_skin_depths, int layers, FieldZero zero);

/// ρ(T)/ρ_ref of a conductor, never below a tenth: the linear law ends there.
inline constexpr double least_resistivity_share = 0.1;
double relative_resistivity(const Conductor& conductor, double temperature_K);
/// ρ(T).
double resistivity_ohm_m(const Conductor& conductor, double temperature_K);

/// Frequency at which a bank tuned to C = κ s²/(π² v² L) rings: v / (2 s √κ).
/// @throws ContractError unless all are positive.
double ringing_frequency_Hz(double speed_mps, double half_wave_m, double tuning);

/// R_ac/R_dc of a drive coil: `coil.ac_factor` where given; 1 without strands; else by layers with the
/// field's zero in the middle of the depth. That holds for strands transposed to equal currents and a coil
/// much shorter than its radius: the mean field of a ring 0.25 m long and 1.5 m in radius is a tenth of the
/// jump across it.
double drive_ac_factor(const DriveCoil& coil, double frequency_Hz, double temperature_K);

/// Eddy heat per volume in strands while a field parallel to their faces changes, for strands thin against
/// the skin depth: h²/(12 ρ) · ∫ (dB/dt)² dt.
/// @source Lammeraner and Štafl, Eddy Currents (1966), thin-sheet limit.
double strand_eddy_J_per_m3(double strand_m, double resistivity_ohm_m, double squared_field_rate_T2_per_s);

/// ∫ |∂B/∂z|² dz per A², T²/(A² m), along a line at `radius_m` beside a passing circular filament, B axial
/// and radial: what a drive coil sees of a bucket coil, times its speed. Infinite range, 1e-5; about 0.1 ms.
/// @throws ContractError unless both radii are positive and differ.
double passing_gradient_square(double filament_radius_m, double radius_m);

/// Eddy drag of the bucket's field in the strands of the drive coils, force over speed: heat of all coils a
/// metre of track at unit speed. Bucket and drive coils as filaments at their mean radii, neighbouring bucket
/// coils apart, strands as thick one way as the other and thin against the skin depth (at the passing
/// frequency of a kilohertz or two 1 mm still is).
double strand_drag_N_per_mps(const DriverDesign& design, double temperature_K);

/// All drag ∝ v of a launch, force over speed: `losses.eddy_N_per_mps` of the structure and the strands' with
/// coils at the design's temperature. What a machine is built with.
double eddy_drag_N_per_mps(const DriverDesign& design);

}  // namespace lunafab::massdriver
