#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include "core/contract.hpp"
#include "factory/materials.hpp"

using namespace lunafab;
using namespace lunafab::factory;

namespace {

std::map<std::string, double> fractions_of(const std::string& formula) {
  const auto parts = formula_fractions(formula);
  return {parts.begin(), parts.end()};
}

}  // namespace

TEST_CASE("Formulas: mass fractions of alumina, silica and anorthite by hand", "[factory]") {
  const auto alumina = fractions_of("Al2O3");
  REQUIRE(alumina.size() == 2);
  CHECK(alumina.at("Al") == Approx(53.964 / 101.961).epsilon(1e-12));
  CHECK(alumina.at("O") == Approx(47.997 / 101.961).epsilon(1e-12));
  CHECK(fractions_of("SiO2").at("Si") == Approx(28.085 / 60.083).epsilon(1e-12));
  const auto anorthite = fractions_of("CaAl2Si2O8");
  CHECK(anorthite.at("Ca") == Approx(40.078 / 278.204).epsilon(1e-12));
  CHECK(anorthite.at("O") == Approx(127.992 / 278.204).epsilon(1e-12));
  CHECK(fractions_of("C2H5OH").at("H") ==
        Approx(6 * 1.008 / (2 * 12.011 + 6 * 1.008 + 15.999)).epsilon(1e-12));
}

TEST_CASE("Formulas: what is not one has no fractions", "[factory]") {
  for (const char* text : {"", "al2o3", "Xx", "Ca(OH)2", "2H", "SiO0", "O2000000", "Al-O", "Si O2", "ground"})
    CHECK(formula_fractions(text).empty());
}

TEST_CASE("Every known element is a formula of itself", "[factory]") {
  for (const std::string& symbol : known_elements()) {
    const auto parts = fractions_of(symbol);
    REQUIRE(parts.size() == 1);
    CHECK(parts.at(symbol) == 1.0);
  }
}

TEST_CASE("split_exactly: parts sum to the total and are within 1 mg of exact", "[factory]") {
  std::mt19937_64 random(3);
  for (int trial = 0; trial < 2000; ++trial) {
    std::vector<double> fraction(1 + random() % 40);
    double sum = 0.0;
    for (double& part : fraction) {
      part = random() % 4 == 0 ? 0.0 : static_cast<double>(random() % 1000);
      sum += part;
    }
    if (sum == 0.0) sum = fraction[0] = 1.0;
    for (double& part : fraction) part /= sum;
    // Up to 1e14 mg the double products below are themselves exact to 0.02 mg.
    const auto total = static_cast<std::int64_t>(random() % 100'000'000'000'000);
    const ElementMasses parts = split_exactly(total, fraction);
    CHECK(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}) == total);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      REQUIRE(std::abs(static_cast<double>(parts[i]) - static_cast<double>(total) * fraction[i]) < 1.05);
      if (fraction[i] == 0.0) REQUIRE(parts[i] == 0);
    }
  }
}

TEST_CASE("split_exactly: the largest remainders round up, ties to the lower index", "[factory]") {
  CHECK(split_exactly(10, std::vector<double>{0.25, 0.25, 0.5}) == ElementMasses{3, 2, 5});
  CHECK(split_exactly(1, std::vector<double>{0.2, 0.5, 0.3}) == ElementMasses{0, 1, 0});
  CHECK(split_exactly(0, std::vector<double>{0.5, 0.5}) == ElementMasses{0, 0});
  CHECK_THROWS_AS(split_exactly(5, std::vector<double>{}), ContractError);
}
