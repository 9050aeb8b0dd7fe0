#pragma once
#include "core/constants.hpp"
#include "massdriver/sled.hpp"

/// A sled like the 3.5-t baseline's. All stiffnesses, dampings, gaps and scatters are assumptions for tests.
namespace lunafab::massdriver::cases {

inline constexpr double cruise_mps2 = 30.0 * constants::standard_gravity_mps2;

/// Symmetric, without gravity, contact or push-off: nothing excites it.
inline SledDesign plain_sled() {
  SledDesign design;
  design.bucket = cylinder(1750.0, 1.2, 1.35, 5.0);
  design.payload = cylinder(3500.0, 0.0, 1.1, 4.5);
  design.coil_spacing_m = 4.05;
  design.guidance = {.spacing_m = 4.5,
                     .gauge_m = 2.4,
                     .left_N_per_m = 5e6,
                     .up_N_per_m = 5e6,
                     .left_N_s_per_m = 3e4,
                     .up_N_s_per_m = 3e4};
  design.latches = {
      .position_m = {Eigen::Vector3d{2.0, 1.0, 0.0}, {2.0, -1.0, 0.0}, {-2.0, 0.0, 1.0}, {-2.0, 0.0, -1.0}},
      .stiffness_N_per_m = 2e8,
      .damping_N_s_per_m = 1e5};
  design.release = {.drift_s = 0.3, .brake_delay_s = 0.25, .brake_mps2 = 588.0, .clear_s = 0.3};
  return design;
}

/// With everything that can act.
inline SledDesign full_sled() {
  SledDesign design = plain_sled();
  design.payload_position_m = {0.3, 0.0, 0.1};
  design.com_offset_m = {0.0, 2e-3, -1e-3};
  design.tilt_coupling = 0.5;
  design.guidance.gap_m = 0.02;
  design.guidance.contact_N_per_m = 2e8;
  design.guidance.restitution = 0.5;
  design.push_off = {.position_m = {2.3, 0.0, 0.0}, .energy_J = 600.0, .stroke_m = 0.1};
  design.gravity_mps2 = 1.62;
  return design;
}

/// The last two seconds of the baseline's run; stiffnesses of a coil as assumed from the one-coil machine's
/// mean.
inline AxialProfile last_stretch() {
  return plain_profile({.from_mps = 1812.0,
                        .to_mps = 2400.0,
                        .acceleration_mps2 = cruise_mps2,
                        .coil_N_per_m = 1.47e6,
                        .coil_Nm_per_rad = 1e6});
}

inline SurveySpectrum rough_track() {
  return {.stage_pitch_m = 0.9,
          .coil_offset_m = 2e-4,
          .psd_m3 = 1e-7,
          .reference_wavelength_m = 10.0,
          .exponent = 2.0,
          .shortest_m = 20.0,
          .longest_m = 2000.0};
}

}  // namespace lunafab::massdriver::cases
