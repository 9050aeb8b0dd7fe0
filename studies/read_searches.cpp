#include "studies/read_searches.hpp"
#include <fmt/format.h>
#include <algorithm>

namespace lunafab::studies {
namespace {

using Algorithm = OptimiseSettings::Algorithm;
constexpr std::int64_t most_values = 1'000'000, most_generations = 100'000;

void read_rank(MapReader& root, Study& study) {
  MapReader map = root.map("rank");
  RankSettings settings;
  settings.method = map.choice<RankSettings::Method>(
      "method", {{"kn", RankSettings::Method::kn}, {"ocba", RankSettings::Method::ocba}},
      RankSettings::Method::kn);
  if (settings.method == RankSettings::Method::kn)
    settings.indifference = map.quantity("indifference", unit::number, positive);
  settings.first = static_cast<std::size_t>(map.count("first", 2, most_values, 10));
  settings.most = static_cast<std::size_t>(map.count("most", 2, most_values, 1000));
  if (settings.most < settings.first) map.fail("most", "is below `first`", "a number from `first` on");
  map.finish();
  if (study.objectives.size() != 1) {
    root.fail("objectives",
              fmt::format("has {} metrics, and points are ranked by one", study.objectives.size()),
              "{METRIC: max} or {METRIC: min}");
  }
  study.rank = settings;
}

bool is_continuous(const Factor& factor) {
  return factor.kind == Factor::Kind::range || factor.kind == Factor::Kind::log_range;
}

void check_factors(MapReader& root, const Study& study, Algorithm algorithm) {
  for (const Factor& factor : study.factors) {
    const bool drawn = factor.kind != Factor::Kind::levels && !is_range(factor);
    if (drawn) {
      root.findings().add({factor.mark,
                           "factors." + factor.path,
                           "is a distribution, which nothing can choose from",
                           "values or a range",
                           {}});
    }
    if (algorithm == Algorithm::cmaes && !drawn && !is_continuous(factor)) {
      root.findings().add({factor.mark,
                           "factors." + factor.path,
                           "has separate values, which cmaes cannot search",
                           "a range that is not whole; or sga, gaco, nsga2",
                           {}});
    }
  }
}

void check_population(MapReader& root, MapReader& map, const Study& study, Algorithm algorithm) {
  const bool drawn = study.design == DesignKind::random || study.design == DesignKind::latin_hypercube ||
                     study.design == DesignKind::sobol;
  if (!drawn) {
    root.fail("design", "is no first population", "random, latin_hypercube or sobol");
    return;
  }
  if (algorithm == Algorithm::nsga2 && (study.points < 8 || study.points % 4 != 0))
    root.fail("design", fmt::format("gives nsga2 a population of {}", study.points), "8, 12, 16, … points");
  if (study.points < 5)
    root.fail("design", fmt::format("gives a population of {}", study.points), "5 points or more");
  if (algorithm == Algorithm::nsga2 && study.objectives.size() < 2)
    map.fail("algorithm", "nsga2 weighs several objectives", "sga, gaco or cmaes for one");
  if (algorithm != Algorithm::nsga2 && study.objectives.size() > 1)
    map.fail("algorithm", "takes one objective", "nsga2 for several");
}

void read_optimise(MapReader& root, Study& study) {
  MapReader map = root.map("optimise");
  OptimiseSettings settings;
  settings.algorithm = map.choice<Algorithm>("algorithm",
                                             {{"nsga2", Algorithm::nsga2},
                                              {"sga", Algorithm::sga},
                                              {"gaco", Algorithm::gaco},
                                              {"cmaes", Algorithm::cmaes}},
                                             study.objectives.size() > 1 ? Algorithm::nsga2 : Algorithm::sga);
  settings.generations = static_cast<std::size_t>(map.count("generations", 0, most_generations, 20));
  if (study.objectives.empty())
    root.fail("objectives", "is missing", "{METRIC: max}, {METRIC: min, METRIC: max}, …");
  check_factors(root, study, settings.algorithm);
  check_population(root, map, study, settings.algorithm);
  map.finish();
  if (study.variants.size() > 1) root.fail("scenarios", "do not go with `optimise`", "one study a scenario");
  study.optimise = settings;
}

}  // namespace

void read_searches(MapReader& root, Study& study) {
  if (root.has("rank")) read_rank(root, study);
  if (root.has("optimise")) read_optimise(root, study);
}

}  // namespace lunafab::studies
