#pragma once
#include <string>
#include "core/reader.hpp"
#include "studies/factor.hpp"

namespace lunafab::studies {

/// Reads `{values: […]}`, `{min, max, scale: linear|log, whole, steps}` or `{dist:
/// normal|lognormal|triangular, …}`.
/// @param path of the value in the scenario
Factor read_factor(const std::string& path, MapReader map);

}  // namespace lunafab::studies
