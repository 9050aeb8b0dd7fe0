#pragma once
#include <atomic>
#include <optional>
#include "campaign/scenario.hpp"

namespace lunafab::campaign {

/// Number of the pilot run: none that a scenario can ask for.
inline constexpr std::uint32_t pilot_replication = 1'000'000;

/// The scenario with an automatic warm-up replaced by the one that MSER-5 finds in a pilot run without
/// warm-up; half of the run where it finds none. Other scenarios stay as they are. Costs one replication.
/// Nothing where it was interrupted.
std::optional<Scenario> settle_warmup(Scenario scenario, const std::atomic<bool>* interrupted = nullptr);

}  // namespace lunafab::campaign
