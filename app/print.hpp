#pragma once
#include <string>
#include "campaign/execute.hpp"
#include "campaign/rough_cut.hpp"

namespace lunafab::app {

/// The summary of a finished run, for a person at a terminal.
std::string run_summary(const campaign::RunResult& result, const std::string& directory);

/// The rough-cut table of a scenario and what will run.
std::string explanation(const campaign::Scenario& scenario, const campaign::RoughCut& cut);
std::string explanation_json(const campaign::Scenario& scenario, const campaign::RoughCut& cut);

}  // namespace lunafab::app
