#include "core/quantity.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include "core/contract.hpp"
#include "core/input.hpp"
#include "core/unit_system.hpp"

namespace lunafab {
namespace {

ParsedQuantity refuse(std::string problem, std::string nearest = {}) {
  return {0.0, std::move(problem), std::move(nearest)};
}

std::string name_of(const Dimension& dimension) {
  const auto is_it = [&](const Unit& unit) {
    return read_unit(unit.si_unit).dimension == dimension;
  };
  const auto* const known = std::find_if(std::begin(unit::all), std::end(unit::all), is_it);
  return known != std::end(unit::all) ? known->what : "in " + to_string(dimension);
}

std::size_t count_digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// Length of the decimal number that `text` begins with, 0 where there is none:
/// -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
std::size_t number_length(std::string_view text) {
  std::size_t length = text.substr(0, 1) == "-" ? 1 : 0;
  const std::size_t whole = count_digits(text.substr(length));
  if (whole == 0 || (whole > 1 && text[length] == '0')) return 0;
  length += whole;
  if (text.substr(length, 1) == ".") {
    const std::size_t decimals = count_digits(text.substr(length + 1));
    if (decimals == 0) return 0;
    length += 1 + decimals;
  }
  if (const std::string_view e = text.substr(length, 1); e == "e" || e == "E") {
    const std::string_view sign = text.substr(length + 1, 1);
    const std::size_t mark = sign == "+" || sign == "-" ? 2 : 1;
    const std::size_t digits = count_digits(text.substr(std::min(length + mark, text.size())));
    if (digits > 0) length += mark + digits;
  }
  return length;
}

/// A quantity's text in its two parts, or why it does not fall into them.
struct Parts {
  std::string_view number;
  std::string_view unit;
  ParsedQuantity refusal;
};

Parts split(std::string_view text, const Unit& expected, const Dimension& wanted) {
  if (text.empty()) return {{}, {}, refuse(fmt::format("is empty where {} is needed", expected.what))};
  const std::size_t length = number_length(text);
  const std::string_view number = text.substr(0, length);
  std::string_view unit = text.substr(length);
  const bool spaced = !unit.empty() && unit.front() == ' ';
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  if (length > 0 && (spaced || unit.empty() || unit == "%")) {
    if (!spaced || !unit.empty()) return {number, unit, {}};
    return {{}, {}, refuse(quoted(text) + " ends in a space")};
  }
  if (length > 0 && !wanted.empty() && read_unit(unit).dimension == wanted) {
    return {
        {},
        {},
        refuse(quoted(text) + " needs a space between number and unit", fmt::format("{} {}", number, unit))};
  }
  return {{}, {}, refuse(quoted(text.substr(0, text.find(' '))) + " is not a decimal number")};
}

/// Factors like 0.01 have no exact double but 100 has: dividing rounds once, so `7 %` is the double nearest
/// to 0.07.
double convert(double value, double scale) {
  const double inverse = std::round(1.0 / scale);
  const bool whole = inverse < 9e15 && std::abs(inverse * scale - 1.0) < 1e-14;
  return scale < 1.0 && whole ? value / inverse : value * scale;
}

/// A common unit of the expected dimension that differs from `text` only in case: h for H.
std::string same_letters(std::string_view text, const Dimension& expected) {
  const auto same = [](char a, char b) {
    return (a | 0x20) == (b | 0x20);
  };
  for (const std::string& unit : common_units()) {
    const bool equal = std::equal(unit.begin(), unit.end(), text.begin(), text.end(), same);
    if (equal && read_unit(unit).dimension == expected) return unit;
  }
  return {};
}

}  // namespace

ParsedQuantity parse_quantity(const std::string& text, const Unit& expected) {
  const UnitReading wanted = read_unit(expected.si_unit);
  expects(wanted.problem.empty() && wanted.scale == 1.0, "quantity: the expected unit is an SI unit");
  const Parts parts = split(text, expected, wanted.dimension);
  if (!parts.refusal.problem.empty()) return parts.refusal;
  if (parts.unit.empty() && !wanted.dimension.empty()) return refuse(quoted(text) + " has no unit");
  const UnitReading given = read_unit(parts.unit.empty() ? "1" : parts.unit);
  if (!given.problem.empty() || parts.unit == "1") {
    return refuse(parts.unit == "1" ? "'1' is not a unit" : given.problem, given.nearest);
  }
  if (given.dimension != wanted.dimension) {
    return refuse(
        fmt::format("is {}, {}, where {} is needed", name_of(given.dimension), quoted(text), expected.what),
        same_letters(parts.unit, wanted.dimension));
  }
  double number = 0.0;
  const auto [end, error] = std::from_chars(parts.number.begin(), parts.number.end(), number);
  expects(end == parts.number.end(), "quantity: a decimal number is readable");
  const double value = convert(number, given.scale) + 0.0;  // -0 becomes 0
  const bool vanished = number != 0.0 && value == 0.0;
  if (error == std::errc::result_out_of_range || !std::isfinite(value) || vanished) {
    return refuse(quoted(text) + " is too large or too close to 0 for a double");
  }
  return {value, {}, {}};
}

const std::vector<std::string>& common_units() {
  static const std::vector<std::string> units = {
      "s",      "min",    "h",       "d",      "yr",   "ms",    "us",    "mm",   "cm",    "m",
      "km",     "mm2",    "m2",      "km2",    "m3",   "L",     "mg",    "g",    "kg",    "t",
      "Mt",     "m/s",    "km/s",    "km/h",   "m/s2", "m/s3",  "g0",    "W",    "kW",    "MW",
      "GW",     "J",      "kJ",      "MJ",     "GJ",   "Wh",    "kWh",   "MWh",  "GWh",   "rad",
      "mrad",   "deg",    "%",       "ppm",    "Hz",   "1/h",   "1/d",   "1/yr", "Wh/kg", "kWh/kg",
      "kJ/kg",  "MJ/kg",  "Wh/t/km", "km2/s2", "W/m2", "kg/m3", "kg/h",  "t/h",  "t/d",   "K",
      "1/K",    "J/kg/K", "kJ/m3/K", "A",      "kA",   "MA",    "A/mm2", "V",    "kV",    "ohm",
      "mohm",   "uohm",   "ohm m",   "H",      "mH",   "uH",    "F",     "mF",   "uF",    "mT",
      "T",      "N",      "kN",      "N s/m",  "Pa",   "kPa",   "MPa",   "USD",  "kUSD",  "MUSD",
      "USD/kg", "USD/kJ", "USD/W",   "USD/m"};
  return units;
}

}  // namespace lunafab
