#pragma once
#include <string>
#include <string_view>
#include "core/document.hpp"

namespace lunafab {

/// Where a YAML text comes from and where its tree goes.
struct Destination {
  std::string name;  ///< stands in the marks as the file
  std::string path;  ///< of the tree's root; prefix of the findings' paths
  int depth;         ///< of the root below the document's root; counts towards `deepest_nesting`
  bool in_file;      ///< marks carry line and column
};

/// Reads one YAML document of any kind; an empty text reads as null. Problems become findings, and then the
/// tree is not to be used.
Node read_tree(std::string_view text, const Destination& destination, Findings& findings);

}  // namespace lunafab
