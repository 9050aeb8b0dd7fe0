#include "massdriver/collocation.hpp"
#include <algorithm>
#include <numbers>
#include "massdriver/gauss_legendre.hpp"

namespace lunafab::massdriver {
namespace {

constexpr int nodes = collocation_nodes;
constexpr int bisections = 40;  // to where the cubic changes its sign

/// ∫₀^c of the Lagrange polynomial of node j, by a rule that is exact for it.
Collocation make_collocation() {
  const GaussRule rule = gauss_legendre(nodes);
  Collocation c;
  for (std::size_t i = 0; i < nodes; ++i)
    c.at[i] = 0.5 * (1.0 + rule.node[i]), c.weight[i] = 0.5 * rule.weight[i];
  const auto lagrange = [&](std::size_t j, double u) {
    double product = 1.0;
    for (std::size_t k = 0; k < nodes; ++k)
      if (k != j) product *= (u - c.at[k]) / (c.at[j] - c.at[k]);
    return product;
  };
  for (std::size_t j = 0; j < nodes; ++j) c.start[j] = lagrange(j, 0.0), c.end[j] = lagrange(j, 1.0);
  for (std::size_t i = 0; i < nodes; ++i) {
    for (std::size_t j = 0; j < nodes; ++j) {
      for (std::size_t k = 0; k < nodes; ++k)
        c.to_node[i][j] += c.at[i] * c.weight[k] * lagrange(j, c.at[i] * c.at[k]);
    }
  }
  return c;
}

double dot(const NodeValues& a, const NodeValues& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < nodes; ++i) sum += a[i] * b[i];
  return sum;
}

}  // namespace

const Collocation& collocation() {
  static const Collocation c = make_collocation();
  return c;
}

double interpolate(const NodeValues& values, double u) {
  const Collocation& c = collocation();
  double sum = 0.0;
  for (std::size_t j = 0; j < nodes; ++j) {
    double term = values[j];
    for (std::size_t k = 0; k < nodes; ++k)
      if (k != j) term *= (u - c.at[k]) / (c.at[j] - c.at[k]);
    sum += term;
  }
  return sum;
}

double positive_part(const NodeValues& values) {
  const Collocation& c = collocation();
  const std::array<double, nodes + 2> probe{0.0, c.at[0], c.at[1], c.at[2], c.at[3], 1.0};
  const std::array<double, nodes + 2> found{dot(c.start, values), values[0], values[1], values[2], values[3],
                                            dot(c.end, values)};
  if (std::all_of(found.begin(), found.end(), [](double v) { return v <= 0.0; })) return 0.0;
  if (std::all_of(found.begin(), found.end(), [](double v) { return v >= 0.0; }))
    return dot(c.weight, values);
  const double third = 0.5 / std::numbers::sqrt3;  // the two-point rule is exact for cubics
  double sum = 0.0;
  for (std::size_t i = 0; i + 1 < probe.size(); ++i) {
    double from = probe[i], to = probe[i + 1];
    if (found[i] <= 0.0 && found[i + 1] <= 0.0) continue;
    if (found[i] * found[i + 1] < 0.0) {
      double low = from, high = to;
      for (int k = 0; k < bisections; ++k) {
        const double middle = 0.5 * (low + high);
        ((interpolate(values, middle) > 0.0) == (found[i] > 0.0) ? low : high) = middle;
      }
      (found[i] > 0.0 ? to : from) = low;
    }
    const double middle = 0.5 * (from + to), apart = third * (to - from);
    sum += 0.5 * (to - from) * (interpolate(values, middle - apart) + interpolate(values, middle + apart));
  }
  return sum;
}

}  // namespace lunafab::massdriver
