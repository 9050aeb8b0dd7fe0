#pragma once
#include <Eigen/Core>
#include <optional>
#include <string>
#include <vector>
#include "orbit/read_orbit.hpp"
#include "orbit/terrain.hpp"

namespace lunafab::app {

/// What a scenario says about where it launches from and where to; the plant is not read, windows are not
/// solved.
struct OrbitSections {
  Epoch start;
  orbit::OrbitPlan plan;
  std::vector<orbit::Destination> destinations;  ///< at fidelity `table`, with the speeds of the driver
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();
  std::string muzzle_source;  ///< where speeds and covariance come from
  std::optional<orbit::TerrainProfile> terrain;
};

/// Reads `start`, `orbit`, `destinations`, `power.site` and `driver` of a scenario, after `path=value`
/// settings. The driver gives speeds from its injection to its muzzle speed; at `ideal` its errors too, else
/// they are assumed: 0.05 m/s along, 0.02 m/s across.
/// @throws InputError with every finding.
OrbitSections read_orbit_sections(const std::string& path, const std::vector<std::string>& settings);

}  // namespace lunafab::app
