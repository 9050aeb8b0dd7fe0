#pragma once
#include <string>
#include "report/launch_report.hpp"

namespace lunafab::report {

/// One self-contained HTML page of a launch: key figures, energy account, charts along the track, a day of
/// launches, aborts, release, Monte Carlo, limits. No scripts, nothing loaded; below 300 kB.
std::string launch_page(const LaunchReport& report);

}  // namespace lunafab::report
