#pragma once
#include <optional>
#include "massdriver/machine.hpp"

namespace lunafab::massdriver {

/// How the machine throws a payload to a speed: the first `stages` stages at one nominal acceleration, the
/// rest of the track is coasted along. The capacitors stay tuned to the design's own profile.
struct LaunchPlan {
  int stages = 0;
  double mean_mps2 = 0.0;      ///< nominal acceleration while both bucket coils are on the track
  double bank_J = 0.0;         ///< energy of one half-bank before the feedback's bracket
  double injection_mps = 0.0;  ///< speed at stage 0
  double muzzle_mps = 0.0;
  double moving_kg = 0.0;  ///< bucket and weighed payload
};

/// The plan for a payload and speed: the design's acceleration, or less where a half-bank's capacity asks for
/// it; nothing where even the whole track does not reach the speed.
std::optional<LaunchPlan> plan_launch(const DriverDesign& design, double weighed_kg, double muzzle_mps);
std::optional<LaunchPlan> plan_launch(const Machine& machine, double weighed_kg, double muzzle_mps);

/// The largest speed at which the whole track still throws a payload; 0 where it throws nothing.
double top_speed_mps(const DriverDesign& design, double weighed_kg);

/// Net energy from the bus for one launch: (discharged − recovered)/charger + injection − regeneration.
double bus_energy_J(const DriverDesign& design, double speed_mps, double injected_J, double discharged_J,
                    double recovered_J);

/// Nominal squared speed with the leading bucket coil at `x_m` from stage 0's centre: v₀² + 2 a · (length of
/// track behind the bucket coils, averaged over them), so the gain tapers while a coil is outside.
double nominal_speed_sq(const Machine& machine, const LaunchPlan& plan, double x_m);

/// Where the last bucket coil has left the last stage's reach, with the leading one counted from stage 0's
/// centre.
double track_end_m(const DriverDesign& design);

/// Capacitance of the half-bank of stage `stage` for bucket coil `coil`: tuning·s²/(π² v² L) with the
/// design's nominal speed v at alignment. The same for every launch: it is hardware.
double bank_capacitance_F(const Machine& machine, int stage, int coil);

/// Energy a half-bank is rated for: store capacity, less what converters lose, over the number of half-banks,
/// or what the nominal launch
/// needs where no capacity is given. The feedback may ask for more, up to `largest_charge` times this.
double bank_rating_J(const DriverDesign& design);
/// Of a store's energy, what becomes work: 1 for capacitors, whose banks are rated by themselves; of a
/// central store what may be taken, less converters and `central_allowance`.
double usable_share(const Store& store);
inline constexpr double central_allowance = 1.02;  ///< for coil heat and energy that goes to and fro
/// Capacity of the whole store.
double store_energy_J(const DriverDesign& design);
inline constexpr double largest_charge = 1.4;  ///< of the rating, in energy: 18 % in voltage. An assumption.

}  // namespace lunafab::massdriver
