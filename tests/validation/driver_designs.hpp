#pragma once
#include <nlohmann/json.hpp>
#include <numbers>
#include "massdriver/solver.hpp"

// Machines of the validation, written as values, apart from the reader of design files.
namespace lunafab::massdriver::test {

/// Aluminium at about 253 K, the same at every temperature.
inline constexpr Conductor cold_aluminium{.resistivity_ohm_m = 2.2e-8,
                                          .reference_K = 253.0,
                                          .temperature_coefficient_per_K = 0.0,
                                          .density_kg_per_m3 = 2700.0,
                                          .specific_heat_J_per_kgK = 870.0};

struct Machinery {
  const char* title;
  Winding drive, bucket;
  double fill;
  int bucket_coils;
  double spacing_m, bucket_A;
  double pitch_m, half_wave_m;
  double payload_kg, bucket_kg;
  double advance, tuning, energy, gain;
};

/// A machine of `stages` between two speeds; stores without limit, no drag.
inline DriverDesign design_of(const Machinery& m, int stages, double entry_mps, double exit_mps) {
  DriverDesign d;
  d.title = m.title;
  d.payload_kg = m.payload_kg;
  d.bucket_kg = m.bucket_kg;
  d.muzzle_speed_mps = exit_mps;
  d.bus_W = 1e9;
  d.bucket = {.winding = m.bucket,
              .count = m.bucket_coils,
              .spacing_m = m.spacing_m,
              .current_A = m.bucket_A,
              .density_kg_per_m3 = 8000.0,
              .temperature_K = 20.0};
  d.track = {.stages = stages, .pitch_m = m.pitch_m, .half_wave_m = m.half_wave_m};
  d.track.coil = {.winding = m.drive,
                  .fill = m.fill,
                  .conductor = cold_aluminium,
                  .temperature_K = 253.0,
                  .ac_factor = 1.0};
  d.store.capacity_J = 1e18;
  d.store.specific_energy_J_per_kg = 1e4;
  d.firing = {.trigger = Trigger::velocity_feedback,
              .advance = m.advance,
              .tuning = m.tuning,
              .energy = m.energy,
              .gain = m.gain,
              .latest_opening = 1.8};
  d.injection = {.speed_mps = entry_mps, .acceleration_mps2 = 98.0};
  return d;
}

inline constexpr Machinery one_coil_machine{.title = "one coil, 1 t",
                                            .drive = {1.00, 0.20, 0.05},
                                            .bucket = {0.85, 0.15, 0.03},
                                            .fill = 0.7,
                                            .bucket_coils = 1,
                                            .spacing_m = 0.0,
                                            .bucket_A = 1.0e6,
                                            .pitch_m = 1.0,
                                            .half_wave_m = 1.0,
                                            .payload_kg = 1000.0,
                                            .bucket_kg = 500.0,
                                            .advance = 0.0,
                                            .tuning = 1.0,
                                            .energy = 1.015,
                                            .gain = 0.1};
inline constexpr Machinery large_machine{.title = "two coils, 3.5 t",
                                         .drive = {1.50, 0.25, 0.04},
                                         .bucket = {1.30, 0.16, 0.035},
                                         .fill = 0.7,
                                         .bucket_coils = 2,
                                         .spacing_m = 4.05,
                                         .bucket_A = 1.2e6,
                                         .pitch_m = 0.90,
                                         .half_wave_m = 1.80,
                                         .payload_kg = 3500.0,
                                         .bucket_kg = 1750.0,
                                         .advance = -0.15,
                                         .tuning = 1.2,
                                         .energy = 1.005,
                                         .gain = 0.5};
inline constexpr Machinery small_machine{.title = "two coils, 1.5 t",
                                         .drive = {1.15, 0.20, 0.035},
                                         .bucket = {0.98, 0.13, 0.028},
                                         .fill = 0.7,
                                         .bucket_coils = 2,
                                         .spacing_m = 3.105,
                                         .bucket_A = 0.75e6,
                                         .pitch_m = 0.69,
                                         .half_wave_m = 1.38,
                                         .payload_kg = 1500.0,
                                         .bucket_kg = 750.0,
                                         .advance = -0.12,
                                         .tuning = 1.2,
                                         .energy = 1.02,
                                         .gain = 0.5};

/// The pitch and mass of Mass Driver 1 (1977); everything else is a guess.
inline constexpr Machinery laboratory_machine{.title = "Mass Driver 1",
                                              .drive = {0.070, 0.04, 0.02},
                                              .bucket = {0.045, 0.03, 0.01},
                                              .fill = 0.7,
                                              .bucket_coils = 1,
                                              .spacing_m = 0.0,
                                              .bucket_A = 25e3,
                                              .pitch_m = 0.10,
                                              .half_wave_m = 0.10,
                                              .payload_kg = 0.0,
                                              .bucket_kg = 0.5,
                                              .advance = 0.0,
                                              .tuning = 1.0,
                                              .energy = 2.0,
                                              .gain = 0.5};

inline LaunchConditions nominal_launch(const DriverDesign& d) {
  return {.payload_kg = d.payload_kg,
          .weighed_kg = d.payload_kg,
          .muzzle_speed_mps = d.muzzle_speed_mps,
          .coil_temperature_K = d.track.coil.temperature_K};
}

/// The same launch for the programs in Python, in their words.
inline nlohmann::json oracle_case(const DriverDesign& d) {
  const auto winding = [](const Winding& w) {
    return nlohmann::json{{"radius", w.radius_m}, {"length", w.length_m}, {"depth", w.depth_m}};
  };
  const DriveCoil& coil = d.track.coil;
  const double section_m2 = coil.fill * coil.winding.length_m * coil.winding.depth_m;
  return {{"drive", winding(coil.winding)},
          {"bucket", winding(d.bucket.winding)},
          {"stages", d.track.stages},
          {"pitch", d.track.pitch_m},
          {"half_wave", d.track.half_wave_m},
          {"bucket_coils", d.bucket.count},
          {"spacing", d.bucket.spacing_m},
          {"bucket_current", d.bucket.current_A},
          {"driven", d.bucket.supply == BucketSupply::driven},
          {"mass", d.payload_kg + d.bucket_kg},
          {"entry_speed", d.injection.speed_mps},
          {"exit_speed", d.muzzle_speed_mps},
          {"resistance",
           coil.conductor.resistivity_ohm_m * 2.0 * std::numbers::pi * coil.winding.radius_m / section_m2},
          {"advance", d.firing.advance},
          {"tuning", d.firing.tuning},
          {"energy", d.firing.energy},
          {"gain", d.firing.gain},
          {"latest_opening", d.firing.latest_opening}};
}

}  // namespace lunafab::massdriver::test
