#pragma once
#include <string>
#include "report/insertion_report.hpp"

namespace lunafab::report {

/// One self-contained HTML page of an insertion: key figures, timeline, the way in rotating axes and over
/// time, Monte Carlo, outlook. No scripts, nothing loaded.
std::string insertion_page(const InsertionReport& report);

}  // namespace lunafab::report
