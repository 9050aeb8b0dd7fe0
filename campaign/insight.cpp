#include "campaign/insight.hpp"
#include <algorithm>
#include <cmath>
#include <numeric>
#include "campaign/flow_samples.hpp"
#include "campaign/rough_cut.hpp"
#include "campaign/rough_lots.hpp"
#include "campaign/since_warmup.hpp"
#include "campaign/station_queues.hpp"

namespace lunafab::campaign {
namespace {

constexpr double year_h = 365.25 * 24.0;

double hours(Tick tick) {
  return static_cast<double>(tick.us) / 3.6e9;
}

LinePlace place_of(const LineBounds& bounds, double count, double cycle_sum_h, double span_h) {
  LinePlace line{.bounds = bounds, .per_h = count / span_h, .cycle_h = cycle_sum_h / count};
  line.wip = line.per_h * line.cycle_h;
  if (bounds.bottleneck_per_h > 0.0) line.place = place_between(bounds, line.wip, line.per_h);
  return line;
}

/// All lots that were finished.
void add_shop(const Scenario& scenario, const CampaignState& state, Insight& insight) {
  double finished = 0.0, cycle_h = 0.0;
  for (std::uint32_t p = 0; p < scenario.plant.products.size(); ++p) {
    const SpanTally cycle = since_warmup_product(state, scenario.plant, p).cycle;
    finished += static_cast<double>(cycle.count);
    cycle_h += static_cast<double>(cycle.total_us) / 3.6e9;
  }
  insight.piece = "lots";
  const RoughLots cut = rough_lots(scenario);
  if (finished == 0.0) {
    insight.no_line = "no lot was finished";
  } else if (cut.bound_per_h == 0.0) {
    insight.no_line = "its releases bound no rate";
  } else {
    insight.line = place_of({cut.bound_per_h, cut.raw_process_h}, finished, cycle_h,
                            hours(state.now) - hours(scenario.warmup));
  }
}

/// The one line that ships.
void add_line(const Scenario& scenario, const CampaignState& state, Insight& insight) {
  std::vector<SpanTally> shipping;
  for (std::uint32_t g = 0; g < state.groups.size(); ++g) {
    const SpanTally cycle = since_warmup_cycle(state, g);
    if (cycle.count > 0) shipping.push_back(cycle);
  }
  if (shipping.size() != 1) {
    insight.no_line =
        shipping.empty() ? "nothing was shipped" : "several lines ship, each with its own bounds";
    return;
  }
  const RoughCut cut = rough_cut(scenario);
  if (!cut.feasible || cut.bottleneck_per_year == 0.0) {
    insight.no_line = "the rough cut finds no steady flow";
    return;
  }
  insight.line = place_of(
      {cut.bottleneck_per_year / year_h, cut.raw_process_time_h}, static_cast<double>(shipping.front().count),
      static_cast<double>(shipping.front().total_us) / 3.6e9, hours(state.now) - hours(scenario.warmup));
}

double shipped(const FlowSample& sample) {
  return static_cast<double>(sample.shipped);
}

/// First time at which as many intervals as hold a hundred pieces in the steady state, at least one and at
/// most a tenth of all, have come to 90 %.
void add_time_reached(const std::vector<FlowSample>& flow, RampUp& ramp_up) {
  constexpr double enough_pieces = 100.0, reached = 0.9;
  const double interval_h =
      (hours(flow.back().tick) - hours(flow.front().tick)) / static_cast<double>(flow.size() - 1);
  const auto width =
      static_cast<std::size_t>(std::clamp(std::ceil(enough_pieces / (ramp_up.steady_per_h * interval_h)), 1.0,
                                          std::max(1.0, static_cast<double>(flow.size() - 1) / 10.0)));
  ramp_up.resolution_h = interval_h * static_cast<double>(width);
  for (std::size_t i = width; i < flow.size(); ++i) {
    const double per_h =
        (shipped(flow[i]) - shipped(flow[i - width])) / (hours(flow[i].tick) - hours(flow[i - width].tick));
    if (per_h < reached * ramp_up.steady_per_h) continue;
    ramp_up.reached_h = hours(flow[i - width].tick);
    return;
  }
}

std::optional<RampUp> ramp_up(const CampaignState& state) {
  const std::vector<FlowSample>& flow = state.flow;
  if (flow.size() < 2) return {};
  const bool whole = flow.front().tick == Tick{};
  const std::optional<Tick> settled = whole ? settled_from(flow) : flow.front().tick;
  if (!settled) return {};
  const auto from = std::ranges::find_if(flow, [&](const FlowSample& s) { return s.tick >= *settled; });
  if (from == flow.end() || from->tick >= flow.back().tick || flow.back().shipped <= from->shipped) return {};
  RampUp result{.steady_from_h = hours(from->tick)};
  result.steady_per_h =
      (shipped(flow.back()) - shipped(*from)) / (hours(flow.back().tick) - hours(from->tick));
  result.lost_pieces = result.steady_per_h * result.steady_from_h - shipped(*from);
  const std::vector<FlowSample>& beginning = whole ? flow : state.ramp;
  if (beginning.size() > 1) add_time_reached(beginning, result);
  return result;
}

}  // namespace

std::optional<Insight> insight(const Scenario& scenario, const CampaignState& state) {
  if (scenario.has_site() || state.now <= scenario.warmup) return {};
  Insight result{.stations = station_queues(scenario, state),
                 .ramp_up = ramp_up(state),
                 .warmed_up = scenario.warmup > Tick{}};
  scenario.plant.products.empty() ? add_line(scenario, state, result) : add_shop(scenario, state, result);
  return result;
}

std::vector<std::size_t> longest_queues(const Insight& insight) {
  std::vector<std::size_t> order(insight.stations.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return insight.stations[a].predicted_pieces() > insight.stations[b].predicted_pieces();
  });
  return order;
}

}  // namespace lunafab::campaign
