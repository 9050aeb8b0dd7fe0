#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>
#include "campaign/run.hpp"

namespace lunafab::campaign {

/// What a viewer is shown: copies of the numbers, nothing that leads back into the model.
struct StationView {
  std::string name;  ///< path in the file
  std::int32_t servers = 0;
  std::array<std::int32_t, factory::mode_count> now{};  ///< servers in each mode
  std::array<double, factory::mode_count> share{};      ///< of server time since the warm-up
  std::int64_t good = 0, scrapped = 0;                  ///< firings since the warm-up
};

struct StoreView {
  std::string name, material;
  double amount = 0.0, capacity = 0.0;  ///< t or pieces; capacity < 0: unlimited
  bool counted = false;
};

struct Snapshot {
  std::string title, date, fidelity;  ///< fidelity: "" where nothing is launched
  Tick now{}, end{};
  std::vector<StationView> stations;
  std::vector<StoreView> stores;
  bool has_space = false, has_power = false;
  std::int64_t ordered = 0, built = 0, queued = 0, launched = 0, inserted = 0, lost = 0;
  double active_kW = 0.0, supply_MW = 0.0, stored_MWh = 0.0, storage_MWh = 0.0;
  std::int64_t shipped = 0;  ///< pieces that left a plain line
  std::uint64_t events = 0;
};

/// A snapshot at the campaign's present; reads only, so that watching changes nothing.
Snapshot snapshot(const Campaign& campaign);

}  // namespace lunafab::campaign
