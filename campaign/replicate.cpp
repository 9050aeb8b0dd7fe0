#include "campaign/replicate.hpp"
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <algorithm>
#include "core/output_analysis.hpp"

namespace lunafab::campaign {
namespace {

/// Positions in the list of metrics that the stopping rule looks at.
std::vector<std::size_t> watched(const StoppingRule& rule, const Metrics& metrics) {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (std::find(rule.metrics.begin(), rule.metrics.end(), metrics[i].first) != rule.metrics.end())
      positions.push_back(i);
  }
  return positions;
}

/// The running statistics of a stopping rule.
struct Watch {
  std::vector<std::size_t> positions;
  std::vector<Tally> tallies;
  std::size_t seen = 0;
};

/// Takes in the replications not seen yet, in order, up to the first at which all intervals are narrow: their
/// number.
std::optional<std::size_t> first_narrow(Watch& watch, const Scenario& scenario,
                                        const std::vector<Metrics>& runs) {
  const std::size_t stride = scenario.pairing == Pairing::antithetic ? 2 : 1;
  while (watch.seen + stride <= runs.size()) {
    for (std::size_t i = 0; i < watch.positions.size(); ++i) {
      double sum = 0.0;
      for (std::size_t run = watch.seen; run < watch.seen + stride; ++run)
        sum += runs[run][watch.positions[i]].second;
      watch.tallies[i].add(sum / static_cast<double>(stride));
    }
    watch.seen += stride;
    if (watch.seen < static_cast<std::size_t>(scenario.replications)) continue;
    const bool narrow = std::all_of(watch.tallies.begin(), watch.tallies.end(), [&](const Tally& tally) {
      return is_narrow(mean_interval(tally, scenario.confidence), scenario.stopping->half_width);
    });
    if (narrow) return watch.seen;
  }
  return std::nullopt;
}

/// Runs replications up to `count` in all; false where they were interrupted.
bool extend(std::vector<Metrics>& runs, std::size_t count, const Scenario& scenario,
            const std::atomic<bool>* interrupted) {
  const std::size_t done = runs.size();
  runs.resize(count);
  std::atomic<bool> complete{true};
  tbb::parallel_for(done, count, [&](std::size_t i) {
    Campaign campaign(scenario, static_cast<std::uint32_t>(i));
    if (!campaign.run_to_end(interrupted)) {
      complete = false;
      return;
    }
    runs[i] = metrics(scenario, campaign.state());
  });
  return complete;
}

}  // namespace

std::optional<std::vector<Metrics>> replicate(const Scenario& scenario, Metrics first,
                                              const std::atomic<bool>* interrupted) {
  std::vector<Metrics> runs{std::move(first)};
  if (!extend(runs, static_cast<std::size_t>(scenario.replications), scenario, interrupted))
    return std::nullopt;
  if (!scenario.stopping) return runs;
  Watch watch{.positions = watched(*scenario.stopping, runs.front())};
  watch.tallies.resize(watch.positions.size());
  const auto most = static_cast<std::size_t>(scenario.stopping->most);
  // A few at a time keep the threads busy; those beyond the first that is narrow are thrown away.
  const auto round = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  while (true) {
    if (const auto count = first_narrow(watch, scenario, runs)) {
      runs.resize(*count);
      return runs;
    }
    if (runs.size() == most) return runs;
    if (!extend(runs, std::min(most, runs.size() + round), scenario, interrupted)) return std::nullopt;
  }
}

Precision precision(const Scenario& scenario, const std::vector<Metrics>& replications) {
  if (!scenario.stopping) return Precision::fixed;
  for (const std::size_t i : watched(*scenario.stopping, replications.front())) {
    const std::vector<double> values = independent_values(replications, i, scenario.pairing);
    if (!is_narrow(mean_interval(values, scenario.confidence), scenario.stopping->half_width))
      return Precision::missed;
  }
  return Precision::reached;
}

}  // namespace lunafab::campaign
