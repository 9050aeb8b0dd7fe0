#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include "report/launch_report.hpp"

namespace lunafab::report {

/// launch.json. Keys end in their units; what is infinite or not known is null.
nlohmann::ordered_json launch_json(const LaunchReport& report);

/// One row a stage: profile.csv.
std::string profile_csv(const LaunchReport& report);
/// limits.csv
std::string limits_csv(const LaunchReport& report);

}  // namespace lunafab::report
