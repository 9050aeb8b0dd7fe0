#pragma once
#include "core/tick.hpp"

namespace lunafab::logistics {

/// A haul: vehicles drive loaded one way and empty back.
struct Road {
  double distance_m = 0.0;
  double speed_mps = 0.0;
  double unload_s = 0.0;
  double vehicle_kg = 0.0;
  double energy_J_per_kg_m = 0.0;  ///< at the battery, for every kg that rolls
};

/// From the start of the loaded drive until the load is deposited: drive and unloading.
/// @throws ContractError unless distance and unloading are at least 0 and the speed is positive.
Ticks outbound(const Road& road);
/// Empty drive back to the loading place; same contract.
Ticks inbound(const Road& road);
/// Battery energy of one round trip with `payload_kg` out and nothing back.
double trip_energy_J(const Road& road, double payload_kg);

}  // namespace lunafab::logistics
