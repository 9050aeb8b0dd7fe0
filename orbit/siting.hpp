#pragma once
#include <functional>
#include <string>
#include <vector>
#include "orbit/window_key.hpp"
#include "orbit/window_summary.hpp"

// Which site and azimuth serve which destinations, and how often.
namespace lunafab::orbit {

struct SitingStudy {
  OrbitPlan plan;  ///< its muzzle is none of the study
  std::vector<Muzzle> muzzles;
  std::vector<Destination> destinations;  ///< with the speeds of the driver
  std::vector<double> shares;             ///< of the satellites, by destination; sum 1
  Eigen::Matrix3d muzzle_m2ps2 = Eigen::Matrix3d::Zero();
  LaunchDates dates;
};

/// One destination from one muzzle.
struct SitingCase {
  std::size_t muzzle = 0, destination = 0;
  WindowSummary summary;
  std::string reason;  ///< where no date has a transfer: that of the first
};

/// What one muzzle does for the mix of destinations.
struct SiteRank {
  std::size_t muzzle = 0;
  double served = 0.0;     ///< share of the satellites whose window is open on a date drawn at random
  double spent_mps = 0.0;  ///< of those: mean over destinations of the median of burns and corrections
};

/// Every destination from every muzzle, by muzzle, then by destination: over all cores, the same bits on any
/// number of them. Cases are kept in `cache` ("": not kept) as they are done, so that a study that was broken
/// off goes on. `progress` is called with the share done, by one thread at a time.
std::vector<SitingCase> study_sites(const SitingStudy& study, const std::string& cache,
                                    const std::function<void(double)>& progress = {});

/// Muzzles, the one that serves most first; at the same share (to 1e-9) the cheaper; then as in the study.
std::vector<SiteRank> rank_sites(const SitingStudy& study, const std::vector<SitingCase>& cases);

}  // namespace lunafab::orbit
