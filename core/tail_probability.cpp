#include "core/tail_probability.hpp"
#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include "core/contract.hpp"

namespace lunafab {
namespace {

using Kind = Distribution::Kind;

constexpr double infinity = std::numeric_limits<double>::infinity();

double square(double x) {
  return x * x;
}

/// The smaller one by its series, the other as what is left.
TailProbabilities gamma_tails(double shape, double x) {
  if (x < shape) {
    const double below = boost::math::gamma_p(shape, x);
    return {below, 1.0 - below};
  }
  const double above = boost::math::gamma_q(shape, x);
  return {1.0 - above, above};
}

TailProbabilities triangular_tails(const Distribution& d, double x) {
  if (x <= d.b) {
    const double below = d.b > d.a ? square(x - d.a) / ((d.c - d.a) * (d.b - d.a)) : 0.0;
    return {below, 1.0 - below};
  }
  const double above = square(d.c - x) / ((d.c - d.a) * (d.c - d.b));
  return {1.0 - above, above};
}

double triangular_log_density(const Distribution& d, double x) {
  const double peak = std::log(2.0 / (d.c - d.a));
  if (x < d.b) return peak + std::log((x - d.a) / (d.b - d.a));
  return x > d.b ? peak + std::log((d.c - x) / (d.c - d.b)) : peak;
}

double gamma_log_density(double shape, double scale, double x) {
  const double power = shape == 1.0 ? 0.0 : (shape - 1.0) * std::log(x / scale);
  return power - x / scale - std::lgamma(shape) - std::log(scale);
}

void expects_density(const Distribution& d) {
  expects(is_valid(d) && d.kind != Kind::constant && d.kind != Kind::empirical,
          "tail_probability: a valid distribution with a density");
}

/// Ends of the support.
struct Support {
  double low = 0.0, high = infinity;
};

Support support_of(const Distribution& d) {
  if (d.kind == Kind::uniform) return {d.a, d.b};
  if (d.kind == Kind::triangular) return {d.a, d.c};
  return {};
}

}  // namespace

TailProbabilities tail_probabilities(const Distribution& d, double x) {
  expects_density(d);
  const auto [low, high] = support_of(d);
  if (x <= low) return {0.0, 1.0};
  if (x >= high) return {1.0, 0.0};
  switch (d.kind) {
    case Kind::exponential:
      return {-std::expm1(-x / d.a), std::exp(-x / d.a)};
    case Kind::erlang:
    case Kind::gamma:
      return gamma_tails(d.b, x * d.b / d.a);
    case Kind::lognormal: {
      const double z = (std::log(x) - d.a) / d.b;
      return {normal_cdf(z), normal_cdf(-z)};
    }
    case Kind::weibull: {
      const double hazard = std::pow(x / d.a, d.b);
      return {-std::expm1(-hazard), std::exp(-hazard)};
    }
    case Kind::triangular:
      return triangular_tails(d, x);
    case Kind::normal_truncated: {
      const double kept = normal_cdf(d.a / d.b);
      return {(normal_cdf((x - d.a) / d.b) - normal_cdf(-d.a / d.b)) / kept,
              normal_cdf((d.a - x) / d.b) / kept};
    }
    case Kind::uniform:
      return {(x - d.a) / (d.b - d.a), (d.b - x) / (d.b - d.a)};
    case Kind::constant:
    case Kind::empirical:
      break;
  }
  throw ContractError("tail_probability: a known kind of distribution");
}

double log_density(const Distribution& d, double x) {
  expects_density(d);
  constexpr double log_root_2pi = 0.91893853320467274;
  const auto [low, high] = support_of(d);
  if (x < low || x > high) return -infinity;
  switch (d.kind) {
    case Kind::exponential:
      return gamma_log_density(1.0, d.a, x);
    case Kind::erlang:
    case Kind::gamma:
      return gamma_log_density(d.b, d.a / d.b, x);
    case Kind::lognormal:
      if (x == 0.0) return -infinity;
      return -0.5 * square((std::log(x) - d.a) / d.b) - log_root_2pi - std::log(d.b * x);
    case Kind::weibull: {
      const double power = d.b == 1.0 ? 0.0 : (d.b - 1.0) * std::log(x / d.a);
      return std::log(d.b / d.a) + power - std::pow(x / d.a, d.b);
    }
    case Kind::triangular:
      return triangular_log_density(d, x);
    case Kind::normal_truncated:
      return -0.5 * square((x - d.a) / d.b) - log_root_2pi - std::log(d.b * normal_cdf(d.a / d.b));
    case Kind::uniform:
      return -std::log(d.b - d.a);
    case Kind::constant:
    case Kind::empirical:
      break;
  }
  throw ContractError("tail_probability: a known kind of distribution");
}

double log_likelihood(const Distribution& d, std::span<const double> values) {
  double sum = 0.0;
  for (const double x : values) sum += log_density(d, x);
  return sum;
}

}  // namespace lunafab
