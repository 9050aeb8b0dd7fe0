#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab siting STUDY …`: which sites and azimuths serve which destinations.
struct SitingRequest {
  std::string study;
  std::vector<std::string> settings;
  bool json = false;
  std::string csv;  ///< file for the table; empty: none
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Solves and prints. Returns the exit code: 0, or 1 where no site serves any destination of the mix.
/// @throws InputError with every finding of the file.
int siting_command(const SitingRequest& request);

}  // namespace lunafab::app
