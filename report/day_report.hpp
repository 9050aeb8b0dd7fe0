#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>
#include "report/launch_report.hpp"

namespace lunafab::report {

/// Neighbouring places of the track from which aborts end alike.
struct AbortStretch {
  massdriver::AbortOutcome outcome = massdriver::AbortOutcome::caught;
  double from_m = 0.0, to_m = 0.0;      ///< first and last of them
  double from_mps = 0.0, to_mps = 0.0;  ///< speeds there
  double longest_braking_m = 0.0;
};
std::vector<AbortStretch> abort_stretches(const std::vector<massdriver::AbortPlace>& places);

/// Why the machine cannot keep up the day's cadence: temperature or quench margin beyond its limit, or more
/// than recharge, track or buckets allow beside the standstill for exchanges. Slow warming beyond the day is
/// not judged.
std::vector<std::string> day_refusals(const LaunchReport& report);

/// Only with a day.
nlohmann::ordered_json day_json(const LaunchReport& report);
/// Worst braking length, stretches.
nlohmann::ordered_json aborts_json(const LaunchReport& report);

/// day.csv: one row a launch and one at the end: drive coils by day, and the coil of the first bucket after
/// its own launches.
std::string day_csv(const LaunchReport& report);

/// Day and aborts for a person, lines of the form `Label        text`.
std::string day_summary(const LaunchReport& report);

/// Sections of the launch's page; empty where there is nothing.
std::string day_section(const LaunchReport& report);
std::string abort_section(const LaunchReport& report);

}  // namespace lunafab::report
