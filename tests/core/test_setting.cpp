#include <catch2/catch.hpp>
#include "core/document.hpp"

namespace {

using namespace lunafab;
using Catch::Matchers::Contains;

const std::string plant = "lines:\n  cells:\n    takt: 3 h\n    stations: [a, b]\npower: 40 kW\n";

/// The plant after one setting, or the findings.
std::string after(const std::string& setting) {
  Node root = parse_document(plant, "f.yaml");
  const std::string before = dump(root);
  Findings findings;
  apply_setting(root, setting, findings);
  if (findings.empty()) return dump(root);
  CHECK(dump(root) == before);
  std::string text;
  for (const Finding& finding : findings.list()) text += format(finding) + "\n";
  return text;
}

}  // namespace

TEST_CASE("--set replaces a value in place", "[core]") {
  CHECK(after("lines.cells.takt=3.2 h") ==
        "lines:\n  cells:\n    takt: 3.2 h\n    stations:\n      - a\n      - b\npower: 40 kW\n");
  CHECK(after("power={solar: 1 MW, hours: [1, 2]}") ==
        "lines:\n  cells:\n    takt: 3 h\n    stations:\n      - a\n      - b\n"
        "power:\n  solar: 1 MW\n  hours:\n    - 1\n    - 2\n");
  CHECK_THAT(after("power=a=b"), Contains("power: a=b\n"));
  CHECK_THAT(after(" power = null "), Contains("power: null\n"));
}

TEST_CASE("--set adds a missing last key, and only that", "[core]") {
  CHECK_THAT(after("lines.cells.mtbf=9 h"), Contains("      - b\n    mtbf: 9 h\n"));
  CHECK(after("lines.cell.takt=3 h") ==
        "--set lines.cell.takt=3 h: lines.cell: does not exist; allowed: cells; did you mean 'cells'?\n");
  CHECK(after("line.cells.takt=3 h") ==
        "--set line.cells.takt=3 h: line: does not exist; allowed: lines, power; did you mean 'lines'?\n");
  CHECK(after("power.solar=3 h") == "--set power.solar=3 h: power: is a single value, not a map\n");
  CHECK(after("lines.cells.stations.a=3") ==
        "--set lines.cells.stations.a=3: lines.cells.stations: is a sequence, not a map\n");
}

TEST_CASE("--set refuses what is not path=value", "[core]") {
  const std::string form = "; allowed: path=value, for example lines.cells.takt=3.2 h\n";
  CHECK(after("power") == "--set power: no '='" + form);
  CHECK(after("") == "--set : no '='" + form);
  CHECK(after("power=") == "--set power=: power: no value after '='" + form);
  CHECK(after("=3") == "--set =3: empty name in the path" + form);
  CHECK(after("lines..takt=3") == "--set lines..takt=3: lines..takt: empty name in the path" + form);
  CHECK(after("power=\xFF") == "--set: byte 0xff is not UTF-8 text" + form);
  CHECK_THAT(after(std::string(200, 'k') + "=1"), Contains("name too long"));
}

TEST_CASE("--set reads its value as strictly as a file", "[core]") {
  CHECK(after("power=[1, 2").find("--set power=[1, 2: power[") == 0);
  CHECK(after("power={a: 1, a: 2}") ==
        "--set power={a: 1, a: 2}: power.a: duplicate key; allowed: each key once\n");
  CHECK_THAT(after("power=&x 3"), Contains("power: anchors (&name) are not supported"));
  CHECK_THAT(after("power=!!str 3"), Contains("power: tags (!name) are not supported"));
  CHECK_THAT(after("power=a\n---\nb"), Contains("a second document starts here"));
  CHECK_THAT(after("power=" + std::string(200'000, '[')), Contains("nesting deeper than 32 levels"));
}

TEST_CASE("--set counts the depth of its path towards the nesting limit", "[core]") {
  const auto nested = [](std::size_t levels) {
    return "lines.cells.takt=" + std::string(levels, '[') + std::string(levels, ']');
  };
  const auto limit = static_cast<std::size_t>(deepest_nesting);
  CHECK_THAT(after(nested(limit - 3)), Contains("takt:\n      - -"));
  CHECK_THAT(after(nested(limit - 2)), Contains("nesting deeper than 32 levels"));
}

TEST_CASE("--set marks the values it brings", "[core]") {
  Node root = parse_document(plant, "f.yaml");
  Findings findings;
  apply_setting(root, "power=[1 kW]", findings);
  const Node& power = *root.find("power");
  CHECK(power.mark.file == "--set power=[1 kW]");
  CHECK(power.items[0].mark.file == "--set power=[1 kW]");
  CHECK(power.items[0].mark.line == 0);
  CHECK(root.entries[1].key_mark.file == "--set power=[1 kW]");
}
