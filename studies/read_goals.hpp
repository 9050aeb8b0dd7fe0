#pragma once
#include "core/reader.hpp"
#include "studies/study.hpp"

namespace lunafab::studies {

inline constexpr std::int64_t most_replications = 1'000'000;

/// Reads what is asked of points and runs: `require`, `objectives`, `limits`, `replications`, `timeout`.
void read_goals(MapReader& root, Study& study);

}  // namespace lunafab::studies
