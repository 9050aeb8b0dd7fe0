#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>
#include "core/muzzle.hpp"

namespace lunafab::app {

/// `lunafab insert FILE …`: one insertion in full; with `launches`, a Monte Carlo of its first correction.
struct InsertRequest {
  std::string file;
  std::vector<std::string> settings;
  std::string destination;  ///< empty: the first of the file
  std::string at;           ///< a date, or a time since the file's start; empty: the start
  std::string speed;  ///< a quantity, or a bare number of m/s, flown instead of the planned; empty: none
  Fidelity fidelity = Fidelity::solve;
  std::optional<std::int64_t> launches;
  std::int64_t seed = 1;
  bool json = false;
  /// For insertion.json, insertion.html, and at `solve` trajectory.csv and trajectory.oem; empty: none.
  std::string directory;
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Solves, prints to std::cout, writes files. Returns the exit code: 0 inserted within the budget, 1 the
/// model says no (the reasons go to std::cerr, or stand in the JSON).
/// @throws InputError with every finding of file and options.
int insert_command(const InsertRequest& request);

}  // namespace lunafab::app
