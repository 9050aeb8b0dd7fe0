#include "report/numbers.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

namespace lunafab::report {
namespace {

constexpr int lowest = -5, highest = 5;
constexpr std::array prefixes{"f", "p", "n", "u", "m", "", "k", "M", "G", "T", "P"};

/// Four significant digits, trailing zeros kept; no exponent between 0.001 and 10⁶.
std::string digits(double value) {
  const double size = std::abs(value);
  if (value == 0.0) return "0";
  if (!(size >= 1e-3 && size < 1e6)) return fmt::format("{:.3g}", value);
  const int before = static_cast<int>(std::floor(std::log10(size * 1.00005)));
  return fmt::format("{:.{}f}", value, std::clamp(3 - before, 0, 6));
}

}  // namespace

std::string with_prefix(double value, const std::string& unit) {
  const double size = std::abs(value);
  if (size == 0.0 || !std::isfinite(size)) return fmt::format("{:g} {}", value, unit);
  // 999.96 shows as 1000: better as 1.000 with the next prefix.
  const int power =
      std::clamp(static_cast<int>(std::floor(std::log10(size * 1.00005) / 3.0)), lowest, highest);
  return digits(value * std::pow(10.0, -3.0 * power)) + " " +
         prefixes[static_cast<std::size_t>(power - lowest)] + unit;
}

std::string percent(double share) {
  const double hundredths = 100.0 * share;
  if (hundredths != 0.0 && std::abs(hundredths) < 0.01) return fmt::format("{:.1e} %", hundredths);
  return fmt::format("{:.2f} %", hundredths);
}

std::string plain(double value, const std::string& unit) {
  return unit.empty() ? digits(value) : digits(value) + " " + unit;
}

}  // namespace lunafab::report
