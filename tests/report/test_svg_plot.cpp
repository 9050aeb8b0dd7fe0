#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include "report/numbers.hpp"
#include "report/svg_plot.hpp"

using namespace lunafab::report;
using Catch::Contains;

TEST_CASE("svg plot: ticks are round and cover the range", "[report]") {
  CHECK(round_ticks(0.0, 9.75, 6) == std::vector<double>{0.0, 2.0, 4.0, 6.0, 8.0, 10.0});
  const auto ticks = round_ticks(-0.3, 2.1, 5);
  CHECK(ticks.front() <= -0.3);
  CHECK(ticks.back() >= 2.1);
}

TEST_CASE("svg plot: an envelope keeps every column's lowest and highest value", "[report]") {
  Series noisy{.name = "", .color = "#000", .x = {}, .y = {}};
  for (int i = 0; i < 10'000; ++i)
    noisy.x.push_back(i), noisy.y.push_back(std::sin(1.7 * i) + (i == 4321 ? 9.0 : 0.0));
  const Series thin = envelope(noisy, 400);
  CHECK(thin.x.size() <= 802);
  CHECK(std::is_sorted(thin.x.begin(), thin.x.end()));
  CHECK(*std::max_element(thin.y.begin(), thin.y.end()) == *std::max_element(noisy.y.begin(), noisy.y.end()));
  CHECK(*std::min_element(thin.y.begin(), thin.y.end()) == *std::min_element(noisy.y.begin(), noisy.y.end()));
  CHECK(envelope({}, 400).x.empty());
}

TEST_CASE("svg plot: text is escaped; empty, constant and impossible values still draw", "[report]") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const Ordinate ordinate : {Ordinate::from_zero, Ordinate::around_data, Ordinate::logarithmic}) {
    for (const std::vector<double>& y :
         {std::vector<double>{}, {0.0, 0.0}, {3.0, 3.0}, {nan, 1.0}, {-1.0, nan}}) {
      Series series{.name = "s", .color = "#000", .x = {}, .y = y};
      for (std::size_t i = 0; i < y.size(); ++i) series.x.push_back(static_cast<double>(i));
      const std::string svg = draw(
          {.title = "a < b & \"c\"", .x_label = "km", .ordinate = ordinate, .series = {series}, .limit = {}});
      CHECK_THAT(svg, Contains("a &lt; b &amp; &quot;c&quot;") && !Contains("nan") && !Contains("inf"));
    }
  }
}

TEST_CASE("numbers: four digits and a prefix that fits", "[report]") {
  CHECK(with_prefix(15.1534e9, "J") == "15.15 GJ");
  CHECK(with_prefix(999.97, "J") == "1.000 kJ");
  CHECK(with_prefix(-3.984e9, "J") == "-3.984 GJ");
  CHECK(with_prefix(0.0, "J") == "0 J");
  CHECK(percent(0.8174) == "81.74 %");
  CHECK(percent(-3.5e-10) == "-3.5e-08 %");
  CHECK(plain(1750.0, "kg") == "1750 kg");
}
