#pragma once
#include "report/insertion_report.hpp"

namespace lunafab::report {

/// Fills timeline and trajectory of a solved insertion: what is flown, planned or with the speed asked for.
void follow_path(InsertionReport& report);

}  // namespace lunafab::report
