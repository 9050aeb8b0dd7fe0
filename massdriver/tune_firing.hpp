#pragma once
#include <string>
#include <variant>
#include "massdriver/sizing.hpp"

namespace lunafab::massdriver {

/// Finds with the solver what the closed formulas only estimate, on a short track that ends at the muzzle
/// speed: the latest advance at which every bank's current ends in time, less the reserve, and there the
/// bucket current that leaves least energy in the banks and cuts none off. Sections follow the current.
/// Charged energy: what a stage needs on the way, with its losses. About fifty solutions of two hundred
/// stages. Returns the tuned design, or why there is none.
std::variant<DriverDesign, std::string> tune_firing(const DriverStudy& study, const Sizing& sizing);

}  // namespace lunafab::massdriver
