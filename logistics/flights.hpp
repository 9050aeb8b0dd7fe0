#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>
#include "core/random.hpp"
#include "core/tick.hpp"
#include "core/variates.hpp"

namespace lunafab::logistics {

/// Cargo flights from Earth to the site's depot: fixed cadence, a random delay each and a chance of loss.
struct FlightPlan {
  std::uint32_t entity = 0;  ///< key of the random streams
  Tick first_departure{};
  Ticks interval{};
  Ticks transit{};                   ///< nominal, Earth orbit departure to unloaded cargo
  Distribution delay;                ///< s, added to the transit of each flight
  double loss_probability = 0.0;     ///< of one flight: cargo and ship are gone, nothing arrives
  std::int64_t payload_mg = 0;       ///< landed
  double tankers_per_landing = 0.0;  ///< propellant flights each landing needs, for the Earth-side account
};

/// One imported article on the manifest, ordered up to a base stock (s, S): when stock and what is under way
/// fall to `reorder_at` or below, order up to `order_up_to`. Amounts in mg, or pieces of `piece_mg`.
struct ManifestItem {
  std::string name;
  std::int64_t piece_mg = 0;  ///< 0: bulk, counted in mg
  std::int64_t reorder_at = 0;
  std::int64_t order_up_to = 0;
  int priority = 0;  ///< smaller is loaded first when the ship is full
};

struct Flight {
  std::int64_t number = 0;  ///< 0, 1, 2 …
  Tick departure{};
  Tick arrival{};  ///< after nominal transit and delay; of a lost flight, when it is missed
  bool lost = false;
  std::vector<std::int64_t> amounts;  ///< by manifest item
  static void visit_fields(auto& self, auto&& visit) {
    visit("number", self.number), visit("departure", self.departure), visit("arrival", self.arrival);
    visit("lost", self.lost), visit("amounts", self.amounts);
  }
};

/// Departure of flight n of the plan. @throws ContractError for n < 0 and beyond the clock.
Tick departure(const FlightPlan& plan, std::int64_t number);

/// Loads a ship: every item at or below its reorder point is ordered up to its base stock. Priorities are
/// loaded one after the other; the first that does not fit is shared out in proportion to what each item
/// ordered, and those behind it wait. Whole pieces only, each item within one piece of its share (largest
/// remainders first); never beyond the payload. Room too small for such a piece flies empty, so large single
/// machines deserve a priority of their own. `position[i]` ≥ 0: stock on site plus under way, in mg or
/// pieces, as is the result.
/// @throws ContractError for a piece heavier than the payload: it would wait for ever, and all behind it.
std::vector<std::int64_t> load_manifest(std::span<const ManifestItem> items,
                                        std::span<const std::int64_t> position, std::int64_t payload_mg);

/// Delay and fate of flight n, with an empty hold: a pure function of (plan, seed, replication, n).
Flight draw_flight(const FlightPlan& plan, std::int64_t number, std::uint64_t seed,
                   std::uint32_t replication);

/// Propellant a ship burns from low Earth orbit to the lunar surface, by the rocket equation. One more than
/// this per kg landed is the gear ratio (the ship itself not counted).
/// @source Tsiolkovsky; the Δv, Isp and dry mass are the scenario's.
double propellant_per_landing_kg(double payload_kg, double dry_kg, double delta_v_mps,
                                 double specific_impulse_s);

}  // namespace lunafab::logistics
