#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab compare A B …`: two scenarios under common random numbers, metric by metric.
struct CompareRequest {
  std::string file_a, file_b;
  std::vector<std::string> settings_a, settings_b;
  std::int64_t replications = 0;  ///< 0: those of A, at least 10
  bool json = false;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Runs and prints. Returns the exit code 0.
/// @throws InputError with every finding of both files and the options.
int compare_command(const CompareRequest& request);

}  // namespace lunafab::app
