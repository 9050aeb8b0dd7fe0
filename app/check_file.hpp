#pragma once
#include <string>
#include <vector>
#include "core/input.hpp"

namespace lunafab::app {

/// Reads a file as the command for its format does: a siting study, a transfer file, else a scenario. Returns
/// warnings.
/// @throws InputError with every finding.
std::vector<Finding> check_file(const std::string& path);

}  // namespace lunafab::app
