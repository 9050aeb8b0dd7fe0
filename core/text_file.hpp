#pragma once
#include <cstddef>
#include <string>

namespace lunafab {

/// The bytes of a regular file of up to `most_bytes`; `what` ("a YAML file") stands in the findings.
/// @throws InputError naming the path: missing, unreadable, not a regular file, too large (before reading).
std::string read_text_file(const std::string& path, std::size_t most_bytes, const std::string& what);

/// @throws InputError naming the file unless `bytes` are at most `most_bytes`.
void check_size(const std::string& name, std::size_t bytes, std::size_t most_bytes);

}  // namespace lunafab
