#pragma once
#include <string>
#include <vector>
#include "campaign/scenario.hpp"

namespace lunafab::campaign {

/// One station in the rough-cut table.
struct RoughStation {
  std::string name;
  std::int32_t servers = 0;
  double per_product = 0.0;        ///< starts needed for one product, scrap included
  double capacity_per_h = 0.0;     ///< starts, failures and sunlight taken off
  double products_per_year = 0.0;  ///< that this capacity suffices for; infinite where it is not needed
  double load = 0.0;               ///< demand ÷ capacity at the demanded rate
  double mean_power_W = 0.0;       ///< at the demanded rate
  bool source = false;             ///< a stream of arrivals: its capacity is their rate, and binds nothing
};

struct RoughImport {
  std::string name;
  double kg_per_product = 0.0;
  double kg_per_year = 0.0;  ///< at the demanded rate
};

/// What a plant should be able to do, before it is run: flows from recipes and yields, capacity from servers
/// and mean cycles. No variability, no blocking: the simulation can only do worse.
struct RoughCut {
  bool feasible = false;         ///< some steady flow delivers the product; otherwise the table is empty
  std::string product;           ///< "a satellite (mix)", or the piece that is shipped
  double demand_per_year = 0.0;  ///< orders; where there are none, arrivals; else the bottleneck's rate
  std::vector<RoughStation> stations;
  std::string bottleneck;            ///< station path, or imports, driver, power
  double bottleneck_per_year = 0.0;  ///< r_b
  double raw_process_time_h = 0.0;   ///< T0: longest chain of mean cycles and hauls
  double critical_wip = 0.0;         ///< W0 = r_b T0
  double longest_dark_h = 0.0;
  double mean_supply_W = 0.0;          ///< over the whole run, darkness included
  double sunlit_share = 1.0;           ///< of the run, at least half the disc visible
  double rated_W = 0.0, mean_W = 0.0;  ///< all servers at once; at the demanded rate
  double supply_lit_W = 0.0;           ///< mean supply while the Sun shines
  double storage_J = 0.0;
  std::vector<RoughImport> imports;
  double landed_kg_per_year = 0.0;  ///< capacity of the flights, losses taken off
  double driver_per_year = 0.0;     ///< launches that buckets and charger allow
  double driver_mean_W = 0.0;
};

RoughCut rough_cut(const Scenario& scenario);

}  // namespace lunafab::campaign
