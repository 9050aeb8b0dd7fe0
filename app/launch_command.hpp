#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "massdriver/design.hpp"

namespace lunafab::app {

/// `lunafab launch FILE …`: one launch of a driver, solved in full; with `launches`, a Monte Carlo about it.
struct LaunchRequest {
  std::string file;
  std::vector<std::string> settings;
  std::string payload;                   ///< a quantity, or a bare number of kg; empty: the design's
  std::string speed;                     ///< a quantity, or a bare number of m/s; empty: the design's
  double tolerance = 1e-6;               ///< of the energy residual
  std::vector<std::string> faults;       ///< `miss:5000`, `short:300`, `early:0-15`; not with `launches`
  std::optional<std::int64_t> launches;  ///< of the error budget
  std::int64_t seed = 1;
  std::string rate;   ///< of a day of launches: `12/h`, a rate, or a bare number an hour; empty: sustained
  std::string hours;  ///< of that day: a time, or a bare number of hours; only with a rate
  bool json = false;
  /// For profile.csv, limits.csv, day.csv, launch.json, launch.html, and samples.csv with `launches`; empty:
  /// none.
  std::string directory;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// The driver of a file, after `path=value` settings: a driver file (`lunafab: driver/1`).
/// @throws InputError with every finding.
massdriver::DriverDesign design_of(const std::string& path, const std::vector<std::string>& settings);

/// Solves, prints to std::cout, writes files. Returns the exit code: 0 launched within all limits, 1 the
/// model says no (the reasons go to std::cerr, or stand in the JSON).
/// @throws InputError with every finding of file and options.
int launch_command(const LaunchRequest& request);

}  // namespace lunafab::app
