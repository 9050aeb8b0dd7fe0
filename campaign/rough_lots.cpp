#include "campaign/rough_lots.hpp"
#include <algorithm>
#include <cmath>
#include <limits>

namespace lunafab::campaign {
namespace {

/// Chance that a lot which has just been worked on at a step goes back, such that with it at every visit the
/// mean number of reworks is that of the step's limit.
double rework_chance(const factory::Step& step) {
  const double bad = 1.0 - step.good;
  if (bad == 0.0 || step.rework_to == factory::no_step) return 0.0;
  if (bad == 1.0) return step.rework_limit / (step.rework_limit + 1.0);
  const double visits = (1.0 - std::pow(bad, step.rework_limit + 1)) / (1.0 - bad);
  return 1.0 - 1.0 / visits;
}

double lots_per_h(const factory::Release& release, double span_h) {
  if (!release.timed) return 0.0;
  const double lots = static_cast<double>(release.lots);
  if (!release.schedule.empty()) return lots * static_cast<double>(release.schedule.size()) / span_h;
  return lots / (mean(release.interval) / 3600.0);
}

/// Server hours that one lot takes at a step; a full batch shares them.
double work_h(const factory::Product& product, const factory::Step& step, double speed) {
  double span_s = mean(step.time) / speed;
  if (step.per == factory::TimePer::piece) span_s *= static_cast<double>(product.lot_size);
  if (step.per == factory::TimePer::batch) span_s /= step.batch.most;
  return span_s / 3600.0;
}

struct Work {
  double steps = 0.0, hours = 0.0;
};

/// By station, for one lot of a product.
std::vector<Work> work_of(const factory::Plant& plant, const factory::Product& product) {
  std::vector<Work> work(plant.stations.size());
  const std::vector<double> visits = expected_visits(product);
  for (std::size_t i = 0; i < product.steps.size(); ++i) {
    const factory::Step& step = product.steps[i];
    const double served = visits[i] * step.sampled;
    work[step.station].steps += served;
    work[step.station].hours += served * work_h(product, step, plant.stations[step.station].speed);
  }
  return work;
}

}  // namespace

std::vector<double> expected_visits(const factory::Product& product) {
  const std::size_t n = product.steps.size();
  std::vector<double> visits(n + 1, 0.0);
  constexpr int most_rounds = 10'000;
  for (int round = 0; round < most_rounds; ++round) {  // each adds one more pass over the rework loops
    std::vector<double> next(n + 1, 0.0);
    next[0] = 1.0;
    for (std::size_t i = 0; i < n; ++i) {
      const double back = rework_chance(product.steps[i]) * product.steps[i].sampled;
      if (back > 0.0) next[product.steps[i].rework_to] += visits[i] * back;
    }
    double moved = 0.0;
    for (std::size_t i = 0; i <= n; ++i) {
      if (i < n) next[i + 1] += next[i] * (1.0 - product.steps[i].sampled * (1.0 - product.steps[i].good));
      moved += std::abs(next[i] - visits[i]);
    }
    visits = std::move(next);
    if (moved < 1e-12) break;
  }
  return visits;
}

double availability(const Scenario& scenario, const factory::Station& station, double mean_cycle_s) {
  double available = 1.0;
  for (const factory::Upkeep& upkeep : station.upkeep) {
    const double down_s = mean(upkeep.duration);
    const double up_s = upkeep.clock == factory::UpkeepClock::pieces ? mean(upkeep.interval) * mean_cycle_s
                                                                     : mean(upkeep.interval);
    available *= up_s / (up_s + down_s);
  }
  if (station.rules.calendar != factory::always_on)
    available *= share_on(scenario.plant.calendars[station.rules.calendar]);
  return available;
}

namespace {

/// Lots an hour of each product.
struct Rates {
  std::vector<double> timed;  ///< by intervals and dates
  std::vector<double> held;   ///< releases that only a limit holds back, number
};

Rates release_rates(const Scenario& scenario) {
  Rates rates{std::vector<double>(scenario.plant.products.size()),
              std::vector<double>(scenario.plant.products.size())};
  for (const factory::Release& release : scenario.plant.releases) {
    rates.timed[release.product] += lots_per_h(release, seconds(scenario.end) / 3600.0);
    rates.held[release.product] += release.timed ? 0.0 : 1.0;
  }
  return rates;
}

double hours_at(const std::vector<std::vector<Work>>& works, const std::vector<double>& rate,
                std::size_t station) {
  double hours = 0.0;
  for (std::size_t p = 0; p < works.size(); ++p) hours += rate[p] * works[p][station].hours;
  return hours;
}

/// What each release that only a limit holds back lets in: an even share of what the busiest station has
/// left.
double held_rate(const std::vector<std::vector<Work>>& works, const Rates& rates,
                 const std::vector<double>& servers) {
  double rate = std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < servers.size(); ++s) {
    const double hours = hours_at(works, rates.held, s);
    if (hours > 0.0)
      rate = std::min(rate, std::max(0.0, servers[s] - hours_at(works, rates.timed, s)) / hours);
  }
  return std::isfinite(rate) ? rate : 0.0;
}

}  // namespace

RoughLots rough_lots(const Scenario& scenario) {
  const factory::Plant& plant = scenario.plant;
  RoughLots cut;
  std::vector<std::vector<Work>> works;
  for (const factory::Product& product : plant.products) works.push_back(work_of(plant, product));
  std::vector<double> servers;
  for (const factory::Station& station : plant.stations)
    servers.push_back(station.servers * availability(scenario, station, 3600.0));
  const Rates rates = release_rates(scenario);
  const double held = held_rate(works, rates, servers);
  std::vector<double> rate;
  double lots = 0.0;
  for (std::size_t p = 0; p < plant.products.size(); ++p) {
    const factory::Product& product = plant.products[p];
    rate.push_back(rates.timed[p] + held * rates.held[p]);
    cut.products.push_back(
        {product.name, rate[p], product.raw_time_s / 3600.0, expected_visits(product).back()});
    lots += rate[p];
    cut.raw_process_h += rate[p] * product.raw_time_s / 3600.0;
  }
  if (lots > 0.0) cut.raw_process_h /= lots;
  for (std::size_t s = 0; s < plant.stations.size(); ++s) {
    if (!plant.stations[s].serves_lots) continue;
    RoughTool tool{.name = plant.stations[s].name, .servers = plant.stations[s].servers};
    for (std::size_t p = 0; p < works.size(); ++p) tool.steps_per_h += rate[p] * works[p][s].steps;
    tool.work_h_per_h = hours_at(works, rate, s);
    tool.available = servers[s] / tool.servers;
    tool.load = tool.work_h_per_h / servers[s];
    cut.tools.push_back(tool);
    if (tool.load > cut.tools[cut.bottleneck].load) cut.bottleneck = cut.tools.size() - 1;
  }
  if (!cut.tools.empty() && cut.tools[cut.bottleneck].load > 0.0)
    cut.bound_per_h = lots / cut.tools[cut.bottleneck].load;
  cut.critical_wip = cut.bound_per_h * cut.raw_process_h;
  return cut;
}

}  // namespace lunafab::campaign
