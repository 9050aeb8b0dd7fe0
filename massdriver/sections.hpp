#pragma once
#include "massdriver/converter_run.hpp"

namespace lunafab::massdriver {

/// Speed at which wheels and a push hand the loaded bucket to the injection, and at which the brake lets go
/// of the empty one. An assumption: what happens below is left out.
inline constexpr double walking_mps = 5.0;

/// A section before or after the main one. Its coils are the track's, fed by inverters that follow the
/// bucket's place.
struct SectionRun {
  int stages = 0;
  double length_m = 0.0, time_s = 0.0;
  double source_J = 0.0;   ///< net from the source; negative where it gives back
  double kinetic_J = 0.0;  ///< gain of the bucket and what it carries
  double coil_heat_J = 0.0, inverter_loss_J = 0.0;
  double worst_coil_J = 0.0;  ///< heat of the worst coil
  double peak_W = 0.0;        ///< from or to the source
  double peak_mps2 = 0.0;
  double end_mps = 0.0;
  double residual_rel = 0.0;  ///< of the kinetic energy
  /// Gain over what the source gives, or what it gets back over the loss.
  double efficiency() const { return kinetic_J > 0.0 ? kinetic_J / source_J : source_J / kinetic_J; }
};

/// The loaded bucket from walking speed to the main section, from the bus. @throws ContractError where no
/// current of the inverters gives this acceleration.
SectionRun run_injection(const Machine& machine, double payload_kg, double coil_K);

/// Whether an injection ends within a tenth of the speed the main section begins with.
bool reaches_track(const DriverDesign& design, const SectionRun& injection);

/// Bus energy that brings the loaded bucket from rest to the main section, with the section's efficiency all
/// the way.
double injected_J(const Machine& machine, double payload_kg, double coil_K);

/// The empty bucket from the muzzle speed to walking speed, into the store at the brake; `efficiency` from
/// coil terminals into it.
SectionRun run_brake(const Machine& machine, double speed_mps, double efficiency, double coil_K);

}  // namespace lunafab::massdriver
