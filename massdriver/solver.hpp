#pragma once
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>
#include "massdriver/machine.hpp"

namespace lunafab::massdriver {

/// What a bank is made to do instead of firing as planned.
enum class BankFault : std::uint8_t { none, miss, early, shorted };

/// One thing that is not as planned at one stage.
struct StageFault {
  int stage = 0;
  int bucket_coil = 0;  ///< whose bank; a short concerns the coil, whoever passes
  BankFault fault = BankFault::none;
};

/// Departures of one launch from the plan, bank by bank; empty vectors mean none. Index of a bank:
/// stage · bucket coils + bucket coil.
struct Deviations {
  std::vector<double> voltage;            ///< [banks] relative
  std::vector<double> delay_s;            ///< [banks] of the firing
  std::vector<double> trigger_m;          ///< [banks] position error of the trigger
  std::vector<double> speed_reading_mps;  ///< [banks] error of the feedback's reading
  std::vector<double> capacitance;        ///< [banks] relative
  std::vector<StageFault> faults;
};

/// What one launch is asked to do.
struct LaunchConditions {
  double payload_kg = 0.0;          ///< true mass
  double weighed_kg = 0.0;          ///< what the controls believe
  double muzzle_speed_mps = 0.0;    ///< asked for
  double coil_temperature_K = 0.0;  ///< of every drive coil before the launch
  Deviations deviations;
  int first_stage = 0;  ///< > 0: begins there at nominal speed, for studies of the last stages
  /// [banks] firing times. Empty: fired by position or, with an open loop, at the times of the launch without
  /// deviations.
  std::vector<double> schedule_s;
};

enum class SolverOutcome : std::uint8_t {
  completed,
  store_too_small,
  lost_synchronism,
  stalled,
  too_many_events
};
const char* name(SolverOutcome outcome);

/// Where the energy of one launch went, J. Closes to `residual_J`:
/// discharged + kinetic_before = recovered + discarded + coil_heat + switch_heat + eddy + drag +
/// kinetic_after
/// + magnetic_gain + residual.
struct EnergyAccount {
  double discharged_J = 0.0;  ///< from the store into the stages
  double recovered_J = 0.0;   ///< left in the banks when they open
  double discarded_J =
      0.0;  ///< cut off with a current still flowing, and charge of banks that never rang out
  double coil_heat_J = 0.0;
  double switch_heat_J = 0.0;  ///< switches and capacitors' series resistance
  double eddy_J = 0.0;
  double drag_J = 0.0;
  double kinetic_before_J = 0.0, kinetic_after_J = 0.0;  ///< bucket and payload
  double magnetic_gain_J = 0.0;  ///< of the field between first firing and last opening
  double residual_J = 0.0;       ///< numerical
  double residual_rel() const { return discharged_J > 0.0 ? residual_J / discharged_J : 0.0; }
};

/// One row of a profile: what happened while the leading bucket coil went from stage k to k + 1.
struct StageRecord {
  int stage = 0;
  double position_m = 0.0;  ///< of the leading bucket coil, from stage 0's centre, at the end
  double time_s = 0.0, speed_mps = 0.0;
  double mean_mps2 = 0.0, peak_mps2 = 0.0;
  double drive_current_A = 0.0;   ///< largest magnitude among the coils
  double bucket_current_A = 0.0;  ///< largest magnitude
  double voltage_V = 0.0;         ///< largest magnitude at a coil's terminals
  double heat_J = 0.0;            ///< in coils
  double lateral_N_per_m = 0.0;  ///< stiffness ½ Σ I_b I_k M'' averaged over the interval; positive centres
};

/// Result of one launch.
struct LaunchSolution {
  SolverOutcome outcome = SolverOutcome::completed;
  int stopped_at_stage = -1;  ///< where not completed
  double muzzle_speed_mps = 0.0, time_s = 0.0;
  EnergyAccount energy;
  double peak_mps2 = 0.0, cruise_peak_mps2 = 0.0, mean_mps2 = 0.0, peak_jerk_mps3 = 0.0;
  double peak_voltage_V = 0.0;
  /// Rated power that a central store needs: the largest P √(full energy / energy left); 0 without one.
  double store_power_W = 0.0;
  double drive_current_A = 0.0, cruise_drive_current_A = 0.0, bucket_current_A = 0.0;
  double hoop_drive_N = 0.0;                                     ///< largest hoop tension of a drive coil
  double hoop_bucket_N = 0.0;                                    ///< largest hoop tension of a bucket coil
  double cruise_hoop_drive_N = 0.0, cruise_hoop_bucket_N = 0.0;  ///< between 20 and 98 % of the track
  std::vector<double> stage_heat_J;                              ///< [stages] Joule heat of each coil
  double low_bucket_A = 0.0;    ///< smallest magnitude of a bucket current: with `bucket_current_A` its swing
  long steps = 0;               ///< of the integrator
  int late_openings = 0;        ///< banks cut off with a current
  int saturated_banks = 0;      ///< asked for more than a bank holds, and given that
  int skipped_banks = 0;        ///< not fired: the feedback asked for nothing, or the bank missed
  std::vector<double> fired_s;  ///< [banks] of a launch that makes an open loop's schedule
  std::vector<StageRecord> profile;  ///< where asked for
};

struct SolverOptions {
  double fineness =
      0.0;  ///< 1: steps for 1e-6, 2: half as long; 0: what keeps the residual below `tolerance`
  double tolerance = 1e-6;  ///< of the discharged energy
  bool profile = false;
};

/// Solves launches, eight side by side in SIMD lanes, every batch of eight a TBB task. Each launch's bits
/// depend on its own conditions only: not on its neighbours, threads or CPU level. Physical failure is an
/// outcome, and steps are bounded.
std::vector<LaunchSolution> solve_launches(const Machine& machine, std::span<const LaunchConditions> launches,
                                           const SolverOptions& options);

/// One launch.
LaunchSolution solve_launch(const Machine& machine, const LaunchConditions& launch,
                            const SolverOptions& options);

}  // namespace lunafab::massdriver
