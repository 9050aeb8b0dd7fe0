#pragma once
#include <string>

namespace lunafab::app {

/// `lunafab design-driver STUDY`.
struct DesignDriverRequest {
  std::string study;
  bool json = false;
  std::string directory;  ///< for driver.yaml, designs.json, pareto.csv; empty: nothing is written
  int threads = 0;        ///< 0: all cores
};

/// Finds the machine of a study and its payload front, prints both. Returns the exit code: 0 found, 1 the
/// requirements cannot be met, and why.
/// @throws InputError where the study is wrong.
int design_driver_command(const DesignDriverRequest& request);

}  // namespace lunafab::app
