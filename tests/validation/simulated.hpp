#pragma once
#include <functional>
#include <string>
#include <vector>
#include "campaign/metrics.hpp"
#include "tests/campaign/program.hpp"

// Scenarios of configs/validation, run as replications over all cores; no part of any may be lost.
namespace lunafab::test {

/// Parts that came in less those that left, were scrapped, or are still there: 0. For lines whose firings
/// pass one piece, and for lots.
std::int64_t unaccounted(const factory::Plant& plant, const campaign::CampaignState& state);

using Measure = std::function<campaign::Metrics(const campaign::Scenario&, const campaign::CampaignState&)>;
/// What `measure` finds in each replication. @throws where a part was lost.
std::vector<campaign::Metrics> replications(const std::string& config, const Arguments& settings = {},
                                            const Measure& measure = campaign::metrics);

/// Interval of a metric of `lines.line` at 99.9 %.
Interval interval_of(const std::vector<campaign::Metrics>& runs, const std::string& metric);

}  // namespace lunafab::test
