#include "ui/format.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace lunafab::ui {

std::string short_name(std::string_view path) {
  for (const std::string_view kind : {"lines.", "routes."}) {
    if (path.starts_with(kind)) path.remove_prefix(kind.size());
  }
  std::string name(path);
  for (const std::string_view level : {".stations.", ".stores."}) {
    if (const std::size_t at = name.find(level); at != std::string::npos) name.replace(at, level.size(), ".");
  }
  return name;
}

std::string grouped(std::int64_t number) {
  const double size = std::abs(static_cast<double>(number));
  if (size >= 1e11) return grouped(std::llround(static_cast<double>(number) * 1e-9)) + " G";
  if (size >= 1e8) return fmt::format("{:.1f} M", static_cast<double>(number) * 1e-6);
  std::string digits = fmt::format("{}", std::abs(number));
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return number < 0 ? "-" + digits : digits;
}

std::string amount(double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value)) return "?";
  if (size >= 99.95) return grouped(std::llround(std::clamp(value, -9e18, 9e18)));
  if (size == 0.0) return "0";
  if (size < 1e-3) return fmt::format("{:.1e}", value);
  const int decimals = size >= 9.995 ? 1 : size >= 0.9995 ? 2 : size >= 0.09995 ? 3 : 4;
  return fmt::format("{:.{}f}", value, decimals);
}

std::string percent(double share) {
  if (share <= 0.0) return "-";
  if (share < 0.0005) return "<0.1";
  return fmt::format("{:.1f}", 100.0 * share);
}

std::string to_minute(std::string_view date) {
  std::string text(date.substr(0, 16));
  std::replace(text.begin(), text.end(), 'T', ' ');
  return text;
}

}  // namespace lunafab::ui
