#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include "campaign/insight.hpp"

namespace lunafab::campaign {

/// insight.csv: every station's queue, predicted and observed. Cells without a value are empty.
std::string insight_csv(const Insight& insight);
/// Key `insight` of summary.json: the line between its curves, the curves themselves, the ramp-up.
nlohmann::ordered_json insight_json(const Insight& insight);

}  // namespace lunafab::campaign
