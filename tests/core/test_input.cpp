#include <catch2/catch.hpp>
#include "core/input.hpp"

namespace {
using namespace lunafab;
}

TEST_CASE("A finding is one line and leaves out what is empty", "[core]") {
  CHECK(format({{"f.yaml", 3, 7}, "lines.cells", "unknown key", "takt, mtbf", "mtbf"}) ==
        "f.yaml:3:7: lines.cells: unknown key; allowed: takt, mtbf; did you mean 'mtbf'?");
  CHECK(format({{"f.yaml", 0, 0}, "", "no such file", "", ""}) == "f.yaml: no such file");
  CHECK(format({{"--set a=b", 0, 0}, "a", "does not exist", "", "x"}) ==
        "--set a=b: a: does not exist; did you mean 'x'?");
  CHECK(format({{"", 0, 0}, "a", "is missing", "", ""}) == "a: is missing");
  CHECK(format({{"", 2, 1}, "", "odd", "", ""}) == "2:1: odd");
  CHECK(format({{"f", 1, 1}, "a\nb", "x\x1B", "", ""}) == "f:1:1: a\\nb: x?");
}

TEST_CASE("Findings come in file order, each once", "[core]") {
  Findings findings;
  CHECK_NOTHROW(findings.throw_if_any());
  findings.add({{"a.yaml", 9, 1}, "", "late", "", ""});
  findings.add({{"--set x=1", 0, 0}, "", "other", "", ""});
  findings.add({{"a.yaml", 2, 5}, "", "early", "", ""});
  findings.add({{"a.yaml", 2, 5}, "", "early", "", ""});
  findings.add({{"a.yaml", 2, 1}, "", "earlier", "", ""});
  CHECK(findings.size() == 4);
  try {
    findings.throw_if_any();
    FAIL("no exception");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()) ==
          "a.yaml:2:1: earlier\na.yaml:2:5: early\na.yaml:9:1: late\n--set x=1: other");
    CHECK(error.findings().size() == 4);
  }
}

TEST_CASE("nearest_name forgives slips of the keyboard and no more", "[core]") {
  const std::vector<std::string> names = {"evaporate", "anneal", "mtbf", "kW", "mW", "power"};
  CHECK(nearest_name("evaporate", names) == "evaporate");
  CHECK(nearest_name("evaporat", names) == "evaporate");    // one lost
  CHECK(nearest_name("evaporatee", names) == "evaporate");  // one too many
  CHECK(nearest_name("evoparate", names) == "evaporate");   // two replaced
  CHECK(nearest_name("mtfb", names) ==
        "mtbf");  // neighbours swapped: one edit, where plain Levenshtein has two
  CHECK(nearest_name("POWER", names) == "power");
  CHECK(nearest_name("kw", names) == "kW");
  CHECK(nearest_name("mw", names) == "mW");
  CHECK(nearest_name("etch", names).empty());
  CHECK(nearest_name("x", names).empty());
  CHECK(nearest_name("", names).empty());
  CHECK(nearest_name("anneal", {}).empty());
}

TEST_CASE("Long lists and texts are cut", "[core]") {
  CHECK(list_names({"a", "b"}) == "a, b");
  CHECK(list_names({}).empty());
  std::vector<std::string> many(40, "n");
  CHECK(list_names(many) == "n, n, n, n, n, n, n, n, n, n, n, … and 29 more");
  CHECK(quoted("x") == "'x'");
  CHECK(quoted(std::string(59, 'x') + "ä") == "'" + std::string(59, 'x') + "…'");
}
