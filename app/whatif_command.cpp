#include "app/whatif_command.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <algorithm>
#include <nlohmann/json.hpp>
#include <thread>
#include "campaign/warmup.hpp"
#include "campaign/whatif.hpp"

namespace lunafab::app {
namespace {

using campaign::Addition, campaign::Scenario, campaign::Verdict, campaign::WhatIf;
using Json = nlohmann::ordered_json;

constexpr std::int64_t fewest_replications = 10;

const char* words(Verdict verdict) {
  switch (verdict) {
    case Verdict::same:
      return "changes nothing";
    case Verdict::higher:
      return "more";
    case Verdict::lower:
      return "less";
    case Verdict::undecided:
      break;
  }
  return "no difference shown";
}

void print(const WhatIf& answer, const Scenario& scenario) {
  fmt::print(
      "{} ({})\n{}: {:.6g} ± {:.3g}, {} replications under common random numbers, seed {}, at {:.4g} %\n",
      scenario.title, scenario.file, answer.metric, answer.base.mean, answer.base.half_width,
      answer.replications, scenario.seed, 100 * scenario.confidence);
  fmt::print("  {:<8} {:<40} {:>12} {:>12}   {:<10} {:>8}  verdict\n", "one more", "of", "metric", "gain", "",
             "");
  for (const Addition& addition : answer.additions) {
    const Interval& gain = addition.gain.interval;
    const double share = answer.base.mean != 0.0 ? 100 * gain.mean / answer.base.mean : 0.0;
    fmt::print("  {:<8} {:<40} {:>12.6g} {:>12.4g} ± {:<10.3g} {:>+7.2f}%  {}\n", addition.what,
               addition.name, addition.mean, gain.mean, gain.half_width, share, words(addition.verdict));
  }
  fmt::print(
      "Each verdict stands for itself: of 100 additions that bring nothing, about {:.3g} would show a gain "
      "or a loss. Repeat one with --set, for example --set {}\n",
      100 * (1.0 - scenario.confidence), answer.additions.front().setting);
}

Json to_json(const WhatIf& answer, const Scenario& scenario) {
  Json json{{"file", scenario.file},
            {"scenario_hash", scenario.hash},
            {"metric", answer.metric},
            {"mean", answer.base.mean},
            {"half_width", answer.base.half_width},
            {"replications", answer.replications},
            {"confidence", scenario.confidence}};
  for (const Addition& addition : answer.additions) {
    json["additions"].push_back({{"what", addition.what},
                                 {"name", addition.name},
                                 {"setting", addition.setting},
                                 {"mean", addition.mean},
                                 {"gain", addition.gain.interval.mean},
                                 {"half_width", addition.gain.interval.half_width},
                                 {"verdict", words(addition.verdict)}});
  }
  return json;
}

}  // namespace

int whatif_command(const WhatIfRequest& request) {
  Findings warnings;
  Scenario scenario = campaign::load_scenario(request.file, request.settings, warnings);
  for (const Finding& warning : warnings.list()) fmt::print(stderr, "warning: {}\n", format(warning));
  const int threads = request.threads > 0
                          ? request.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism,
                                  static_cast<std::size_t>(threads));
  scenario = *campaign::settle_warmup(std::move(scenario), nullptr);
  std::int64_t replications =
      request.replications > 0 ? request.replications : std::max(scenario.replications, fewest_replications);
  if (scenario.pairing == campaign::Pairing::antithetic) replications += replications % 2;
  const WhatIf answer = campaign::what_if(
      scenario, {.metric = request.metric, .within = request.within, .replications = replications});
  if (request.json) {
    fmt::print("{}\n", to_json(answer, scenario).dump(2));
  } else {
    print(answer, scenario);
  }
  return 0;
}

}  // namespace lunafab::app
