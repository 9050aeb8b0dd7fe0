#pragma once
#include "campaign/state.hpp"
#include "factory/plant.hpp"

// Statistics that count from the end of the warm-up.
namespace lunafab::campaign {

/// What stands in a state whose times are booked up to now; pieces, waiting loads and lots left out.
WarmupMark mark_of(const CampaignState& state);

/// What has been counted since; levels and contents are those of now.
factory::StationState since_warmup(const CampaignState& state, const factory::Plant& plant,
                                   std::uint32_t station);
factory::StoreState since_warmup_store(const CampaignState& state, const factory::Plant& plant,
                                       std::uint32_t store);
factory::ProductState since_warmup_product(const CampaignState& state, const factory::Plant& plant,
                                           std::uint32_t product);
/// Of a station, where the scenario asks for the bottleneck.
factory::Activity since_warmup_activity(const CampaignState& state, const factory::Plant& plant,
                                        std::uint32_t station);
/// Times that shipped pieces spent in a group.
SpanTally since_warmup_cycle(const CampaignState& state, std::uint32_t group);
/// Units of a resource put together.
factory::UnitState since_warmup_units(const CampaignState& state, const factory::Plant& plant,
                                      std::uint32_t resource);

}  // namespace lunafab::campaign
