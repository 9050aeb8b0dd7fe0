#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include "campaign/rough_lots.hpp"

namespace lunafab::app {

/// Demand against capacity of the stations that serve lots, and what the products ask for.
std::string explain_lots(const campaign::RoughLots& cut);
nlohmann::ordered_json lots_json(const campaign::RoughLots& cut);

}  // namespace lunafab::app
