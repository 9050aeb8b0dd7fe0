#pragma once
#include <string>
#include "app/constellation_report.hpp"

namespace lunafab::app {

/// For a person at a terminal.
std::string constellation_summary(const ConstellationReport& report);
std::string constellation_json(const ConstellationReport& report);

/// Tables with a header; RFC 4180, SI units in the names of the columns.
std::string shells_csv(const ConstellationReport& report);
std::string capacity_csv(const ConstellationReport& report);  ///< by month and shell, and in all
std::string slots_csv(const ConstellationReport& report);     ///< mean elements of every slot at the start
std::string conjunctions_csv(const ConstellationReport& report);

}  // namespace lunafab::app
