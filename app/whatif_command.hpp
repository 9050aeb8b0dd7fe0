#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab whatif SCENARIO …`: what one more server, place, unit or vehicle would bring, ranked.
struct WhatIfRequest {
  std::string file;
  std::vector<std::string> settings;
  std::string metric, within;
  std::int64_t replications = 0;  ///< 0: those of the scenario, at least 10
  bool json = false;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Runs and prints. Returns the exit code 0.
/// @throws InputError with every finding of the file and the options.
int whatif_command(const WhatIfRequest& request);

}  // namespace lunafab::app
