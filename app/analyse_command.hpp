#pragma once
#include <string>
#include <vector>

namespace lunafab::app {

struct AnalyseRequest {
  std::string directory;
  std::vector<std::string> metrics;     ///< none: those of the study and its objectives
  std::string against;                  ///< named scenario; empty: the first
  std::vector<std::string> break_even;  ///< METRIC=LINE
  std::string factor;                   ///< of the break-evens
  bool lowest = false;                  ///< the lowest value of a metric without objective is best
  bool json = false;
};

/// Prints what the design of a study's results allows to be said, and writes effects.csv, ranking.csv and
/// pareto.csv beside them. Exit code 1 where runs failed or are missing, so that something is left out.
int analyse_command(const AnalyseRequest& request);

}  // namespace lunafab::app
