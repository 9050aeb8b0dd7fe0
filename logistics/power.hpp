#pragma once
#include <cstdint>
#include <span>
#include <vector>
#include "core/integer.hpp"
#include "core/tick.hpp"

// Site power. All accounts are integers, powers in mW, energies in nJ (= mW·µs), so that energy closes
// exactly.
namespace lunafab::logistics {

using Milliwatts = std::int64_t;
using Nanojoules = Int128;
/// 1 PW, the most a supply or a limit may be: sums of a few stay clear of overflow.
inline constexpr Milliwatts largest_power = 1'000'000'000'000'000'000;

/// Elevation of the horizon by azimuth (clockwise from north), linear between nodes and periodic; empty: flat
/// at 0.
struct HorizonMask {
  struct Node {
    double azimuth_rad, elevation_rad;
  };
  std::vector<Node> nodes;  ///< azimuths in [0, 2π), ascending
};
/// Elevation of the horizon in any direction (azimuth of any turn). Cost: a binary search.
double horizon_elevation_rad(const HorizonMask& mask, double azimuth_rad);

/// Part of the Sun's disc above a horizon that is straight over its width, 0 … 1, by the circular segment;
/// `clearance_rad`: disc centre above the horizon. Limb darkening is left out. @source IAU 2015 Resolution
/// B3, nominal solar radius 695,700 km.
double visible_disc_fraction(double clearance_rad, double sun_distance_m);

/// Vertical arrays that follow the Sun in azimuth.
struct SolarField {
  double area_m2 = 0.0;
  double efficiency = 0.0;     ///< cells, wiring and pointing together
  double fade_per_year = 0.0;  ///< dust and radiation, linear in time, per year of 365.25 d
};
/// Power at the bus, rounded down: constant · (au/distance)² · visible disc · cos(elevation) · area ·
/// efficiency · what fade left (nothing after 1/fade years).
Milliwatts solar_power(const SolarField& field, double elevation_rad, double visible_fraction,
                       double sun_distance_m, Ticks age);

/// Storage: batteries or regenerative fuel cells. Charging loses first, then discharging. Efficiencies and
/// fractions count to a part in 10⁹; every rounding goes against the store and is heat.
struct Storage {
  Nanojoules capacity = 0;  ///< content, after charging losses
  double charge_efficiency = 1.0;
  double discharge_efficiency = 1.0;
  Milliwatts charge_limit = 0, discharge_limit = 0;  ///< at the bus
  double initial_fraction = 1.0;
  double reserve_fraction = 0.0;  ///< kept for hold power and loads that outrank production
};

/// One load in one grant interval: servers that want `busy` each and would need at least `hold` each, 0 ≤
/// hold ≤ busy.
struct PowerRequest {
  int priority = 0;  ///< smaller is served first, ties by index
  std::int32_t servers = 0;
  Milliwatts busy = 0, hold = 0;
};
struct PowerGrant {
  std::int32_t running = 0;  ///< servers that may run
  std::int32_t held = 0;     ///< further servers that get hold power
};
/// Shares power out in two passes over the loads by (priority, index). What does not fit is passed over, not
/// waited for.
///
/// Hold: each load gets hold power for as many servers as still fit into `protected_supply`; their sum is H.
///
/// Run: held servers run while the total stays within `supply`. One that runs gives its hold power back, so
/// it costs busy − hold. Where H ≥ supply, only servers with busy = hold run: the reserve feeds nothing that
/// could wait, and a load that must outlast the night says hold = busy.
///
/// The total is at most max(supply, H), never above `protected_supply`, and does not fall when a supply
/// rises. In each pass more power takes a server from a load only where a load that outranks it gains one.
/// @throws ContractError unless 0 ≤ supply ≤ protected_supply and each request is valid.
std::vector<PowerGrant> grant_power(std::span<const PowerRequest> requests, Milliwatts supply,
                                    Milliwatts protected_supply);

/// Power that the grants allow to be drawn, all loads together.
Milliwatts total_granted(std::span<const PowerRequest> requests, std::span<const PowerGrant> grants);

/// Account of site energy since the start, in nJ; each is a flow in one direction.
struct EnergyFlows {
  Nanojoules generated = 0;       ///< taken from Sun and reactors (curtailed sunlight is not taken)
  Nanojoules curtailed = 0;       ///< could have been taken, had there been use or room
  Nanojoules used = 0;            ///< by all loads
  Nanojoules into_storage = 0;    ///< at the bus
  Nanojoules out_of_storage = 0;  ///< at the bus
  Nanojoules storage_loss = 0;    ///< heat

  static void visit_fields(auto& self, auto&& visit) {
    visit("generated", self.generated), visit("curtailed", self.curtailed), visit("used", self.used);
    visit("into_storage", self.into_storage), visit("out_of_storage", self.out_of_storage);
    visit("storage_loss", self.storage_loss);
  }
};

struct PowerState {
  Nanojoules stored = 0;
  EnergyFlows flows;
  static void visit_fields(auto& self, auto&& visit) {
    visit("stored", self.stored), visit("flows", self.flows);
  }
};
PowerState initial_power_state(const Storage& storage);

/// Settles one past interval: `supply` was available for `span`, loads used `used`. Surplus is stored up to
/// the limits, the rest curtailed; a deficit is drawn from storage. Exactly: generated + out − in = used;
/// generated + curtailed = supply · span; initial + in − out − loss = stored. Within an interval only the sum
/// counts: swings of the load around the supply cost nothing.
/// @throws ContractError where storage cannot cover the deficit: grants exceeded the supply.
void settle(PowerState& state, const Storage& storage, Milliwatts supply, Ticks span, Nanojoules used);

enum class Reserve : std::uint8_t { keep, spend };

/// Most power that may be granted for a coming interval of `span`, if `stored` is surely there at its start
/// and `supply` is sure: out of all the content (`spend`, for hold power) or without touching the reserve
/// (`keep`). `settle` covers any use up to it.
Milliwatts grantable(const Storage& storage, Nanojoules stored, Milliwatts supply, Ticks span,
                     Reserve reserve);

/// Least that storage can hold after an interval in which up to `granted` may be used, from at least `stored`
/// and at least `supply`. Grants for an interval are decided while the one before it runs: this is the sure
/// content at its start.
/// @throws ContractError where `granted` exceeds what is grantable.
Nanojoules stored_at_least(const Storage& storage, Nanojoules stored, Milliwatts supply, Milliwatts granted,
                           Ticks span);

}  // namespace lunafab::logistics
