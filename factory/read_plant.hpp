#pragma once
#include <string>
#include <vector>
#include "core/reader.hpp"
#include "factory/plant.hpp"

namespace lunafab::factory {

/// Reads `lines`, `routes` and `depot` of a scenario into a plant (with `classes`, `materials`, `recipes`
/// already in `chemistry`). `satellites`: names of the materials whose pieces are satellites. `lookahead`:
/// shortest delay a route may have.
Plant read_plant(MapReader& scenario, Chemistry chemistry, const std::vector<std::string>& satellites,
                 Ticks lookahead, bool power_limited);

/// Reports every station that no material, or not all of its mix, can ever reach. `supplied`: stores that
/// flights fill.
void check_reach(const Plant& plant, const std::vector<std::uint32_t>& supplied, Findings& findings);

}  // namespace lunafab::factory
