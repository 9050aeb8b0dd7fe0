#include "massdriver/gauss_legendre.hpp"
#include <array>
#include <cstddef>
#include "core/contract.hpp"

namespace lunafab::massdriver {
namespace {

constexpr std::size_t most = highest_gauss_order;
using Row = std::array<double, most>;

struct Rules {
  std::array<Row, most + 1> node{}, weight{};
};

struct Legendre {
  double value, slope;
};

/// P_n(x) and its derivative for |x| < 1, by the three-term recurrence.
Legendre legendre(std::size_t n, double x) {
  double before = 1.0, value = x;
  for (std::size_t i = 2; i <= n; ++i) {
    const double j = static_cast<double>(i);
    const double next = ((2.0 * j - 1.0) * x * value - (j - 1.0) * before) / j;
    before = value;
    value = next;
  }
  return {value, static_cast<double>(n) * (before - x * value) / (1.0 - x * x)};
}

/// The only zero of P_n between `low` and `high`: bisection until Newton's method is safe, then Newton.
double zero_between(std::size_t n, double low, double high) {
  const bool rising = legendre(n, high).value > 0.0;
  for (int i = 0; i < 12; ++i) {
    const double middle = 0.5 * (low + high);
    ((legendre(n, middle).value > 0.0) == rising ? high : low) = middle;
  }
  double x = 0.5 * (low + high);
  for (int i = 0; i < 4; ++i) {
    const auto [value, slope] = legendre(n, x);
    x -= value / slope;
  }
  return x;
}

// Between two neighbouring zeros of P_{n−1}, and between the outermost ones and ±1, lies one zero of P_n.
Rules all_rules() {
  Rules rules;
  rules.weight[1][0] = 2.0;
  for (std::size_t n = 2; n <= most; ++n) {
    for (std::size_t i = 0; i < n / 2; ++i) {
      const double low = i == 0 ? -1.0 : rules.node[n - 1][i - 1];
      const double x = zero_between(n, low, rules.node[n - 1][i]);
      rules.node[n][i] = x;
      rules.node[n][n - 1 - i] = -x;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double x = rules.node[n][i], slope = legendre(n, x).slope;
      rules.weight[n][i] = 2.0 / ((1.0 - x * x) * slope * slope);
    }
  }
  return rules;
}

}  // namespace

GaussRule gauss_legendre(int order) {
  expects(order >= 1 && order <= highest_gauss_order, "gauss_legendre: the order is out of range");
  static const Rules rules = all_rules();
  const auto n = static_cast<std::size_t>(order);
  return {.node = {rules.node[n].data(), n}, .weight = {rules.weight[n].data(), n}};
}

}  // namespace lunafab::massdriver
