#include "studies/pareto.hpp"
#include <algorithm>
#include <cmath>

namespace lunafab::studies {
namespace {

using Row = std::vector<double>;

/// Whether a is as good everywhere and better somewhere.
bool dominates(const Row& a, const Row& b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

}  // namespace

std::vector<std::size_t> pareto_front(const std::vector<std::vector<double>>& costs) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < costs.size(); ++i) {
    if (std::ranges::none_of(costs[i], [](double c) { return std::isnan(c); })) order.push_back(i);
  }
  // In this order no row is beaten by a later one.
  std::ranges::stable_sort(order, {}, [&](std::size_t i) -> const Row& { return costs[i]; });
  std::vector<std::size_t> front;
  for (const std::size_t i : order) {
    if (std::ranges::none_of(front, [&](std::size_t f) { return dominates(costs[f], costs[i]); }))
      front.push_back(i);
  }
  std::ranges::sort(front);
  return front;
}

}  // namespace lunafab::studies
