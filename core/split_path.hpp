#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace lunafab {

/// The keys of a dotted path, one at least; empty ones are kept.
inline std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> keys(1);
  for (const char c : path) {
    if (c == '.') {
      keys.emplace_back();
    } else {
      keys.back() += c;
    }
  }
  return keys;
}

}  // namespace lunafab
