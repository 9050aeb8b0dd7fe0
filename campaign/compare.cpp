#include "campaign/compare.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include "campaign/warmup.hpp"
#include "core/contract.hpp"

namespace lunafab::campaign {
namespace {

std::ptrdiff_t position(const Metrics& metrics, const std::string& name) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const auto& metric) { return metric.first == name; });
  return found == metrics.end() ? -1 : found - metrics.begin();
}

std::vector<std::string> missing_in(const Metrics& other, const Metrics& metrics) {
  std::vector<std::string> names;
  for (const auto& [name, value] : metrics) {
    if (position(other, name) < 0) names.push_back(name);
  }
  return names;
}

}  // namespace

Verdict verdict(const Interval& difference) {
  if (difference.mean == 0.0 && difference.half_width == 0.0) return Verdict::same;
  if (difference.mean - difference.half_width > 0.0) return Verdict::higher;
  if (difference.mean + difference.half_width < 0.0) return Verdict::lower;
  return Verdict::undecided;
}

Comparison compare(const Scenario& a, Scenario b, std::int64_t replications) {
  expects(replications >= 2, "compare: at least two replications");
  expects(a.warmup_kind != WarmupKind::automatic && b.warmup_kind != WarmupKind::automatic,
          "compare: warm-ups settled");
  b.seed = a.seed;
  b.pairing = a.pairing;
  const auto count = static_cast<std::size_t>(replications);
  std::vector<Metrics> of_a(count), of_b(count);
  tbb::parallel_for(std::size_t{0}, 2 * count, [&](std::size_t i) {
    const Scenario& scenario = i % 2 == 0 ? a : b;
    Campaign campaign(scenario, static_cast<std::uint32_t>(i / 2));
    campaign.run_to_end();
    (i % 2 == 0 ? of_a : of_b)[i / 2] = metrics(scenario, campaign.state());
  });
  Comparison result{.replications = replications,
                    .confidence = a.confidence,
                    .pairing = a.pairing,
                    .only_a = missing_in(of_b.front(), of_a.front()),
                    .only_b = missing_in(of_a.front(), of_b.front())};
  for (std::size_t i = 0; i < of_a.front().size(); ++i) {
    const std::string& name = of_a.front()[i].first;
    const std::ptrdiff_t in_b = position(of_b.front(), name);
    if (in_b < 0) continue;
    const std::vector<double> values_a = independent_values(of_a, i, a.pairing),
                              values_b = independent_values(of_b, static_cast<std::size_t>(in_b), a.pairing);
    ComparedMetric metric{.name = name,
                          .mean_a = mean_interval(values_a, a.confidence).mean,
                          .mean_b = mean_interval(values_b, a.confidence).mean,
                          .difference = paired_difference(values_a, values_b, a.confidence)};
    metric.verdict = verdict(metric.difference.interval);
    result.metrics.push_back(std::move(metric));
  }
  return result;
}

void settle_together(Scenario& a, Scenario& b) {
  const bool both = a.warmup_kind == WarmupKind::automatic && b.warmup_kind == WarmupKind::automatic;
  a = *settle_warmup(std::move(a));
  b = *settle_warmup(std::move(b));
  if (!both) return;
  const Tick later = std::max(a.warmup, b.warmup);
  if (later < std::min(a.end, b.end)) a.warmup = b.warmup = later;
}

}  // namespace lunafab::campaign
