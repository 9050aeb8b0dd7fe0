#include <fmt/format.h>
#include <algorithm>
#include <numeric>
#include "core/document.hpp"
#include "tests/factory/plant_fixture.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

struct ChemistryReading {
  Chemistry chemistry;
  Findings findings, warnings;
};

ChemistryReading read(const Node& document) {
  ChemistryReading reading;
  MapReader root(&document, "", reading.findings);
  reading.chemistry = read_chemistry(root, reading.warnings);
  return reading;
}
ChemistryReading read(const std::string& text) {
  return read(parse_document(text, "test.yaml"));
}

const std::string base =
    "materials:\n"
    "  soil: {composition: {SiO2: 50 %, Al2O3: 50 %}, found: ground}\n"
    "  alumina: {composition: {Al2O3: 100 %}}\n"
    "  aluminium: {composition: {Al: 100 %}}\n"
    "  oxygen: {composition: {O2: 100 %}}\n"
    "  slag: {composition: derived}\n"
    "  waste: {composition: mixed}\n"
    "  chip: {composition: {Si: 100 %}, piece: 2 kg}\n"
    "  part: {piece: abstract}\n"
    "recipes:\n"
    "  melt: {inputs: {soil: 1 t}, outputs: {oxygen: 100 kg, slag: balance}}\n";

const Material& material(const Chemistry& chemistry, const std::string& name) {
  return *std::find_if(chemistry.materials.begin(), chemistry.materials.end(),
                       [&](const Material& m) { return m.name == name; });
}
std::size_t element(const Chemistry& chemistry, const std::string& symbol) {
  return static_cast<std::size_t>(std::find(chemistry.elements.begin(), chemistry.elements.end(), symbol) -
                                  chemistry.elements.begin());
}

void check_balances(const Chemistry& chemistry) {
  for (const Recipe& recipe : chemistry.recipes) {
    INFO(recipe.name);
    std::vector<std::int64_t> sum(chemistry.elements.size(), 0);
    for (const auto* legs : {&recipe.inputs, &recipe.outputs}) {
      for (const RecipeLeg& leg : *legs) {
        const Material& what = chemistry.materials[leg.material];
        CHECK(std::accumulate(leg.mg.begin(), leg.mg.end(), std::int64_t{0}) == mass_mg(what, leg.amount));
        for (std::size_t e = 0; e < sum.size(); ++e)
          sum[e] += legs == &recipe.inputs ? leg.mg[e] : -leg.mg[e];
      }
    }
    CHECK(std::count(sum.begin(), sum.end(), 0) == static_cast<std::ptrdiff_t>(sum.size()));
  }
}

/// `base` with one more line under recipes or materials.
struct Refusal {
  std::string line;     ///< added as the last line
  std::string path;     ///< of the finding
  std::string problem;  ///< part of it
};

void check_refused(const std::string& before, const Refusal& refusal) {
  const std::string text = before + refusal.line + "\n";
  INFO(text);
  const ChemistryReading reading = read(text);
  bool found = false;
  for (const Finding& finding : reading.findings.list()) {
    INFO(format(finding));
    CHECK(finding.mark.line > 0);
    if (finding.path != refusal.path || finding.problem.find(refusal.problem) == std::string::npos) continue;
    found = true;
    CHECK(finding.mark.line == std::count(text.begin(), text.end(), '\n'));
  }
  std::string all;
  for (const Finding& finding : reading.findings.list()) all += format(finding) + "\n";
  INFO(all);
  CHECK(found);
}

}  // namespace

TEST_CASE("A balance leg takes what the other legs leave, element by element", "[factory]") {
  const ChemistryReading reading = read(base);
  REQUIRE(reading.findings.empty());
  const Chemistry& chemistry = reading.chemistry;
  check_balances(chemistry);
  const Material& slag = material(chemistry, "slag");
  // 1 t of soil holds 500 kg·28.085/60.083 of silicon; of the oxygen, 100 kg have left.
  const double silicon_kg = 500.0 * 28.085 / 60.083, aluminium_kg = 500.0 * 53.964 / 101.961;
  constexpr double one_mg = 1.0 / 900e6;  // legs are whole numbers of mg
  CHECK(slag.fraction[element(chemistry, "Si")] == Approx(silicon_kg / 900.0).epsilon(0).margin(one_mg));
  CHECK(slag.fraction[element(chemistry, "O")] ==
        Approx((1000.0 - 100.0 - silicon_kg - aluminium_kg) / 900.0).epsilon(0).margin(one_mg));
  CHECK(chemistry.recipes[0].outputs[1].amount == 900'000'000);
}

TEST_CASE("Compositions are derived through a chain of recipes, in whatever order they stand", "[factory]") {
  std::string text = base;
  text.insert(
      text.find("recipes:"),
      "  frame: {composition: derived, piece: derived}\n  craft: {composition: derived, piece: derived}\n");
  const ChemistryReading whole = read(text +
                                      "  assemble: {inputs: {frame: 3, chip: 1}, outputs: {craft: balance}}\n"
                                      "  cast: {inputs: {slag: 10 kg}, outputs: {frame: balance}}\n");
  REQUIRE(whole.findings.empty());
  check_balances(whole.chemistry);
  CHECK(material(whole.chemistry, "craft").piece_mg == 32'000'000);
}

TEST_CASE("Rounding differences of a mg are folded into an output; the recipe then balances exactly",
          "[factory]") {
  // 1 kg of alumina holds 529,261.2 mg of aluminium.
  const ChemistryReading reading =
      read(base + "  split: {inputs: {alumina: 1 kg}, outputs: {aluminium: 529262 mg, oxygen: 470738 mg}}\n");
  REQUIRE(reading.findings.empty());
  check_balances(reading.chemistry);
  CHECK(reading.chemistry.recipes[1].outputs[0].amount == 529'261);
}

TEST_CASE("Recipes that do not balance are refused with the element and the amount", "[factory]") {
  const std::vector<Refusal> refusals{
      {"  bad: {inputs: {soil: 1 t}, outputs: {aluminium: 300 kg, waste: balance}}", "recipes.bad",
       "makes 35.3694 kg of Al from nothing"},
      {"  bad: {inputs: {alumina: 1 kg}, outputs: {aluminium: 0.5 kg, oxygen: 0.470739 kg}}", "recipes.bad",
       "loses 0.029261 kg of Al"},
      {"  bad: {inputs: {part: 1}, outputs: {oxygen: 1 kg}}", "recipes.bad", "makes 1 kg of O from nothing"},
      {"  bad: {inputs: {oxygen: 1 kg}, outputs: {part: 1}}", "recipes.bad", "loses 1 kg of O"},
      {"  bad: {inputs: {oxygen: 1 kg}, outputs: {oxygen: 1 kg, waste: balance}}", "recipes.bad",
       "nothing is left for its balance leg 'waste'"},
      {"  bad: {inputs: {soil: 1 t}, outputs: {alumina: balance}}", "recipes.bad",
       "its balance leg 'alumina' comes out with"},
      {"  bad: {inputs: {waste: 1 t}, outputs: {slag: balance}}", "recipes.bad.inputs.waste", "is mixed"},
      {"  bad: {inputs: {soil: 1 t}, outputs: {slag: 1 t}}", "recipes.bad.outputs.slag",
       "follows from the recipe"},
      {"  bad: {inputs: {chip: 1}, outputs: {chip: balance}}", "recipes.bad.outputs.chip",
       "a balance leg is weighed"},
      {"  bad: {inputs: {oxygen: 1 kg}, outputs: {part: balance}}", "recipes.bad.outputs.part",
       "a balance leg is weighed"},
      {"  bad: {inputs: {chip: 0.5}, outputs: {waste: balance}}", "recipes.bad.inputs.chip",
       "is not a number of pieces"},
      {"  bad: {inputs: {chip: 1000000000}, outputs: {waste: balance}}", "recipes.bad.inputs.chip",
       "is not a number of pieces"},
      {"  bad: {inputs: {sopl: 1 t}, outputs: {waste: balance}}", "recipes.bad.inputs.sopl",
       "no material 'sopl'"},
      {"  bad: {inputs: {soil: 1 t}}", "recipes.bad.outputs", "a recipe makes something"},
  };
  for (const Refusal& refusal : refusals) check_refused(base, refusal);
}

TEST_CASE("Materials that cannot be are refused", "[factory]") {
  const std::string recipes = "recipes: {}\nmaterials:\n";
  const std::vector<Refusal> refusals{
      {"  x: {composition: {SiO2: 50 %, Qq: 50 %}}", "materials.x.composition", "'Qq' is neither a formula"},
      {"  x: {composition: {SiO2: 50 %, Al2O3: 40 %}}", "materials.x.composition",
       "the fractions sum to 0.9"},
      {"  x: {composition: guessed}", "materials.x.composition", "'guessed' is not a composition"},
      {"  x: {composition: derived}", "materials.x", "is the balance leg of 0 recipes"},
      {"  x: {composition: mixed, piece: 1 kg}", "materials.x.composition", "weighed, not counted"},
      {"  x: {composition: derived, piece: 1 kg}", "materials.x.piece", "both derived, or both given"},
      {"  x: {composition: {Fe: 100 %}, piece: derived}", "materials.x.piece", "both derived, or both given"},
      {"  x: {composition: {Fe: 100 %}, found: sea}", "materials.x.found", "'sea' is not a place"},
      {"  x: {composition: mixed, found: ground}", "materials.x.found", "fixed composition"},
      {"  x: {composition: {Fe: 100 %}, colour: red}", "materials.x.colour", "unknown key"},
  };
  for (const Refusal& refusal : refusals) check_refused(recipes, refusal);
}

TEST_CASE("Compositions that follow from each other in a circle are refused", "[factory]") {
  const ChemistryReading reading = read(
      "materials:\n  a: {composition: derived}\n  b: {composition: derived}\n"
      "recipes:\n  one: {inputs: {b: 1 kg}, outputs: {a: balance}}\n  two: {inputs: {a: 1 kg}, outputs: {b: "
      "balance}}\n");
  REQUIRE(reading.findings.size() == 2);
  CHECK(reading.findings.list()[0].path == "recipes.one");
  CHECK(reading.findings.list()[0].mark.line == 5);
  CHECK(reading.findings.list()[0].problem.find("in a circle") != std::string::npos);
  CHECK(reading.findings.list()[1].path == "recipes.two");
}

TEST_CASE("A derived material has one recipe; a leg heavier than can be counted is refused", "[factory]") {
  const ChemistryReading twice =
      read(base + "  again: {inputs: {soil: 1 t}, outputs: {oxygen: 50 kg, slag: balance}}\n");
  REQUIRE(twice.findings.size() == 1);
  CHECK(twice.findings.list()[0].path == "materials.slag");
  CHECK(twice.findings.list()[0].mark.line == 6);
  std::string text = base;
  text.insert(text.find("recipes:"), "  block: {composition: derived, piece: derived}\n");
  const ChemistryReading heavy = read(text +
                                      "  cast: {inputs: {soil: 100 t}, outputs: {block: balance}}\n"
                                      "  pile: {inputs: {block: 1000000000}, outputs: {waste: balance}}\n");
  REQUIRE(heavy.findings.size() == 1);
  CHECK(heavy.findings.list()[0].path == "recipes.pile");
}

TEST_CASE("A metal reduced before a nobler one is a warning, in the right order it is none", "[factory]") {
  const std::string ore =
      "materials:\n"
      "  rock: {composition: {FeO: 50 %, Al2O3: 50 %}, found: ground}\n"
      "  iron: {composition: {Fe: 100 %}}\n  aluminium: {composition: {Al: 100 %}}\n"
      "  oxygen: {composition: {O2: 100 %}}\n  slag: {composition: derived}\nrecipes:\n";
  const ChemistryReading wrong =
      read(ore + "  r: {inputs: {rock: 1 t}, outputs: {aluminium: 200 kg, oxygen: 177 kg, slag: balance}}\n");
  CHECK(wrong.findings.empty());
  REQUIRE(wrong.warnings.size() == 1);
  // 200 of 264.6 kg
  CHECK(wrong.warnings.list()[0].problem == "reduces 76 % of the Al but only 0 % of the nobler Fe");
  CHECK(wrong.warnings.list()[0].path == "recipes.r");
  CHECK(wrong.warnings.list()[0].mark.line == 8);
  const ChemistryReading right = read(ore +
                                      "  r: {inputs: {rock: 1 t}, outputs: {iron: 380 kg, aluminium: 200 kg, "
                                      "oxygen: 280 kg, slag: balance}}\n");
  CHECK(right.findings.empty());
  CHECK(right.warnings.empty());
}

TEST_CASE("Imported classes are elements of their own", "[factory]") {
  const ChemistryReading reading = read(
      "classes: [compute]\nmaterials:\n  board: {composition: {compute: 80 %, Cu: 20 %}, piece: 10 kg, "
      "imported: "
      "true}\nrecipes: {}\n");
  REQUIRE(reading.findings.empty());
  const Material& board = reading.chemistry.materials[0];
  CHECK(board.imported);
  CHECK(board.piece_elements[element(reading.chemistry, "compute")] == 8'000'000);
  CHECK(board.piece_elements[element(reading.chemistry, "Cu")] == 2'000'000);
}

TEST_CASE("Every recipe of the baseline balances to the mg, element by element", "[factory]") {
  const ChemistryReading reading = read(load_document(LUNAFAB_SOURCE_DIR "/configs/baseline.yaml"));
  REQUIRE(reading.findings.empty());
  REQUIRE(reading.chemistry.recipes.size() > 10);
  check_balances(reading.chemistry);
}
