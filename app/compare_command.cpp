#include "app/compare_command.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <thread>
#include "campaign/compare.hpp"

namespace lunafab::app {
namespace {

using campaign::ComparedMetric, campaign::Comparison, campaign::Scenario, campaign::Verdict;
using Json = nlohmann::ordered_json;

constexpr std::int64_t fewest_replications = 10;

const char* words(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "the same";
    case Verdict::higher:
      return "B higher";
    case Verdict::lower:
      return "B lower";
    case Verdict::undecided:
      break;
  }
  return "no difference shown";
}

struct Pair {
  Scenario a, b;
};

/// Both files, with the problems of both at once.
Pair load(const CompareRequest& request) {
  Findings findings, warnings;
  Pair pair;
  const auto read = [&](const std::string& file, const std::vector<std::string>& settings, Scenario& into) {
    try {
      into = campaign::load_scenario(file, settings, warnings);
    } catch (const InputError& error) {
      for (const Finding& finding : error.findings()) findings.add(finding);
    }
  };
  read(request.file_a, request.settings_a, pair.a);
  read(request.file_b, request.settings_b, pair.b);
  findings.throw_if_any();
  for (const Finding& warning : warnings.list()) fmt::print(stderr, "warning: {}\n", format(warning));
  return pair;
}

std::int64_t replications_of(const CompareRequest& request, const Scenario& a) {
  const std::int64_t count =
      request.replications > 0 ? request.replications : std::max(a.replications, fewest_replications);
  if (a.pairing == campaign::Pairing::antithetic && (count % 2 != 0 || count < 4)) {
    Findings findings;
    findings.add({.mark = {.file = fmt::format("--replications {}", count)},
                  .path = "--replications",
                  .problem = "does not make two antithetic pairs",
                  .allowed = "an even number from 4 on"});
    findings.throw_if_any();
  }
  return count;
}

void print_names(const char* which, const std::vector<std::string>& names) {
  for (const std::string& name : names) fmt::print("  only in {}: {}\n", which, name);
}

void print(const Comparison& comparison, const Pair& pair) {
  fmt::print("A  {} ({})\nB  {} ({})\n", pair.a.title, pair.a.file, pair.b.title, pair.b.file);
  fmt::print(
      "{} replications of each{} under common random numbers, seed {}; B - A ± half-width at {:.4g} %\n",
      comparison.replications,
      comparison.pairing == campaign::Pairing::antithetic ? " in antithetic pairs" : "", pair.a.seed,
      100 * comparison.confidence);
  fmt::print("  {:<44} {:>12} {:>12} {:>12}   {:<10} {:>9}  verdict\n", "metric", "A", "B", "B - A", "",
             "variance");
  for (const ComparedMetric& metric : comparison.metrics) {
    const std::string gain = std::isfinite(metric.difference.variance_ratio)
                                 ? fmt::format("/ {:.3g}", metric.difference.variance_ratio)
                                 : "none left";
    fmt::print("  {:<44} {:>12.6g} {:>12.6g} {:>12.4g} ± {:<10.3g} {:>9}  {}\n", metric.name, metric.mean_a,
               metric.mean_b, metric.difference.interval.mean, metric.difference.interval.half_width, gain,
               words(metric.verdict));
  }
  print_names("A", comparison.only_a);
  print_names("B", comparison.only_b);
  fmt::print(
      "Variance: of the difference, against independent runs. Each verdict stands for itself: of 100 metrics "
      "that do not differ, about {:.3g} would show a difference.\n",
      100 * (1.0 - comparison.confidence));
}

Json to_json(const Comparison& comparison, const Pair& pair) {
  Json json{{"a", {{"file", pair.a.file}, {"title", pair.a.title}, {"scenario_hash", pair.a.hash}}},
            {"b", {{"file", pair.b.file}, {"title", pair.b.title}, {"scenario_hash", pair.b.hash}}},
            {"seed", pair.a.seed},
            {"replications", comparison.replications},
            {"antithetic", comparison.pairing == campaign::Pairing::antithetic},
            {"confidence", comparison.confidence},
            {"warmup_a_s", seconds(pair.a.warmup)},
            {"warmup_b_s", seconds(pair.b.warmup)}};
  for (const ComparedMetric& metric : comparison.metrics) {
    json["metrics"][metric.name] = {{"mean_a", metric.mean_a},
                                    {"mean_b", metric.mean_b},
                                    {"difference", metric.difference.interval.mean},
                                    {"half_width", metric.difference.interval.half_width},
                                    {"verdict", words(metric.verdict)},
                                    {"variance_reduction", metric.difference.variance_ratio}};
  }
  json["only_in_a"] = comparison.only_a;
  json["only_in_b"] = comparison.only_b;
  return json;
}

}  // namespace

int compare_command(const CompareRequest& request) {
  Pair pair = load(request);
  const std::int64_t replications = replications_of(request, pair.a);
  const int threads = request.threads > 0
                          ? request.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  if (pair.b.seed != pair.a.seed) {
    fmt::print(stderr, "warning: B runs with the seed of A, {}, so that both draw the same numbers\n",
               pair.a.seed);
  }
  campaign::settle_together(pair.a, pair.b);
  const Comparison comparison = campaign::compare(pair.a, pair.b, replications);
  if (request.json) {
    fmt::print("{}\n", to_json(comparison, pair).dump(2));
  } else {
    print(comparison, pair);
  }
  return 0;
}

}  // namespace lunafab::app
