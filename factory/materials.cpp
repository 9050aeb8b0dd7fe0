#include "factory/materials.hpp"
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <numeric>
#include "core/contract.hpp"

namespace lunafab::factory {
namespace {

struct Element {
  const char* symbol;
  double atomic_weight;
};

// IUPAC Commission on Isotopic Abundances and Atomic Weights, abridged standard atomic weights 2021.
constexpr std::array<Element, 34> elements{{
    {"H", 1.008},   {"He", 4.0026}, {"Li", 6.94},   {"B", 10.81},   {"C", 12.011},  {"N", 14.007},
    {"O", 15.999},  {"F", 18.998},  {"Na", 22.990}, {"Mg", 24.305}, {"Al", 26.982}, {"Si", 28.085},
    {"P", 30.974},  {"S", 32.06},   {"Cl", 35.45},  {"Ar", 39.95},  {"K", 39.098},  {"Ca", 40.078},
    {"Ti", 47.867}, {"V", 50.942},  {"Cr", 51.996}, {"Mn", 54.938}, {"Fe", 55.845}, {"Co", 58.933},
    {"Ni", 58.693}, {"Cu", 63.546}, {"Zn", 65.38},  {"Ga", 69.723}, {"Ge", 72.630}, {"Ag", 107.87},
    {"In", 114.82}, {"Sn", 118.71}, {"Xe", 131.29}, {"Ir", 192.22},
}};

const Element* find_element(std::string_view symbol) {
  const auto* found =
      std::find_if(elements.begin(), elements.end(), [&](const Element& e) { return e.symbol == symbol; });
  return found == elements.end() ? nullptr : found;
}

}  // namespace

std::vector<std::string> known_elements() {
  std::vector<std::string> names;
  names.reserve(elements.size());
  for (const Element& element : elements) names.emplace_back(element.symbol);
  return names;
}

std::vector<std::pair<std::string, double>> formula_fractions(std::string_view formula) {
  std::vector<std::pair<std::string, double>> parts;
  double total = 0.0;
  for (std::size_t at = 0; at < formula.size();) {
    std::size_t end = at + 1;
    while (end < formula.size() && std::islower(static_cast<unsigned char>(formula[end])) != 0) ++end;
    const Element* element = find_element(formula.substr(at, end - at));
    if (element == nullptr) return {};
    const std::size_t digits = end;
    int count = 0;
    for (at = end;
         at < formula.size() && std::isdigit(static_cast<unsigned char>(formula[at])) != 0 && count < 1000;
         ++at) {
      count = 10 * count + (formula[at] - '0');
    }
    if (at > digits && count == 0) return {};
    const double weight = element->atomic_weight * std::max(count, 1);
    total += weight;
    const auto known = std::find_if(parts.begin(), parts.end(),
                                    [&](const auto& part) { return part.first == element->symbol; });
    if (known != parts.end()) {
      known->second += weight;
    } else {
      parts.emplace_back(element->symbol, weight);
    }
  }
  for (auto& part : parts) part.second /= total;
  return parts;
}

ElementMasses split_exactly(std::int64_t total, std::span<const double> fraction) {
  ElementMasses parts(fraction.size());
  std::vector<double> remainder(fraction.size());
  std::int64_t left = total;
  for (std::size_t i = 0; i < fraction.size(); ++i) {
    const double exact = static_cast<double>(total) * fraction[i];
    parts[i] = static_cast<std::int64_t>(std::floor(exact));
    remainder[i] = fraction[i] > 0.0 ? exact - std::floor(exact) : -1.0;
    left -= parts[i];
  }
  std::vector<std::size_t> order(fraction.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return remainder[a] > remainder[b]; });
  for (std::size_t i = 0; left != 0 && !order.empty(); i = (i + 1) % order.size()) {
    if (remainder[order[i]] < 0.0) break;
    const std::int64_t step =
        left > 0 ? 1 : -1;  // rounding of the products themselves can overshoot by a unit
    parts[order[i]] += step;
    left -= step;
  }
  expects(left == 0, "split_exactly: fractions must sum to 1");
  return parts;
}

ElementMasses element_masses(const Material& material, std::int64_t amount, std::size_t element_count) {
  if (material.measure == Measure::abstract) return ElementMasses(element_count, 0);
  if (material.measure == Measure::bulk) return split_exactly(amount, material.fraction);
  ElementMasses masses = material.piece_elements;
  for (std::int64_t& mass : masses) mass *= amount;
  return masses;
}

std::int64_t mass_mg(const Material& material, std::int64_t amount) {
  return material.measure == Measure::bulk ? amount : material.piece_mg * amount;
}

}  // namespace lunafab::factory
