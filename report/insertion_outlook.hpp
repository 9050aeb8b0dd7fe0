#pragma once
#include "report/insertion_report.hpp"

namespace lunafab::report {

/// Fills in what happens after the arrival: the ways into the Sun-synchronous orbit, or years about the Sun.
void look_ahead(InsertionReport& report);

}  // namespace lunafab::report
