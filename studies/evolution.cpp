#include "studies/evolution.hpp"
#include <map>
#include <memory>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/cmaes.hpp>
#include <pagmo/algorithms/gaco.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/algorithms/sga.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <stdexcept>

namespace lunafab::studies {
namespace {

using Algorithm = OptimiseSettings::Algorithm;

/// What a decision is taken to cost until it has been evaluated.
constexpr double stand_in = 1e30;

/// Costs by decision, and decisions that were asked about in vain; shared by all copies of the problem.
struct Memory {
  std::map<Decision, Costs> known;
  std::vector<Decision> asked;
};

struct BoxProblem {
  std::shared_ptr<Memory> memory;
  std::vector<double> low, high;
  std::size_t whole = 0, objectives = 1;

  pagmo::vector_double fitness(const pagmo::vector_double& x) const {
    const auto found = memory->known.find(x);
    if (found != memory->known.end()) return found->second;
    memory->asked.push_back(x);
    return pagmo::vector_double(objectives, stand_in);
  }
  std::pair<pagmo::vector_double, pagmo::vector_double> get_bounds() const { return {low, high}; }
  pagmo::vector_double::size_type get_nix() const { return whole; }
  pagmo::vector_double::size_type get_nobj() const { return objectives; }
};

pagmo::algorithm algorithm_of(const Evolution& evolution) {
  const auto seed = static_cast<unsigned>(evolution.seed ^ (evolution.seed >> 32));
  const auto size = static_cast<unsigned>(evolution.population.size());
  switch (evolution.settings.algorithm) {
    case Algorithm::nsga2:
      // One variable in n mutates on average, as its authors advise.
      return pagmo::algorithm(
          pagmo::nsga2(1, 0.95, 10.0, 1.0 / static_cast<double>(evolution.low.size()), 50.0, seed));
    case Algorithm::sga:
      return pagmo::algorithm(pagmo::sga(1, 0.9, 1.0, 1.0 / static_cast<double>(evolution.low.size()), 1.0, 2,
                                         "exponential", "uniform", "tournament", seed));
    case Algorithm::gaco:
      return pagmo::algorithm(
          pagmo::gaco(1, std::min(size, 63u), 1.0, 0.0, 0.01, 1, 7, 100000, 100000, 0.0, true, seed));
    case Algorithm::cmaes:
      break;
  }
  // Variables are quantiles: a third of the range to begin with, bounds kept.
  return pagmo::algorithm(pagmo::cmaes(1, -1, -1, -1, -1, 0.3, 0.0, 0.0, true, true, seed));
}

/// Evaluates what was asked for; false: to stop.
bool answer(Memory& memory, std::size_t generation, const Evaluate& evaluate) {
  std::vector<Decision> fresh;
  for (const Decision& decision : memory.asked)
    if (memory.known.emplace(decision, Costs{}).second) fresh.push_back(decision);
  memory.asked.clear();
  const std::vector<Costs> costs = evaluate(generation, fresh);
  if (costs.size() < fresh.size()) return false;
  for (std::size_t i = 0; i < fresh.size(); ++i) memory.known[fresh[i]] = costs[i];
  return true;
}

}  // namespace

void evolve(const Evolution& evolution, const Evaluate& evaluate) {
  const auto memory = std::make_shared<Memory>();
  memory->asked = evolution.population;
  if (!answer(*memory, 0, evaluate)) return;
  const pagmo::problem problem(BoxProblem{memory, evolution.low, evolution.high, evolution.whole,
                                          memory->known.begin()->second.size()});
  pagmo::population population(problem, 0, static_cast<unsigned>(evolution.seed));
  for (const Decision& decision : evolution.population)
    population.push_back(decision, memory->known.at(decision));
  pagmo::algorithm algorithm = algorithm_of(evolution);
  for (std::size_t generation = 0; generation < evolution.settings.generations;) {
    pagmo::algorithm trial = algorithm;
    pagmo::population next = trial.evolve(population);
    if (memory->asked.empty()) {
      algorithm = std::move(trial);
      population = std::move(next);
      ++generation;
    } else if (!answer(*memory, generation + 1, evaluate)) {
      return;
    }
  }
}

}  // namespace lunafab::studies
