#include <catch2/catch.hpp>
#include "tests/validation/driver_rows.hpp"
using namespace lunafab::test;
using lunafab::massdriver::test::driver_page;

TEST_CASE("Mass driver: inductances agree with closed forms, tables and finite elements",
          "[driver-validation]") {
  check_section(driver_page(), 0);
}

TEST_CASE("Mass driver: one circuit rings as its closed form", "[driver-validation]") {
  check_section(driver_page(), 1);
}

TEST_CASE("Mass driver: short tracks agree with direct quadrature in SciPy", "[driver-validation]") {
  check_section(driver_page(), 2);
}

TEST_CASE("Mass driver: short tracks fed by converters agree with SciPy", "[driver-validation]") {
  check_section(driver_page(), 3);
}

TEST_CASE("Mass driver: short tracks agree with ngspice", "[driver-validation]") {
  check_section(driver_page(), 4);
}

TEST_CASE("Mass driver: momentum and energy are conserved", "[driver-validation]") {
  check_section(driver_page(), 5);
}

TEST_CASE("Mass driver: whole machines agree with the prototype", "[driver-validation]") {
  check_section(driver_page(), 6);
}

TEST_CASE("Mass driver: Mass Driver 1 is possible", "[driver-validation]") {
  check_section(driver_page(), 7);
}

TEST_CASE("Mass driver: the validation page holds these sections and no others", "[driver-validation]") {
  REQUIRE(driver_page().sections.size() == 8);
  check_sections(driver_page());
}

TEST_CASE("Mass driver: write the validation page", "[.write-driver-validation]") {
  write_page(driver_page());
}
