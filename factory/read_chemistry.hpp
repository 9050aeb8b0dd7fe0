#pragma once
#include "core/reader.hpp"
#include "factory/materials.hpp"

namespace lunafab::factory {

/// Reads `classes`, `materials` and `recipes`, derives compositions and balances every recipe by element.
/// Problems become findings of the reader; doubtful chemistry becomes `warnings`.
Chemistry read_chemistry(MapReader& scenario, Findings& warnings);

}  // namespace lunafab::factory
