#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab constellation FILE …`: the shells of a constellation examined, and its capacity by month.
struct ConstellationRequest {
  std::string file;
  std::vector<std::string> settings;
  std::string years;      ///< a time, or a bare number of years; empty: 5
  std::string ledger;     ///< results directory whose satellites enter service; empty: all slots at the start
  std::string screen;     ///< window of the conjunction screening, or a bare number of days; empty: none
  std::string threshold;  ///< of it: a length, or a bare number of km; empty: 1 km
  bool json = false;
  std::string directory;  ///< for shells.csv, capacity.csv, slots.csv, conjunctions.csv; empty: none
  int threads = 0;        ///< 0: all cores; results do not depend on it
};

/// Prints to std::cout, writes files. Returns the exit code: 0 every check holds, 1 the model says no (the
/// failed checks go to std::cerr, or stand in the JSON), 2 there is no such ledger.
/// @throws InputError with every finding of file and options.
int constellation_command(const ConstellationRequest& request);

}  // namespace lunafab::app
