#pragma once
#include <string>
#include "studies/analyse.hpp"

namespace lunafab::app {

/// Tables in plain text.
std::string analysis_text(const studies::Results& results, const studies::Analysis& analysis);
/// The same as JSON, all rows.
std::string analysis_json(const studies::Results& results, const studies::Analysis& analysis);

}  // namespace lunafab::app
