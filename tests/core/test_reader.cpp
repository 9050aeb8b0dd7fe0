#include <catch2/catch.hpp>
#include <limits>
#include "core/reader.hpp"

namespace {

using namespace lunafab;

enum class Kind { grid, random, sobol };
const std::vector<std::pair<std::string, Kind>> kinds = {
    {"grid", Kind::grid}, {"random", Kind::random}, {"sobol", Kind::sobol}};

/// Lets `read` loose on a text's root map and returns the findings, a line each.
template <class Read>
std::string findings_of(const std::string& text, Read read) {
  const Node root = parse_document(text, "f.yaml");
  Findings findings;
  MapReader reader(&root, "", findings);
  read(reader);
  std::string lines;
  for (const Finding& finding : findings.list()) lines += format(finding) + "\n";
  return lines;
}

}  // namespace

TEST_CASE("A reader hands out what the file says", "[core]") {
  const std::string text =
      "power: 40 kW\nshare: 25 %\ncount: 7\non: true\nname: cells 1\nkind: sobol\nempty: ''\n"
      "parts: {a: 1 kg, b: 2 t}\nlinks: {a: x, b: y}\nlist: [u, v]\nsub: {mtbf: 9 h}\n";
  const std::string findings = findings_of(text, [](MapReader& root) {
    CHECK(root.quantity("power", unit::power, positive) == 40'000);
    CHECK(root.quantity("share", unit::number, fraction, 1.0) == 0.25);
    CHECK(root.quantity("absent", unit::number, fraction, 7.0) == 7.0);
    CHECK(root.count("count", 0, 7) == 7);
    CHECK(root.count("absent", 0, 7, -3) == -3);
    CHECK(root.flag("on", false));
    CHECK(root.flag("absent", true));
    CHECK(root.text("name") == "cells 1");
    CHECK(root.text("empty").empty());
    CHECK(root.text("absent", "x") == "x");
    CHECK(root.choice("kind", kinds) == Kind::sobol);
    CHECK(root.choice("absent", kinds, Kind::random) == Kind::random);
    CHECK(root.quantities("parts", unit::mass, positive) ==
          std::vector<std::pair<std::string, double>>{{"a", 1.0}, {"b", 2000.0}});
    CHECK(root.texts("links") == std::vector<std::pair<std::string, std::string>>{{"a", "x"}, {"b", "y"}});
    CHECK(root.words("list") == std::vector<std::string>{"u", "v"});
    CHECK(root.words("absent").empty());
    MapReader sub = root.map("sub");
    CHECK(sub.path() == "sub");
    CHECK(sub.path_of("mtbf") == "sub.mtbf");
    CHECK(sub.mark().line == 11);
    CHECK(sub.mark_of("mtbf").column == 13);
    CHECK(sub.quantity("mtbf", unit::time, positive) == 32'400);
    CHECK_FALSE(root.optional_map("absent").has_value());
    CHECK_FALSE(root.has("absent"));
    CHECK(root.has("sub"));
    sub.finish();
    root.finish();
  });
  CHECK(findings.empty());
}

TEST_CASE("Unknown keys are reported at the key, with the nearest key asked for", "[core]") {
  CHECK(findings_of("a:\n  mtbff: 9 h\n  power: 1 kW\n  odd: 1\n",
                    [](MapReader& root) {
                      MapReader a = root.map("a");
                      a.quantity("power", unit::power, positive);
                      a.quantity("mtbf", unit::time, positive, 1.0);
                      a.finish();
                      root.finish();
                    }) ==
        "f.yaml:2:3: a.mtbff: unknown key; allowed: power, mtbf; did you mean 'mtbf'?\n"
        "f.yaml:4:3: a.odd: unknown key; allowed: power, mtbf\n");
}

TEST_CASE("A missing key is reported once, at its map", "[core]") {
  CHECK(findings_of("\na: {}\n",
                    [](MapReader& root) {
                      MapReader a = root.map("a");
                      CHECK(a.quantity("power", unit::power, positive) == 1.0);
                      a.quantity("power", unit::power, positive);
                      CHECK(a.count("n", 3, 9) == 3);
                      CHECK(a.text("name").empty());
                      CHECK(a.choice("kind", kinds) == Kind::grid);
                      CHECK(a.required("name") == nullptr);
                      a.finish();
                    }) ==
        "f.yaml:2:4: a.power: is missing\nf.yaml:2:4: a.n: is missing\nf.yaml:2:4: a.name: is missing\n"
        "f.yaml:2:4: a.kind: is missing\n");
}

TEST_CASE("What is missing as a whole is not reported in parts", "[core]") {
  CHECK(findings_of("b: 3\nc:\n",
                    [](MapReader& root) {
                      for (const char* key : {"a", "b", "c"}) {
                        MapReader map = root.map(key);
                        CHECK(map.quantity("power", unit::power, positive) == 1.0);
                        CHECK(map.text("name").empty());
                        CHECK_FALSE(map.resolve("name", map.text("name"), "line", {"x"}).has_value());
                        map.map("deeper").count("n", 0, 1);
                        map.each_map("entries",
                                     [](const std::string&, MapReader&) { FAIL("there are none"); });
                        CHECK_FALSE(map.has("power"));
                        map.finish();
                      }
                      root.finish();
                    }) ==
        "f.yaml:1:1: a: is missing\nf.yaml:1:4: b: is '3'; allowed: a map\nf.yaml:2:1: c: has no value; "
        "allowed: a map\n");
  Findings findings;
  MapReader absent(nullptr, "root", findings);
  CHECK(findings.size() == 1);
  CHECK(format(findings.list()[0]) == "root: is missing; allowed: a map");
}

TEST_CASE("Quantities are held to their dimension and range", "[core]") {
  const std::string text = "a: 3 kg\nb: 0 W\nc: 130 %\nd: -1 s\ne: [1]\nf:\ng: 3 kwh\nh: 40\n";
  CHECK(findings_of(text,
                    [](MapReader& root) {
                      CHECK(root.quantity("a", unit::power, positive) == 1.0);
                      CHECK(root.quantity("b", unit::power, positive) == 1.0);
                      CHECK(root.quantity("c", unit::number, fraction, 0.5) == 1.0);
                      CHECK(root.quantity("d", unit::time, non_negative) == 1.0);
                      CHECK(root.quantity("e", unit::time, Range{5.0, 9.0}) == 5.0);
                      CHECK(root.quantity("f", unit::time, Range{5.0, 9.0, true}) == 6.0);
                      root.quantity("g", unit::energy, positive);
                      root.quantity("h", unit::power, any_value);
                      root.finish();
                    }) ==
        "f.yaml:1:4: a: is a mass, '3 kg', where a power is needed; allowed: a power, for example '40 kW'\n"
        "f.yaml:2:4: b: '0 W' is out of range; allowed: more than 0 W\n"
        "f.yaml:3:4: c: '130 %' is out of range; allowed: from 0 to 1\n"
        "f.yaml:4:4: d: '-1 s' is out of range; allowed: at least 0 s\n"
        "f.yaml:5:4: e: is a sequence; allowed: a time, for example '3.2 h'\n"
        "f.yaml:6:1: f: has no value; allowed: a time, for example '3.2 h'\n"
        "f.yaml:7:4: g: unknown unit 'kwh'; allowed: an energy, for example '3.4 MWh'; did you mean 'kWh'?\n"
        "f.yaml:8:4: h: '40' has no unit; allowed: a power, for example '40 kW'\n");
}

TEST_CASE("A range includes its ends unless it is open", "[core]") {
  CHECK(findings_of("a: 0\nb: 1\nc: 2\nd: 3 s\n",
                    [](MapReader& root) {
                      CHECK(root.quantity("a", unit::number, fraction) == 0.0);
                      CHECK(root.quantity("b", unit::number, fraction) == 1.0);
                      root.quantity("c", unit::number, Range{2.0, 3.0, true});
                      root.quantity("d", unit::time, Range{-1e300, 2.0});
                    }) ==
        "f.yaml:3:4: c: '2' is out of range; allowed: more than 2 and at most 3\n"
        "f.yaml:4:4: d: '3 s' is out of range; allowed: at most 2 s\n");
}

TEST_CASE("Counts are strict whole numbers within bounds", "[core]") {
  const auto refused = [](const std::string& value) {
    return findings_of("n: " + value + "\n", [](MapReader& root) { CHECK(root.count("n", 1, 10) == 1); });
  };
  const std::string allowed = "; allowed: a whole number from 1 to 10\n";
  CHECK(refused("3.5") == "f.yaml:1:4: n: '3.5' is not a whole number" + allowed);
  CHECK(refused("010") == "f.yaml:1:4: n: '010' is not a whole number" + allowed);
  CHECK(refused("+3") == "f.yaml:1:4: n: '+3' is not a whole number" + allowed);
  CHECK(refused("1e1") == "f.yaml:1:4: n: '1e1' is not a whole number" + allowed);
  CHECK(refused("0x3") == "f.yaml:1:4: n: '0x3' is not a whole number" + allowed);
  CHECK(refused("3 x") == "f.yaml:1:4: n: '3 x' is not a whole number" + allowed);
  CHECK(refused("''") == "f.yaml:1:4: n: '' is not a whole number" + allowed);
  CHECK(refused("11") == "f.yaml:1:4: n: '11' is out of range" + allowed);
  CHECK(refused("-3") == "f.yaml:1:4: n: '-3' is out of range" + allowed);
  CHECK(refused("9223372036854775808") == "f.yaml:1:4: n: '9223372036854775808' is out of range" + allowed);
  CHECK(refused("{}") == "f.yaml:1:4: n: is a map" + allowed);
  static constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  CHECK(findings_of("n: 9223372036854775807\nm: -1\n", [](MapReader& root) {
          CHECK(root.count("n", 0, largest) == largest);
          root.count("m", 0, largest);
        }) == "f.yaml:2:4: m: '-1' is out of range; allowed: a whole number, at least 0\n");
}

TEST_CASE("Flags are true or false and nothing else", "[core]") {
  CHECK(findings_of("a: yes\nb: True\nc: 1\nd: false\n",
                    [](MapReader& root) {
                      CHECK(root.flag("a", true));
                      CHECK_FALSE(root.flag("b", false));
                      root.flag("c", false);
                      CHECK_FALSE(root.flag("d", true));
                    }) ==
        "f.yaml:1:4: a: is 'yes'; allowed: true or false\n"
        "f.yaml:2:4: b: is 'True'; allowed: true or false; did you mean 'true'?\n"
        "f.yaml:3:4: c: is '1'; allowed: true or false\n");
}

TEST_CASE("A choice is one of its words", "[core]") {
  CHECK(findings_of("a: sobl\nb: [grid]\n",
                    [](MapReader& root) {
                      CHECK(root.choice("a", kinds) == Kind::grid);
                      CHECK(root.choice("b", kinds, Kind::random) == Kind::grid);
                    }) ==
        "f.yaml:1:4: a: is 'sobl'; allowed: grid, random, sobol; did you mean 'sobol'?\n"
        "f.yaml:2:4: b: is a sequence; allowed: grid, random, sobol\n");
}

TEST_CASE("Collections are maps by name", "[core]") {
  std::vector<std::string> names;
  const std::string text =
      "lines:\n  a-1: {n: 1}\n  b c: {n: x}\n  d: 3\nparts: [1]\nlinks: {a: [1]}\nlist: [a, {b: 1}]\n";
  CHECK(findings_of(text,
                    [&](MapReader& root) {
                      root.each_map("lines", [&](const std::string& name, MapReader& line) {
                        names.push_back(name);
                        line.count("n", 0, 9);
                        line.finish();
                      });
                      CHECK(root.quantities("parts", unit::mass, positive).empty());
                      root.texts("links");
                      CHECK(root.words("list") == std::vector<std::string>{"a"});
                      root.finish();
                    }) ==
        "f.yaml:3:3: lines: 'b c' is not a name; allowed: letters, digits, '_' and '-'\n"
        "f.yaml:3:12: lines.b c.n: 'x' is not a whole number; allowed: a whole number from 0 to 9\n"
        "f.yaml:4:6: lines.d: is '3'; allowed: a map\n"
        "f.yaml:5:8: parts: is a sequence; allowed: a map\n"
        "f.yaml:6:12: links.a: is a sequence; allowed: a text\n"
        "f.yaml:7:11: list[1]: is a map; allowed: a word\n");
  CHECK(names == std::vector<std::string>{"a-1", "b c", "d"});
}

TEST_CASE("A dangling name is answered with the nearest one that exists", "[core]") {
  const std::vector<std::string> depots = {"north", "south"};
  CHECK(findings_of("to: nroth\nfrom: south\nvia: [north, sooth]\n",
                    [&](MapReader& root) {
                      CHECK_FALSE(root.resolve("to", root.text("to"), "depot", depots).has_value());
                      CHECK(root.resolve("from", root.text("from"), "depot", depots) == 1u);
                      for (const std::string& name : root.words("via"))
                        root.resolve("via", name, "depot", depots);
                      CHECK_FALSE(root.resolve("by", root.text("by", "main"), "depot", depots).has_value());
                    }) ==
        "f.yaml:1:5: to: no depot named 'nroth'; allowed: north, south; did you mean 'north'?\n"
        "f.yaml:3:14: via[1]: no depot named 'sooth'; allowed: north, south; did you mean 'south'?\n"
        "f.yaml:1:1: by: no depot named 'main'; allowed: north, south\n");
}

TEST_CASE("fail reports at the value, under the full path", "[core]") {
  CHECK(findings_of("a:\n  b: 1\n",
                    [](MapReader& root) {
                      MapReader a = root.map("a");
                      a.fail("b", "is odd", "even numbers", "2");
                      a.fail("b", "is odd", "even numbers", "2");
                      a.fail("c", "is needed");
                    }) ==
        "f.yaml:2:6: a.b: is odd; allowed: even numbers; did you mean '2'?\nf.yaml:2:3: a.c: is needed\n");
}

TEST_CASE("A single node reads like a key's value", "[core]") {
  const Node root = parse_document("m: [1 h, 2 kg]\n", "f.yaml");
  Findings findings;
  const std::vector<Node>& items = root.find("m")->items;
  CHECK(read_quantity_node(items[0], "m[0]", unit::time, positive, findings) == 3600);
  CHECK(read_quantity_node(items[1], "m[1]", unit::time, positive, findings) == 1.0);
  REQUIRE(findings.size() == 1);
  CHECK(format(findings.list()[0]) ==
        "f.yaml:1:10: m[1]: is a mass, '2 kg', where a time is needed; allowed: a time, for example '3.2 h'");
}
