#include "campaign/flow_samples.hpp"
#include <algorithm>

namespace lunafab::campaign {
namespace {

constexpr double hour_us = 3.6e9, year_us = 365.25 * 86400e6;

void add_firings(const factory::Station& station, const factory::StationState& state, FlowSample& sample) {
  for (std::size_t op = 0; op < station.mix.size(); ++op) {
    if (station.mix[op].makes_satellite != 0) sample.built += state.firings[op].good;
    sample.shipped += station.mix[op].ships * state.firings[op].good;
  }
}

Int128 integral_at(const TimeWeighted& level, Tick now) {
  return level.integral + static_cast<Int128>(level.level) * (now - level.since).us;
}

/// A quantity as a total over a size, both counted from the start.
struct Quotient {
  const char* name;
  double (*total)(const FlowSample&);
  double (*size)(const FlowSample&);
};

double shipped(const FlowSample& s) {
  return static_cast<double>(s.shipped);
}
double finished(const FlowSample& s) {
  return static_cast<double>(s.finished);
}
double built(const FlowSample& s) {
  return static_cast<double>(s.built);
}
double cycle_h(const FlowSample& s) {
  return static_cast<double>(s.cycle_us) / hour_us;
}
double stored_h(const FlowSample& s) {
  return static_cast<double>(s.stored_us) / hour_us;
}
double hours(const FlowSample& s) {
  return static_cast<double>(s.tick.us) / hour_us;
}
double years(const FlowSample& s) {
  return static_cast<double>(s.tick.us) / year_us;
}

std::vector<Quotient> quotients(const Scenario& scenario) {
  std::vector<Quotient> list{{"shipped_per_h", shipped, hours}};
  if (scenario.satellites.empty() && scenario.plant.products.empty())
    list.push_back({"hours_in_stores_per_piece", stored_h, shipped});
  if (!scenario.satellites.empty()) list.push_back({"satellites_built_per_year_steady", built, years});
  if (!scenario.plant.products.empty()) {
    list.push_back({"finished_per_h", finished, hours});
    list.push_back({"cycle_time_h", cycle_h, finished});
  }
  return list;
}

std::vector<double> increments(const std::vector<FlowSample>& flow, double (*of)(const FlowSample&)) {
  std::vector<double> result;
  for (std::size_t i = 1; i < flow.size(); ++i) result.push_back(of(flow[i]) - of(flow[i - 1]));
  return result;
}

}  // namespace

Tick flow_tick(const Scenario& scenario, std::size_t k) {
  if (k > flow_intervals) return never;
  const std::int64_t span_us = (scenario.end - scenario.warmup).us;
  return scenario.warmup + Ticks{span_us * static_cast<std::int64_t>(k) / std::int64_t{flow_intervals}};
}

Tick ramp_tick(const Scenario& scenario, std::size_t k) {
  if (k > ramp_intervals || scenario.warmup == Tick{} || scenario.has_site()) return never;
  return {scenario.warmup.us * static_cast<std::int64_t>(k) / std::int64_t{ramp_intervals}};
}

FlowSample flow_sample(const Scenario& scenario, const CampaignState& state) {
  const factory::Plant& plant = scenario.plant;
  FlowSample sample{.tick = state.now};
  for (const factory::Station& station : plant.stations)
    add_firings(station, state.groups[station.group].stations[station.local], sample);
  for (std::uint32_t i = 0; i < plant.stores.size(); ++i) {
    if (!plant.tracks_pieces(i)) continue;
    const factory::Store& store = plant.stores[i];
    sample.stored_us += integral_at(state.groups[store.group].stores[store.local].level, state.now);
  }
  for (const factory::Product& product : plant.products) {
    const factory::ProductState& lots = state.groups[product.group].lots.products[product.local];
    sample.shipped += lots.finished * product.lot_size;
    sample.finished += lots.finished;
    sample.cycle_us += lots.cycle.total_us;
    sample.lots_us += integral_at(lots.wip, state.now);
  }
  return sample;
}

std::vector<FlowMetric> flow_metrics(const Scenario& scenario, const CampaignState& state) {
  std::vector<FlowMetric> result;
  for (const Quotient& quotient : quotients(scenario)) {
    FlowMetric metric{.name = quotient.name};
    const std::vector<double> totals = increments(state.flow, quotient.total),
                              sizes = increments(state.flow, quotient.size);
    if (totals.size() == flow_intervals) {
      metric.batches =
          batch_means(batch_sums(totals, flow_batches), batch_sums(sizes, flow_batches), scenario.confidence);
      metric.value = metric.batches.interval.mean;
    }
    result.push_back(std::move(metric));
  }
  return result;
}

std::optional<Tick> settled_from(const std::vector<FlowSample>& flow) {
  const auto out = [](const FlowSample& s) {
    return shipped(s) + built(s);
  };
  const auto stock = [](const FlowSample& s) {
    return static_cast<double>(s.stored_us) + static_cast<double>(s.lots_us);
  };
  const auto of_output = mser5(increments(flow, out)), of_stock = mser5(increments(flow, stock));
  if (!of_output || !of_stock) return std::nullopt;
  return flow[std::max(*of_output, *of_stock)].tick;
}

}  // namespace lunafab::campaign
