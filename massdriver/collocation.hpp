#pragma once
#include <array>
#include <cstddef>

namespace lunafab::massdriver {

/// Nodes of a step: order 8.
inline constexpr int collocation_nodes = 4;
inline constexpr double collocation_order = 2.0 * collocation_nodes;

using NodeValues = std::array<double, collocation_nodes>;

/// Collocation at Gauss–Legendre nodes on [0, 1]: integrals to each node, and to the end.
struct Collocation {
  NodeValues at{}, weight{};
  NodeValues start{}, end{};  ///< of the cubic through the nodes' values, at 0 and 1
  std::array<NodeValues, collocation_nodes> to_node{};
};
const Collocation& collocation();

/// The cubic through values at a step's nodes, at u from 0 to 1.
double interpolate(const NodeValues& values, double u);

/// Integral of that cubic over [0, 1], its positive stretches alone; divided where it changes its sign.
double positive_part(const NodeValues& values);

}  // namespace lunafab::massdriver
