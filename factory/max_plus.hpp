#pragma once
#include <vector>
#include "factory/engine.hpp"

// The max-plus engine: a serial line advances piece by piece instead of event by event. On the streams of the
// event engine it leaves the same state behind.
namespace lunafab::factory {

/// Runs every event before `until` of a group whose `serial` names its stations.
void advance_serial(const Plant& plant, std::uint32_t group, GroupState& state, const RunKey& key, Tick until,
                    std::vector<ServiceCache>& cache);

}  // namespace lunafab::factory
