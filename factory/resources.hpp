#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "factory/upkeep.hpp"

namespace lunafab::factory {

/// Robots, tools or people alike, which stations need for work, set-ups and upkeep.
struct Resource {
  std::string name;
  std::uint32_t entity = 0;
  std::uint32_t group = 0;
  std::uint32_t first_unit = 0;  ///< in its group
  std::int32_t count = 1;
  std::vector<std::uint32_t> skills;
  std::uint32_t calendar = always_on;  ///< units finish what they do, then rest until it is on again
  Ticks travel{};                      ///< from one station to another
  std::vector<Upkeep> upkeep;          ///< at most one, by operating time: breaks once the errand is done
  Ticks endurance{never.us};           ///< operating time on one charge
  Ticks charging{};
  bool preempts = false;  ///< leaves work of lower priority for a request of higher
};

}  // namespace lunafab::factory
