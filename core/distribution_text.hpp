#pragma once
#include <string>
#include "core/variates.hpp"

namespace lunafab {

/// The word that stands after `dist:` in a scenario.
std::string distribution_name(Distribution::Kind kind);

/// The YAML that `read_distribution` reads back, on one line, to seven digits: `{dist: gamma, mean: 3.2 h,
/// shape: 2.1}`. `d` is in that unit, not in seconds. Not for `empirical`, which holds a table.
/// @throws ContractError for that kind
std::string distribution_text(const Distribution& d, const std::string& unit);

}  // namespace lunafab
