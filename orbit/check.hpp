#pragma once
#include <cstdint>
#include <string>

namespace lunafab::orbit {

enum class Bound : std::uint8_t { at_most, at_least };

/// One requirement of a design: a value against its limit.
struct Check {
  std::string name;  ///< "radiator temperature"
  std::string unit;
  double value = 0.0;
  double limit = 0.0;
  Bound bound = Bound::at_most;
};

/// False also where either is not a number.
inline bool holds(const Check& check) {
  return check.bound == Bound::at_most ? check.value <= check.limit : check.value >= check.limit;
}

}  // namespace lunafab::orbit
