#include "tests/validation/simulated.hpp"
#include <tbb/parallel_for.h>
#include <algorithm>
#include "campaign/run.hpp"

namespace lunafab::test {
namespace {

std::int64_t lots_there(const factory::GroupState& group) {
  auto there = static_cast<std::int64_t>(group.lots.moving.size());
  for (const factory::StationState& station : group.stations)
    there += static_cast<std::int64_t>(station.lots.waiting.size());
  for (const factory::Server& server : group.servers) {
    for (std::uint32_t lot = server.lot; lot != factory::no_lot && server.loaded != 0;
         lot = group.lots.all[lot].next)
      ++there;
  }
  return there;
}

std::int64_t lots_unaccounted(const factory::GroupState& group) {
  std::int64_t missing = -lots_there(group);
  for (const factory::ProductState& product : group.lots.products)
    missing += static_cast<std::int64_t>(product.serials) - product.finished - product.scrapped;
  return missing;
}

std::int64_t pieces_unaccounted(const factory::Station& station, const factory::GroupState& group) {
  const factory::Operation& op = station.mix.front();
  const factory::Firings& firings = group.stations[station.local].firings.front();
  std::int64_t missing = 0;
  if (std::none_of(op.take.begin(), op.take.end(),
                   [](const factory::Leg& leg) { return factory::is_store(leg.place); }))
    missing += firings.started;
  if (std::none_of(op.put.begin(), op.put.end(),
                   [](const factory::Leg& leg) { return factory::is_store(leg.place); }))
    missing -= firings.good;
  for (std::int32_t i = 0; i < station.servers; ++i) {
    const factory::Server& server = group.servers[station.first_server + static_cast<std::uint32_t>(i)];
    if (server.loaded != 0) missing -= server.batch;
  }
  return missing - firings.scrapped;
}

}  // namespace

std::int64_t unaccounted(const factory::Plant& plant, const campaign::CampaignState& state) {
  std::int64_t missing = 0;
  for (const factory::GroupState& group : state.groups) missing += lots_unaccounted(group);
  for (const factory::Station& station : plant.stations)
    if (!station.serves_lots) missing += pieces_unaccounted(station, state.groups[station.group]);
  for (const factory::Store& store : plant.stores)
    missing -= state.groups[store.group].stores[store.local].amount;
  return missing;
}

std::vector<campaign::Metrics> replications(const std::string& config, const Arguments& settings,
                                            const Measure& measure) {
  Findings warnings;
  const campaign::Scenario scenario =
      campaign::load_scenario(source + "/configs/validation/" + config, settings, warnings);
  const auto count = static_cast<std::size_t>(scenario.replications);
  std::vector<campaign::Metrics> runs(count);
  std::vector<std::int64_t> missing(count);
  tbb::parallel_for(std::size_t{0}, count, [&](std::size_t i) {
    campaign::Campaign campaign(scenario, static_cast<std::uint32_t>(i));
    campaign.run_to_end();
    runs[i] = measure(scenario, campaign.state());
    missing[i] = unaccounted(scenario.plant, campaign.state());
  });
  if (std::any_of(missing.begin(), missing.end(), [](std::int64_t m) { return m != 0; }))
    throw std::runtime_error(config + ": parts in are not parts out, scrapped and there");
  return runs;
}

Interval interval_of(const std::vector<campaign::Metrics>& runs, const std::string& metric) {
  for (const campaign::MetricInterval& each : campaign::intervals(runs, 0.999, campaign::Pairing::none))
    if (each.name == "lines.line." + metric) return each.interval;
  throw std::runtime_error("no metric " + metric);
}

}  // namespace lunafab::test
