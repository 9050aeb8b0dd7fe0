#pragma once
#include <string>

namespace lunafab {

/// A field as it stands in a CSV file, after RFC 4180: quoted where a comma, a quote or a line break would
/// change the table.
inline std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + '"';
}

}  // namespace lunafab
