#pragma once
#include <string>
#include "report/insertion_report.hpp"

namespace lunafab::app {

/// The summary of one insertion, for a person at a terminal.
std::string insertion_summary(const report::InsertionReport& report);

}  // namespace lunafab::app
