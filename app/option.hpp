#pragma once
#include <string>
#include "core/input.hpp"
#include "core/quantity.hpp"

namespace lunafab::app {

/// What an option takes: bare numbers and the range are in `shown`, which is `scale` SI units.
struct Taken {
  Unit unit;
  double from = 0.0, to = 0.0;
  const char* shown = unit.si_unit;
  double scale = 1.0;
};

/// A quantity of the command line, in the unit shown. Other text, or a value out of range, is a finding.
double read_option(const char* option, const std::string& text, const Taken& taken, Findings& findings);

}  // namespace lunafab::app
