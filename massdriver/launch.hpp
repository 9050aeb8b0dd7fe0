#pragma once
#include <cstdint>
#include "core/muzzle.hpp"
#include "core/random.hpp"

namespace lunafab::massdriver {

/// The driver as the ideal fidelity knows it.
struct Driver {
  double largest_payload_kg = 0.0;
  double top_speed_mps = 0.0;         ///< relative to the surface
  double wall_plug_efficiency = 0.0;  ///< payload kinetic energy ÷ net bus energy, (0, 1]
  double misfire_probability = 0.0;   ///< of one launch; the abort catcher stops the payload
  double speed_sd_mps = 0.0;          ///< along the bore, 1 σ
  double lateral_sd_mps = 0.0;        ///< left and up, 1 σ each
};

struct LaunchOrder {
  std::uint64_t serial = 0;   ///< of the satellite
  std::uint32_t attempt = 0;  ///< 0 for the first launch of this satellite
  Tick at{};
  double payload_kg = 0.0;
  double speed_mps = 0.0;
};

enum class LaunchOutcome : std::uint8_t { launched, misfire };

/// One launch. Energies close to the last bit: `bus_energy_J == kinetic_energy_J + heat_J + residual_J`.
struct LaunchResult {
  LaunchOrder order{};
  LaunchOutcome outcome = LaunchOutcome::launched;
  Fidelity fidelity = Fidelity::ideal;
  MuzzleState muzzle{};  ///< at rest and without spread after a misfire: nothing leaves
  double bus_energy_J = 0.0;
  double kinetic_energy_J = 0.0;  ///< of the payload at the nominal speed; 0 after a misfire
  double heat_J = 0.0;
  double residual_J = 0.0;  ///< numerical residual of the solver; 0 at `ideal`
};

/// Net energy a launch takes from the bus: m v² / 2η, launched or misfired, exactly as `launch_ideal` books
/// it.
/// @throws ContractError unless payload and speed are within the driver's reach and the driver's own values
/// are possible.
double planned_bus_energy_J(const Driver& driver, double payload_kg, double speed_mps);

/// Launches at fidelity `ideal`: pure; draws keyed by the entity `mass_driver`, the satellite's serial and
/// the attempt. The muzzle error is Gaussian with covariance diag(speed_sd², lateral_sd², lateral_sd²). A
/// misfire costs the bus as much as a launch, nothing is recovered: the stages have fired and the abort
/// catcher brakes the payload, so all of it becomes heat.
/// @throws ContractError as `planned_bus_energy_J`, and where serial or attempt leave the random stream's
/// range.
LaunchResult launch_ideal(const Driver& driver, const LaunchOrder& order, std::uint64_t seed,
                          std::uint32_t replication);

}  // namespace lunafab::massdriver
