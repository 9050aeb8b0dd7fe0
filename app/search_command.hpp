#pragma once
#include <atomic>
#include <string>

namespace lunafab::app {

struct SearchRequest {
  std::string study;
  std::string directory;  ///< empty: runs/NAME
  int threads = 0;        ///< 0: all cores
  bool add = false;       ///< keep what fits of another study
  bool json = false;
};

/// Finds the best point of a study with `rank` by running more where it is needed; writes selection.csv.
/// Exit code 1 where the runs allowed do not decide.
int rank_command(const SearchRequest& request, const std::atomic<bool>& interrupted);

/// Searches the factors of a study with `optimise`; writes evaluations.csv. Exit code 1 where no point is
/// within the limits.
int optimise_command(const SearchRequest& request, const std::atomic<bool>& interrupted);

}  // namespace lunafab::app
