#pragma once
#include "core/reader.hpp"
#include "studies/study.hpp"

namespace lunafab::studies {

/// Reads `rank: {…}` and `optimise: {…}`, and whether the rest of the study suits them.
void read_searches(MapReader& root, Study& study);

}  // namespace lunafab::studies
