#include "campaign/rough_cut.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include "campaign/flow_program.hpp"
#include "campaign/site.hpp"
#include "core/variates.hpp"

namespace lunafab::campaign {
namespace {

using factory::Leg;
using factory::Operation;
using factory::Station;

constexpr double year_h = 365.25 * 24.0;
constexpr double mg_per_kg = 1e6;

/// Stations that take from a store this one fills.
std::vector<std::uint32_t> next_stations(const factory::Plant& plant, std::uint32_t s) {
  std::vector<std::uint32_t> next;
  const auto add_consumers = [&](std::uint32_t store) {
    const auto& consumers = plant.stores[store].consumers;
    next.insert(next.end(), consumers.begin(), consumers.end());
  };
  for (const Operation& op : plant.stations[s].mix) {
    for (const Leg& leg : op.put) {
      if (factory::is_store(leg.place)) add_consumers(leg.place);
    }
  }
  const std::uint32_t route = plant.stations[s].route;
  if (route != factory::no_route && plant.routes[route].to) add_consumers(*plant.routes[route].to);
  return next;
}

/// Longest chain of cycles and hauls that leads to each station, h; loops are cut at the plant's depth.
double longest_chain_h(const factory::Plant& plant) {
  const std::size_t n = plant.stations.size();
  std::vector<double> own(n), chain(n);
  for (std::size_t s = 0; s < n; ++s) {
    if (!plant.stations[s].source) own[s] = mean(plant.stations[s].cycle) / plant.stations[s].speed / 3600.0;
    if (plant.stations[s].route != factory::no_route)
      own[s] += seconds(plant.routes[plant.stations[s].route].outbound) / 3600.0;
    chain[s] = own[s];
  }
  std::vector<std::vector<std::uint8_t>> above(
      n, std::vector<std::uint8_t>(n, 0));  // stations on the chain, so that loops end
  for (std::size_t s = 0; s < n; ++s) above[s][s] = 1;
  const auto extend = [&](std::uint32_t from, std::uint32_t to) {
    if (above[from][to] != 0 || chain[from] + own[to] <= chain[to]) return false;
    chain[to] = chain[from] + own[to];
    above[to] = above[from];
    above[to][to] = 1;
    return true;
  };
  bool moved = true;
  for (std::size_t round = 0; round < n && moved; ++round) {
    moved = false;
    for (std::uint32_t s = 0; s < n; ++s) {
      for (const std::uint32_t to : next_stations(plant, s)) moved = extend(s, to) || moved;
    }
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

/// Reads the Sun's track: how long it is light, how strong, and the longest darkness. Returns what storage
/// and reactors can carry through that darkness without touching the reserve.
double add_power(const Scenario& scenario, RoughCut& cut) {
  if (!scenario.power) return std::numeric_limits<double>::infinity();
  const PowerPlan& power = *scenario.power;
  const SupplyTrack track = supply_track(scenario);
  double lit = 0.0, supply = 0.0, dark = 0.0, longest_dark = 0.0, all_supply = 0.0;
  for (std::size_t k = 0; k < track.supply.size(); ++k) {
    all_supply += static_cast<double>(track.supply[k]) * 1e-3;
    dark = track.sunlit[k] < 0.5 ? dark + 1.0 : 0.0;
    longest_dark = std::max(longest_dark, dark);
    if (dark > 0.0) continue;
    lit += 1.0;
    supply += static_cast<double>(track.supply[k]) * 1e-3;
  }
  const double reactors_W = static_cast<double>(power.reactors) * 1e-3;
  cut.sunlit_share = power.solar.area_m2 > 0.0 ? lit / static_cast<double>(track.supply.size()) : 1.0;
  cut.mean_supply_W = all_supply / static_cast<double>(track.supply.size());
  cut.supply_lit_W = lit > 0.0 ? supply / lit : reactors_W;
  cut.longest_dark_h = power.solar.area_m2 > 0.0 ? longest_dark * seconds(scenario.lookahead) / 3600.0 : 0.0;
  cut.storage_J = static_cast<double>(power.storage.capacity) * 1e-9;
  cut.rated_W += static_cast<double>(power.base_load.busy) * 1e-3;
  cut.mean_W += static_cast<double>(power.base_load.busy) * 1e-3;
  if (cut.longest_dark_h == 0.0) return std::numeric_limits<double>::infinity();
  const double usable_J =
      cut.storage_J * (1.0 - power.storage.reserve_fraction) * power.storage.discharge_efficiency;
  const double carried_W = std::min(usable_J / (cut.longest_dark_h * 3600.0),
                                    static_cast<double>(power.storage.discharge_limit) * 1e-3);
  return reactors_W + carried_W - static_cast<double>(power.base_load.busy) * 1e-3;
}

/// Part of the time each station has power: always for those that storage carries through the dark, best
/// priorities first.
std::vector<double> powered_shares(const Scenario& scenario, double sunlit_share, double dark_W) {
  const auto& stations = scenario.plant.stations;
  std::vector<std::uint32_t> order(stations.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return stations[a].power.priority < stations[b].power.priority;
  });
  std::vector<double> shares(stations.size(), 1.0);
  for (const std::uint32_t s : order) {
    const double rated_W = static_cast<double>(stations[s].power.busy_mW) * 1e-3 * stations[s].servers;
    if (rated_W <= dark_W) {
      dark_W -= rated_W;
    } else {
      shares[s] = sunlit_share;
    }
  }
  return shares;
}

void add_stations(const Scenario& scenario, const FlowPlan& plan, const std::vector<double>& powered,
                  RoughCut& cut) {
  double busiest_h = 0.0, arrivals_h = 0.0;  // for one product
  for (std::uint32_t s = 0; s < plan.starts.size(); ++s) {
    const Station& station = scenario.plant.stations[s];
    RoughStation row{.name = station.name, .servers = station.servers, .source = station.source};
    for (const double starts : plan.starts[s]) row.per_product += starts;
    row.capacity_per_h = station_rate_per_h(scenario, s, powered[s]);
    const double hours = row.per_product / row.capacity_per_h;
    row.products_per_year = hours > 0.0 ? year_h / hours : std::numeric_limits<double>::infinity();
    if (station.source) {
      arrivals_h = std::max(arrivals_h, hours);
    } else if (hours > busiest_h) {
      busiest_h = hours;
      cut.bottleneck = row.name;
    }
    cut.rated_W += static_cast<double>(station.power.busy_mW) * 1e-3 * station.servers;
    cut.stations.push_back(std::move(row));
  }
  cut.bottleneck_per_year = busiest_h > 0.0 ? year_h / busiest_h : 0.0;
  if (cut.demand_per_year == 0.0)
    cut.demand_per_year = arrivals_h > 0.0 ? year_h / arrivals_h : cut.bottleneck_per_year;
  for (std::size_t s = 0; s < cut.stations.size(); ++s) {
    RoughStation& row = cut.stations[s];
    const Station& station = scenario.plant.stations[s];
    row.load = std::isfinite(row.products_per_year) ? cut.demand_per_year / row.products_per_year : 0.0;
    const double busy_servers =
        row.per_product * cut.demand_per_year / year_h * mean(station.cycle) / station.speed / 3600.0;
    row.mean_power_W = busy_servers * static_cast<double>(station.power.busy_mW) * 1e-3;
    cut.mean_W += row.mean_power_W;
  }
}

void add_imports(const Scenario& scenario, const FlowPlan& plan, RoughCut& cut) {
  const auto& materials = scenario.plant.chemistry.materials;
  std::vector<double> kg(materials.size(), 0.0);
  for (std::size_t s = 0; s < plan.starts.size(); ++s) {
    const Station& station = scenario.plant.stations[s];
    if (station.route != factory::no_route) continue;
    for (std::size_t i = 0; i < station.mix.size(); ++i) {
      for (const Leg& leg : station.mix[i].take) {
        if (!materials[leg.material].imported) continue;
        kg[leg.material] += plan.starts[s][i] *
                            static_cast<double>(factory::mass_mg(materials[leg.material], leg.amount)) /
                            mg_per_kg;
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
                    massdriver::planned_launch(driver.model, mass_kg,
                                               orbit::fastest_launch_mps(scenario.orbit, design.destination),
                                               driver.model.design.track.coil.temperature_K)
                        .bus_energy_J;
        weight += static_cast<double>(op.weight);
      }
    }
  }
  if (weight > 0.0) {
    const double mean_J = energy_J / weight;
    cut.driver_mean_W = mean_J * cut.demand_per_year / (year_h * 3600.0);
    const double charger_W = static_cast<double>(driver.charger_mW) * 1e-3 * cut.sunlit_share;
    cut.driver_per_year = std::min(cut.driver_per_year, charger_W * year_h * 3600.0 / mean_J);
  }
  cut.mean_W += cut.driver_mean_W;
  cut.rated_W += static_cast<double>(driver.charger_mW) * 1e-3;
}

/// Lowers the bottleneck's rate to what something other than a station allows.
void limit(RoughCut& cut, const char* what, double per_year) {
  if (per_year >= cut.bottleneck_per_year) return;
  cut.bottleneck = what;
  cut.bottleneck_per_year = per_year;
}

/// Flights, driver and the year's energy may bind before any station does.
void add_site_limits(const Scenario& scenario, RoughCut& cut) {
  double import_kg = 0.0;
  for (const RoughImport& item : cut.imports) import_kg += item.kg_per_product;
  if (!scenario.flights.empty() && import_kg > 0.0) limit(cut, "imports", cut.landed_kg_per_year / import_kg);
  if (scenario.driver) limit(cut, "driver", cut.driver_per_year);
  if (!scenario.power) return;
  const double base_W = static_cast<double>(scenario.power->base_load.busy) * 1e-3;
  const double work_W = cut.mean_W - base_W;
  if (work_W > 0.0) limit(cut, "power", cut.demand_per_year * (cut.mean_supply_W - base_W) / work_W);
}

}  // namespace

RoughCut rough_cut(const Scenario& scenario) {
  RoughCut cut;
  cut.product = scenario.satellites.empty() ? "piece shipped" : "satellite";
  cut.demand_per_year = ordered_per_year(scenario);
  const double dark_W = add_power(scenario, cut);
  const std::vector<double> powered = powered_shares(scenario, cut.sunlit_share, dark_W);
  const FlowPlan plan = plan_flow(scenario, powered);
  cut.feasible = plan.feasible;
  add_stations(scenario, plan, powered, cut);
  add_imports(scenario, plan, cut);
  add_driver(scenario, cut);
  add_site_limits(scenario, cut);
  cut.raw_process_time_h = longest_chain_h(scenario.plant);
  cut.critical_wip = std::isfinite(cut.bottleneck_per_year)
                         ? cut.bottleneck_per_year / year_h * cut.raw_process_time_h
                         : 0.0;
  return cut;
}

}  // namespace lunafab::campaign
