#include "core/utf8.hpp"
#include <fmt/format.h>

namespace lunafab {
namespace {

struct Character {
  char32_t code;
  std::size_t bytes;  ///< 0: malformed
};

/// @source Unicode 15, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
Character decode(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(text[i]);
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {0, 0};
  char32_t code = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if (!is_continuation(text[i])) return {0, 0};
    code = (code << 6) | (byte(i) & 0x3Fu);
  }
  const char32_t smallest = bytes == 4 ? 0x10000 : bytes == 3 ? 0x800 : 0x80;
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest || code > 0x10FFFF || surrogate) return {0, 0};
  return {code, bytes};
}

bool is_control(char32_t code) {
  if (code == '\t' || code == '\n') return false;
  return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

}  // namespace

std::optional<BadByte> find_bad_byte(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const Character character = decode(rest);
    if (character.bytes == 0) {
      return BadByte{at,
                     fmt::format("byte 0x{:02x} is not UTF-8 text", static_cast<unsigned char>(text[at]))};
    }
    const bool line_end = character.code == '\r' && rest.substr(0, 2) == "\r\n";
    if (is_control(character.code) && !line_end) {
      return BadByte{at, fmt::format("control character U+{:04X}", static_cast<unsigned>(character.code))};
    }
    at += character.bytes;
  }
  return std::nullopt;
}

}  // namespace lunafab
