#pragma once
#include <string>
#include <vector>
#include "app/read_siting.hpp"

namespace lunafab::app {

/// A solved study.
struct SitingReport {
  const SitingFile& file;
  std::vector<orbit::SitingCase> cases;
  std::vector<orbit::SiteRank> ranks;
};

/// The ranking, and the figures of the best sites, for a person at a terminal.
std::string siting_summary(const SitingReport& report);
std::string siting_json(const SitingReport& report);
/// A row a site, azimuth and destination.
std::string siting_csv(const SitingReport& report);

}  // namespace lunafab::app
