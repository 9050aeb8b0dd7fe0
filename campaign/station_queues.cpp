#include "campaign/station_queues.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <set>
#include "campaign/rough_lots.hpp"
#include "campaign/since_warmup.hpp"
#include "campaign/stream_net.hpp"

namespace lunafab::campaign {
namespace {

using factory::Mode;
using factory::Station;
using factory::StationState;
using factory::Upkeep;
using factory::UpkeepClock;

constexpr double full_load = 0.999;      ///< a run cannot tell this from 1
constexpr double worth_telling = 0.001;  ///< share of time

double span_h(const Scenario& scenario, const CampaignState& state) {
  return seconds(state.now - scenario.warmup) / 3600.0;
}

double share(const StationState& state, Mode mode) {
  double total = 0.0;
  for (const std::int64_t us : state.mode_us) total += static_cast<double>(us);
  return total > 0.0 ? static_cast<double>(state.mode_us[static_cast<std::size_t>(mode)]) / total : 0.0;
}

Spread spread_h(const Distribution& d) {
  const double m = mean(d);
  return {m / 3600.0, m > 0.0 ? variance(d) / (m * m) : 0.0};
}

double served_per_h(const Scenario& scenario, const CampaignState& state, std::uint32_t s) {
  const StationState counted = since_warmup(state, scenario.plant, s);
  auto served = static_cast<double>(counted.lots.waits);
  for (const factory::Firings& fired : counted.firings) served += static_cast<double>(fired.started);
  return served / span_h(scenario, state);
}

/// Time of one firing; the share that is not worked on passes in no time.
Spread firing_work(const Station& station) {
  const Spread cycle = spread_h(station.cycle);
  const double sampled = station.rules.sampled;
  if (sampled == 0.0) return {};
  return {cycle.mean_h / station.speed * sampled, (cycle.scv + 1.0) / sampled - 1.0};
}

/// Time of one lot, over all steps that the station serves.
Spread lot_work(const Scenario& scenario, const CampaignState& state, std::uint32_t s) {
  const factory::Plant& plant = scenario.plant;
  double lots = 0.0, sum_h = 0.0, squares_h2 = 0.0;
  for (std::uint32_t p = 0; p < plant.products.size(); ++p) {
    const factory::Product& product = plant.products[p];
    const auto released = static_cast<double>(since_warmup_product(state, plant, p).serials);
    const std::vector<double> visits = expected_visits(product);
    for (std::size_t i = 0; i < product.steps.size(); ++i) {
      const factory::Step& step = product.steps[i];
      if (step.station != s) continue;
      const double n = released * visits[i] * step.sampled;
      const Spread time = spread_h(step.time);
      const double pieces = step.per == factory::TimePer::piece ? static_cast<double>(product.lot_size) : 1.0;
      const double lot_h = time.mean_h * pieces / plant.stations[s].speed;
      lots += n;
      sum_h += n * lot_h;
      squares_h2 += n * lot_h * lot_h * (1.0 + time.scv);
    }
  }
  if (sum_h == 0.0) return {};
  const double mean_h = sum_h / lots;
  return {mean_h, squares_h2 / lots / (mean_h * mean_h) - 1.0};
}

/// Work stretched by failures and planned maintenance.
Spread with_upkeep(const Station& station, const Spread& work) {
  std::vector<Outage> outages;
  for (const Upkeep& upkeep : station.upkeep) {
    if (!upkeep.planned) outages.push_back({mean(upkeep.interval) / 3600.0, spread_h(upkeep.duration)});
  }
  Spread result = with_outages(work, outages);
  for (const Upkeep& upkeep : station.upkeep) {
    if (!upkeep.planned || work.mean_h == 0.0) continue;
    const double pieces = upkeep.clock == UpkeepClock::pieces ? mean(upkeep.interval)
                                                              : mean(upkeep.interval) / 3600.0 / work.mean_h;
    result = with_stop(result, std::max(1.0, pieces), spread_h(upkeep.duration));
  }
  return result;
}

/// Observed utilisation, failures and maintenance in it; the effective time follows from it.
Queue observed_queue(const Scenario& scenario, const CampaignState& state, std::uint32_t s) {
  const Station& station = scenario.plant.stations[s];
  const StationState counted = since_warmup(state, scenario.plant, s);
  const Spread work = station.serves_lots ? lot_work(scenario, state, s) : firing_work(station);
  Queue queue{.servers = station.servers, .process = with_upkeep(station, work)};
  const double stretch = work.mean_h > 0.0 ? queue.process.mean_h / work.mean_h : 1.0;
  const double there = station.rules.calendar == factory::always_on
                           ? 1.0
                           : share_on(scenario.plant.calendars[station.rules.calendar]);
  const double setup = share(counted, Mode::setup);
  const double per_h = served_per_h(scenario, state, s);
  if (per_h == 0.0) return queue;
  if (counted.changes > 0) {
    const double pieces = per_h * span_h(scenario, state) / static_cast<double>(counted.changes);
    const double setup_h =
        setup * station.servers * span_h(scenario, state) / static_cast<double>(counted.changes);
    queue.process = with_stop(queue.process, std::max(1.0, pieces), {setup_h, 0.0});
  }
  queue.utilisation = (share(counted, Mode::busy) * stretch + setup) / there;
  queue.process.mean_h = queue.utilisation * station.servers / per_h;
  return queue;
}

/// Variability of arrivals everywhere, from that of departures, until it no longer changes.
void link(std::vector<StationQueue>& stations, const std::vector<Stream>& streams) {
  std::vector<double> per_h(stations.size(), 0.0);
  for (const Stream& stream : streams) per_h[stream.to] += stream.per_h;
  const auto leaving_scv = [&](const Stream& stream) {
    if (stream.from == outside) return stream.scv;
    const StationQueue& from = stations[stream.from];
    Queue queue = from.queue;
    if (per_h[stream.from] == 0.0) queue.utilisation = 1.0;  // never waits for what it works on
    const double part = from.served_per_h > 0.0 ? std::min(1.0, stream.per_h / from.served_per_h) : 1.0;
    return thinned_scv(departure_scv(queue), part);
  };
  constexpr int most_rounds = 10'000;
  constexpr double settled = 1e-12;
  for (int round = 0; round < most_rounds; ++round) {
    std::vector<double> scv(stations.size(), 0.0);
    for (const Stream& stream : streams)
      scv[stream.to] += stream.per_h / per_h[stream.to] * leaving_scv(stream);
    double moved = 0.0;
    for (std::size_t s = 0; s < stations.size(); ++s) {
      if (per_h[s] == 0.0) continue;
      moved = std::max(moved, std::abs(scv[s] - stations[s].queue.arrival_scv));
      stations[s].queue.arrival_scv = scv[s];
    }
    if (moved < settled) return;
  }
}

std::optional<double> observed_wait_h(const Scenario& scenario, const CampaignState& state, std::uint32_t s) {
  const factory::Plant& plant = scenario.plant;
  const auto over = [](Int128 us, std::int64_t n) -> std::optional<double> {
    if (n == 0) return {};
    return static_cast<double>(us) / static_cast<double>(n) / 3.6e9;
  };
  if (plant.stations[s].serves_lots) {
    const factory::LotQueue lots = since_warmup(state, plant, s).lots;
    return over(lots.wait_us, lots.waits);
  }
  const auto store = queue_store(plant, s);
  if (!store) return {};
  const factory::StoreState counted = since_warmup_store(state, plant, *store);
  return over(counted.wait_us, counted.waits);
}

/// More comes than the station can do: by how much what came would load it.
double offered_load(const Scenario& scenario, const CampaignState& state, std::uint32_t s,
                    const StationQueue& station) {
  const factory::Plant& plant = scenario.plant;
  double grown = 0.0;
  if (plant.stations[s].serves_lots) {
    const auto level = [&](const factory::StationState& of) {
      return static_cast<double>(of.lots.level.level);
    };
    const std::uint32_t group = plant.stations[s].group, local = plant.stations[s].local;
    grown = level(state.groups[group].stations[local]);
    if (state.warmup.taken != 0) grown -= level(state.warmup.stations[group][local]);
  } else if (const auto store = queue_store(plant, s)) {
    const factory::StoreState counted = since_warmup_store(state, plant, *store);
    grown = static_cast<double>(counted.received - counted.issued);
  }
  const double arrivals_per_h = station.served_per_h + grown / span_h(scenario, state);
  return arrivals_per_h * station.queue.process.mean_h / station.queue.servers;
}

/// Why Kingman's equation says nothing of a station that takes pieces from stores; empty where it may.
std::string no_store_queue(const factory::Plant& plant, std::uint32_t s) {
  const Station& station = plant.stations[s];
  if (station.serves_lots) return "";
  if (station.source) return "a stream of arrivals";
  if (station.route != factory::no_route) return "its vehicles are away between loads";
  const auto store = queue_store(plant, s);
  if (store) return plant.stores[*store].consumers.size() > 1 ? "shares its store with other stations" : "";
  for (const factory::Operation& op : station.mix) {
    for (const factory::Leg& leg : op.take) {
      if (factory::is_store(leg.place)) return "takes bulk material, or from several stores";
    }
  }
  return "takes from outside: has no queue";
}

std::string silent_because(const Scenario& scenario, const CampaignState& state, std::uint32_t s,
                           const StationQueue& station, bool arrivals) {
  if (std::string none = no_store_queue(scenario.plant, s); !none.empty()) return none;
  const Station& of = scenario.plant.stations[s];
  const bool takes_many = std::ranges::any_of(of.mix, [](const factory::Operation& op) {
    return std::ranges::any_of(op.take, [](const factory::Leg& leg) { return leg.amount > 1; });
  });
  if (of.batches || of.rules.batch.most > 1 || takes_many) return "works on batches";
  if (!arrivals || station.served_per_h == 0.0) return "nothing came";
  if (std::max(station.queue.utilisation, offered_load(scenario, state, s, station)) >= full_load)
    return "u ≥ 1: no spare capacity, its queue grows as long as more comes";
  return "";
}

bool several_at_once(const factory::Plant& plant, std::uint32_t s, const std::set<std::uint32_t>& sources) {
  const bool batches_before = std::ranges::any_of(
      sources, [&](std::uint32_t from) { return from != outside && plant.stations[from].batches; });
  if (plant.stations[s].serves_lots) {
    return batches_before || std::ranges::any_of(plant.releases, [&](const factory::Release& release) {
             return release.lots > 1 && plant.products[release.product].steps.front().station == s;
           });
  }
  const std::uint32_t store = *queue_store(plant, s);
  return std::ranges::any_of(plant.stores[store].producers, [&](std::uint32_t from) {
    return plant.stations[from].rules.batch.most > 1 ||
           std::ranges::any_of(plant.stations[from].mix, [&](const factory::Operation& op) {
             return std::ranges::any_of(
                 op.put, [&](const factory::Leg& leg) { return leg.place == store && leg.amount > 1; });
           });
  });
}

bool exponential_failures(const Station& station) {
  return std::ranges::all_of(station.upkeep, [](const Upkeep& upkeep) {
    return upkeep.planned || upkeep.interval.kind == Distribution::Kind::exponential;
  });
}

bool first_come_first_served(const Station& station) {
  return std::ranges::all_of(station.dispatch, [](const factory::DispatchTerm& term) {
    return term.kind == factory::DispatchTerm::Kind::fifo;
  });
}

bool limited_releases(const factory::Plant& plant) {
  return std::ranges::any_of(plant.releases,
                             [](const factory::Release& r) { return r.limit != factory::no_limit; });
}

/// Blocking, by the places behind a station and by those before it.
std::vector<std::string> blocking_reasons(const Scenario& scenario, const CampaignState& state,
                                          std::uint32_t s, const std::set<std::uint32_t>& sources) {
  std::vector<std::string> reasons;
  const double blocked = share(since_warmup(state, scenario.plant, s), Mode::blocked);
  if (blocked > worth_telling) {
    reasons.push_back(
        fmt::format("blocked {:.1f} % of the time: pieces hold it longer than their work", 100 * blocked));
  }
  for (const std::uint32_t from : sources) {
    if (from == outside || share(since_warmup(state, scenario.plant, from), Mode::blocked) <= worth_telling)
      continue;
    reasons.push_back("blocks those before it: part of the wait is there");
    break;
  }
  return reasons;
}

std::vector<std::string> rough_because(const Scenario& scenario, const CampaignState& state, std::uint32_t s,
                                       const std::set<std::uint32_t>& sources) {
  const factory::Plant& plant = scenario.plant;
  const Station& station = plant.stations[s];
  const StationState counted = since_warmup(state, plant, s);
  std::vector<std::string> reasons = blocking_reasons(scenario, state, s, sources);
  const auto when = [&](bool holds, const char* reason) {
    if (holds) reasons.emplace_back(reason);
  };
  when(sources.size() > 1, "several streams meet before it");
  when(several_at_once(plant, s, sources), "pieces come several at once");
  when(share(counted, Mode::no_resource) > worth_telling, "waits for people or tools");
  when(station.rules.calendar != factory::always_on, "works in shifts");
  when(counted.changes > 0, "set-up times taken as constant");
  when(!exponential_failures(station), "times to failure are not exponential");
  when(station.serves_lots && !first_come_first_served(station),
       "its dispatch rule is not first come first served");
  when(station.serves_lots && limited_releases(plant),
       "releases follow what leaves, not a stream of arrivals");
  return reasons;
}

}  // namespace

std::vector<StationQueue> station_queues(const Scenario& scenario, const CampaignState& state) {
  const factory::Plant& plant = scenario.plant;
  std::vector<StationQueue> stations;
  for (std::uint32_t s = 0; s < plant.stations.size(); ++s) {
    stations.push_back({.name = plant.stations[s].name,
                        .queue = observed_queue(scenario, state, s),
                        .served_per_h = served_per_h(scenario, state, s),
                        .observed_h = observed_wait_h(scenario, state, s)});
  }
  std::vector<Stream> streams = piece_streams(scenario, state);
  for (const Stream& stream : lot_streams(scenario, state)) streams.push_back(stream);
  link(stations, streams);
  std::vector<std::set<std::uint32_t>> sources(stations.size());
  for (const Stream& stream : streams) sources[stream.to].insert(stream.from);
  for (std::uint32_t s = 0; s < stations.size(); ++s) {
    std::string silent = silent_because(scenario, state, s, stations[s], !sources[s].empty());
    if (!silent.empty()) {
      stations[s].reasons.push_back(std::move(silent));
      continue;
    }
    stations[s].predicted_h = predicted_wait_h(stations[s].queue);
    stations[s].reasons = rough_because(scenario, state, s, sources[s]);
  }
  return stations;
}

}  // namespace lunafab::campaign
