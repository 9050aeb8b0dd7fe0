#pragma once
#include <cstdint>
#include <string>
#include <vector>
#include "factory/plant.hpp"

namespace lunafab::factory {

/// A group seen as a serial line: pieces pass its stations one after another, first in first out.
struct SerialLine {
  std::vector<std::uint32_t> stations;  ///< in the order of the pieces
  std::string obstacle;                 ///< why the group is none: what it has that a serial line has not
};

/// Whether departures of a group follow from a recursion over pieces and stations: stations of one server
/// that do one thing to one piece, never fail and need nothing else, with stores of pieces between them.
SerialLine serial_line(const Plant& plant, std::uint32_t group);

}  // namespace lunafab::factory
