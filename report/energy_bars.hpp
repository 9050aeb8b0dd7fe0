#pragma once
#include <string>
#include "report/launch_report.hpp"

namespace lunafab::report {

/// Where the energy from the bus goes, as <svg>: the whole of it above, its heat magnified below.
std::string draw_energy(const massdriver::LaunchFigures& figures, const massdriver::EnergyAccount& energy);

}  // namespace lunafab::report
