#pragma once
#include <cstdint>
#include <span>
#include <vector>
#include "core/integer.hpp"
#include "core/tick.hpp"

// Site power. Everything is an integer: powers in mW, energies in nJ (= mW·µs), so that energy closes exactly.
namespace lunafab::logistics {

using Milliwatts = std::int64_t;
using Nanojoules = Int128;

/// Elevation of the horizon by azimuth (clockwise from north), linear between nodes and periodic; empty: a flat horizon at 0.
struct HorizonMask {
  struct Node {
    double azimuth_rad, elevation_rad;
  };
  std::vector<Node> nodes;  ///< azimuths in [0, 2π), ascending
};
double horizon_elevation_rad(const HorizonMask& mask, double azimuth_rad);

/// Part of the Sun's disc above the horizon, 0 … 1, by the circular segment; `clearance_rad`: disc centre above the horizon.
double visible_disc_fraction(double clearance_rad, double sun_distance_m);

/// Vertical arrays that follow the Sun in azimuth.
struct SolarField {
  double area_m2 = 0.0;
  double efficiency = 0.0;      ///< cells, wiring and pointing together
  double fade_per_year = 0.0;   ///< dust and radiation, linear in time
};

/// Storage: batteries or regenerative fuel cells. Charging loses first, then discharging.
struct Storage {
  Nanojoules capacity = 0;
  double charge_efficiency = 1.0;
  double discharge_efficiency = 1.0;
  Milliwatts charge_limit = 0, discharge_limit = 0;  ///< at the bus
  double initial_fraction = 1.0;
  double reserve_fraction = 0.0;  ///< kept for hold power and loads that outrank production
};

/// One load in one grant interval: servers that want `busy` each and would need at least `hold` each.
struct PowerRequest {
  int priority = 0;            ///< smaller is served first
  std::int32_t servers = 0;
  Milliwatts busy = 0, hold = 0;
};
struct PowerGrant {
  std::int32_t running = 0;  ///< servers that may run
  std::int32_t held = 0;     ///< further servers that get hold power
};
/// Hold power first, for all loads by priority, from `protected_supply`; then running servers by priority, ties by index, from
/// what is left of `supply` (≤ protected_supply). A server that runs gives its hold power back. Never grants more than the supplies.
std::vector<PowerGrant> grant_power(std::span<const PowerRequest> requests, Milliwatts supply, Milliwatts protected_supply);

/// Account of site energy since the start, in nJ; each is a flow in one direction.
struct EnergyFlows {
  Nanojoules generated = 0;      ///< taken from Sun and reactors (curtailed sunlight is not taken)
  Nanojoules curtailed = 0;      ///< could have been taken, had there been use or room
  Nanojoules used = 0;           ///< by all loads
  Nanojoules into_storage = 0;   ///< at the bus
  Nanojoules out_of_storage = 0; ///< at the bus
  Nanojoules storage_loss = 0;   ///< heat

  static void visit_fields(auto& self, auto&& visit) {
    visit("generated", self.generated), visit("curtailed", self.curtailed), visit("used", self.used);
    visit("into_storage", self.into_storage), visit("out_of_storage", self.out_of_storage);
    visit("storage_loss", self.storage_loss);
  }
};

struct PowerState {
  Nanojoules stored = 0;
  EnergyFlows flows;
  static void visit_fields(auto& self, auto&& visit) { visit("stored", self.stored), visit("flows", self.flows); }
};
PowerState initial_power_state(const Storage& storage);

/// Settles one past interval: `supply` was available for `span`, loads used `used`. Surplus is stored up to the limits, the
/// rest curtailed; a deficit is drawn from storage. generated + out − in = used, exactly.
/// @throws ContractError where storage cannot cover the deficit: grants exceeded the supply.
void settle(PowerState& state, const Storage& storage, Milliwatts supply, Ticks span, Nanojoules used);

/// Power that may be granted for a coming interval of `span`, if `stored` is surely there at its start: all of it (for hold
/// power), or without touching the reserve. Such that `settle` can always cover it.
Milliwatts grantable(const Storage& storage, Nanojoules stored, Milliwatts supply, Ticks span, bool touch_reserve);

/// Least that storage can hold after an interval in which up to `granted` may be used.
Nanojoules stored_at_least(const Storage& storage, Nanojoules stored, Milliwatts supply, Milliwatts granted, Ticks span);

}  // namespace lunafab::logistics
