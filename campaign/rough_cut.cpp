#include "campaign/rough_cut.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "campaign/site.hpp"
#include "core/variates.hpp"

namespace lunafab::campaign {
namespace {

using factory::Leg;
using factory::Operation;
using factory::Place;
using factory::Station;

constexpr double year_h = 365.25 * 24.0;
constexpr double mg_per_kg = 1e6;
constexpr int most_rounds =
    400;  // recycling loops converge geometrically; without loops the plant's depth is enough
constexpr double settled = 1e-12;

/// Firings an hour that a server turns out, good or not, with failures taken off.
double server_rate_per_h(const factory::Plant& plant, const Station& station) {
  double cycle_h = mean(station.cycle) / station.speed / 3600.0;
  if (station.route != factory::no_route) {
    const factory::Route& route = plant.routes[station.route];
    cycle_h += (seconds(route.outbound) + seconds(route.inbound)) / 3600.0;
  }
  double available = 1.0;
  if (station.failures.clock != factory::FailureClock::none) {
    const double up = mean(station.failures.time_to_failure), down = mean(station.failures.time_to_repair);
    available = up / (up + down);
  }
  return cycle_h > 0.0 ? available / cycle_h : std::numeric_limits<double>::infinity();
}

class FlowSolver {
 public:
  explicit FlowSolver(const Scenario& scenario) : sc_(scenario), plant_(scenario.plant) {
    firings_.resize(plant_.stations.size());
    for (std::size_t s = 0; s < plant_.stations.size(); ++s)
      firings_[s].assign(plant_.stations[s].mix.size(), 0.0);
    demand_.assign(plant_.stores.size(), 0.0);
    recycled_.assign(plant_.stores.size(), 0.0);
    find_recyclers();
  }

  /// Firings of each station for one product: fixed point of demand on stores and work of their producers.
  std::vector<double> solve() {
    for (int round = 0; round < most_rounds; ++round) {
      const double change = one_round();
      if (change < settled) break;
    }
    std::vector<double> total;
    for (const auto& ops : firings_) {
      double sum = 0.0;
      for (const double f : ops) sum += f;
      total.push_back(sum);
    }
    return total;
  }

  const std::vector<std::vector<double>>& firings() const { return firings_; }

 private:
  double one_round() {
    for (auto* amounts : {&demand_, &recycled_}) std::fill(amounts->begin(), amounts->end(), 0.0);
    for (std::uint32_t s = 0; s < firings_.size(); ++s) add_flows(s);
    double change = 0.0;
    for (std::uint32_t s = 0; s < firings_.size(); ++s) {
      for (std::size_t i = 0; i < firings_[s].size(); ++i) {
        const double wanted = needed(s, i);
        change = std::max(change, std::abs(wanted - firings_[s][i]) / std::max(wanted, 1e-9));
        firings_[s][i] = wanted;
      }
    }
    return change;
  }

  void add_flows(std::uint32_t s) {
    const Station& station = plant_.stations[s];
    for (std::size_t i = 0; i < station.mix.size(); ++i) {
      for (const Leg& leg : station.mix[i].take) {
        if (factory::is_store(leg.place)) {
          demand_[leg.place] += firings_[s][i] / station.yield * static_cast<double>(leg.amount);
        }
      }
      for (const Leg& leg : outputs(s, station.mix[i])) {
        if (recycles(s, leg.place)) recycled_[leg.place] += firings_[s][i] * static_cast<double>(leg.amount);
      }
    }
  }

  /// What a station puts into stores; a loading place puts its load at the other end of its route.
  std::vector<Leg> outputs(std::uint32_t s, const Operation& op) const {
    const std::uint32_t route = plant_.stations[s].route;
    if (route != factory::no_route) {
      if (!plant_.routes[route].to) return {};
      return {{*plant_.routes[route].to, op.take.front().material, op.take.front().amount}};
    }
    std::vector<Leg> legs;
    for (const Leg& leg : op.put) {
      if (factory::is_store(leg.place)) legs.push_back(leg);
    }
    return legs;
  }

  /// Walking upstream from the product, a producer that is met again on its own path returns what passed
  /// through it: it recycles. Demand is not passed up to it a second time, or the loop would pull itself up
  /// without end.
  bool recycles(std::uint32_t producer, std::uint32_t store) const { return recycles_[producer][store] != 0; }

  void find_recyclers() {
    recycles_.assign(plant_.stations.size(), std::vector<std::uint8_t>(plant_.stores.size(), 0));
    std::vector<Visit> visits(plant_.stations.size(), Visit::unseen);
    for (const bool ends : {true, false}) {
      for (std::uint32_t s = 0; s < plant_.stations.size(); ++s) {
        if (is_end(s) || !ends) walk_upstream(s, visits);
      }
    }
  }

  enum class Visit : std::uint8_t { unseen, on_path, finished };

  bool is_end(std::uint32_t s) const {
    const std::uint32_t route = plant_.stations[s].route;
    if (route != factory::no_route) return !plant_.routes[route].to;
    for (const Operation& op : plant_.stations[s].mix) {
      for (const Leg& leg : op.put) {
        if (leg.place == factory::index(Place::shipped)) return true;
      }
    }
    return false;
  }

  void walk_upstream(std::uint32_t s, std::vector<Visit>& visits) {
    if (visits[s] != Visit::unseen) return;
    visits[s] = Visit::on_path;
    for (const Operation& op : plant_.stations[s].mix) {
      for (const Leg& leg : op.take) {
        if (!factory::is_store(leg.place)) continue;
        for (const std::uint32_t producer : fillers(leg.place)) {
          if (visits[producer] == Visit::on_path) {
            recycles_[producer][leg.place] = 1;
          } else {
            walk_upstream(producer, visits);
          }
        }
      }
    }
    visits[s] = Visit::finished;
  }

  std::vector<std::uint32_t> fillers(std::uint32_t store) const {
    std::vector<std::uint32_t> stations = plant_.stores[store].producers;
    for (const factory::Route& route : plant_.routes) {
      if (route.to == store) stations.push_back(route.station);
    }
    return stations;
  }

  double needed(std::uint32_t s, std::size_t i) const {
    const Station& station = plant_.stations[s];
    const Operation& op = station.mix[i];
    if (station.route != factory::no_route) {
      const factory::Route& route = plant_.routes[station.route];
      if (!route.to) return delivered_satellites(op.take.front().material);
      return pulled(s, *route.to) / static_cast<double>(op.take.front().amount);
    }
    if (op.makes_satellite != 0) {
      double weight = 0.0;  // of all satellites begun anywhere, this operation's share
      for (const Station& other : plant_.stations) {
        for (const Operation& o : other.mix)
          weight += o.makes_satellite != 0 ? static_cast<double>(o.weight) : 0.0;
      }
      return static_cast<double>(op.weight) / weight * satellite_loss(op.put.front().material);
    }
    double most = 0.0;
    for (const Leg& leg : op.put) {
      if (leg.place == factory::index(Place::shipped) && sc_.satellites.empty())
        most = std::max(most, 1.0 / shippers());
      if (factory::is_store(leg.place)) {
        most = std::max(most, pulled(s, leg.place) / static_cast<double>(leg.amount));
      }
    }
    return most;
  }

  /// A producer's part of a store's demand that recycling leaves open.
  double pulled(std::uint32_t s, std::uint32_t store) const {
    if (recycles(s, store)) return 0.0;
    return std::max(0.0, demand_[store] - recycled_[store]) * share_of(s, store);
  }

  /// Starts per satellite delivered: what later tests reject must be built too.
  double satellite_loss(std::uint32_t material) const {
    double factor = 1.0;
    for (const Station& station : plant_.stations) {
      for (const Operation& op : station.mix) {
        if (!op.recipe && !op.take.empty() && op.take.front().material == material) factor /= station.yield;
      }
    }
    return factor;
  }

  double delivered_satellites(std::uint32_t material) const {
    double share = 0.0, weight = 0.0;
    for (const Station& station : plant_.stations) {
      for (const Operation& op : station.mix) {
        if (op.makes_satellite == 0) continue;
        weight += static_cast<double>(op.weight);
        if (op.put.front().material == material) share += static_cast<double>(op.weight);
      }
    }
    return weight > 0.0 ? share / weight : 0.0;
  }

  double shippers() const {
    double count = 0.0;
    for (const Station& station : plant_.stations) {
      for (const Operation& op : station.mix) {
        for (const Leg& leg : op.put) count += leg.place == factory::index(Place::shipped) ? 1.0 : 0.0;
      }
    }
    return std::max(count, 1.0);
  }

  /// A store's demand is shared out among its other producers by their capacity.
  double share_of(std::uint32_t s, std::uint32_t store) const {
    double own = 0.0, all = 0.0;
    for (const std::uint32_t filler : fillers(store)) {
      if (recycles(filler, store)) continue;
      const Station& station = plant_.stations[filler];
      const double rate = std::min(server_rate_per_h(plant_, station), 1e12) * station.servers;
      all += rate;
      if (filler == s) own = rate;
    }
    return all > 0.0 ? own / all : 0.0;
  }

  const Scenario& sc_;
  const factory::Plant& plant_;
  std::vector<std::vector<double>> firings_;         ///< good ones, by station and operation
  std::vector<double> demand_, recycled_;            ///< by store: taken, and put by recyclers
  std::vector<std::vector<std::uint8_t>> recycles_;  ///< by producer and store
};

/// Longest chain of cycles and hauls that leads to each station, h; loops are cut at the plant's depth.
double longest_chain_h(const factory::Plant& plant) {
  const std::size_t n = plant.stations.size();
  std::vector<double> own(n), chain(n);
  for (std::size_t s = 0; s < n; ++s) {
    own[s] = mean(plant.stations[s].cycle) / plant.stations[s].speed / 3600.0;
    if (plant.stations[s].route != factory::no_route)
      own[s] += seconds(plant.routes[plant.stations[s].route].outbound) / 3600.0;
    chain[s] = own[s];
  }
  std::vector<std::vector<std::uint8_t>> above(
      n, std::vector<std::uint8_t>(n, 0));  // stations on the chain, so that loops end
  for (std::size_t s = 0; s < n; ++s) above[s][s] = 1;
  for (std::size_t round = 0; round < n; ++round) {
    bool moved = false;
    const auto follow = [&](std::uint32_t from, std::uint32_t store) {
      for (const std::uint32_t to : plant.stores[store].consumers) {
        if (above[from][to] != 0 || chain[from] + own[to] <= chain[to]) continue;
        chain[to] = chain[from] + own[to];
        above[to] = above[from];
        above[to][to] = 1;
        moved = true;
      }
    };
    for (std::uint32_t s = 0; s < n; ++s) {
      for (const Operation& op : plant.stations[s].mix) {
        for (const Leg& leg : op.put) {
          if (factory::is_store(leg.place)) follow(s, leg.place);
        }
      }
      const std::uint32_t route = plant.stations[s].route;
      if (route != factory::no_route && plant.routes[route].to) follow(s, *plant.routes[route].to);
    }
    if (!moved) break;
  }
  return chain.empty() ? 0.0 : *std::max_element(chain.begin(), chain.end());
}

double ordered_per_year(const Scenario& scenario) {
  double per_year = 0.0;
  for (const OrderPlan& order : scenario.orders) {
    const double span_h =
        order.interval.us > 0 ? seconds(order.interval) / 3600.0 : seconds(scenario.end) / 3600.0;
    per_year += static_cast<double>(order.count) / span_h * year_h;
  }
  return per_year;
}

void add_power(const Scenario& scenario, RoughCut& cut) {
  if (!scenario.power) return;
  const SupplyTrack track = supply_track(scenario);
  double lit = 0.0, supply = 0.0;
  for (std::size_t k = 0; k < track.supply.size(); ++k) {
    if (track.sunlit[k] < 0.5) continue;
    lit += 1.0;
    supply += static_cast<double>(track.supply[k]) * 1e-3;
  }
  cut.sunlit_share =
      scenario.power->solar.area_m2 > 0.0 ? lit / static_cast<double>(track.supply.size()) : 1.0;
  cut.supply_lit_W = lit > 0.0 ? supply / lit : static_cast<double>(scenario.power->reactors) * 1e-3;
  cut.storage_J = static_cast<double>(scenario.power->storage.capacity) * 1e-9;
  cut.rated_W += static_cast<double>(scenario.power->base_load.busy) * 1e-3;
  cut.mean_W += static_cast<double>(scenario.power->base_load.busy) * 1e-3;
}

void add_stations(const Scenario& scenario, const std::vector<double>& per_product, RoughCut& cut) {
  cut.bottleneck_per_year = std::numeric_limits<double>::infinity();
  for (std::size_t s = 0; s < per_product.size(); ++s) {
    const Station& station = scenario.plant.stations[s];
    RoughStation row{.name = station.name, .servers = station.servers, .per_product = per_product[s]};
    row.capacity_per_h = server_rate_per_h(scenario.plant, station) * station.servers * station.yield;
    if (station.power.any()) row.capacity_per_h *= cut.sunlit_share;
    row.products_per_year = row.per_product > 0.0 ? row.capacity_per_h / row.per_product * year_h
                                                  : std::numeric_limits<double>::infinity();
    if (row.products_per_year < cut.bottleneck_per_year) {
      cut.bottleneck_per_year = row.products_per_year;
      cut.bottleneck = row.name;
    }
    cut.rated_W += static_cast<double>(station.power.busy_mW) * 1e-3 * station.servers;
    cut.stations.push_back(std::move(row));
  }
  if (cut.demand_per_year == 0.0) cut.demand_per_year = cut.bottleneck_per_year;
  for (std::size_t s = 0; s < cut.stations.size(); ++s) {
    RoughStation& row = cut.stations[s];
    const Station& station = scenario.plant.stations[s];
    const double firings_per_h = row.per_product / station.yield * cut.demand_per_year / year_h;
    row.load = row.per_product > 0.0 ? cut.demand_per_year / row.products_per_year : 0.0;
    row.mean_power_W = firings_per_h * mean(station.cycle) / station.speed / 3600.0 *
                       static_cast<double>(station.power.busy_mW) * 1e-3;
    cut.mean_W += row.mean_power_W;
  }
}

void add_imports(const Scenario& scenario, const FlowSolver& flows, RoughCut& cut) {
  const auto& materials = scenario.plant.chemistry.materials;
  std::vector<double> kg(materials.size(), 0.0);
  for (std::size_t s = 0; s < scenario.plant.stations.size(); ++s) {
    const Station& station = scenario.plant.stations[s];
    if (station.route != factory::no_route) continue;
    for (std::size_t i = 0; i < station.mix.size(); ++i) {
      for (const Leg& leg : station.mix[i].take) {
        if (materials[leg.material].imported) {
          kg[leg.material] += flows.firings()[s][i] / station.yield *
                              static_cast<double>(factory::mass_mg(materials[leg.material], leg.amount)) /
                              mg_per_kg;
        }
      }
    }
  }
  for (std::size_t m = 0; m < kg.size(); ++m) {
    if (kg[m] > 0.0) cut.imports.push_back({materials[m].name, kg[m], kg[m] * cut.demand_per_year});
  }
  for (const FlightLine& line : scenario.flights) {
    cut.landed_kg_per_year += static_cast<double>(line.plan.payload_mg) / mg_per_kg *
                              (1.0 - line.plan.loss_probability) / (seconds(line.plan.interval) / 3600.0) *
                              year_h;
  }
}

void add_driver(const Scenario& scenario, RoughCut& cut) {
  if (!scenario.driver) return;
  const DriverPlan& driver = *scenario.driver;
  cut.driver_per_year = driver.buckets / (seconds(driver.bucket_cycle) / 3600.0) * year_h;
  double energy_J = 0.0, weight = 0.0;
  for (const Station& station : scenario.plant.stations) {
    for (const Operation& op : station.mix) {
      if (op.makes_satellite == 0) continue;
      for (const SatelliteDesign& design : scenario.satellites) {
        if (design.material != op.put.front().material) continue;
        const double mass_kg =
            static_cast<double>(scenario.plant.chemistry.materials[design.material].piece_mg) / mg_per_kg;
        energy_J += static_cast<double>(op.weight) *
                    massdriver::planned_bus_energy_J(
                        driver.driver, mass_kg, scenario.destinations[design.destination].launch_speed_mps);
        weight += static_cast<double>(op.weight);
      }
    }
  }
  if (weight > 0.0) cut.driver_mean_W = energy_J / weight * cut.demand_per_year / (year_h * 3600.0);
  cut.mean_W += cut.driver_mean_W;
  cut.rated_W += static_cast<double>(driver.charger_mW) * 1e-3;
}

}  // namespace

RoughCut rough_cut(const Scenario& scenario) {
  RoughCut cut;
  cut.product = scenario.satellites.empty() ? "piece shipped" : "satellite";
  cut.demand_per_year = ordered_per_year(scenario);
  FlowSolver flows(scenario);
  const std::vector<double> per_product = flows.solve();
  add_power(scenario, cut);
  add_stations(scenario, per_product, cut);
  add_imports(scenario, flows, cut);
  add_driver(scenario, cut);
  cut.raw_process_time_h = longest_chain_h(scenario.plant);
  cut.critical_wip = std::isfinite(cut.bottleneck_per_year)
                         ? cut.bottleneck_per_year / year_h * cut.raw_process_time_h
                         : 0.0;
  return cut;
}

}  // namespace lunafab::campaign
