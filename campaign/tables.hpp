#pragma once
#include <string>
#include "campaign/results.hpp"

// The CSV tables of a results directory: one observation a row, units in the header, numbers in shortest
// exact form.
namespace lunafab::campaign {

std::string stations_csv(const RunReport& report);
std::string stores_csv(const RunReport& report);
std::string queues_csv(const RunReport& report);  ///< of lots, by station
std::string products_csv(
    const RunReport& report);  ///< made of lots; `little_h`: mean in process ÷ rate of leaving
std::string resources_csv(const RunReport& report);
/// Lines that ship pieces: how many, how long each took from the first work on it, energy of the stations.
std::string lines_csv(const RunReport& report);
/// Share of the time in which each station was the shifting bottleneck of its line, where asked for.
std::string bottleneck_csv(const RunReport& report);
std::string gantt_csv(const RunReport& report);
/// What went out and what was inside, over even intervals from the warm-up to the end.
std::string flow_csv(const RunReport& report);
std::string flows_csv(const RunReport& report);  ///< kind, name, account, value, unit: mass, elements, energy
std::string series_csv(const RunReport& report);
std::string launches_csv(const RunReport& report);
std::string flights_csv(const RunReport& report);
std::string replications_csv(const RunReport& report);

}  // namespace lunafab::campaign
