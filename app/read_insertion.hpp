#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>
#include "orbit/read_orbit.hpp"

namespace lunafab::app {

/// What one insertion needs of a file.
struct InsertionFile {
  std::string title, file;
  Epoch start;
  orbit::OrbitPlan plan;
  bool has_muzzle = false;  ///< a muzzle is given: needed at `table` and `solve`
  std::vector<orbit::Destination> destinations;
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();  ///< covariance: along, left, up
  std::string muzzle_source;                               ///< where the covariance is from
};

/// Reads a scenario (`lunafab: scenario/1`), of which only the sections that bear on insertions, or a
/// transfer file (`lunafab: transfer/1`: start, orbit, destinations, muzzle_error), strictly. A driver with a
/// design stands for its launch table: from the cache, else built. Problems become findings.
/// @throws InputError where the file cannot be read at all.
InsertionFile read_insertion(const std::string& path, const std::vector<std::string>& settings,
                             Fidelity fidelity, Findings& findings);

}  // namespace lunafab::app
