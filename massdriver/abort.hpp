#pragma once
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

enum class AbortOutcome : std::uint8_t { caught, stranded, overrun };
const char* name(AbortOutcome outcome);

/// Speeds at a place on the track from which the loaded bucket ends in the catcher.
struct SpeedRange {
  double lowest_mps = 0.0;   ///< slower: drag stops it before the catcher, it must be fetched
  double highest_mps = 0.0;  ///< faster: the catcher is too short
};

/// One aborted launch. Energies close: kinetic at the failure = drag + recovered + dumped + left.
struct AbortStop {
  AbortOutcome outcome = AbortOutcome::caught;
  double entry_mps = 0.0;  ///< into the catcher; 0 where stranded
  double exit_mps = 0.0;   ///< out of its far end
  double braking_m = 0.0;  ///< length of catcher used
  double braking_s = 0.0;
  double drag_J = 0.0;
  double recovered_J = 0.0;  ///< into the receiving store
  double dumped_J = 0.0;     ///< heat of the catcher
  double left_J = 0.0;       ///< kinetic, beyond the catcher
};

/// Largest entry speed that the catcher stops within its length: √(2 a L).
double largest_catch_mps(const Return& back);

/// Retarding force on a coasting bucket: levitation drag ∝ 1/v above its reference speed and constant below
/// (assumption), plus eddy drag ∝ v.
double coasting_drag_N(const Losses& losses, double speed_mps);

/// Speed after coasting `distance_m` without thrust, 0 where drag stops the bucket before.
double coast_mps(const Losses& losses, double mass_kg, double speed_mps, double distance_m);

/// Catchable speeds at `distance_m` before the catcher.
SpeedRange catchable_speeds(const DriverDesign& design, double payload_kg, double distance_m);

/// Brakes a launch that failed `distance_m` before the catcher at `speed_mps`. From there on no bank fires
/// and the drive coils are open (assumption: no help from the remaining stages); the catcher brakes the
/// loaded bucket at its constant deceleration and feeds `recovery` of the energy to the store until that is
/// full.
/// @throws ContractError unless mass and catcher are positive, speed and distance not negative.
AbortStop stop_launch(const DriverDesign& design, double payload_kg, double speed_mps, double distance_m);

}  // namespace lunafab::massdriver
