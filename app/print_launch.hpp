#pragma once
#include <string>
#include "report/launch_report.hpp"

namespace lunafab::app {

/// The summary of one solved launch, for a person at a terminal.
std::string launch_summary(const report::LaunchReport& report);

}  // namespace lunafab::app
