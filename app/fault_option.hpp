#pragma once
#include <string>
#include <vector>
#include "core/input.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::app {

/// Faults of one launch from `--fault` options: `miss:5000`, `short:300`, `early:0-15`; a fault concerns all
/// banks of its stages.
std::vector<massdriver::StageFault> read_faults(const std::vector<std::string>& options,
                                                const massdriver::DriverDesign& design, Findings& findings);

}  // namespace lunafab::app
