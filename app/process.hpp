#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

struct ProcessOutput {
  int code = 127;    ///< exit code; 127 where there is no such program
  std::string text;  ///< of its standard output
};

enum class ErrorText { shown, hidden };

/// Runs a program found by PATH, without a shell, to its end.
ProcessOutput run_process(std::vector<std::string> words, ErrorText errors);

}  // namespace lunafab::app
