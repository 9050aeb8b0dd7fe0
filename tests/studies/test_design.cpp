#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include "studies/maximin.hpp"
#include "studies/morris_design.hpp"
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

TEST_CASE("Maximin: still one point in each slice, and farther apart than the best of 1000 drawn",
          "[studies]") {
  constexpr std::size_t n = 30;
  const auto smallest_gap = [](const UnitPoints& points) {
    double least = 10.0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        double squared = 0.0;
        for (std::size_t d = 0; d < points[i].size(); ++d)
          squared += (points[i][d] - points[j][d]) * (points[i][d] - points[j][d]);
        least = std::min(least, std::sqrt(squared));
      }
    }
    return least;
  };
  const UnitPoints points = spread_out(latin_hypercube(n, names, 42), 42);
  for (std::size_t d = 0; d < names.size(); ++d) {
    std::set<std::size_t> slices;
    for (const auto& point : points) slices.insert(static_cast<std::size_t>(point[d] * n));
    CHECK(slices.size() == n);
  }
  double best_drawn = 0.0;
  for (std::uint64_t seed = 0; seed < 1000; ++seed)
    best_drawn = std::max(best_drawn, smallest_gap(latin_hypercube(n, names, seed)));
  CHECK(smallest_gap(points) > best_drawn);
  CHECK(spread_out(latin_hypercube(n, names, 42), 42) == points);
}

TEST_CASE("Morris: every trajectory moves each axis once, by the step, on the lattice", "[studies]") {
  Study s = study(DesignKind::morris, {});
  s.axes.clear();
  for (const std::string& name : names) {
    s.axes.push_back({s.factors.size()});
    s.factors.push_back({.path = name, .kind = Factor::Kind::range, .a = 0.0, .b = 1.0});
  }
  s.trajectories = 50;
  s.lattice_levels = 6;
  const Design design(s);
  REQUIRE(design.size() == 200);
  CHECK(morris_step(6) == 0.6);  // p/(2(p − 1)); Morris recommends it for even p
  CHECK(morris_step(4) == Approx(2.0 / 3.0).epsilon(1e-15));
  for (std::size_t i = 0; i < design.size(); ++i) {
    const std::vector<double> here = design.unit_point(i);
    for (const double u : here) CHECK(std::abs(u * 5.0 - std::round(u * 5.0)) < 1e-12);  // a few roundings
    const MorrisPlace place = morris_place(3, i);
    CHECK(place.trajectory * 4 + place.step == i);
    if (place.step == 0) continue;
    const std::vector<double> before = design.unit_point(i - 1);
    int moved = 0;
    for (std::size_t d = 0; d < 3; ++d) {
      if (here[d] == before[d]) continue;
      ++moved;
      CHECK(std::abs(here[d] - before[d]) == Approx(0.6).epsilon(1e-14));
    }
    CHECK(moved == 1);
  }
  for (std::size_t t = 0; t < 50; ++t) {
    // Each axis has moved once: the ends differ everywhere.
    for (std::size_t d = 0; d < 3; ++d) CHECK(design.unit_point(4 * t)[d] != design.unit_point(4 * t + 3)[d]);
  }
}

TEST_CASE("Morris: levels, directions and turns are even", "[studies]") {
  constexpr std::size_t n = 4000;
  const UnitPoints points = morris_points(n, 4, names, 7);
  std::map<long, int> seen;
  int up = 0, first = 0;
  for (std::size_t t = 0; t < n; ++t) {
    ++seen[std::lround(3.0 * points[4 * t][0])];
    up += points[4 * t + 3][0] > points[4 * t][0] ? 1 : 0;
    first += points[4 * t + 1][0] != points[4 * t][0] ? 1 : 0;
  }
  // Binomial counts within 3.29 standard deviations: 99.9 % each.
  CHECK(seen.size() == 4);
  for (const auto& [level, count] : seen) CHECK(std::abs(count - n / 4.0) < 3.29 * std::sqrt(n * 3.0 / 16.0));
  CHECK(std::abs(up - n / 2.0) < 3.29 * std::sqrt(n / 4.0));
  CHECK(std::abs(first - n / 3.0) < 3.29 * std::sqrt(n * 2.0 / 9.0));
}

TEST_CASE("Morris: ranges reach both ends, distributions stay off their infinite ones", "[studies]") {
  Study s = study(DesignKind::morris, {{.path = "x", .kind = Factor::Kind::log_range, .a = 10.0, .b = 1000.0},
                                       {.path = "y", .kind = Factor::Kind::normal, .a = 0.0, .b = 1.0},
                                       levels("z", {"p", "q", "r", "s"})});
  s.trajectories = 40;
  s.lattice_levels = 4;
  const Design design(s);
  std::set<std::string> x, y, z;
  for (std::size_t i = 0; i < design.size(); ++i) {
    const Point point = design.point(i);
    x.insert(point[0].scalar), y.insert(point[1].scalar), z.insert(point[2].scalar);
  }
  CHECK(x.size() == 4);
  CHECK((x.contains("10") && x.contains("1000")));
  CHECK(z.size() == 4);
  REQUIRE(y.size() == 4);
  std::set<double> quantiles;
  for (const std::string& value : y) quantiles.insert(0.5 * std::erfc(-std::stod(value) / std::sqrt(2.0)));
  double expected = 0.125;  // the middles of four slices
  for (const double q : quantiles) {
    CHECK(q == Approx(expected).epsilon(1e-12));  // of normal_quantile and erfc, some 1e-14 each
    expected += 0.25;
  }
}

TEST_CASE("Saltelli: rows are SciPy's Sobol points n … 2n − 1, in the order A, A with columns of B, B",
          "[studies]") {
  Study s = study(DesignKind::saltelli, {});
  s.axes.clear();
  for (const std::string& name : names) {
    s.axes.push_back({s.factors.size()});
    s.factors.push_back({.path = name, .kind = Factor::Kind::range, .a = 0.0, .b = 1.0});
  }
  s.points = 16;
  const Design design(s);
  REQUIRE(design.size() == 80);
  const test::Json sobol = test::python("sobol_oracle.py", {{"dimensions", 6}, {"log2_points", 5}})["points"];
  for (std::size_t i = 0; i < design.size(); ++i) {
    const auto row = sobol[16 + i / 5].get<std::vector<double>>();
    std::vector<double> expected(row.begin(), row.begin() + 3);
    const std::size_t which = i % 5;
    const SaltelliPlace place = saltelli_place(3, i);
    CHECK(place.row == i / 5);
    if (which == 4) expected.assign(row.begin() + 3, row.end());
    if (which > 0 && which < 4) expected[which - 1] = row[2 + which];
    CHECK(place.matrix == (which == 0   ? SaltelliMatrix::a
                           : which == 4 ? SaltelliMatrix::b
                                        : SaltelliMatrix::a_b));
    if (place.matrix == SaltelliMatrix::a_b) CHECK(place.axis == which - 1);
    CHECK(design.unit_point(i) == expected);
  }
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
