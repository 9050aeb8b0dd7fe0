#include "factory/read_chemistry.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include "factory/read_amount.hpp"

namespace lunafab::factory {
namespace {

constexpr double largest_composition_gap = 0.01;  // assays rarely sum to 100 % exactly
constexpr double heaviest_piece_kg = static_cast<double>(heaviest_leg_mg) / mg_per_kg;

/// A recipe as written, before its balance leg is known.
struct Draft {
  Recipe recipe;
  std::string path;
  Mark mark;
  std::optional<std::size_t> balance;  ///< output leg
  bool solved = false;
};

class ChemistryReader {
 public:
  ChemistryReader(MapReader& scenario, Findings& warnings)
      : scenario_(scenario), findings_(scenario.findings()), warnings_(warnings) {}

  Chemistry read() {
    chemistry_.elements = known_elements();
    for (const std::string& name : scenario_.words("classes")) chemistry_.elements.push_back(name);
    scenario_.each_map("materials",
                       [&](const std::string& name, MapReader& map) { read_material(name, map); });
    scenario_.each_map("recipes", [&](const std::string& name, MapReader& map) { read_recipe(name, map); });
    check_definitions();
    solve_all();
    for (Draft& draft : drafts_) chemistry_.recipes.push_back(std::move(draft.recipe));
    return std::move(chemistry_);
  }

 private:
  // ---- materials
  // -------------------------------------------------------------------------------------------------

  void read_material(const std::string& name, MapReader& map) {
    Material material;
    material.name = name;
    if (const Node* piece = map.optional("piece")) read_piece(*piece, map, material);
    if (material.measure != Measure::abstract) read_composition(map, material);
    const std::string found = map.text("found", "");
    if (!found.empty() && found != "ground") map.fail("found", "'" + found + "' is not a place", "ground");
    material.found_in_ground = found == "ground";
    material.imported = map.flag("imported", false);
    if (material.found_in_ground &&
        (material.composition != Composition::fixed || material.measure != Measure::bulk)) {
      map.fail("found", "only bulk materials of fixed composition are found in the ground");
    }
    map.finish();
    if (material.measure == Measure::pieces && material.composition == Composition::fixed) {
      material.piece_elements = split_exactly(material.piece_mg, material.fraction);
    }
    names_.push_back(name);
    marks_.push_back(map.mark());
    chemistry_.materials.push_back(std::move(material));
  }

  void read_piece(const Node& node, MapReader& map, Material& material) {
    material.measure = Measure::pieces;
    if (node.kind == Node::Kind::scalar && node.scalar == "abstract") {
      material.measure = Measure::abstract;
    } else if (!(node.kind == Node::Kind::scalar && node.scalar == "derived")) {
      const double kg =
          read_quantity_node(node, map.path_of("piece"), unit::mass, {1e-6, heaviest_piece_kg}, findings_);
      material.piece_mg = std::llround(kg * mg_per_kg);
    }
  }

  void read_composition(MapReader& map, Material& material) {
    const bool derived_piece = material.measure == Measure::pieces && material.piece_mg == 0;
    const Node* node = map.required("composition");
    material.fraction.assign(chemistry_.elements.size(), 0.0);
    if (node != nullptr && node->kind == Node::Kind::scalar) {
      if (node->scalar == "derived") {
        material.composition = Composition::derived;
      } else if (node->scalar == "mixed") {
        material.composition = Composition::mixed;
      } else {
        map.fail("composition", "'" + node->scalar + "' is not a composition",
                 "a map of formulas to fractions, derived, mixed");
      }
      material.fraction.clear();
      if (material.composition == Composition::fixed) material.fraction = stand_in();
    } else {
      read_fractions(map, material);
    }
    if (material.composition == Composition::mixed && material.measure != Measure::bulk) {
      map.fail("composition", "a mixed material is weighed, not counted", "no `piece`");
    }
    if (derived_piece != (material.composition == Composition::derived) &&
        material.measure == Measure::pieces) {
      map.fail("piece", "mass and composition of a piece are both derived, or both given");
    }
  }

  std::vector<double> stand_in() const {
    std::vector<double> fraction(chemistry_.elements.size(), 0.0);
    fraction.front() = 1.0;
    return fraction;
  }

  void read_fractions(MapReader& map, Material& material) {
    double sum = 0.0;
    const auto parts = map.quantities("composition", unit::number, fraction);
    for (const auto& [formula, share] : parts) {
      const auto symbol = std::find(chemistry_.elements.begin(), chemistry_.elements.end(), formula);
      auto fractions = formula_fractions(formula);
      if (symbol != chemistry_.elements.end()) fractions = {{formula, 1.0}};
      if (fractions.empty()) {
        map.fail("composition",
                 "'" + formula + "' is neither a formula of known elements nor a declared class",
                 "formulas such as SiO2, elements, classes", nearest_name(formula, chemistry_.elements));
        continue;
      }
      for (const auto& [element, part] : fractions) {
        const auto at = std::find(chemistry_.elements.begin(), chemistry_.elements.end(), element);
        material.fraction[static_cast<std::size_t>(at - chemistry_.elements.begin())] += share * part;
      }
      sum += share;
    }
    if (std::abs(sum - 1.0) > largest_composition_gap) {
      map.fail("composition", fmt::format("the fractions sum to {:.4g}", sum), "a sum within 1 % of 1");
      material.fraction = stand_in();
      return;
    }
    double exact = 0.0;
    for (const double part : material.fraction) exact += part;
    for (double& part : material.fraction) part /= exact;
  }

  // ---- recipes
  // ---------------------------------------------------------------------------------------------------

  void read_recipe(const std::string& name, MapReader& map) {
    Draft draft;
    draft.recipe.name = name;
    draft.path = map.path();
    draft.mark = map.mark();
    for (const auto& [material, node] : map.nodes("inputs")) read_leg(material, *node, map, "inputs", draft);
    for (const auto& [material, node] : map.nodes("outputs"))
      read_leg(material, *node, map, "outputs", draft);
    draft.recipe.enthalpy_J = map.quantity("enthalpy", unit::energy, any_value, 0.0);
    if (draft.recipe.outputs.empty()) map.fail("outputs", "a recipe makes something");
    map.finish();
    drafts_.push_back(std::move(draft));
  }

  void read_leg(const std::string& name, const Node& node, MapReader& map, const char* side, Draft& draft) {
    const std::string path = map.path_of(side) + "." + name;
    const auto found = std::find(names_.begin(), names_.end(), name);
    if (found == names_.end()) {
      findings_.add({node.mark, path, "no material '" + name + "'", "a name under `materials`",
                     nearest_name(name, names_)});
      return;
    }
    RecipeLeg leg;
    leg.material = static_cast<std::uint32_t>(found - names_.begin());
    const Material& material = chemistry_.materials[leg.material];
    const bool output = std::string_view(side) == "outputs";
    if (output && node.kind == Node::Kind::scalar && node.scalar == "balance") {
      if (draft.balance) findings_.add({node.mark, path, "a recipe has one balance leg", "an amount", ""});
      if (material.measure != Measure::bulk && material.composition != Composition::derived) {
        findings_.add({node.mark, path, "a balance leg is weighed, or one piece of derived mass",
                       "a number of pieces", ""});
      }
      draft.balance = draft.recipe.outputs.size();
    } else {
      leg.amount = read_amount(node, path, material, 1, heaviest_leg_mg, findings_);
      if (output && material.composition != Composition::fixed && material.measure != Measure::abstract) {
        findings_.add(
            {node.mark, path, "the composition of '" + name + "' follows from the recipe", "balance", ""});
      }
    }
    if (!output && material.composition == Composition::mixed) {
      findings_.add({node.mark, path,
                     "'" + name + "' is mixed: its composition varies, so no recipe can use it",
                     "a material of fixed or derived composition", ""});
    }
    (output ? draft.recipe.outputs : draft.recipe.inputs).push_back(std::move(leg));
  }

  // ---- derivation
  // ------------------------------------------------------------------------------------------------

  void check_definitions() {
    for (std::size_t m = 0; m < chemistry_.materials.size(); ++m) {
      const Material& material = chemistry_.materials[m];
      if (material.composition != Composition::derived) continue;
      const auto makers = std::count_if(drafts_.begin(), drafts_.end(), [&](const Draft& draft) {
        return draft.balance && draft.recipe.outputs[*draft.balance].material == m;
      });
      if (makers == 1) continue;
      findings_.add({marks_[m], "materials." + material.name,
                     fmt::format("is derived, but is the balance leg of {} recipes", makers),
                     "exactly one such recipe, a given composition, or `mixed`", ""});
    }
  }

  bool known(const RecipeLeg& leg) const {
    const Material& material = chemistry_.materials[leg.material];
    return material.measure == Measure::abstract || !material.fraction.empty() ||
           !material.piece_elements.empty();
  }

  bool ready(const Draft& draft) const {
    for (const RecipeLeg& leg : draft.recipe.inputs) {
      if (!known(leg)) return false;
    }
    for (std::size_t i = 0; i < draft.recipe.outputs.size(); ++i) {
      if (draft.balance != i && !known(draft.recipe.outputs[i])) return false;
    }
    return true;
  }

  void solve_all() {
    if (!findings_.empty()) return;  // half-read recipes would only add noise
    for (bool moved = true; moved;) {
      moved = false;
      for (Draft& draft : drafts_) {
        if (draft.solved || !ready(draft)) continue;
        solve(draft);
        draft.solved = moved = true;
      }
    }
    for (const Draft& draft : drafts_) {
      if (draft.solved) continue;
      findings_.add({draft.mark, draft.path,
                     "its inputs' compositions follow from its own outputs, in a circle",
                     "a fixed composition for one material of the loop", ""});
    }
  }

  void solve(Draft& draft) {
    if (is_too_heavy(draft)) return;
    const std::size_t elements = chemistry_.elements.size();
    std::vector<std::int64_t> left(elements, 0);
    for (RecipeLeg& leg : draft.recipe.inputs) {
      leg.mg = element_masses(chemistry_.materials[leg.material], leg.amount, elements);
      for (std::size_t e = 0; e < elements; ++e) left[e] += leg.mg[e];
    }
    for (std::size_t i = 0; i < draft.recipe.outputs.size(); ++i) {
      RecipeLeg& leg = draft.recipe.outputs[i];
      if (draft.balance == i) continue;
      leg.mg = element_masses(chemistry_.materials[leg.material], leg.amount, elements);
      for (std::size_t e = 0; e < elements; ++e) left[e] -= leg.mg[e];
    }
    const auto rounding = static_cast<std::int64_t>(draft.recipe.inputs.size() + draft.recipe.outputs.size());
    for (std::size_t e = 0; e < elements; ++e) {
      if (draft.balance ? left[e] < 0 : left[e] != 0) fold_rounding(draft, e, left[e], rounding);
    }
    if (draft.balance) derive(draft, left);
    check_order(draft);
  }

  /// Pieces of derived mass can add up to more than is counted.
  bool is_too_heavy(const Draft& draft) {
    const auto heavy = [&](const RecipeLeg& leg) {
      const std::int64_t piece_mg = chemistry_.materials[leg.material].piece_mg;
      return piece_mg > 0 && leg.amount > heaviest_leg_mg / piece_mg;
    };
    const Recipe& recipe = draft.recipe;
    const bool found = std::any_of(recipe.inputs.begin(), recipe.inputs.end(), heavy) ||
                       std::any_of(recipe.outputs.begin(), recipe.outputs.end(), heavy);
    if (found) {
      findings_.add({draft.mark, draft.path, "a leg weighs more than can be counted",
                     fmt::format("legs up to {:.0e} kg", heaviest_piece_kg), ""});
    }
    return found;
  }

  /// Moves a rounding difference into the largest bulk output that holds the element; more than rounding is
  /// refused.
  void fold_rounding(Draft& draft, std::size_t e, std::int64_t& left, std::int64_t rounding) {
    const std::string& element = chemistry_.elements[e];
    if (std::abs(left) > rounding) {
      const double kg = static_cast<double>(std::abs(left)) / mg_per_kg;
      const std::string what =
          left < 0 ? "makes {:.6g} kg of {} from nothing in a firing" : "loses {:.6g} kg of {} in a firing";
      findings_.add({draft.mark, draft.path, fmt::format(fmt::runtime(what), kg, element),
                     left < 0 ? "outputs that hold no more of any element than the inputs"
                              : "outputs that hold as much of every element, or one leg `balance`",
                     ""});
      left = 0;
      return;
    }
    RecipeLeg* largest = nullptr;
    for (RecipeLeg& leg : draft.recipe.outputs) {
      if (leg.mg.empty() || leg.mg[e] == 0 || chemistry_.materials[leg.material].measure != Measure::bulk)
        continue;
      if (largest == nullptr || leg.mg[e] > largest->mg[e]) largest = &leg;
    }
    if (largest == nullptr) {
      findings_.add({draft.mark, draft.path,
                     fmt::format("is {} mg of {} off, and no weighed output holds it", -left, element),
                     "one leg `balance`", ""});
    } else {
      largest->mg[e] += left;
      largest->amount += left;
    }
    left = 0;
  }

  void derive(Draft& draft, const std::vector<std::int64_t>& left) {
    RecipeLeg& leg = draft.recipe.outputs[*draft.balance];
    Material& material = chemistry_.materials[leg.material];
    leg.mg = left;
    std::int64_t total = 0;
    for (const std::int64_t mass : left) total += mass;
    const bool piece = material.measure == Measure::pieces;
    leg.amount = piece ? 1 : total;
    if (total <= 0) {
      findings_.add({draft.mark, draft.path, "nothing is left for its balance leg '" + material.name + "'",
                     "inputs heavier than the other outputs", ""});
      return;
    }
    if (material.composition == Composition::fixed) return check_fixed_balance(draft, leg, material, total);
    if (material.composition == Composition::mixed) return;
    material.fraction.assign(left.size(), 0.0);
    for (std::size_t e = 0; e < left.size(); ++e) {
      material.fraction[e] = static_cast<double>(left[e]) / static_cast<double>(total);
    }
    if (piece) {
      material.piece_mg = total;
      material.piece_elements = left;
    }
  }

  /// A balance leg of given composition must come out as that composition.
  void check_fixed_balance(const Draft& draft, const RecipeLeg& leg, const Material& material,
                           std::int64_t total) {
    for (std::size_t e = 0; e < leg.mg.size(); ++e) {
      const double share = static_cast<double>(leg.mg[e]) / static_cast<double>(total);
      if (std::abs(share - material.fraction[e]) < 1e-6) continue;
      findings_.add(
          {draft.mark, draft.path,
           fmt::format("its balance leg '{}' comes out with {:.6g} % {}, not {:.6g} %", material.name,
                       100 * share, chemistry_.elements[e], 100 * material.fraction[e]),
           "`composition: derived` for the balance leg's material", ""});
      return;
    }
  }

  /// Oxides are reduced in the order of their stability: a metal before a nobler one is doubtful.
  /// @source Ellingham diagram order at melt temperatures: Fe, Si, Ti, Al, Mg, Ca.
  void check_order(const Draft& draft) {
    static constexpr std::array<const char*, 6> order{"Fe", "Si", "Ti", "Al", "Mg", "Ca"};
    constexpr double noticeable = 0.05;
    double nobler_reduced = 1.0;
    const char* nobler = nullptr;
    for (const char* metal : order) {
      const std::size_t e = element_index(metal);
      const double oxide = oxide_mass(draft.recipe.inputs, e);
      const double reduced = metal_mass(draft.recipe.outputs, e) - metal_mass(draft.recipe.inputs, e);
      if (oxide <= 0.0) continue;
      const double share = std::clamp(reduced / oxide, 0.0, 1.0);
      if (nobler != nullptr && share > nobler_reduced + noticeable) {
        warnings_.add({draft.mark, draft.path,
                       fmt::format("reduces {:.0f} % of the {} but only {:.0f} % of the nobler {}",
                                   100 * share, metal, 100 * nobler_reduced, nobler),
                       "the order Fe, Si, Ti, Al, Mg, Ca", ""});
      }
      if (share < nobler_reduced) {
        nobler_reduced = share;
        nobler = metal;
      }
    }
  }

  std::size_t element_index(std::string_view symbol) const {
    return static_cast<std::size_t>(
        std::find(chemistry_.elements.begin(), chemistry_.elements.end(), symbol) -
        chemistry_.elements.begin());
  }
  double metal_mass(const std::vector<RecipeLeg>& legs, std::size_t e) const {
    return mass_of(legs, e, false);
  }
  double oxide_mass(const std::vector<RecipeLeg>& legs, std::size_t e) const {
    return mass_of(legs, e, true);
  }
  /// Mass of an element in legs with or without oxygen beside it.
  double mass_of(const std::vector<RecipeLeg>& legs, std::size_t e, bool with_oxygen) const {
    const std::size_t oxygen = element_index("O");
    double total = 0.0;
    for (const RecipeLeg& leg : legs) {
      if ((leg.mg[oxygen] > 0) == with_oxygen) total += static_cast<double>(leg.mg[e]);
    }
    return total;
  }

  MapReader& scenario_;
  Findings& findings_;
  Findings& warnings_;
  Chemistry chemistry_;
  std::vector<std::string> names_;
  std::vector<Mark> marks_;
  std::vector<Draft> drafts_;
};

}  // namespace

Chemistry read_chemistry(MapReader& scenario, Findings& warnings) {
  return ChemistryReader(scenario, warnings).read();
}

}  // namespace lunafab::factory
