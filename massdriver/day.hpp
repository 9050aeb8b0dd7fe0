#pragma once
#include <vector>
#include "massdriver/abort.hpp"
#include "massdriver/launch_figures.hpp"
#include "massdriver/wear.hpp"

namespace lunafab::massdriver {

/// The machine through a day of equal launches, each like the one solved.
struct DayOfLaunches {
  double hours = 0.0, launches_per_h = 0.0;
  std::int64_t launches = 0;
  /// Drive coils from their starting temperature, by StageClass; empty courses without a radiator.
  std::array<TemperatureCourse, stage_classes> coils, coils_by_night;
  TemperatureCourse bucket;        ///< a coil of one of the buckets; only where a cryocooler is given
  double bucket_margin = 0.0;      ///< smallest quench margin of the day, with the launch's largest current
  MaintenanceNeed maintenance;     ///< of the day: exchanges, failures, mass, standstill
  double failed_stages_new = 0.0;  ///< expected in the day's last launch with all parts new in the morning
};

/// @throws ContractError unless cadence and hours are finite and not negative.
DayOfLaunches launch_day(const Machine& machine, const LaunchSolution& launch, const LaunchFigures& figures,
                         double launches_per_h, double hours = 24.0);

/// A launch that fails at one place of the track.
struct AbortPlace {
  double position_m = 0.0, speed_mps = 0.0;
  AbortStop stop;
};

/// Aborts from places all along the track, at the speeds of a launch with a profile. Empty without a catcher.
std::vector<AbortPlace> abort_places(const Machine& machine, const LaunchSolution& launch);

}  // namespace lunafab::massdriver
