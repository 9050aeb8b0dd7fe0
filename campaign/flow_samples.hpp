#pragma once
#include <optional>
#include <string>
#include <vector>
#include "campaign/scenario.hpp"
#include "campaign/state.hpp"
#include "core/output_analysis.hpp"

// Throughput, stock and cycle time of the whole plant over time: what one run says about its own noise and
// its own beginning.
namespace lunafab::campaign {

inline constexpr std::size_t flow_intervals = 600;  ///< from the warm-up to the end
inline constexpr std::size_t ramp_intervals = 100;  ///< from the start to the warm-up
inline constexpr std::size_t flow_batches =
    20;  ///< of 30 intervals; more seldom help (Schmeiser, Oper. Res. 30, 1982)

/// Tick of sample k: the warm-up for 0, the end for `flow_intervals`, never beyond.
Tick flow_tick(const Scenario& scenario, std::size_t k);
/// Tick of sample k of the warm-up: the start for 0; never without a warm-up, or with a site.
Tick ramp_tick(const Scenario& scenario, std::size_t k);
FlowSample flow_sample(const Scenario& scenario, const CampaignState& state);

/// One quantity of the whole plant from one run, since the warm-up.
struct FlowMetric {
  std::string name;
  double value = 0.0;  ///< 0 where nothing was counted
  BatchMeans batches;
};
/// What the plant has of: pieces shipped, satellites built, lots finished, their cycle time, and the hours
/// that pieces spend in stores for each piece shipped (their cycle time but for the work, by Little's law).
/// Without batches before the end of the run.
std::vector<FlowMetric> flow_metrics(const Scenario& scenario, const CampaignState& state);

/// The tick from which a run without warm-up is in its steady state by MSER-5, the later of those of output
/// and of stock; nothing where it is too short to tell.
std::optional<Tick> settled_from(const std::vector<FlowSample>& flow);

}  // namespace lunafab::campaign
