#pragma once
#include <cstdint>
#include <functional>
#include <vector>
#include "studies/search_settings.hpp"

namespace lunafab::studies {

using Decision = std::vector<double>;
using Costs = std::vector<double>;

/// A search for low costs in a box.
struct Evolution {
  OptimiseSettings settings;
  std::vector<double> low, high;  ///< of each variable; the last `whole` ones take whole numbers
  std::size_t whole = 0;
  std::vector<Decision> population;  ///< the first
  std::uint64_t seed = 1;
};

/// Costs of the new decisions of a generation, 0 for the first population; fewer: stop here.
using Evaluate = std::function<std::vector<Costs>(std::size_t generation, const std::vector<Decision>&)>;

/// Lets pagmo's algorithm evolve the population. A generation's decisions are evaluated together, each
/// decision once in all. Which are asked for follows from the costs and the seed alone.
///
/// pagmo's genetic, ant and evolution strategies make all children of a generation before they look at the
/// cost of any. So a generation is tried with stand-ins for the costs not yet known, which collects its
/// children, then played again from the same random state with the true ones.
/// @throws std::runtime_error where the algorithm refuses the problem.
void evolve(const Evolution& evolution, const Evaluate& evaluate);

}  // namespace lunafab::studies
