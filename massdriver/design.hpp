#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "massdriver/inductance.hpp"
#include "massdriver/sled_design.hpp"
#include "massdriver/track_errors.hpp"

namespace lunafab::massdriver {

/// Normal conductor, linear about a reference: ρ(T) = ρ_ref (1 + α (T − T_ref)).
struct Conductor {
  double resistivity_ohm_m = 0.0;
  double reference_K = 0.0;
  double temperature_coefficient_per_K = 0.0;
  double density_kg_per_m3 = 0.0;
  double specific_heat_J_per_kgK = 0.0;
};

/// One stage's drive coil, as its single-turn equivalent.
struct DriveCoil {
  Winding winding;
  double fill = 1.0;  ///< conductor share of the section
  Conductor conductor;
  double temperature_K = 0.0;    ///< before the first launch
  double strand_m = 0.0;         ///< radial thickness of an insulated strand; 0: no skin and proximity loss
  int strands = 1;               ///< layers of strands across the depth
  double ac_factor = 0.0;        ///< R_ac/R_dc where given; 0: from strand and strands (Dowell)
  double hoop_limit_Pa = 0.0;    ///< largest mean hoop stress of the conductor
  double voltage_limit_V = 0.0;  ///< across the single-turn equivalent
  double temperature_limit_K = 0.0;
  double emissivity = 0.0;   ///< radiators at coil temperature
  double radiator_m2 = 0.0;  ///< radiating area a stage, one side counted
  double sky_K = 0.0;        ///< effective temperature of what the radiator sees by day
  double sky_night_K = 0.0;  ///< the same by night
  double fatigue_Pa = 0.0;   ///< hoop stress that the conductor endures `fatigue_cycles` times; 0: no fatigue
  double fatigue_cycles = 0.0;
  double fatigue_exponent = 0.0;  ///< m of Basquin's law, cycles ∝ stress^−m
};

/// Critical current density of the bucket coils' superconductor:
/// J_c(B, T) = J_c0 (1 − T/T_c)^n / (1 + |B|/B_0).
struct Superconductor {
  double jc0_A_per_m2 = 0.0;
  double field_scale_T = 0.0;
  double critical_temperature_K = 0.0;
  double exponent = 1.0;
  double share = 1.0;                    ///< of the conductor's section; J_c is of the conductor
  double filament_m = 0.0;               ///< for hysteresis loss
  double coupling_time_s = 0.0;          ///< time constant of inter-filament coupling currents
  double heat_capacity_J_per_m3K = 0.0;  ///< of the conductor, at the operating temperature
};

enum class BucketSupply : std::uint8_t { flux_conserving, driven };

/// The bucket's coils: equal windings, `spacing_m` apart along the bore, polarity alternating; the first
/// leads.
struct BucketCoils {
  Winding winding;
  double fill = 1.0;
  int count = 1;
  double spacing_m = 0.0;
  double current_A = 0.0;  ///< single-turn equivalent, far from the track
  BucketSupply supply = BucketSupply::flux_conserving;
  double density_kg_per_m3 = 0.0;  ///< of the whole winding
  double temperature_K = 0.0;      ///< before a launch
  double ripple_share =
      1.0;  ///< of the current's ripple, what flows in the superconductor; the rest in the can
  double hoop_limit_Pa = 0.0;
  double cryocooler_W = 0.0;  ///< heat lifted from one coil at its temperature
  double heat_leak_W = 0.0;   ///< into one coil, always
  Superconductor superconductor;
};

/// The main section: equal stages at one pitch, stage k's coil centred at k·pitch.
struct Track {
  int stages = 0;
  double pitch_m = 0.0;
  double half_wave_m = 0.0;  ///< s: a bank's cycle is timed to this length
  double clearance_m = 0.0;  ///< smallest radial gap allowed between bucket coil and drive coil
  DriveCoil coil;
  double drift_m = 0.0;  ///< from the last stage to release, without force
};

enum class StoreKind : std::uint8_t { capacitor, smes, flywheel };

/// Where a launch's energy stands before it, and the way from there into a stage. `capacitor`: every
/// half-bank holds its own charge and rings with its coil. `smes`, `flywheel`: one central store behind
/// current-controlled converters, one for each coil and bucket coil, that put a full sine of current through
/// the coil while the bucket coil passes.
struct Store {
  StoreKind kind = StoreKind::capacitor;
  double specific_energy_J_per_kg = 0.0;
  double charger_efficiency = 1.0;    ///< bus to store
  double converter_efficiency = 1.0;  ///< store to coil terminals and back; `smes`, `flywheel`
  /// Of the full central store; it falls with the root of the energy left, as a superconducting coil's at its
  /// voltage and a flywheel's at its torque do. 0: no limit.
  double power_W = 0.0;
  double depth = 1.0;          ///< share of a central store's energy that a launch may take
  double standby_W = 0.0;      ///< refrigeration or windage of a full store
  double switch_ohm = 0.0;     ///< a closed stage's switch
  double esr_ohm = 0.0;        ///< a half-bank's series resistance
  double life_launches = 0.0;  ///< full shots of a capacitor at rated voltage
  double voltage_ratio = 1.0;  ///< nominal over rated voltage of the capacitors
  double life_exponent = 0.0;  ///< n: capacitor life ∝ voltage^−n
  double switch_life_launches = 0.0;
  double switch_kg = 0.0;   ///< of one stage
  double capacity_J = 0.0;  ///< 0: sized for the nominal launch
};

enum class Trigger : std::uint8_t { position, velocity_feedback, open_loop };

/// Stages the solver couples at once: what the bucket coils' banks span, first firing to last opening.
inline constexpr int widest_window_stages = 16;

/// How the half-banks are fired. A bank of stage k serves bucket coil b: it is fired when b is at z = −(1 +
/// advance)·s from the coil, tuned to C = tuning·s²/(π² v² L), charged to m·a·p·energy·(1 + gain·(v_nom² −
/// v²)/(2 a p)) divided by the number of bucket coils, and opened at its current's second zero, at the latest
/// at z = latest_opening·s. `position`: fired where the sensor says, without the bracket of the feedback;
/// `open_loop`: fired at the times of the nominal run.
struct Firing {
  Trigger trigger = Trigger::velocity_feedback;
  double advance = 0.0;  ///< negative: late
  double tuning = 1.0;
  double energy = 1.0;
  double gain = 0.0;
  double latest_opening = 1.8;
};

/// Standard deviations of what is not as planned; Gaussian, independent unless said otherwise.
struct ErrorBudget {
  double bank_voltage = 0.0;        ///< relative, each bank and launch
  double common_voltage = 0.0;      ///< relative, one draw a launch
  double jitter_s = 0.0;            ///< each firing
  double position_sensor_m = 0.0;   ///< each firing
  double speed_sensor_mps = 0.0;    ///< each reading for the feedback
  double capacitance = 0.0;         ///< relative, each bank, fixed for the machine
  double payload_mass = 0.0;        ///< relative difference of the true payload from the weighed one
  double coil_temperature_K = 0.0;  ///< one draw a launch, common to all coils
  double stage_miss = 0.0;          ///< probability that a bank does not fire, each bank and launch
  double stage_short = 0.0;         ///< probability that a coil is shorted, each coil and launch
  double stage_early = 0.0;         ///< probability that a bank fires early, each bank and launch
  double early_by = 0.0;            ///< how early, in half waves
};

/// Acceleration of the loaded bucket from rest to the main section by a bus-fed inverter.
struct Injection {
  double speed_mps = 0.0;
  double acceleration_mps2 = 0.0;
  double efficiency = 1.0;  ///< bus to kinetic energy
};

/// Retarding forces along the main section and losses that follow the bucket.
struct Losses {
  double drag_N_at_reference = 0.0;  ///< levitation drag at `drag_reference_mps`, ∝ 1/v above it
  double drag_reference_mps = 0.0;
  double eddy_N_per_mps = 0.0;  ///< in structure: force ∝ v
};

/// Braking of the empty bucket and its way back.
struct Return {
  double brake_mps2 = 0.0;
  double recovery = 0.0;  ///< bucket kinetic energy to bus
  double cycle_s = 0.0;   ///< from launch to the next launch of the same bucket
  int buckets = 1;
  double clear_s = 0.0;       ///< track occupied beyond the launch
  double catcher_mps2 = 0.0;  ///< an abort brakes the loaded bucket with this
  double catcher_m = 0.0;     ///< length available to it; 0: no catcher
  double receiving_J = 0.0;   ///< what the store at the brake takes from one stop
};

/// What the payload and the machine may not exceed.
struct Limits {
  double acceleration_mps2 = 0.0;  ///< peak, whole run
  double jerk_mps3 = 0.0;          ///< 0: no limit
  double quench_margin = 0.0;      ///< smallest 1 − J/J_c
  double payload_field_T = 0.0;    ///< on the axis between the bucket coils; 0: no limit
};

/// Exchange of worn parts; launches stand still meanwhile.
struct Maintenance {
  double exchange_s = 0.0;  ///< one part of one stage by one crew
  int crews = 1;
  double replace_at = 1.0;  ///< planned exchange at this share of a part's life
  double wear_shape = 1.0;  ///< Weibull shape of failures by share of life; 1: as good as new until it fails
};

/// Mass and money of what a design buys, for `design-driver`.
struct CostModel {
  double coil_per_kg = 0.0, store_per_J = 0.0, power_per_W = 0.0, track_per_m = 0.0;
};

/// A whole mass driver, as its file gives it; everything a launch needs and nothing computed.
struct DriverDesign {
  std::string title;
  double payload_kg = 0.0;        ///< nominal
  double muzzle_speed_mps = 0.0;  ///< nominal, relative to the surface
  double bucket_kg = 0.0;         ///< coils included
  double bus_W = 0.0;             ///< largest power from the bus
  BucketCoils bucket;
  Track track;
  Store store;
  Firing firing;
  Injection injection;
  Losses losses;
  Return back;
  ErrorBudget errors;
  Limits limits;
  Maintenance maintenance;
  CostModel cost;
  bool has_sled = false;  ///< without: lateral errors are not modelled, and zero
  SledDesign sled;        ///< bucket and payload as rigid bodies, guidance, latches
  SurveySpectrum survey;  ///< errors of the track
  LaunchSpread spread;    ///< errors of payload and release, launch by launch
};

}  // namespace lunafab::massdriver
