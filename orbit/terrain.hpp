#pragma once
#include <string>
#include <vector>
#include "core/input.hpp"
#include "orbit/frames.hpp"

namespace lunafab::orbit {

/// Ground along the azimuth of a driver: at least two points, distances rise strictly from 0 or more.
struct TerrainProfile {
  std::string source;
  std::vector<double> distance_m;   ///< along the mean sphere raised to the muzzle, from the muzzle
  std::vector<double> elevation_m;  ///< above that sphere
};

/// Reads a CSV file with the columns `distance_m` and `elevation_m`.
/// @throws InputError with every finding, file:line:column: other columns, text in a number column, distances
/// that do not rise.
TerrainProfile load_terrain(const std::string& path);
TerrainProfile parse_terrain(std::string_view text, const std::string& name);

/// Height [m] of a ballistic path over the sphere through the muzzle, `distance_m` along the turning ground;
/// two-body. Coriolis' lift is in it (the ground moves along or against the bore), its sideways pull is not.
/// A path that has its apoapsis before that distance goes on downwards.
/// @throws ContractError where the path never gets there.
double ballistic_height_m(const Muzzle& muzzle, double speed_mps, double distance_m);

/// What the path has to keep from the ground.
struct ClearanceDemand {
  double margin_m = 5.0;            ///< assumption: half the bucket's width and error of the terrain model
  double vertical_sigma_rad = 0.0;  ///< of the launch direction
  double sigmas = 3.0;              ///< the path this far below the nominal one must keep the margin
};

/// Smallest distance, straight up, between path and ground.
struct Clearance {
  double smallest_m = 0.0;            ///< of the nominal path
  double at_m = 0.0;                  ///< where
  double dispersed_smallest_m = 0.0;  ///< of the path `sigmas` σ low
  double dispersed_at_m = 0.0;
  double required_m = 0.0;
  bool passes = false;           ///< the dispersed path keeps the margin
  double checked_to_m = 0.0;     ///< where the profile ends: what lies behind is not known
  double height_at_end_m = 0.0;  ///< of the dispersed path over the sphere there
};

/// Checks a launch over the profile, whose ground is straight between its points. The elevation of the bore
/// counts; ground nearer than the first point is not looked at.
Clearance check_clearance(const TerrainProfile& terrain, const Muzzle& muzzle, double speed_mps,
                          const ClearanceDemand& demand);

}  // namespace lunafab::orbit
