#pragma once
#include <cstdint>
#include <string>

namespace lunafab {

/// Totals of masses (mg) and energies (nJ) outgrow 64 bits; sums in this type are exact.
__extension__ using Int128 = __int128;

/// Decimal text of a 128-bit integer.
std::string to_string(Int128 value);

}  // namespace lunafab
