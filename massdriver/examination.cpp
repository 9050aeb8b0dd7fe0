#include "massdriver/examination.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

namespace lunafab::massdriver {
namespace {

constexpr double rounding = 1e-9;

/// Step of the fourth significant digit.
double fourth_digit(double value) {
  return std::pow(10.0, std::floor(std::log10(value)) - 3.0);
}

std::string four_digits(double value) {
  return value >= 1e4 && value < 1e7 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

bool holds(const std::string& outer, const std::string& inner) {
  return outer.empty() || inner == outer || inner.starts_with(outer + ".");
}

}  // namespace

bool less(double a, double b) {
  return a < b - rounding * std::abs(b);
}

std::string at_least(double value, std::string_view unit) {
  const double step = fourth_digit(value);
  return fmt::format("at least {} {}", four_digits(std::ceil(value / step - rounding) * step), unit);
}

std::string at_most(double value, std::string_view unit) {
  const double step = fourth_digit(value);
  return fmt::format("at most {} {}", four_digits(std::floor(value / step + rounding) * step), unit);
}

Examination::Examination(const DriverDesign& examined, const Node& body, std::string path, Findings& findings)
    : design(examined), body_(body), path_(std::move(path)), findings_(findings), known_(findings.list()) {}

bool Examination::sound(std::initializer_list<std::string_view> keys) const {
  return std::none_of(keys.begin(), keys.end(), [&](std::string_view key) {
    const std::string wanted = join_path(path_, key);
    return std::any_of(known_.begin(), known_.end(), [&](const Finding& finding) {
      return holds(finding.path, wanted) || holds(wanted, finding.path);
    });
  });
}

void Examination::fail(std::string_view key, std::string problem, std::string allowed) {
  findings_.add({mark_at(body_, key), join_path(path_, key), std::move(problem), std::move(allowed), {}});
}

}  // namespace lunafab::massdriver
