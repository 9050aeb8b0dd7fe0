#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>
#include <vector>
#include "core/contract.hpp"
#include "core/elementary.hpp"

using namespace lunafab;

namespace {

using Limits = std::numeric_limits<double>;
constexpr double infinity = Limits::infinity();

/// |value − exact| in units of the spacing of doubles at `exact`.
double ulps(double value, long double exact) {
  const int exponent = std::max(std::ilogb(exact), Limits::min_exponent - 1);
  return static_cast<double>(std::abs(value - exact) / std::ldexp(1.0L, exponent - 52));
}

double relative_error(double value, long double exact) {
  return static_cast<double>(std::abs(value / exact - 1.0L));
}

template <class Error>
double worst(const std::vector<double>& grid, Error error) {
  double largest = 0.0;
  for (const double x : grid) largest = std::max(largest, error(x));
  return largest;
}

double log_error(double x) {
  return ulps(portable_log(x), std::log(static_cast<long double>(x)));
}
double exp_error(double x) {
  return ulps(portable_exp(x), std::exp(static_cast<long double>(x)));
}

/// Every binade from the smallest subnormal up, 200 random mantissas each.
std::vector<double> all_magnitudes(int lowest, int highest) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> mantissa(1.0, 2.0);
  std::vector<double> grid;
  for (int e = lowest; e <= highest; ++e) {
    for (int i = 0; i < 200; ++i) grid.push_back(std::ldexp(mantissa(random), e));
  }
  return grid;
}

std::vector<double> random_grid(double low, double high, int count) {
  std::mt19937_64 random(6);
  std::uniform_real_distribution<double> x(low, high);
  std::vector<double> grid;
  for (int i = 0; i < count; ++i) grid.push_back(x(random));
  return grid;
}

/// Towards 0 as a power, towards 1 as one minus a power, and evenly between.
std::vector<double> probabilities(int lowest_exponent) {
  std::vector<double> grid = random_grid(0.0, 1.0, 100'000);
  for (const double x : all_magnitudes(lowest_exponent, -2)) grid.push_back(x);
  for (const double x : all_magnitudes(-53, -2)) grid.push_back(1.0 - x);
  for (double p :
       {0.025, 0.075, 0.5, 0.925, std::exp(-25.0), 1.0 - std::exp(-25.0)}) {  // the seams of AS 241
    grid.insert(grid.end(), {std::nextafter(p, 0.0), p, std::nextafter(p, 1.0)});
  }
  std::erase_if(grid, [](double p) { return p <= 0.0 || p >= 1.0; });
  return grid;
}

}  // namespace

TEST_CASE("portable_log is within 1 ulp from subnormals to the largest double", "[core]") {
  CHECK(worst(all_magnitudes(-1074, 1023), log_error) < 1.0);
  CHECK(worst(random_grid(0.0, 1.0, 300'000), log_error) < 1.0);
  CHECK(worst(random_grid(0.99, 1.01, 300'000), log_error) < 1.0);
  CHECK(log_error(Limits::denorm_min()) < 1.0);
  CHECK(log_error(1.0 - 0x1p-53) < 1.0);
  CHECK(log_error(1.0 + 0x1p-52) < 1.0);
  CHECK(log_error(0x1p-53) < 1.0);
}

TEST_CASE("portable_log at the special values", "[core]") {
  CHECK(portable_log(1.0) == 0.0);
  CHECK(portable_log(0.0) == -infinity);
  CHECK(portable_log(-0.0) == -infinity);
  CHECK(portable_log(infinity) == infinity);
  CHECK(std::isnan(portable_log(-1.0)));
  CHECK(std::isnan(portable_log(Limits::quiet_NaN())));
}

TEST_CASE("portable_exp is within 1.1 ulp over its whole range", "[core]") {
  CHECK(worst(random_grid(-745.2, 709.78, 500'000), exp_error) < 1.1);
  CHECK(worst(random_grid(-1.0, 1.0, 300'000), exp_error) < 1.1);
  CHECK(worst(random_grid(-745.2, -707.0, 100'000), exp_error) < 1.1);  // into the subnormals
  CHECK(worst(random_grid(707.0, 709.78, 100'000), exp_error) < 1.1);
  CHECK(worst(all_magnitudes(-80, 8), exp_error) < 1.1);
}

TEST_CASE("portable_exp at the special values", "[core]") {
  CHECK(portable_exp(0.0) == 1.0);
  CHECK(portable_exp(-0.0) == 1.0);
  CHECK(portable_exp(709.79) == infinity);
  CHECK(portable_exp(1e300) == infinity);
  CHECK(portable_exp(infinity) == infinity);
  CHECK(portable_exp(-745.2) == 0.0);
  CHECK(portable_exp(-745.0) == Limits::denorm_min());
  CHECK(portable_exp(-infinity) == 0.0);
  CHECK(std::isnan(portable_exp(Limits::quiet_NaN())));
}

TEST_CASE("normal_quantile is within 2e-15 of the exact quantile", "[core]") {
  const boost::math::normal_distribution<long double> normal;
  const auto error = [&](double p) {
    const auto exact = p < 0.75 ? boost::math::quantile(normal, static_cast<long double>(p))
                                : boost::math::quantile(boost::math::complement(normal, 1.0L - p));
    return p == 0.5 ? std::abs(normal_quantile(p)) : relative_error(normal_quantile(p), exact);
  };
  CHECK(worst(probabilities(-1000), error) < 2e-15);
}

TEST_CASE("normal_quantile is odd about one half and infinite at the ends", "[core]") {
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.0) == -infinity);
  CHECK(normal_quantile(1.0) == infinity);
  CHECK(std::isnan(normal_quantile(-0.1)));
  CHECK(std::isnan(normal_quantile(1.1)));
  bool odd = true;
  for (const double p : probabilities(-53)) {
    if (1.0 - (1.0 - p) == p) odd = odd && normal_quantile(1.0 - p) == -normal_quantile(p);
  }
  CHECK(odd);
}

TEST_CASE("normal_quantiles equals normal_quantile to the bit", "[core]") {
  const std::vector<double> grid = probabilities(-1000);
  std::vector<double> quantiles = grid;
  normal_quantiles(quantiles);
  bool equal = true;
  for (std::size_t i = 0; i < grid.size(); ++i) equal = equal && quantiles[i] == normal_quantile(grid[i]);
  CHECK(equal);
}

TEST_CASE("normal_cdf and normal_density are within 2e-15 down to -37", "[core]") {
  const boost::math::normal_distribution<long double> normal;
  const auto cdf_error = [&](double x) {
    return relative_error(normal_cdf(x), boost::math::cdf(normal, x));
  };
  const auto density_error = [&](double x) {
    return relative_error(normal_density(x), boost::math::pdf(normal, x));
  };
  CHECK(worst(random_grid(-37.0, 9.0, 200'000), cdf_error) < 2e-15);
  CHECK(worst(random_grid(-1.0, 1.0, 100'000), cdf_error) < 2e-15);
  CHECK(worst(random_grid(-37.0, 37.0, 200'000), density_error) < 2e-15);
  CHECK(normal_cdf(0.0) == 0.5);
  CHECK(normal_cdf(-infinity) == 0.0);
  CHECK(normal_cdf(1e300) == 1.0);
  CHECK(normal_cdf(infinity) == 1.0);
  CHECK(normal_density(1e300) == 0.0);
}

TEST_CASE("gamma_function is within 2e-14 up to 21 and 4e-13 up to 170", "[core]") {
  const auto error = [](double x) {
    return relative_error(gamma_function(x), boost::math::tgamma(static_cast<long double>(x)));
  };
  CHECK(worst(random_grid(1e-3, 21.0, 20'000), error) < 2e-14);
  CHECK(worst(random_grid(21.0, 170.0, 20'000), error) < 4e-13);
  CHECK(gamma_function(5.0) == Approx(24.0).epsilon(1e-14));
  CHECK_THROWS_AS(gamma_function(0.0), ContractError);
  CHECK_THROWS_AS(gamma_function(171.0), ContractError);
}
