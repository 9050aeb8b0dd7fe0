#pragma once
#include <cstdint>
#include <string>
#include "core/document.hpp"
#include "core/input.hpp"
#include "factory/materials.hpp"

namespace lunafab::factory {

inline constexpr double mg_per_kg = 1e6;
/// A million million tonnes in a store leave room for more in 63 bits of mg; legs of recipes are added up by
/// the hundred, and stay below a thousandth of that.
inline constexpr std::int64_t heaviest_stock_mg = 1'000'000'000'000'000'000;
inline constexpr std::int64_t heaviest_leg_mg = heaviest_stock_mg / 1000;

/// An amount of a material of at least `low`: a mass in mg, or a whole number of pieces. Problems become
/// findings.
std::int64_t read_amount(const Node& node, const std::string& path, const Material& material,
                         std::int64_t low, std::int64_t heaviest_mg, Findings& findings);

}  // namespace lunafab::factory
