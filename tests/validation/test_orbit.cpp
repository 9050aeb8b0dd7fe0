#include <catch2/catch.hpp>
#include "tests/validation/orbit_rows.hpp"
using namespace lunafab::test;
using lunafab::orbit::test::orbit_page;

TEST_CASE("Orbit: two-body motion and Lambert's arc agree with the textbook", "[orbit-validation]") {
  check_section(orbit_page(), 0);
}

TEST_CASE("Orbit: libration points, a halo orbit and launches agree in the three-body problem",
          "[orbit-validation]") {
  check_section(orbit_page(), 1);
}

TEST_CASE("Orbit: arcs in the full model agree with an independent library", "[orbit-validation]") {
  check_section(orbit_page(), 2);
}

TEST_CASE("Orbit: transfers agree with the design's calculation", "[orbit-validation]") {
  check_section(orbit_page(), 3);
}

TEST_CASE("Orbit: closed forms of orbits and chances", "[orbit-validation]") {
  check_section(orbit_page(), 4);
}

TEST_CASE("Orbit: the validation page holds these sections and no others", "[orbit-validation]") {
  REQUIRE(orbit_page().sections.size() == 5);
  check_sections(orbit_page());
}

TEST_CASE("Orbit: write the validation page", "[.write-orbit-validation]") {
  write_page(orbit_page());
}
