#pragma once
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"
#include "orbit/posting.hpp"

namespace lunafab::campaign {

/// What the next satellite of a design is made from, first in, first out by mass: of each imported class the
/// flights that brought it, in the order of their landing, and the days on which its share of the regolith
/// was dug. Stores and hauls are taken to keep that order; what was scrapped on the way is not counted.
orbit::Provenance provenance(const Scenario& scenario, const SiteState& site, std::uint32_t design);

/// Regolith that a satellite takes, the mean over the mix at the flows of the rough cut; 0 where nothing is
/// dug.
double dug_kg_per_satellite(const Scenario& scenario);

/// Dug by the stations of a group since the start.
Int128 dug_mg(const factory::Plant& plant, const factory::Group& group, const factory::GroupState& state);

}  // namespace lunafab::campaign
