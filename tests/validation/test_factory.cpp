#include <catch2/catch.hpp>
#include "tests/validation/factory_rows.hpp"
using namespace lunafab::test;

TEST_CASE("Validation: saturated lines agree with Hillier and Boling", "[validation]") {
  check_section(factory_page(), 0);
}

TEST_CASE("Validation: lines that fail agree with exact chains", "[validation]") {
  check_section(factory_page(), 1);
}

TEST_CASE("Validation: queues agree with Erlang, Pollaczek and Khinchine", "[validation]") {
  check_section(factory_page(), 2);
}

TEST_CASE("Validation: constant work in process agrees with Hopp and Spearman", "[validation]") {
  check_section(factory_page(), 3);
}

TEST_CASE("Validation: a shop and a line agree with SimPy and a recursion in NumPy", "[validation]") {
  check_section(factory_page(), 4);
}

TEST_CASE("Validation: the page on lines and shops holds these sections and no others", "[validation]") {
  REQUIRE(factory_page().sections.size() == 5);
  check_sections(factory_page());
}

TEST_CASE("Validation: write the page on lines and shops", "[.write-factory-validation]") {
  write_page(factory_page());
}
