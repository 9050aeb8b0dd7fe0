#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

/// `lunafab windows FILE …`: when launches to the destinations of a scenario or transfer file are possible,
/// and what they cost.
struct WindowsRequest {
  std::string file;
  std::vector<std::string> settings;
  std::string destination;    ///< empty: all
  std::string from;           ///< a date, or a time since the start; empty: the start
  double days = 60.0;         ///< from there on
  std::string step = "12 h";  ///< between dates
  bool json = false;
  std::string csv;  ///< file for the table; empty: none
  int threads = 0;  ///< 0: all cores; results do not depend on it
};

/// Solves and prints. Returns the exit code: 0, or 1 where a destination is never reached within its budget,
/// or the paths to it hit the ground.
/// @throws InputError with every finding of file and options.
int windows_command(const WindowsRequest& request);

}  // namespace lunafab::app
