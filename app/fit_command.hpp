#pragma once
#include <cstdint>
#include <string>

namespace lunafab::app {

/// `lunafab fit DATA.csv …`: distributions fitted to a column of observed times.
struct FitRequest {
  std::string file;
  std::string column;           ///< empty: the only one
  std::string unit;             ///< of the values; empty: that of the header `repair [h]`, else seconds
  std::int64_t resamples = -1;  ///< for the p-values; 0: none; −1: 499, fewer for more than 1,000 values
  std::int64_t seed = 1;        ///< of the resamples
  int threads = 0;              ///< 0: all cores; results do not depend on it
  bool json = false;
};

/// Fits and prints. Returns the exit code: 0, or 1 where no distribution can be fitted because all values are
/// the same.
/// @throws InputError with every finding of file and options.
int fit_command(const FitRequest& request);

}  // namespace lunafab::app
