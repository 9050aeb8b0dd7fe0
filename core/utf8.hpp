#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace lunafab {

/// The first byte of a text that no file of ours may hold.
struct BadByte {
  std::size_t offset;
  std::string problem;
};

/// Looks for malformed UTF-8 and for control characters other than tab and line ends; a carriage return
/// counts as a line end only before a line feed.
std::optional<BadByte> find_bad_byte(std::string_view text);

/// Whether `byte` continues a character that began earlier.
constexpr bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0u) == 0x80u;
}

}  // namespace lunafab
