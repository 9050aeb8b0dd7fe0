#pragma once
#include <string>
#include <vector>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"
#include "core/integer.hpp"

namespace lunafab::campaign {

/// Where one material came from and went, mg since the start. Two independent counts meet in `residual_mg`:
/// what the firings, flights and hauls add up to, and what lies in stores, servers, vehicles and the launch
/// queue.
struct MaterialAccount {
  Int128 opening = 0, dug = 0, imported = 0, made = 0, used = 0, dumped = 0, vented = 0, shipped = 0,
         launched = 0;
  Int128 in_stores = 0, in_process = 0, on_the_road = 0, before_driver = 0;

  Int128 on_site() const {
    return opening + dug + imported + made - used - dumped - vented - shipped - launched;
  }
  Int128 residual_mg() const { return on_site() - in_stores - in_process - on_the_road - before_driver; }
};

struct ElementAccount {
  Int128 in = 0;       ///< opening stock, dug, imported
  Int128 out = 0;      ///< dumped, vented, shipped, launched
  Int128 on_site = 0;  ///< by the recipes' elements, material by material
  Int128 residual_mg() const { return in - out - on_site; }
};

struct MaterialBalance {
  std::vector<MaterialAccount> materials;  ///< by material
  std::vector<ElementAccount> elements;    ///< by element
  Int128 mass_residual_mg = 0;             ///< Σ |residual| over materials
  Int128 element_residual_mg = 0;          ///< Σ |residual| over elements
};

/// Balances mass and elements at the state's tick. Call after the groups are booked there.
MaterialBalance material_balance(const Scenario& scenario, const CampaignState& state);

struct EnergyLine {
  std::string user;  ///< station path, or base load
  Int128 nJ = 0;
};

/// Site energy since the start, nJ.
struct EnergyBalance {
  Int128 generated = 0, curtailed = 0, storage_change = 0, storage_loss = 0;
  std::vector<EnergyLine> stations;
  Int128 station_use = 0, base_use = 0, charged = 0;  ///< uses of the bus
  Int128 chemical = 0;  ///< of station use, bound in materials; the rest is heat
  Int128 kinetic = 0, launch_heat = 0, driver_store = 0;  ///< where the charged energy went
  Int128 solver_residual = 0;                             ///< stated by the launch solver
  Int128 unserved_base = 0;

  Int128 used() const { return station_use + base_use + charged; }
  /// generated − storage change − losses − uses, plus what the driver's own account leaves open.
  Int128 residual_nJ() const;
  double residual_rel() const;
};
EnergyBalance energy_balance(const Scenario& scenario, const CampaignState& state);

/// Share of each material's mass that came from Earth. Followed element by element through the recipes: an
/// output holds the mix of imported and local atoms that went into its firing.
std::vector<double> imported_shares(const factory::Chemistry& chemistry);

}  // namespace lunafab::campaign
