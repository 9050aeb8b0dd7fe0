#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include "core/elementary.hpp"
#include "core/random.hpp"
#include "studies/ranking.hpp"
using namespace lunafab;
using namespace lunafab::studies;

namespace {

/// Normal systems: the last is better than all others by `gap`; `shared` of the variance is common.
struct Problem {
  std::size_t systems = 10;
  double gap = 1.0, shared = 0.0;
};

double observation(const Problem& problem, std::uint32_t experiment, std::size_t system, std::size_t n) {
  const auto normal = [&](std::uint32_t entity) {
    return normal_quantile(
        uniform({.seed = 20603, .replication = experiment, .entity = entity, .purpose = Purpose::test}, n));
  };
  // Standard deviations from 0.7 to 1.3.
  const double sd = 0.7 + 0.6 * static_cast<double>(system) / static_cast<double>(problem.systems - 1);
  const double mean = system + 1 == problem.systems ? problem.gap : 0.0;
  return mean + sd * (std::sqrt(problem.shared) * normal(0) +
                      std::sqrt(1 - problem.shared) * normal(static_cast<std::uint32_t>(system + 1)));
}

Responses first_stage(const Problem& problem, std::uint32_t experiment, std::size_t count) {
  Responses values(problem.systems);
  for (std::size_t i = 0; i < problem.systems; ++i)
    for (std::size_t n = 0; n < count; ++n) values[i].push_back(observation(problem, experiment, i, n));
  return values;
}

struct Selection {
  std::size_t best = 0, observations = 0;
};

Selection select(const Problem& problem, std::uint32_t experiment, double indifference) {
  constexpr std::size_t first = 10;
  KimNelson procedure(first_stage(problem, experiment, first), 0.95, indifference);
  Selection selection{.observations = first * problem.systems};
  while (!procedure.done()) {
    std::vector<double> next;
    for (const std::size_t i : procedure.left())
      next.push_back(observation(problem, experiment, i, procedure.taken()));
    selection.observations += next.size();
    procedure.add(next);
  }
  selection.best = procedure.left().front();
  return selection;
}

constexpr int experiments = 500;

}  // namespace

TEST_CASE("Kim and Nelson: the best of ten is found in 95 % at least of 500 experiments", "[studies]") {
  // All others worse by exactly the indifference: the least favourable case.
  for (const double shared : {0.0, 0.6}) {
    const Problem problem{.gap = 0.5, .shared = shared};
    int right = 0;
    for (std::uint32_t e = 0; e < experiments; ++e) right += select(problem, e, 0.5).best == 9 ? 1 : 0;
    INFO("shared " << shared << ": " << right);
    CHECK(right >= 475);
  }
}

TEST_CASE("Kim and Nelson: common random numbers and clear differences save observations", "[studies]") {
  const auto observations = [](const Problem& problem) {
    std::size_t sum = 0;
    for (std::uint32_t e = 0; e < 50; ++e) sum += select(problem, e, 0.5).observations;
    return sum;
  };
  const std::size_t alone = observations({.gap = 0.5}), together = observations({.gap = 0.5, .shared = 0.6}),
                    clear = observations({.gap = 3.0});
  CHECK(together < alone);
  CHECK(clear < alone);
}

TEST_CASE("Kim and Nelson: systems without noise are told apart at once, equal ones at the end",
          "[studies]") {
  const KimNelson plain({{1, 1}, {2, 2}, {0, 0}}, 0.95, 0.1);
  CHECK(plain.done());
  CHECK(plain.left() == std::vector<std::size_t>{1});
  const KimNelson same({{1, 2}, {1, 2}}, 0.95, 0.1);
  CHECK(same.done());
  CHECK_THROWS(KimNelson({{1}, {2}}, 0.95, 0.1));
}

TEST_CASE("OCBA: the published example", "[studies]") {
  // Chen's program; lower is better there.
  const auto given =
      ocba_allocation({-1.2, -2.1, -3.4, -4.87, -6.05}, {3.3, 2, 4.5, 5.3, 6.9}, {12, 6, 5, 5, 4}, 100);
  CHECK(given == std::vector<std::size_t>{48, 38, 11, 2, 1});
}

TEST_CASE("OCBA: all of the budget is given, to the rivals that are close", "[studies]") {
  const auto given = ocba_allocation({5, 4.9, 1}, {1, 1, 1}, {5, 5, 5}, 30);
  CHECK(std::accumulate(given.begin(), given.end(), std::size_t{0}) == 30);
  CHECK(given[2] == 0);
  CHECK(ocba_allocation({5}, {1}, {5}, 3) == std::vector<std::size_t>{3});
  CHECK(ocba_allocation({5, 4}, {0, 0}, {5, 5}, 4) == std::vector<std::size_t>{4, 0});
  // A tie with the best takes all: nothing else matters as much.
  const auto tie = ocba_allocation({5, 5, 1}, {1, 1, 1}, {5, 5, 5}, 30);
  CHECK(std::accumulate(tie.begin(), tie.end(), std::size_t{0}) == 30);
  CHECK(tie[2] == 0);
}

TEST_CASE("Probability of a right choice: two systems by the normal distribution", "[studies]") {
  // Gap 1, variance 2/8 + 2/8 = 0.5: Φ(√2) = 0.92135.
  CHECK(probably_best({1, 0}, {2, 2}, {8, 8}) == Approx(0.9213503964748575));
  CHECK(probably_best({1, 0, 0}, {2, 2, 2}, {8, 8, 8}) == Approx(1 - 2 * (1 - 0.9213503964748575)));
}

TEST_CASE("Those that may be best hold the best one in 95 % at least of 500 experiments", "[studies]") {
  int held = 0;
  std::size_t kept = 0;
  for (std::uint32_t e = 0; e < experiments; ++e) {
    for (const Standing& standing : standings(first_stage({.gap = 0.3}, e, 10), 0.95)) {
      kept += standing.may_be_best ? 1 : 0;
      if (standing.system == 9) held += standing.may_be_best ? 1 : 0;
    }
  }
  CHECK(held >= 475);
  CHECK(kept < std::size_t{experiments} * 10);  // and screens some out
  const auto clear = standings({{1, 1.1}, {5, 5.1}, {3, 3.1}}, 0.95);
  CHECK(clear[0].system == 1);
  CHECK(clear[0].may_be_best);
  CHECK_FALSE(clear[1].may_be_best);
  CHECK(clear[1].behind.mean == Approx(-2));
}
