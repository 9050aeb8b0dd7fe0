#include <catch2/catch.hpp>
#include <cmath>
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "studies/break_even.hpp"
#include "studies/correlation.hpp"
#include "studies/effects.hpp"
#include "studies/pareto.hpp"
#include "tests/validation/python.hpp"
using namespace lunafab;
using namespace lunafab::studies;

namespace {

double drawn(std::uint64_t n, std::uint32_t column) {
  return uniform({.seed = 20601, .replication = column, .purpose = Purpose::test}, n);
}

}  // namespace

TEST_CASE("Grid effects: the battery experiment of the textbook", "[studies]") {
  // Montgomery, Design and Analysis of Experiments, table 5.1: material 1-3 by 15, 70, 125 °F, four of each.
  const Responses battery{{130, 155, 74, 180},  {34, 40, 80, 75},     {20, 70, 82, 58},
                          {150, 188, 159, 126}, {136, 122, 106, 115}, {25, 70, 58, 45},
                          {138, 110, 168, 160}, {174, 120, 150, 139}, {96, 104, 82, 60}};
  const GridEffects effects = grid_effects(battery, {3, 3}, 0.95);
  // Its table 5.5: sums of squares 10683.72, 39118.72, 9613.78, given to a hundredth.
  const double between = 10683.72 + 39118.72 + 9613.78;
  CHECK(effects.main[0].share == Approx(10683.72 / between).margin(1e-6));
  CHECK(effects.main[1].share == Approx(39118.72 / between).margin(1e-6));
  REQUIRE(effects.interactions.size() == 1);
  CHECK(effects.interactions[0].share == Approx(9613.78 / between).margin(1e-6));
  CHECK(effects.rest == 0.0);
  // Its table 5.4: means 105.53 of all, 83.17, 108.33 and 125.08 of the materials, to a hundredth.
  CHECK(effects.mean == Approx(105.53).margin(0.005));
  CHECK(effects.mean + effects.main[0].levels[0].effect.mean == Approx(83.17).margin(0.005));
  CHECK(effects.mean + effects.main[0].levels[2].effect.mean == Approx(125.08).margin(0.005));
}

TEST_CASE("Grid effects: a product of three signs is all rest, a sum has none", "[studies]") {
  Responses product, sum;
  for (int a = -1; a <= 1; a += 2)
    for (int b = -1; b <= 1; b += 2)
      for (int c = -1; c <= 1; c += 2) product.push_back({1.0 * a * b * c}), sum.push_back({2.0 * a + b - c});
  const GridEffects of_product = grid_effects(product, {2, 2, 2}, 0.95);
  CHECK(of_product.rest == 1.0);
  const GridEffects of_sum = grid_effects(sum, {2, 2, 2}, 0.95);
  CHECK(of_sum.rest == 0.0);
  CHECK(of_sum.main[0].share == Approx(4.0 / 6.0));
  CHECK(of_sum.main[0].levels[1].effect.mean == 2.0);
  CHECK(std::isinf(of_sum.main[0].levels[1].effect.half_width));  // one replication
}

TEST_CASE("Grid effects with gaps: the full grid's where there are none, exact for a sum where there are",
          "[studies]") {
  Responses sum;
  for (int a = 0; a < 3; ++a)
    for (int b = 0; b < 2; ++b)
      for (int c = 0; c < 2; ++c) sum.push_back({a * a + 3.0 * b - c, a * a + 3.0 * b - c + 1});
  const GridShape shape{3, 2, 2};
  const GridEffects full = grid_effects(sum, shape, 0.95);
  sum[5].clear(), sum[8] = {std::nan(""), 1.0};
  for (const MainEffect& main : additive_effects(sum, shape, 0.95))
    for (const LevelEffect& level : main.levels) {
      CHECK(level.effect.mean == Approx(full.main[main.axis].levels[level.level].effect.mean).margin(1e-12));
      CHECK(level.effect.half_width == Approx(0).margin(1e-12));  // the same in both replications
    }
  for (std::size_t p = 0; p < 12; p += 2) sum[p].clear();  // no c = 0 left
  CHECK(additive_effects(sum, shape, 0.95).empty());
}

TEST_CASE("Tornado: noise that all points share leaves the differences exact", "[studies]") {
  Responses responses(4);
  const double gain[] = {0.0, 0.5, -3.0, 0.25};
  for (std::size_t p = 0; p < 4; ++p)
    for (std::uint64_t r = 0; r < 6; ++r)
      responses[p].push_back(std::ldexp(std::floor(drawn(r, 0) * 1024), -10) + gain[p]);
  const std::vector<TornadoBar> bars = tornado(responses, {0, 0, 1, 0}, 0.95);
  REQUIRE(bars.size() == 2);
  CHECK(bars[0].axis == 1);
  CHECK(bars[0].swing == 3.0);
  CHECK(bars[0].steps[0].difference.half_width == 0.0);
  CHECK(bars[1].swing == 0.5);
  CHECK(bars[1].steps[1].point == 3);
  CHECK(bars[1].steps[1].difference.mean == 0.25);
}

TEST_CASE("Correlations, their bounds and partial rank correlations are those of SciPy", "[studies]") {
  std::vector<std::vector<double>> columns(3, std::vector<double>(60));
  std::vector<double> y(60);
  for (std::size_t i = 0; i < 60; ++i) {
    const double a = drawn(i, 1), b = drawn(i, 2);
    // The third has ties and goes with the first.
    columns[0][i] = a, columns[1][i] = b, columns[2][i] = std::floor(4 * (0.6 * a + 0.4 * drawn(i, 3)));
    y[i] = std::exp(3 * a) - 2 * b + 0.3 * columns[2][i] + drawn(i, 4);
  }
  const auto scipy = test::python("correlation_oracle.py", {{"columns", columns}, {"y", y}});
  const std::vector<double> partial = partial_rank_correlations(columns, y);
  REQUIRE(partial.size() == 3);
  for (std::size_t f = 0; f < 3; ++f) {
    // Rounding of sums of 60 terms, and of a regression in the partial ones.
    CHECK(pearson(columns[f], y) == Approx(scipy["pearson"][f].get<double>()).margin(1e-13));
    CHECK(spearman(columns[f], y) == Approx(scipy["spearman"][f].get<double>()).margin(1e-13));
    CHECK(partial[f] == Approx(scipy["partial"][f].get<double>()).margin(1e-11));
    const Bounds bounds = correlation_bounds(pearson(columns[f], y), 60, 0, 0.9);
    CHECK(bounds.low == Approx(scipy["low"][f].get<double>()).margin(1e-12));
    CHECK(bounds.high == Approx(scipy["high"][f].get<double>()).margin(1e-12));
  }
}

TEST_CASE("Correlations: columns that say nothing, or the same, give no numbers", "[studies]") {
  const std::vector<double> y{1, 3, 2, 5, 4, 6, 9}, x{1, 2, 3, 4, 5, 6, 7}, flat(7, 2.0);
  CHECK(pearson(flat, y) == 0.0);
  CHECK(partial_rank_correlations({x, flat}, y)[1] == 0.0);
  CHECK(partial_rank_correlations({x, x}, y).empty());
  CHECK(ranks(std::vector<double>{3, 1, 3, 2}) == std::vector<double>{3.5, 1, 3.5, 2});
}

TEST_CASE("Pareto front: exactly the rows that none beats", "[studies]") {
  CHECK(pareto_front({{1, 4}, {2, 2}, {2, 3}, {4, 1}, {2, 2}, {5, 5}}) ==
        std::vector<std::size_t>{0, 1, 3, 4});
  CHECK(pareto_front({{1, std::nan("")}, {2, 2}}) == std::vector<std::size_t>{1});
  CHECK(pareto_front({{3}, {1}, {2}, {1}}) == std::vector<std::size_t>{1, 3});
  // Three objectives against the definition, coarse values so that ties occur.
  std::vector<std::vector<double>> rows;
  for (std::size_t i = 0; i < 300; ++i) {
    rows.emplace_back();
    for (std::uint32_t c = 0; c < 3; ++c) rows.back().push_back(std::floor(12 * drawn(i, 5 + c)));
  }
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    bool beaten = false;
    for (const auto& other : rows) {
      bool no_worse = true;
      for (std::size_t c = 0; c < 3; ++c) no_worse = no_worse && other[c] <= rows[i][c];
      beaten = beaten || (no_worse && other != rows[i]);
    }
    if (!beaten) expected.push_back(i);
  }
  CHECK(pareto_front(rows) == expected);
}

TEST_CASE("Break-even: the crossing of straight lines, and where its band holds zero", "[studies]") {
  // 2 - x ± 0.5 is zero at 2, and may be from 1.5 to 2.5.
  const auto line = [](double half_width) {
    std::vector<MarginPoint> points;
    for (double x = 0; x <= 4; x += 1) points.push_back({x, {2.0 - x, half_width}});
    return points;
  };
  const auto found = crossings(line(0.5));
  REQUIRE(found.size() == 1);
  CHECK(found[0].x == 2.0);
  CHECK_FALSE(found[0].rises);
  CHECK(found[0].low == 1.5);
  CHECK(found[0].high == 2.5);
  CHECK_FALSE(found[0].open_low);
  const auto wide = crossings(line(3.0));
  REQUIRE(wide.size() == 1);
  CHECK((wide[0].open_low && wide[0].open_high && wide[0].low == 0.0 && wide[0].high == 4.0));
  const auto exact = crossings(line(0.0));
  CHECK((exact[0].low == 2.0 && exact[0].high == 2.0));
}

TEST_CASE("Break-even: between points, several times, or not at all", "[studies]") {
  const auto found = crossings({{1, {-1, 0.1}}, {2, {3, 0.1}}, {4, {-1, 0.1}}});
  REQUIRE(found.size() == 2);
  CHECK(found[0].x == Approx(1.25));
  CHECK(found[0].rises);
  CHECK(found[0].low == Approx(1.225));   // -1 + 4t + 0.1 = 0
  CHECK(found[0].high == Approx(1.275));  // -1 + 4t - 0.1 = 0
  CHECK(found[1].x == Approx(3.5));
  CHECK(crossings({{1, {1, 0}}, {2, {0, 0}}, {3, {1, 0}}}).empty());  // touches
  CHECK(crossings({{1, {1, 0}}, {2, {2, 0}}}).empty());
}
