#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>
#include "orbit/read_orbit.hpp"

namespace lunafab::app {

/// From where to where a file launches, with which speeds and errors. The plant is not read.
struct LaunchFile {
  std::string title, file;
  Epoch start;
  orbit::OrbitPlan plan;
  bool has_muzzle = false;                                 ///< else nothing is computed but at `ideal`
  std::vector<orbit::Destination> destinations;            ///< with the speeds of the driver
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();  ///< covariance: along, left, up
  std::string muzzle_source;                               ///< where the covariance is from
};

/// Reads a scenario (`lunafab: scenario/1`), of which only the sections that bear on transfers, or a
/// transfer file (`lunafab: transfer/1`: start, orbit, destinations, speeds, muzzle_error), strictly.
/// Problems become findings.
/// @throws InputError where the file cannot be read at all.
LaunchFile read_launch_file(const std::string& path, const std::vector<std::string>& settings,
                            Fidelity fidelity, Findings& findings);

/// What leaves the muzzle.
struct Throw {
  orbit::SpeedRange speeds;
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();  ///< covariance: along, left, up
  std::string source;                                      ///< where both are from
};

/// Reads `speeds` (absent: 1 to 3 km/s) and `muzzle_error` of a map.
Throw read_throw(MapReader& root);

/// Reads `driver`: at `ideal` its speed and errors; a design stands for its launch table, from the cache or
/// built (about ten launches' time a core). Without the section a launch has no errors.
Throw read_driver_throw(MapReader& root);

/// Reads `start`, a date (absent: 2030-01-01).
Epoch read_start(MapReader& root);

}  // namespace lunafab::app
