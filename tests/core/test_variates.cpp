#include <algorithm>
#include <bit>
#include <boost/math/distributions/exponential.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <boost/math/distributions/lognormal.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/triangular.hpp>
#include <boost/math/distributions/uniform.hpp>
#include <boost/math/distributions/weibull.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <random>
#include <string>
#include <vector>
#include "core/contract.hpp"
#include "core/variates.hpp"
#include "tests/core/distribution_checks.hpp"

using namespace lunafab;
using Kind = Distribution::Kind;
namespace bm = boost::math;

namespace {

struct Case {
  std::string name;
  Distribution d;
  std::function<double(double)> cdf;
};

template <class Boost>
Case against(std::string name, Distribution d, Boost oracle) {
  return {std::move(name), d, [oracle](double x) {
            return bm::cdf(oracle, x);
          }};
}

Case truncated(std::string name, double mean, double sd) {
  const bm::normal normal(mean, sd);
  const double kept = bm::cdf(bm::complement(normal, 0.0));
  const auto cdf = [=](double x) {
    return 1.0 - bm::cdf(bm::complement(normal, x)) / kept;
  };
  return {std::move(name), {Kind::normal_truncated, mean, sd}, cdf};
}

std::vector<Case> continuous_cases() {
  return {
      against("exponential", {Kind::exponential, 3600.0}, bm::exponential(1.0 / 3600.0)),
      against("erlang 1", {Kind::erlang, 2.0, 1.0}, bm::gamma_distribution<>(1.0, 2.0)),
      against("erlang 4", {Kind::erlang, 2.0, 4.0}, bm::gamma_distribution<>(4.0, 0.5)),
      against("erlang 40", {Kind::erlang, 2.0, 40.0}, bm::gamma_distribution<>(40.0, 0.05)),
      against("gamma 0.3", {Kind::gamma, 2.0, 0.3}, bm::gamma_distribution<>(0.3, 2.0 / 0.3)),
      against("gamma 1", {Kind::gamma, 2.0, 1.0}, bm::gamma_distribution<>(1.0, 2.0)),
      against("gamma 7.5", {Kind::gamma, 2.0, 7.5}, bm::gamma_distribution<>(7.5, 2.0 / 7.5)),
      against("lognormal", {Kind::lognormal, 1.0, 0.5}, bm::lognormal(1.0, 0.5)),
      against("weibull 0.8", {Kind::weibull, 10.0, 0.8}, bm::weibull(0.8, 10.0)),
      against("weibull 3", {Kind::weibull, 10.0, 3.0}, bm::weibull(3.0, 10.0)),
      against("triangular", {Kind::triangular, 1.0, 2.0, 5.0}, bm::triangular(1.0, 2.0, 5.0)),
      against("triangular, mode low", {Kind::triangular, 1.0, 1.0, 5.0}, bm::triangular(1.0, 1.0, 5.0)),
      against("triangular, mode high", {Kind::triangular, 1.0, 5.0, 5.0}, bm::triangular(1.0, 5.0, 5.0)),
      against("uniform", {Kind::uniform, 2.0, 6.0}, bm::uniform(2.0, 6.0)),
      truncated("normal, hardly cut", 5.0, 1.0),
      truncated("normal, cut at its middle", 0.0, 2.0),
      truncated("normal, cut deep", -10.0, 2.0),
      truncated("normal, cut very deep", -30.0, 1.0),
  };
}

constexpr std::size_t sample_size = 100'000;
const StreamKey stream{42, 1, entity_key("variates"), Purpose::test};

std::vector<double> sample_of(const Distribution& d) {
  std::vector<double> sample(sample_size);
  fill_variates(d, stream, 0, sample);
  return sample;
}

}  // namespace

TEST_CASE("Variates follow their distribution (Kolmogorov-Smirnov, 1e5 draws, alpha 1e-4)", "[core]") {
  for (const Case& c : continuous_cases()) {
    CAPTURE(c.name);
    CHECK(test::ks_statistic(sample_of(c.d), c.cdf) < test::ks_critical);
  }
}

TEST_CASE("Sample means and variances lie within four standard errors of the closed forms", "[core]") {
  const double n = static_cast<double>(sample_size);
  for (const Case& c : continuous_cases()) {
    CAPTURE(c.name);
    double sum = 0.0, sum_2 = 0.0, sum_4 = 0.0;
    for (const double x : sample_of(c.d)) {
      const double deviation = x - mean(c.d);
      sum += deviation, sum_2 += deviation * deviation, sum_4 += std::pow(deviation, 4);
    }
    const double exact = variance(c.d);
    CHECK(std::abs(sum / n) < 4.0 * std::sqrt(exact / n));
    CHECK(std::abs(sum_2 / n - exact) < 4.0 * std::sqrt((sum_4 / n - exact * exact) / n));
  }
}

TEST_CASE("Means and variances agree with Boost.Math", "[core]") {
  const auto check_to = [](double tolerance, const Distribution& d, double exact_mean,
                           double exact_variance) {
    CHECK(mean(d) == Approx(exact_mean).epsilon(tolerance));
    CHECK(variance(d) == Approx(exact_variance).epsilon(tolerance));
  };
  const auto check = [&](const Distribution& d, double m, double v) {
    check_to(1e-12, d, m, v);
  };
  check({Kind::constant, 3.0}, 3.0, 0.0);
  check({Kind::exponential, 3.0}, 3.0, 9.0);
  check({Kind::erlang, 3.0, 4.0}, 3.0, 9.0 / 4.0);
  check({Kind::gamma, 3.0, 0.5}, 3.0, 18.0);
  check({Kind::uniform, 2.0, 6.0}, 4.0, 16.0 / 12.0);
  for (const double sigma : {0.0, 0.5, 2.0}) {
    const double s = sigma * sigma;
    check({Kind::lognormal, 1.0, sigma}, std::exp(1.0 + s / 2.0), std::expm1(s) * std::exp(2.0 + s));
  }
  // Near sigma = 0 only a variance without exp(s) − 1 keeps its digits.
  check({Kind::lognormal, 0.0, 1e-5}, std::exp(0.5e-10), std::expm1(1e-10) * std::exp(1e-10));
  for (const double shape : {0.1, 0.5, 1.0, 3.0, 10.0, 100.0}) {
    const bm::weibull_distribution<long double> oracle(shape, 10.0L);
    check_to(2e-14 * std::max(50.0, shape * shape), {Kind::weibull, 10.0, shape},
             static_cast<double>(bm::mean(oracle)), static_cast<double>(bm::variance(oracle)));
  }
  const bm::triangular triangle(1.0, 2.0, 5.0);
  check({Kind::triangular, 1.0, 2.0, 5.0}, bm::mean(triangle), bm::variance(triangle));
}

TEST_CASE("Means and variances of truncated normals agree with long double hazards", "[core]") {
  for (const double ratio : {-35.0, -10.0, -1.0, 0.0, 0.5, 3.0, 40.0, 1e10}) {
    CAPTURE(ratio);
    const bm::normal_distribution<long double> normal;
    const long double shift = bm::pdf(normal, ratio) / bm::cdf(normal, ratio);
    const auto exact_mean = static_cast<double>(2.0L * (ratio + shift));
    const auto exact_variance = static_cast<double>(4.0L * (1.0L - shift * (shift + ratio)));
    const Distribution d{Kind::normal_truncated, 2.0 * ratio, 2.0};
    const double tolerance = ratio < 0.0 ? 1e-9 : 1e-12;
    CHECK(mean(d) == Approx(exact_mean).epsilon(tolerance));
    CHECK(variance(d) == Approx(exact_variance).epsilon(tolerance));
  }
}

TEST_CASE("Filled variates equal single ones to the bit at any offset and length", "[core]") {
  std::mt19937_64 choice(11);
  std::vector<Case> cases = continuous_cases();
  cases.push_back({"constant", {Kind::constant, 3.0}, {}});
  cases.push_back({"triangular, a point", {Kind::triangular, 2.0, 2.0, 2.0}, {}});
  cases.push_back({"gamma 0.1", {Kind::gamma, 2.0, 0.1}, {}});
  cases.push_back({"lognormal, wide", {Kind::lognormal, -50.0, 15.0}, {}});
  for (const Case& c : cases) {
    CAPTURE(c.name);
    bool equal = true, non_negative = true;
    for (int trial = 0; trial < 20; ++trial) {
      const std::uint64_t first = choice() % (draws_per_stream / 2);
      std::vector<double> filled(choice() % 1300);
      fill_variates(c.d, stream, first, filled);
      for (std::size_t i = 0; i < filled.size(); ++i) {
        equal = equal && filled[i] == variate(c.d, stream, first + i);
        non_negative = non_negative && filled[i] >= 0.0;
      }
    }
    CHECK(equal);
    CHECK(non_negative);
  }
}

TEST_CASE("Variates by inversion increase with the uniform draw", "[core]") {
  // Antithetic and common random numbers rely on it. Neighbours differ far more than rounding does.
  for (const Case& c : continuous_cases()) {
    if (c.d.kind == Kind::gamma || (c.d.kind == Kind::erlang && c.d.b > 1.0)) continue;
    CAPTURE(c.name);
    bool same_order = true;
    for (std::uint64_t n = 0; n < 2000; n += 2) {
      const bool up = uniform(stream, n) < uniform(stream, n + 1);
      same_order = same_order && up == (variate(c.d, stream, n) < variate(c.d, stream, n + 1));
    }
    CHECK(same_order);
  }
}

TEST_CASE("An Erlang variate of one stage is the exponential one to the bit", "[core]") {
  for (std::uint64_t n = 0; n < 1000; ++n) {
    REQUIRE(variate({Kind::erlang, 3.0, 1.0}, stream, n) == variate({Kind::exponential, 3.0}, stream, n));
  }
}

TEST_CASE("A variate is the documented function of its uniform draw", "[core]") {
  for (std::uint64_t n = 0; n < 200; ++n) {
    const double u = uniform(stream, n);
    REQUIRE(variate({Kind::exponential, 3.0}, stream, n) == Approx(-3.0 * std::log1p(-u)).epsilon(1e-14));
    REQUIRE(variate({Kind::weibull, 3.0, 2.0}, stream, n) ==
            Approx(3.0 * std::sqrt(-std::log1p(-u))).epsilon(1e-14));
    REQUIRE(variate({Kind::lognormal, 1.0, 0.5}, stream, n) ==
            Approx(bm::quantile(bm::lognormal(1.0, 0.5), u)).epsilon(1e-13));
    REQUIRE(variate({Kind::uniform, 2.0, 6.0}, stream, n) == 2.0 + 4.0 * u);
  }
}

TEST_CASE("Parameters outside a distribution's domain are refused", "[core]") {
  const Distribution bad[] = {{Kind::constant, -1.0},
                              {Kind::constant, INFINITY},
                              {Kind::exponential, NAN},
                              {Kind::exponential, -1.0},
                              {Kind::erlang, 1.0, 0.0},
                              {Kind::erlang, 1.0, 2.5},
                              {Kind::erlang, 1.0, 65536.0},
                              {Kind::gamma, 1.0, 0.0},
                              {Kind::gamma, 1.0, -2.0},
                              {Kind::lognormal, 0.0, -1.0},
                              {Kind::lognormal, 400.0, 1.0},
                              {Kind::weibull, 1.0, 0.0},
                              {Kind::triangular, 2.0, 1.0, 3.0},
                              {Kind::triangular, 1.0, 4.0, 3.0},
                              {Kind::triangular, -1.0, 0.0, 3.0},
                              {Kind::normal_truncated, 1.0, 0.0},
                              {Kind::normal_truncated, -36.0, 1.0},
                              {Kind::normal_truncated, 1.0, 1e-320},
                              {Kind::uniform, 2.0, 1.0},
                              {Kind::uniform, -1.0, 1.0},
                              {static_cast<Kind>(99), 1.0}};
  std::vector<double> out(3);
  for (const Distribution& d : bad) {
    CAPTURE(static_cast<int>(d.kind), d.a, d.b, d.c);
    CHECK_FALSE(is_valid(d));
    CHECK_THROWS_AS(mean(d), ContractError);
    CHECK_THROWS_AS(variance(d), ContractError);
    CHECK_THROWS_AS(variate(d, stream, 0), ContractError);
    CHECK_THROWS_AS(fill_variates(d, stream, 0, out), ContractError);
  }
}

TEST_CASE("The bits of variates are fixed, on every CPU and compiler", "[core]") {
  // FNV-1a over the bits of 1,000 draws of every case: changes only if results of all studies may change.
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const Case& c : continuous_cases()) {
    std::vector<double> filled(1000);
    fill_variates(c.d, stream, 12345, filled);
    for (const double x : filled) hash = (hash ^ std::bit_cast<std::uint64_t>(x)) * 0x100000001b3;
  }
  CHECK(hash == 0x061cf6b53124b886);
}
