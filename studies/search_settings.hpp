#pragma once
#include <cstddef>
#include <cstdint>

namespace lunafab::studies {

/// How `lunafab rank` finds the best point.
struct RankSettings {
  enum class Method : std::uint8_t {
    kn,   ///< Kim and Nelson: drops points until one is left
    ocba  ///< optimal computing budget allocation: more runs where they tell most
  };
  Method method = Method::kn;
  double indifference = 0.0;  ///< of kn: difference that does not matter, in the metric's own unit
  std::size_t first = 10;     ///< values of each point before any is judged
  std::size_t most = 1000;    ///< values of one point
};

/// How `lunafab optimise` searches. The points of the design are the first population.
struct OptimiseSettings {
  enum class Algorithm : std::uint8_t {
    nsga2,  ///< several objectives
    sga,    ///< one objective: genetic algorithm
    gaco,   ///< one objective: ant colony
    cmaes   ///< one objective, no whole numbers and no lists
  };
  Algorithm algorithm = Algorithm::sga;
  std::size_t generations = 20;
};

}  // namespace lunafab::studies
