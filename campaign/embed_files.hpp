#pragma once
#include <string>
#include "core/document.hpp"

namespace lunafab::campaign {

/// Puts the contents of files in the place of their names, so that settings reach into them and the resolved
/// scenario stands alone: `driver.design`; CSV tables where a map by name may stand
/// (docs/scenario.md#tables); `file` and `column` of empirical distributions. Names are relative to the
/// folder of the scenario file. What cannot be read becomes findings. Does nothing the second time.
void embed_files(Node& document, const std::string& scenario_path, Findings& findings);

}  // namespace lunafab::campaign
