#pragma once
#include <string>
#include "core/document.hpp"

namespace lunafab {

/// Puts a value at a dotted path, as `apply_setting` does. Maps on the path must exist; the last key is
/// replaced or added. Problems become findings at the value's mark.
void set_value(Node& root, const std::string& path, Node value, Findings& findings);

}  // namespace lunafab
