#pragma once
#include <string>
#include "campaign/insight.hpp"

namespace lunafab::app {

/// Few lines of a run's summary: where the line stands between its curves, its ramp-up, and the stations with
/// the longest queues predicted.
std::string insight_lines(const campaign::Insight& insight);

}  // namespace lunafab::app
