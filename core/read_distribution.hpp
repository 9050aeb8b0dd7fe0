#pragma once
#include <optional>
#include <string_view>
#include "core/reader.hpp"
#include "core/variates.hpp"

namespace lunafab {

/// A random span from a plain quantity (a constant) or a map `{dist: …}`; see docs/scenario.md for the kinds.
Distribution read_distribution(MapReader& map, std::string_view key);
/// The same for an optional key.
Distribution read_distribution(MapReader& map, std::string_view key, const Distribution& fallback);

}  // namespace lunafab
