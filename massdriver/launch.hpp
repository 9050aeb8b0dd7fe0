#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include "core/muzzle.hpp"
#include "core/random.hpp"

namespace lunafab::massdriver {

/// The driver as the ideal fidelity knows it.
struct Driver {
  double largest_payload_kg = 0.0;
  double top_speed_mps = 0.0;          ///< relative to the surface
  double wall_plug_efficiency = 0.0;   ///< payload kinetic energy ÷ net bus energy, (0, 1]
  double misfire_probability = 0.0;    ///< of one launch; the payload leaves too slow and is caught in the abort catcher
  double speed_sd_mps = 0.0;           ///< along the bore, 1 σ
  double lateral_sd_mps = 0.0;         ///< left and up, 1 σ each
};

struct LaunchOrder {
  std::uint64_t serial = 0;  ///< of the satellite
  std::uint32_t attempt = 0; ///< 0 for the first launch of this satellite
  Tick at{};
  double payload_kg = 0.0;
  double speed_mps = 0.0;
};

enum class LaunchOutcome : std::uint8_t { launched, misfire };

/// One launch. Energies close: bus = kinetic + heat + residual.
struct LaunchResult {
  LaunchOrder order;
  LaunchOutcome outcome = LaunchOutcome::launched;
  Fidelity fidelity = Fidelity::ideal;
  MuzzleState muzzle;
  double bus_energy_J = 0.0;
  double kinetic_energy_J = 0.0;  ///< of the payload at the nominal speed, 0 after a misfire (braked into heat)
  double heat_J = 0.0;
  double residual_J = 0.0;        ///< numerical residual of the solver; 0 at `ideal`
};

/// Net energy a launch takes from the bus: m v² / 2η. @throws ContractError unless payload and speed are within the driver's reach.
double planned_bus_energy_J(const Driver& driver, double payload_kg, double speed_mps);

/// Launches at fidelity `ideal`: pure; draws keyed by satellite serial and attempt.
/// @throws ContractError unless payload and speed are within the driver's reach.
LaunchResult launch_ideal(const Driver& driver, const LaunchOrder& order, std::uint64_t seed, std::uint32_t replication);

}  // namespace lunafab::massdriver
