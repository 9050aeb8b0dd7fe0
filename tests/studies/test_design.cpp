#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include "studies/design.hpp"
#include "tests/validation/python.hpp"
using namespace lunafab;
using namespace lunafab::studies;

namespace {

const std::vector<std::string> names{"a", "b.c", "d"};

Node scalar(const std::string& text) {
  return {.kind = Node::Kind::scalar, .scalar = text};
}

Factor levels(const std::string& path, const std::vector<std::string>& values) {
  Factor factor{.path = path};
  for (const std::string& value : values) factor.levels.push_back(scalar(value));
  return factor;
}

Study study(DesignKind kind, std::vector<Factor> factors) {
  Study s{.factors = std::move(factors), .design = kind, .points = 64};
  for (std::size_t f = 0; f < s.factors.size(); ++f) s.axes.push_back({f});
  s.variants.emplace_back();
  return s;
}

std::vector<std::string> shown(const Study& s) {
  std::vector<std::string> list;
  const Design design(s);
  for (std::size_t i = 0; i < design.size(); ++i) {
    std::string text;
    for (const Node& value : design.point(i)) text += "|" + one_line(value);
    list.push_back(text);
  }
  return list;
}

/// Values of the only factor, read as numbers.
std::vector<double> numbers(const Study& s) {
  std::vector<double> list;
  const Design design(s);
  for (std::size_t i = 0; i < design.size(); ++i) list.push_back(std::stod(design.point(i)[0].scalar));
  return list;
}

}  // namespace

TEST_CASE("Latin hypercube: each slice of each dimension holds one point, exactly", "[studies]") {
  for (const std::size_t n : {1u, 2u, 7u, 100u, 4099u}) {
    const UnitPoints points = latin_hypercube(n, names, 42);
    REQUIRE(points.size() == n);
    for (std::size_t d = 0; d < names.size(); ++d) {
      std::set<std::size_t> slices;
      for (const auto& point : points)
        slices.insert(static_cast<std::size_t>(point[d] * static_cast<double>(n)));
      CHECK(slices.size() == n);
      CHECK(*slices.rbegin() == n - 1);
    }
  }
}

TEST_CASE("Latin hypercube: dimensions are independent of one another", "[studies]") {
  constexpr std::size_t n = 4000;
  const UnitPoints points = latin_hypercube(n, names, 42);
  for (std::size_t d = 0; d < names.size(); ++d) {
    const std::size_t e = (d + 1) % names.size();
    double product = 0.0;
    for (const auto& point : points) product += (point[d] - 0.5) * (point[e] - 0.5);
    // Correlation of independent permutations: standard deviation 1/√(n − 1); 99.9 % within 3.29 of it.
    CHECK(std::abs(12.0 * product / n) < 3.29 / std::sqrt(n - 1.0));
  }
}

TEST_CASE("A factor's draws depend on its name, the seed and nothing else", "[studies]") {
  const UnitPoints three = random_points(50, names, 7), one = random_points(50, {"d"}, 7);
  const UnitPoints sliced = latin_hypercube(50, names, 7), sliced_one = latin_hypercube(50, {"d"}, 7);
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(three[i][2] == one[i][0]);
    CHECK(sliced[i][2] == sliced_one[i][0]);
  }
  CHECK(random_points(50, names, 8) != three);
}

TEST_CASE("Sobol points are those of SciPy, to the bit", "[studies]") {
  for (const std::size_t dimensions : {1u, 2u, 5u, 40u}) {
    const test::Json expected =
        test::python("sobol_oracle.py", {{"dimensions", dimensions}, {"log2_points", 9}})["points"];
    const UnitPoints points = sobol_points(512, dimensions);
    REQUIRE(expected.size() == points.size());
    for (std::size_t i = 0; i < points.size(); ++i)
      CHECK(expected[i].get<std::vector<double>>() == points[i]);
  }
}

TEST_CASE("A Sobol design has one point in each n-th of every factor, and none at its end", "[studies]") {
  const Study s = study(DesignKind::sobol, {{.path = "x", .kind = Factor::Kind::range, .a = 0.0, .b = 1.0}});
  std::set<int> cells;
  for (const double x : numbers(s)) {
    CHECK((x > 0.0 && x < 1.0));
    cells.insert(static_cast<int>(x * 64));
  }
  CHECK(cells.size() == 64);
}

TEST_CASE("A grid runs through all combinations, the last factor fastest", "[studies]") {
  const Study s = study(DesignKind::grid, {levels("a", {"1 h", "2 h"}), levels("b", {"x", "y", "z"})});
  CHECK(shown(s) == std::vector<std::string>{"|1 h|x", "|1 h|y", "|1 h|z", "|2 h|x", "|2 h|y", "|2 h|z"});
}

TEST_CASE("Linked factors vary together", "[studies]") {
  Study s =
      study(DesignKind::grid, {levels("a", {"1", "2"}), levels("b", {"x", "y"}), levels("c", {"p", "q"})});
  s.axes = {{0, 2}, {1}};
  CHECK(shown(s) == std::vector<std::string>{"|1|x|p", "|1|y|p", "|2|x|q", "|2|y|q"});
}

TEST_CASE("One at a time: the scenario as it is, then each level alone", "[studies]") {
  const Study s = study(DesignKind::one_at_a_time,
                        {levels("a", {"1", "2"}),
                         {.path = "b", .kind = Factor::Kind::range, .a = 3.0, .b = 4.0, .unit = "km"}});
  CHECK(shown(s) == std::vector<std::string>{"||", "|1|", "|2|", "||3 km", "||4 km"});
}

TEST_CASE("Ranges: exact ends, even steps, by ratio or in whole numbers", "[studies]") {
  const Factor log{
      .path = "x", .kind = Factor::Kind::log_range, .a = 1e4, .b = 1e6, .unit = "m2", .steps = 5};
  CHECK(shown(study(DesignKind::grid, {log})).front() == "|10000 m2");
  CHECK(shown(study(DesignKind::grid, {log})).back() == "|1000000 m2");
  const std::vector<double> by_ratio = numbers(study(DesignKind::grid, {log}));
  for (std::size_t i = 1; i < by_ratio.size(); ++i)
    CHECK(by_ratio[i] / by_ratio[i - 1] == Approx(std::sqrt(10.0)).epsilon(1e-14));  // a few roundings

  const Factor whole{.path = "x", .kind = Factor::Kind::whole_range, .a = 2.0, .b = 5.0, .steps = 4};
  CHECK(numbers(study(DesignKind::grid, {whole})) == std::vector<double>{2, 3, 4, 5});
  std::map<double, int> seen;
  for (const double x : numbers(study(DesignKind::sobol, {whole}))) ++seen[x];
  CHECK(seen == std::map<double, int>{{2, 16}, {3, 16}, {4, 16}, {5, 16}});
}

TEST_CASE("Distributions: quantiles are those of SciPy", "[studies]") {
  const std::vector<double> quantiles{0.001, 0.1, 0.25, 0.5, 0.8, 0.999};
  const test::Json expected = test::python("factor_oracle.py", {{"quantiles", quantiles}});
  const std::map<std::string, Factor> factors{
      {"normal", {.kind = Factor::Kind::normal, .a = 20.0, .b = 3.0}},
      {"lognormal", {.kind = Factor::Kind::lognormal, .a = 900.0, .b = 0.3}},
      {"triangular", {.kind = Factor::Kind::triangular, .a = 1.0, .b = 2.0, .c = 5.0}}};
  for (const auto& [name, factor] : factors) {
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      INFO(name << " at " << quantiles[i]);
      // SciPy's own quantiles are good to some 1e-14.
      CHECK(std::stod(value_at(factor, quantiles[i]).scalar) ==
            Approx(expected[name][i].get<double>()).epsilon(1e-12));
    }
  }
}
