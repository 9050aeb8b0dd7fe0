#include "campaign/stream_net.hpp"
#include <algorithm>
#include <set>
#include "campaign/rough_lots.hpp"
#include "campaign/since_warmup.hpp"

namespace lunafab::campaign {
namespace {

using factory::Leg;
using factory::Operation;

double squared_variation(const Distribution& d) {
  const double m = mean(d);
  return m > 0.0 ? variance(d) / (m * m) : 0.0;
}

/// Pieces that a station has put into a store.
double put_pieces(const factory::Station& station, const factory::StationState& state, std::uint32_t store) {
  double pieces = 0.0;
  for (std::size_t op = 0; op < station.mix.size(); ++op) {
    for (const Leg& leg : station.mix[op].put) {
      if (leg.place == store)
        pieces += static_cast<double>(leg.amount) * static_cast<double>(state.firings[op].good);
    }
    if (station.rules.rework.to == store) pieces += static_cast<double>(state.firings[op].reworked);
  }
  return pieces;
}

/// First steps: lots come as they are released, the mean of the releases' variability by rate.
double release_scv(const factory::Plant& plant, std::uint32_t product) {
  double rate = 0.0, sum = 0.0;
  for (const factory::Release& release : plant.releases) {
    if (release.product != product || !release.timed || !release.schedule.empty()) continue;
    const double lots = static_cast<double>(release.lots) / mean(release.interval);
    rate += lots;
    sum += lots * squared_variation(release.interval);
  }
  return rate > 0.0 ? sum / rate : 1.0;
}

/// Lots that come to a step from the one before; what comes to it otherwise (rework, past a step that was
/// not sampled) comes as if from outside.
void add_route(const factory::Product& product, double lots_per_h, double first_scv,
               std::vector<Stream>& streams) {
  const std::vector<double> visits = expected_visits(product);
  for (std::size_t i = 0; i < product.steps.size(); ++i) {
    const factory::Step& step = product.steps[i];
    const double served = lots_per_h * visits[i] * step.sampled;
    double direct = lots_per_h * step.sampled;
    if (i == 0) {
      streams.push_back({outside, step.station, direct, first_scv});
    } else {
      const factory::Step& before = product.steps[i - 1];
      direct *= visits[i - 1] * before.sampled * before.good;
      streams.push_back({before.station, step.station, direct});
    }
    constexpr double rounding = 1e-9;
    if (served - direct > rounding * served) streams.push_back({outside, step.station, served - direct});
  }
}

}  // namespace

std::optional<std::uint32_t> queue_store(const factory::Plant& plant, std::uint32_t station) {
  std::set<std::uint32_t> stores;
  for (const Operation& op : plant.stations[station].mix) {
    for (const Leg& leg : op.take) {
      if (factory::is_store(leg.place)) stores.insert(leg.place);
    }
  }
  if (stores.size() != 1 || !plant.tracks_pieces(*stores.begin())) return {};
  return *stores.begin();
}

std::vector<Stream> piece_streams(const Scenario& scenario, const CampaignState& state) {
  const factory::Plant& plant = scenario.plant;
  const double span_h = seconds(state.now - scenario.warmup) / 3600.0;
  std::vector<Stream> streams;
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
    const auto store = queue_store(plant, s);
    if (!store) continue;
    for (const std::uint32_t from : plant.stores[*store].producers) {
      const double pieces = put_pieces(plant.stations[from], since_warmup(state, plant, from), *store);
      if (pieces > 0.0) streams.push_back({from, s, pieces / span_h});
    }
  }
  return streams;
}

std::vector<Stream> lot_streams(const Scenario& scenario, const CampaignState& state) {
  const factory::Plant& plant = scenario.plant;
  const double span_h = seconds(state.now - scenario.warmup) / 3600.0;
  std::vector<Stream> streams;
  for (std::uint32_t p = 0; p < plant.products.size(); ++p) {
    const double per_h = static_cast<double>(since_warmup_product(state, plant, p).serials) / span_h;
    if (per_h > 0.0) add_route(plant.products[p], per_h, release_scv(plant, p), streams);
  }
  return streams;
}

}  // namespace lunafab::campaign
