#pragma once
#include <span>

namespace lunafab::massdriver {

inline constexpr int highest_gauss_order = 32;

/// Nodes and weights of ∫₋₁¹ f, nodes ascending.
struct GaussRule {
  std::span<const double> node, weight;
};

/// Gauss–Legendre rule of `order` points, exact for polynomials of degree 2·order − 1; to 2e-16. The rules
/// are computed once, from + − × ÷ alone, so they have the same bits everywhere.
/// @throws ContractError unless 1 ≤ order ≤ highest_gauss_order.
GaussRule gauss_legendre(int order);

}  // namespace lunafab::massdriver
