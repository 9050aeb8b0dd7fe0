#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lunafab::factory {

/// Masses by element in mg, in the order of `Materials::elements`.
using ElementMasses = std::vector<std::int64_t>;

enum class Measure : std::uint8_t {
  bulk,     ///< amounts in mg
  pieces,   ///< counted; each weighs `piece_mg`
  abstract  ///< counted, without mass: plain queueing lines
};
enum class Composition : std::uint8_t { fixed, derived, mixed };

/// A substance or an article. Its composition is fixed by the file, derived from its one recipe, or mixed
/// (never consumed).
struct Material {
  std::string name;
  Measure measure = Measure::bulk;
  Composition composition = Composition::fixed;
  bool found_in_ground = false;
  bool imported = false;
  std::int64_t piece_mg = 0;
  std::vector<double>
      fraction;  ///< by element, sums to 1; empty while not yet derived, for mixed and abstract materials
  ElementMasses piece_elements;  ///< of one piece, sums to piece_mg
};

struct RecipeLeg {
  std::uint32_t material = 0;
  std::int64_t amount = 0;  ///< mg or pieces a firing
  ElementMasses mg;         ///< of the whole leg a firing; sums to its mass
};

/// Turns its inputs into its outputs; for every element the inputs' and outputs' mg are equal.
struct Recipe {
  std::string name;
  std::vector<RecipeLeg> inputs, outputs;
  double enthalpy_J = 0.0;  ///< chemical energy bound a firing
};

struct Chemistry {
  std::vector<std::string> elements;  ///< symbols, then imported classes
  std::vector<Material> materials;
  std::vector<Recipe> recipes;
};

/// Mass fractions by element symbol of a chemical formula such as `Al2O3` or `CaAl2Si2O8`; empty where it is
/// not one.
/// @source IUPAC abridged standard atomic weights 2021.
std::vector<std::pair<std::string, double>> formula_fractions(std::string_view formula);
std::vector<std::string> known_elements();

/// Splits `total` by fractions into whole numbers that sum to it exactly (largest remainder, ties to the
/// lower index).
ElementMasses split_exactly(std::int64_t total, std::span<const double> fraction);

/// Masses by element of an amount of a material whose composition is known; all zero for abstract ones.
ElementMasses element_masses(const Material& material, std::int64_t amount, std::size_t elements);

/// Mass of an amount of the material, mg.
std::int64_t mass_mg(const Material& material, std::int64_t amount);

}  // namespace lunafab::factory
