#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include "core/random.hpp"
#include "studies/morris_indices.hpp"
#include "studies/sobol_indices.hpp"
using namespace lunafab;
using namespace lunafab::studies;

namespace {

using Row = std::vector<double>;
using Function = std::function<double(const Row&)>;
constexpr double pi = 3.14159265358979323846;

/// Ishigami and Homma (1990) on the unit cube, a = 7, b = 0.1.
double ishigami(const Row& u) {
  const auto angle = [](double v) {
    return pi * (2 * v - 1);
  };
  const double s2 = std::sin(angle(u[1]));
  return std::sin(angle(u[0])) * (1 + 0.1 * std::pow(angle(u[2]), 4)) + 7 * s2 * s2;
}

const Row g_weights{0, 1, 4.5, 9, 99, 99};

/// Sobol's g-function.
double sobol_g(const Row& u) {
  double product = 1;
  for (std::size_t i = 0; i < u.size(); ++i)
    product *= (std::abs(4 * u[i] - 2) + g_weights[i]) / (1 + g_weights[i]);
  return product;
}

SaltelliResponses evaluated(const Function& f, std::size_t dimensions, std::size_t rows, std::uint32_t seed) {
  const auto draw = [&](std::uint32_t column, std::size_t row) {
    return uniform({.seed = 20602, .replication = seed, .entity = column, .purpose = Purpose::test}, row);
  };
  SaltelliResponses y{.ab = std::vector<std::vector<double>>(dimensions)};
  for (std::size_t r = 0; r < rows; ++r) {
    Row a, b;
    for (std::uint32_t d = 0; d < dimensions; ++d) {
      a.push_back(draw(d, r));
      b.push_back(draw(1000 + d, r));
    }
    y.a.push_back(f(a)), y.b.push_back(f(b));
    for (std::size_t d = 0; d < dimensions; ++d) {
      Row mixed = a;
      mixed[d] = b[d];
      y.ab[d].push_back(f(mixed));
    }
  }
  return y;
}

struct Exact {
  Row first, total;
};

Exact exact_ishigami() {
  const double v1 = 0.5 * std::pow(1 + 0.1 * std::pow(pi, 4) / 5, 2), v2 = 49.0 / 8;
  const double v13 = 0.01 * std::pow(pi, 8) * (1.0 / 18 - 1.0 / 50), v = v1 + v2 + v13;
  return {{v1 / v, v2 / v, 0}, {(v1 + v13) / v, v2 / v, v13 / v}};
}

Exact exact_g() {
  Row parts;
  double product = 1;
  for (const double a : g_weights) parts.push_back(1 / (3 * (1 + a) * (1 + a))), product *= 1 + parts.back();
  Exact exact;
  for (const double part : parts) {
    exact.first.push_back(part / (product - 1));
    exact.total.push_back(part * product / (1 + part) / (product - 1));
  }
  return exact;
}

}  // namespace

TEST_CASE("Sobol indices of Ishigami and of Sobol's g lie within their 99.9 % intervals, which are narrow",
          "[studies]") {
  const auto check = [](const Function& f, const Exact& exact) {
    const auto indices = sobol_indices(evaluated(f, exact.first.size(), 1 << 14, 0), 0.999, 200, 1, "y");
    REQUIRE(indices.size() == exact.first.size());
    for (std::size_t d = 0; d < indices.size(); ++d) {
      INFO(d);
      CHECK(std::abs(indices[d].first.mean - exact.first[d]) <= indices[d].first.half_width);
      CHECK(std::abs(indices[d].total.mean - exact.total[d]) <= indices[d].total.half_width);
      // 3.29 standard deviations of about 1.2/√16384 at most.
      CHECK(indices[d].first.half_width < 0.05);
      CHECK(indices[d].total.half_width < 0.05);
    }
  };
  check(ishigami, exact_ishigami());
  check(sobol_g, exact_g());
}

TEST_CASE("Bootstrap intervals of Sobol indices hold the exact value about as often as they say",
          "[studies]") {
  const Exact exact = exact_ishigami();
  constexpr int experiments = 300;
  int held = 0, of = 0;
  for (std::uint32_t seed = 1; seed <= experiments; ++seed) {
    const auto indices = sobol_indices(evaluated(ishigami, 3, 512, seed), 0.95, 100, seed, "y");
    for (std::size_t d = 0; d < 3; ++d, of += 2) {
      held += std::abs(indices[d].first.mean - exact.first[d]) <= indices[d].first.half_width ? 1 : 0;
      held += std::abs(indices[d].total.mean - exact.total[d]) <= indices[d].total.half_width ? 1 : 0;
    }
  }
  // 1800 statements, each six of one experiment alike: an sd of 0.0126 at worst. 0.95 less a percent for 100
  // resamples less three sd.
  CHECK(static_cast<double>(held) / of > 0.90);
}

TEST_CASE("Sobol indices: nothing varies, nothing to share; draws follow from the name", "[studies]") {
  CHECK(sobol_indices({{1, 1}, {1, 1}, {{1, 1}}}, 0.95, 10, 1, "y").empty());
  const SaltelliResponses y = evaluated(ishigami, 3, 64, 0);
  const auto one = sobol_indices(y, 0.95, 50, 1, "y"), again = sobol_indices(y, 0.95, 50, 1, "y"),
             other = sobol_indices(y, 0.95, 50, 1, "z");
  CHECK(one[0].first.half_width == again[0].first.half_width);
  CHECK(one[0].first.half_width != other[0].first.half_width);
  CHECK(one[0].first.mean == other[0].first.mean);
}

TEST_CASE("Morris indices of Ishigami over the whole lattice are those of the closed form", "[studies]") {
  // Four levels, steps of 2/3: from 0 and 1/3 upwards. Every elementary effect once.
  constexpr double step = 2.0 / 3;
  std::vector<std::vector<double>> effects(3);
  for (int cell = 0; cell < 64; ++cell) {
    const Row u{(cell % 4) / 3.0, (cell / 4 % 4) / 3.0, (cell / 16) / 3.0};
    for (std::size_t d = 0; d < 3; ++d) {
      if (u[d] > 0.5) continue;
      Row moved = u;
      moved[d] += step;
      effects[d].push_back((ishigami(moved) - ishigami(u)) / step);
    }
  }
  // sin(±π/3) = ±√¾. x2: 7·¾ up and down, over 2/3. x1: √¾ (1 + x3⁴/10) · 3/2, x3 of π or π/3. x3: sin x1 of
  // 0 or ±√¾.
  const double root = std::sqrt(0.75), high = 0.1 * std::pow(pi, 4), low = high / 81;
  const MorrisIndices first = morris_indices(effects[0], 0.95), second = morris_indices(effects[1], 0.95),
                      third = morris_indices(effects[2], 0.95);
  CHECK(second.mu == Approx(0).margin(1e-12));
  CHECK(second.mu_star.mean == Approx(7.875));
  CHECK(second.sigma == Approx(7.875 * std::sqrt(32.0 / 31)));
  const double mean = 1.5 * root * (1 + 0.5 * (high + low));
  CHECK(first.mu == Approx(mean));
  CHECK(first.mu_star.mean == Approx(mean));
  CHECK(first.sigma == Approx(1.5 * root * 0.5 * (high - low) * std::sqrt(32.0 / 31)));
  CHECK(third.mu == Approx(0).margin(1e-12));
  CHECK(third.mu_star.mean == Approx(0.5 * 1.5 * root * (high - low)));
  CHECK(third.count == 32);
}
