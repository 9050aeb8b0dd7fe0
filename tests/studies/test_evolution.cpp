#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <set>
#include "studies/design.hpp"
#include "studies/evolution.hpp"
#include "studies/pareto.hpp"
using namespace lunafab::studies;

namespace {

using Algorithm = OptimiseSettings::Algorithm;
using Function = std::function<Costs(const Decision&)>;

/// What an evolution asked for, in order, and what that cost.
struct History {
  std::vector<Decision> decisions;
  std::vector<Costs> costs;
  std::size_t rounds = 0;
  double best() const { return std::ranges::min_element(costs)->front(); }
};

History evolved(Algorithm algorithm, const Decision& high, std::size_t whole, std::size_t population,
                std::size_t generations, const Function& f, std::uint64_t seed = 20604) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < high.size(); ++i) names.push_back("x" + std::to_string(i));
  Evolution evolution{.settings = {algorithm, generations},
                      .low = Decision(high.size(), 0.0),
                      .high = high,
                      .whole = whole,
                      .population = latin_hypercube(population, names, seed),
                      .seed = seed};
  for (Decision& x : evolution.population) {
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = i + whole < x.size() ? x[i] * high[i] : std::floor(x[i] * (high[i] + 1));
  }
  History history;
  evolve(evolution, [&](std::size_t, const std::vector<Decision>& fresh) {
    std::vector<Costs> costs;
    for (const Decision& x : fresh) costs.push_back(f(x)), history.decisions.push_back(x);
    history.costs.insert(history.costs.end(), costs.begin(), costs.end());
    ++history.rounds;
    return costs;
  });
  return history;
}

Costs mixed(const Decision& x) {
  return {std::pow(x[0] - 0.3, 2) + std::pow(x[1] - 7, 2) + std::pow(x[2] - 2, 2)};
}

}  // namespace

TEST_CASE("Genetic and ant searches find the best of whole and continuous variables", "[studies]") {
  for (const Algorithm algorithm : {Algorithm::sga, Algorithm::gaco}) {
    const History history = evolved(algorithm, {1, 9, 9}, 2, 40, 60, mixed);
    const auto best = std::ranges::min_element(history.costs) - history.costs.begin();
    const Decision& x = history.decisions[static_cast<std::size_t>(best)];
    CHECK(x[1] == 7);
    CHECK(x[2] == 2);
    CHECK(x[0] == Approx(0.3).margin(0.05));  // 2400 looks at a range of 1
    for (const Decision& one : history.decisions) CHECK(one[1] == std::floor(one[1]));
  }
}

TEST_CASE("The evolution strategy follows a bent valley to its lowest point", "[studies]") {
  // Rosenbrock's function on [0, 1]³, its minimum moved to (¾, ¾, ¾): x = 4u − 2.
  const History history = evolved(Algorithm::cmaes, {1, 1, 1}, 0, 12, 200, [](const Decision& u) {
    double sum = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      const double x = 4 * u[i] - 2, y = 4 * u[i + 1] - 2;
      sum += 100 * std::pow(y - x * x, 2) + std::pow(1 - x, 2);
    }
    return Costs{sum};
  });
  CHECK(history.best() < 1e-6);
}

TEST_CASE("NSGA-II spreads over the front of two parabolas", "[studies]") {
  // (x² , (x − 2)²) for x = 10u − 5: the front is 0 ≤ x ≤ 2.
  const auto x_of = [](const Decision& u) {
    return 10 * u[0] - 5;
  };
  const History history = evolved(Algorithm::nsga2, {1, 1}, 0, 24, 40, [&](const Decision& u) {
    const double x = x_of(u), off = std::abs(u[1] - 0.5);
    return Costs{x * x + off, (x - 2) * (x - 2) + off};
  });
  double low = 10, high = -10;
  for (const std::size_t place : pareto_front(history.costs)) {
    const double x = x_of(history.decisions[place]);
    CHECK((x > -0.5 && x < 2.5));
    low = std::min(low, x), high = std::max(high, x);
  }
  CHECK(low < 0.2);
  CHECK(high > 1.8);
}

TEST_CASE("A generation is asked for at once, a decision once in all, and a seed gives the same search",
          "[studies]") {
  for (const Algorithm algorithm : {Algorithm::sga, Algorithm::gaco}) {
    const History one = evolved(algorithm, {1, 9, 9}, 2, 20, 15, mixed),
                  again = evolved(algorithm, {1, 9, 9}, 2, 20, 15, mixed);
    CHECK(one.rounds <= 16);
    CHECK(std::set<Decision>(one.decisions.begin(), one.decisions.end()).size() == one.decisions.size());
    CHECK(one.decisions == again.decisions);
    CHECK(one.decisions != evolved(algorithm, {1, 9, 9}, 2, 20, 15, mixed, 7).decisions);
  }
  const History strategy = evolved(Algorithm::cmaes, {1, 1, 1}, 0, 12, 15,
                                   [](const Decision& u) { return Costs{u[0] + u[1] * u[2]}; });
  CHECK(strategy.rounds <= 16);
  CHECK(strategy.decisions.size() > 100);
  const History several = evolved(Algorithm::nsga2, {1, 9, 9}, 2, 20, 15, [](const Decision& u) {
    return Costs{u[0] + u[1], u[2] - u[0]};
  });
  CHECK(several.rounds <= 16);
}

TEST_CASE("A search stops where it is told to", "[studies]") {
  std::size_t calls = 0;
  evolve({.settings = {Algorithm::sga, 10},
          .low = {0},
          .high = {1},
          .population = {{0.1}, {0.2}, {0.3}, {0.4}, {0.5}}},
         [&](std::size_t, const std::vector<Decision>& fresh) {
           return ++calls < 3 ? std::vector<Costs>(fresh.size(), Costs{1.0}) : std::vector<Costs>{};
         });
  CHECK(calls == 3);
}
