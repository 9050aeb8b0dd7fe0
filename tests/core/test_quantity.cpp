#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <thread>
#include <vector>
#include "core/quantity.hpp"
#include "core/unit_system.hpp"

namespace {

using namespace lunafab;
using Catch::Matchers::Contains;

constexpr Unit temperature{"K", "a temperature", "300 K"};
constexpr Unit money{"USD", "an amount of money", "3 MUSD"};
constexpr Unit irradiance{"W m-2", "a power per area", "1361 W/m2"};

/// The value read; NaN where the text is refused.
double value_of(const std::string& text, const Unit& unit) {
  const ParsedQuantity parsed = parse_quantity(text, unit);
  return parsed.problem.empty() ? parsed.value : std::nan("");
}
std::string problem_of(const std::string& text, const Unit& unit) {
  return parse_quantity(text, unit).problem;
}
std::string nearest_of(const std::string& text, const Unit& unit) {
  return parse_quantity(text, unit).nearest;
}

}  // namespace

// The oracles are the units' definitions, worked out by hand. Powers of ten and 3600 are exact in binary up
// to the one rounding of a product, hence == or a few units in the last place (1e-15).
TEST_CASE("Units have the size their definitions give them", "[core]") {
  CHECK(value_of("3.2 h", unit::time) == 3.2 * 3600);
  CHECK(value_of("2 d", unit::time) == 172'800);
  CHECK(value_of("15 min", unit::time) == 900);
  CHECK(value_of("40 kW", unit::power) == 40'000);
  CHECK(value_of("1.5 GW", unit::power) == 1.5e9);
  CHECK(value_of("1.3 t", unit::mass) == 1300);
  CHECK(value_of("3 Mt", unit::mass) == 3e9);
  CHECK(value_of("3 Gg", unit::mass) == 3e6);
  CHECK(value_of("2.5 km/s", unit::speed) == 2500);
  CHECK(value_of("400 m2", unit::area) == 400);
  CHECK(value_of("0.5 km2/s2", unit::specific_orbital_energy) == 5e5);
  CHECK(value_of("1361 W/m2", irradiance) == 1361);
  CHECK(value_of("14 kWh/kg", unit::specific_energy) == 14 * 3.6e6);
  CHECK(value_of("2 MJ/kg", unit::specific_energy) == 2e6);
  CHECK(value_of("-20 K", temperature) == -20);
}

TEST_CASE("Our own units: Wh and prefixes, deg, g0, USD", "[core]") {
  CHECK(value_of("1 Wh", unit::energy) == 3600);
  CHECK(value_of("1 kWh", unit::energy) == 3.6e6);
  CHECK(value_of("3.4 MWh", unit::energy) == Approx(3.4 * 3.6e9).epsilon(1e-15));
  CHECK(value_of("1 GWh", unit::energy) == 3.6e12);
  CHECK(value_of("100 Wh/t/km", unit::haul_energy) == Approx(100 * 3600 / 1000.0 / 1000.0).epsilon(1e-15));
  CHECK(value_of("180 deg", unit::angle) == Approx(3.14159265358979324).epsilon(1e-15));
  CHECK(value_of("30 g0", unit::acceleration) == Approx(30 * 9.80665).epsilon(1e-15));
  CHECK(value_of("2 g0 s", unit::speed) == Approx(2 * 9.80665).epsilon(1e-15));
  CHECK(value_of("3 MUSD", money) == 3e6);
  CHECK(value_of("2 USD/t", {"USD kg-1", "a price per mass", ""}) == 2 / 1000.0);
}

TEST_CASE("A year is the tropical year, as rates per year show", "[core]") {
  CHECK(value_of("1 yr", unit::time) == Approx(365.242198781 * 86'400).epsilon(1e-12));
  CHECK(value_of("0.05 yr-1", unit::rate) == Approx(0.05 / (365.242198781 * 86'400)).epsilon(1e-12));
  CHECK(value_of("0.05 1/yr", unit::rate) == value_of("0.05 yr-1", unit::rate));
}

TEST_CASE("Percent and decimal prefixes give the double nearest to the decimal value", "[core]") {
  CHECK(value_of("25 %", unit::number) == 0.25);
  CHECK(value_of("25%", unit::number) == 0.25);
  for (int percent = 0; percent <= 100; ++percent) {
    CHECK(value_of(std::to_string(percent) + " %", unit::number) == percent / 100.0);
    CHECK(value_of(std::to_string(percent) + " mm", unit::length) == percent / 1000.0);
    CHECK(value_of(std::to_string(percent) + " 1/h", unit::rate) == percent / 3600.0);
  }
}

TEST_CASE("Numbers are strict decimals", "[core]") {
  CHECK(value_of("0", unit::number) == 0.0);
  CHECK(value_of("0.2", unit::number) == 0.2);
  CHECK(value_of("-1.5e-3", unit::number) == -1.5e-3);
  CHECK(value_of("1E+05 s", unit::time) == 1e5);
  CHECK_FALSE(std::signbit(value_of("-0", unit::number)));
  for (const char* text :
       {"010", "00",    "-01",   "+5",    ".5",  "5.", "-",     "0x10", "0b1",   "nan", "inf", "-inf", "1e",
        "1e+", "1,000", "1_000", "1.2.3", "--1", " 3", "3e5.2", "½",    "1 000", "x",   "e5",  "true"}) {
    INFO(text);
    CHECK_FALSE(problem_of(text, unit::number).empty());
  }
  CHECK(problem_of("010 kg", unit::mass) == "'010' is not a decimal number");
  CHECK(problem_of("", unit::power) == "is empty where a power is needed");
  CHECK(problem_of("3 ", unit::number) == "'3 ' ends in a space");
}

TEST_CASE("Values beyond a double's range are refused", "[core]") {
  CHECK_THAT(problem_of("1e400", unit::number), Contains("too large or too close to 0"));
  CHECK_THAT(problem_of("1e308 kW", unit::power), Contains("too large or too close to 0"));
  CHECK_THAT(problem_of("1e-400", unit::number), Contains("too large or too close to 0"));
  CHECK_THAT(problem_of("1e-323 mm", unit::length), Contains("too large or too close to 0"));
  CHECK(value_of("1e300 kg", unit::mass) == 1e300);
}

TEST_CASE("A quantity needs a space and a unit of the right dimension", "[core]") {
  CHECK(problem_of("3 kg", unit::power) == "is a mass, '3 kg', where a power is needed");
  CHECK(problem_of("40", unit::power) == "'40' has no unit");
  CHECK(problem_of("0", unit::power) == "'0' has no unit");
  CHECK(problem_of("40 kW", unit::number) == "is a power, '40 kW', where a number is needed");
  CHECK(problem_of("3 W/m2", unit::power) == "is a power per area, '3 W/m2', where a power is needed");
  CHECK(problem_of("3 kg m5", unit::power) == "is in kg m5, '3 kg m5', where a power is needed");
  CHECK(problem_of("3.2h", unit::time) == "'3.2h' needs a space between number and unit");
  CHECK(nearest_of("3.2h", unit::time) == "3.2 h");
  CHECK(problem_of("3.2x", unit::time) == "'3.2x' is not a decimal number");
  CHECK(problem_of("3 1", unit::number) == "'1' is not a unit");
}

TEST_CASE("Angles are neither numbers nor rates", "[core]") {
  CHECK(problem_of("0.5", unit::angle) == "'0.5' has no unit");
  CHECK(problem_of("25 %", unit::angle) == "is a number, '25 %', where an angle is needed");
  CHECK(problem_of("86 deg", unit::number) == "is an angle, '86 deg', where a number is needed");
  CHECK(problem_of("3 rpm", unit::rate) == "is an angular rate, '3 rpm', where a rate is needed");
  CHECK(value_of("3 Hz", unit::rate) == 3);
}

TEST_CASE("Units that UDUNITS reads otherwise than they are meant are refused", "[core]") {
  CHECK(problem_of("3 kt", unit::mass) == "unit 'kt' means knots to UDUNITS; write '1000 t' or 'Gg'");
  CHECK(nearest_of("3 kt/yr", unit::mass) == "Gg/yr");
  CHECK_FALSE(problem_of("3 kt", unit::speed).empty());
  CHECK_THAT(problem_of("3 ton", unit::mass), Contains("short tons"));
  CHECK_THAT(problem_of("3 gr", unit::mass), Contains("grains"));
  CHECK(problem_of("20 degC", temperature) == "unit 'degC' counts from an offset; write kelvin, 'K'");
  CHECK_FALSE(problem_of("20 °F", temperature).empty());
  CHECK_FALSE(problem_of("3 lg(re W)", unit::power).empty());
  CHECK_FALSE(problem_of("3 s since 2000-01-01", unit::time).empty());
}

TEST_CASE("Numbers within a unit are exponents only", "[core]") {
  CHECK(value_of("3 m^2", unit::area) == 3);
  CHECK(value_of("3 m²", unit::area) == 3);
  CHECK(value_of("3 m s^-1", unit::speed) == 3);
  CHECK(value_of("3 N·m", unit::energy) == 3);
  CHECK(value_of("3 (m²)/s", {"m2 s-1", "a diffusivity", ""}) == 3);
  CHECK(value_of("3 W.h/(kg.m)", unit::haul_energy) == 10'800);
  CHECK(value_of("3 µm", unit::length) == Approx(3e-6).epsilon(1e-15));
  for (const char* text :
       {"3 10 m", "3 m0",   "3 g02", "3 m12", "3 m-1-1", "3 2m",          "3 m 2", "3 m/1000",
        "3 m*2",  "3 (m)2", "3 m@2", "3 m+m", "3 (m",    "3 m/",          "3 m ",  "3 -",
        "3 ^2",   "3 .",    "3 per", "3 m\n", "3 \xFF",  "3 m99999999999"}) {
    INFO(text);
    CHECK_FALSE(problem_of(text, unit::length).empty());
    CHECK_FALSE(problem_of(text, unit::number).empty());
  }
  CHECK_FALSE(problem_of(std::string("3 m\0x", 5), unit::length).empty());
  CHECK_FALSE(problem_of("3 " + std::string(100'000, '('), unit::length).empty());
}

TEST_CASE("A slip in a unit is answered with the unit meant", "[core]") {
  CHECK(problem_of("3 kwh", unit::energy) == "unknown unit 'kwh'");
  CHECK(nearest_of("3 kwh", unit::energy) == "kWh");
  CHECK(nearest_of("3 kwh/kg", unit::specific_energy) == "kWh/kg");
  CHECK(nearest_of("3 KW", unit::power) == "kW");
  CHECK(nearest_of("3 hrs", unit::time) == "hr");
  CHECK(value_of("3 hr", unit::time) == 10'800);
  CHECK(nearest_of("3 H", unit::time) == "h");  // a henry, with the right letter in the wrong case
  CHECK(nearest_of("3 foobar", unit::time).empty());
}

TEST_CASE("Every unit offered as a suggestion can be read, and so can every example", "[core]") {
  for (const std::string& text : common_units()) {
    INFO(text);
    CHECK(read_unit(text).problem.empty());
    CHECK(std::isfinite(read_unit(text).scale));
  }
  for (const Unit& unit : unit::all) {
    INFO(unit.example);
    CHECK(problem_of(unit.example, unit).empty());
  }
}

TEST_CASE("Quantities can be read from several threads", "[core]") {
  std::vector<double> sums(4, 0.0);
  std::vector<std::thread> threads;
  for (double& sum : sums) {
    threads.emplace_back([&sum] {
      for (int i = 0; i < 200; ++i)
        sum += value_of("2 kWh/kg", unit::specific_energy) + value_of("1 h", unit::time);
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const double sum : sums) CHECK(sum == 200 * (7.2e6 + 3600));
}
