#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include "report/insertion_report.hpp"

namespace lunafab::report {

/// insertion.json. Keys end in their units; what is infinite or not known is null.
nlohmann::ordered_json insertion_json(const InsertionReport& report);

/// One row a state: trajectory.csv.
std::string trajectory_csv(const InsertionReport& report);
/// CCSDS OEM in KVN, a segment for each stretch about one centre between burns: trajectory.oem.
std::string trajectory_oem(const InsertionReport& report);

}  // namespace lunafab::report
