#pragma once
#include <map>
#include <string>
#include <string_view>

namespace lunafab {

/// Powers of the base units, by symbol: a power is {kg: 1, m: 2, s: -3}. `rad` and `USD` count as bases; zero
/// powers are absent.
using Dimension = std::map<std::string, int>;

/// What a unit means, or why it means nothing.
struct UnitReading {
  Dimension dimension;
  double scale = 1.0;   ///< how many base units one unit is
  std::string problem;  ///< empty when the unit was understood
  std::string nearest;  ///< the unit the writer may have meant
};

/// Reads a unit in UDUNITS-2 spelling, plus Wh (with prefixes), deg, g0 and USD. Safe to call from several
/// threads.
/// @throws std::runtime_error where the UDUNITS database is not installed.
UnitReading read_unit(std::string_view text);

/// `kg m2 s-3`, or `1`.
std::string to_string(const Dimension& dimension);

}  // namespace lunafab
