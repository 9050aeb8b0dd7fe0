#pragma once
#include <vector>
#include "core/random.hpp"
#include "factory/group.hpp"
#include "factory/plant.hpp"
#include "factory/scratch.hpp"
#include "factory/state.hpp"

// The event engine. One group advances on its own calendar; nothing but messages comes in or goes out.
namespace lunafab::factory {

/// Starts whatever can start at tick 0; call once, after the first grants.
void start_up(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Scratch& scratch,
              std::vector<SiteMessage>& out);

/// Runs every event before `until`. `scratch` may be new at any call.
void advance(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
             Scratch& scratch, std::vector<SiteMessage>& out);

}  // namespace lunafab::factory
