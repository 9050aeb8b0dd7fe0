#pragma once
#include <array>
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// What can bound the cadence.
enum class RateBound : std::uint8_t { recharge, track, coils, buckets, bucket_cooling };
inline constexpr std::size_t rate_bounds = 5;
const char* name(RateBound bound);

/// What one launch asks of the machine.
struct LaunchDemand {
  double bus_J = 0.0;                ///< net of regeneration
  double track_s = 0.0;              ///< from the bucket's start until it has left the track
  double coil_launches_per_h = 0.0;  ///< at the coils' temperature limit (`passive_launches_per_h`)
  double bucket_cooling_s = 0.0;     ///< shortest cycle of one bucket by its cryocooler (`shortest_cycle_s`)
  double down_s = 0.0;               ///< standstill for exchanges, per launch (`maintenance_need`)
  double store_life_launches = 0.0;  ///< of the store's capacitors at the voltage used; 0: they do not wear
};

/// Launches per hour. A bound that does not apply is ∞.
struct Cadence {
  std::array<double, rate_bounds> while_up_per_h{};  ///< by RateBound
  RateBound binding = RateBound::recharge;
  double up_per_h = 0.0;           ///< smallest of them
  double sustained_per_h = 0.0;    ///< with standstill: 1 / (1/up + down)
  double down_h_per_day = 0.0;     ///< at the sustained cadence
  double buckets_needed = 0.0;     ///< at the cadence while up, not rounded
  double bus_W = 0.0;              ///< drawn at the cadence while up, standby included
  double store_kg_per_year = 0.0;  ///< capacitors exchanged at the sustained cadence, 365.25 days
};

/// 3600 · bus / energy of a launch.
double recharge_per_h(double bus_W, double bus_J);

/// One bucket on the track at a time: 3600 / (time on it + clearing).
double track_per_h(double track_s, double clear_s);

/// N buckets, each away for `cycle_s`: 3600 N / cycle.
double buckets_per_h(int buckets, double cycle_s);

/// Mass of a store of `energy_J`.
double store_mass_kg(const Store& store, double energy_J);

/// Combines the bounds; `store_J` is the store's energy for one launch. Bounds are independent: the buckets'
/// cycle is the longer of the handling and the cooling.
/// @throws ContractError unless bus power and energy are positive and times not negative.
Cadence find_cadence(const DriverDesign& design, const LaunchDemand& demand, double store_J);

}  // namespace lunafab::massdriver
