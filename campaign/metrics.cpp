#include "campaign/metrics.hpp"
#include <algorithm>
#include "campaign/fleet.hpp"
#include "campaign/flow_samples.hpp"

namespace lunafab::campaign {
namespace {

constexpr double year_s = 365.25 * 86400.0;
constexpr double mg_per_kg = 1e6;

double observed_s(const Scenario& scenario, const CampaignState& state) {
  return seconds(state.now - scenario.warmup);
}

std::int64_t satellites_since_warmup(const factory::Plant& plant, const CampaignState& state) {
  std::int64_t built = 0;
  for (std::uint32_t i = 0; i < plant.stations.size(); ++i) {
    const auto& mix = plant.stations[i].mix;
    for (std::size_t op = 0; op < mix.size(); ++op) {
      if (mix[op].makes_satellite != 0) built += since_warmup(state, plant, i).firings[op].good;
    }
  }
  return built;
}

/// Imports landed or in stock at the start, less what is still on site: mass used up, kg.
double imports_used_kg(const Scenario& scenario, const MaterialBalance& balance) {
  double used_kg = 0.0;
  for (std::size_t m = 0; m < balance.materials.size(); ++m) {
    if (!scenario.plant.chemistry.materials[m].imported) continue;
    const MaterialAccount& a = balance.materials[m];
    used_kg +=
        static_cast<double>(a.opening + a.imported - a.in_stores - a.in_process - a.on_the_road) / mg_per_kg;
  }
  return used_kg;
}

void add_space(const Scenario& scenario, const CampaignState& state, Metrics& list) {
  const Outcome o = outcome(scenario, state, energy_balance(scenario, state));
  list.emplace_back("satellites_built", static_cast<double>(o.built));
  list.emplace_back("satellites_launched", static_cast<double>(o.launched));
  list.emplace_back("satellites_inserted", static_cast<double>(o.inserted));
  list.emplace_back("satellites_lost", static_cast<double>(o.lost));
  list.emplace_back("satellites_built_per_year_steady", o.built_per_year_steady);
  list.emplace_back("active_kW_end", o.active_kW);
  list.emplace_back("import_mass_fraction", o.import_fraction_satellite);
  list.emplace_back("energy_per_satellite_J", o.energy_per_satellite_J);
}

/// Lots of a product: rate, time from release to leaving, work in process, lateness.
void add_product(const Scenario& scenario, const CampaignState& state, std::uint32_t index, Metrics& list) {
  const factory::ProductState s = since_warmup_product(state, scenario.plant, index);
  const std::string& name = scenario.plant.products[index].name;
  const double finished = static_cast<double>(s.finished), span_s = observed_s(scenario, state);
  list.emplace_back(name + ".finished_per_h", finished / span_s * 3600.0);
  list.emplace_back(name + ".mean_cycle_h", s.cycle.mean_s() / 3600.0);
  list.emplace_back(name + ".p95_cycle_h", s.cycle.quantile_s(0.95) / 3600.0);
  list.emplace_back(name + ".mean_wip", static_cast<double>(s.wip.integral) / (span_s * 1e6));
  list.emplace_back(name + ".late", s.finished > 0 ? static_cast<double>(s.late) / finished : 0.0);
}

bool ships_pieces(const factory::Plant& plant, std::uint32_t group) {
  return std::ranges::any_of(plant.groups[group].stations, [&](std::uint32_t station) {
    return std::ranges::any_of(plant.stations[station].mix, [](const auto& op) { return op.ships > 0; });
  });
}

}  // namespace

Outcome outcome(const Scenario& scenario, const CampaignState& state, const EnergyBalance& energy) {
  Outcome o;
  const SiteState& site = state.site;
  const auto ever = [&](orbit::LifeState life) {
    return site.ever[static_cast<std::size_t>(life)];
  };
  o.ordered = ever(orbit::LifeState::ordered) - site.built_to_stock;
  o.to_stock = site.built_to_stock;
  o.failed = ever(orbit::LifeState::failed);
  o.scrapped_after_built = site.scrapped_after_built;
  o.built = ever(orbit::LifeState::built);
  o.launched = ever(orbit::LifeState::launched);
  o.inserted = ever(orbit::LifeState::operational);
  o.lost = ever(orbit::LifeState::lost);
  o.scrapped = ever(orbit::LifeState::scrapped);
  o.misfires = site.driver.misfires;
  o.shipped = shipped_pieces(scenario.plant, state);
  o.active_kW = active_power_W(scenario, site, state.now) / 1e3;
  o.built_per_year_steady = static_cast<double>(satellites_since_warmup(scenario.plant, state)) /
                            observed_s(scenario, state) * year_s;
  const std::vector<double> shares = imported_shares(scenario.plant.chemistry);
  double built_kg = 0.0, imported_kg = 0.0;
  for (const SatelliteRecord& satellite : site.satellites) {
    if (satellite.state < orbit::LifeState::built) continue;
    const std::uint32_t material = scenario.satellites[satellite.design].material;
    const double kg = static_cast<double>(scenario.plant.chemistry.materials[material].piece_mg) / mg_per_kg;
    built_kg += kg;
    imported_kg += kg * shares[material];
  }
  if (built_kg > 0.0) {
    o.import_fraction_satellite = imported_kg / built_kg;
    o.import_fraction_consumables = imports_used_kg(scenario, material_balance(scenario, state)) / built_kg;
    if (scenario.capital) {
      const double written_off_kg = scenario.capital->mass_kg * seconds(state.now) / scenario.capital->life_s;
      o.import_fraction_capital = o.import_fraction_consumables + written_off_kg / built_kg;
    }
    o.energy_per_satellite_J =
        static_cast<double>(energy.used() + energy.storage_loss) / 1e9 / static_cast<double>(o.built);
  }
  for (std::size_t i = 0; i < scenario.flights.size(); ++i) {
    const auto flown = static_cast<double>(site.flights[i].flights.size());
    o.earth_propellant_kg += flown * scenario.flights[i].propellant_per_landing_kg;
    o.tankers += flown * scenario.flights[i].plan.tankers_per_landing;
  }
  return o;
}

Metrics metrics(const Scenario& scenario, const CampaignState& state) {
  Metrics list;
  const double span_h = observed_s(scenario, state) / 3600.0;
  if (!scenario.satellites.empty()) add_space(scenario, state, list);
  list.emplace_back("shipped_per_h", static_cast<double>(shipped_pieces(scenario.plant, state)) / span_h);
  for (const FlowMetric& metric : flow_metrics(scenario, state)) {
    const bool listed =
        std::any_of(list.begin(), list.end(), [&](const auto& m) { return m.first == metric.name; });
    if (!listed) list.emplace_back(metric.name, metric.value);
  }
  for (std::uint32_t i = 0; i < scenario.plant.stations.size(); ++i) {
    const factory::StationState s = since_warmup(state, scenario.plant, i);
    std::int64_t good = 0;
    double total_us = 0.0;
    for (const factory::Firings& firings : s.firings) good += firings.good;
    if (scenario.plant.stations[i].serves_lots) good = s.lots.served;
    for (const std::int64_t us : s.mode_us) total_us += static_cast<double>(us);
    const std::string& name = scenario.plant.stations[i].name;
    list.emplace_back(name + ".good_per_h", static_cast<double>(good) / span_h);
    list.emplace_back(
        name + ".busy",
        total_us > 0.0
            ? static_cast<double>(s.mode_us[static_cast<std::size_t>(factory::Mode::busy)]) / total_us
            : 0.0);
  }
  for (std::uint32_t i = 0; i < scenario.plant.stores.size(); ++i) {
    const factory::StoreState s = since_warmup_store(state, scenario.plant, i);
    const bool counted = scenario.plant.tracks_pieces(i);
    const double mean_level =
        static_cast<double>(s.level.integral) / static_cast<double>((state.now - scenario.warmup).us);
    list.emplace_back(scenario.plant.stores[i].name + (counted ? ".mean_pieces" : ".mean_t"),
                      counted ? mean_level : mean_level * 1e-9);
    if (counted) {
      list.emplace_back(
          scenario.plant.stores[i].name + ".mean_wait_h",
          s.waits > 0 ? static_cast<double>(s.wait_us) / static_cast<double>(s.waits) / 3.6e9 : 0.0);
    }
  }
  for (std::uint32_t g = 0; g < scenario.plant.groups.size(); ++g) {
    if (!ships_pieces(scenario.plant, g)) continue;
    const SpanTally cycle = since_warmup_cycle(state, g);
    const std::string name = "lines." + scenario.plant.groups[g].name;
    list.emplace_back(name + ".mean_cycle_h", cycle.mean_s() / 3600.0);
    list.emplace_back(name + ".p95_cycle_h", cycle.quantile_s(0.95) / 3600.0);
  }
  for (std::uint32_t i = 0; i < scenario.plant.products.size(); ++i) add_product(scenario, state, i, list);
  for (std::uint32_t i = 0; i < scenario.plant.resources.size(); ++i) {
    const factory::UnitState units = since_warmup_units(state, scenario.plant, i);
    const double span_us =
        static_cast<double>((state.now - scenario.warmup).us) * scenario.plant.resources[i].count;
    list.emplace_back(
        scenario.plant.resources[i].name + ".serving",
        static_cast<double>(units.mode_us[static_cast<std::size_t>(factory::UnitMode::serving)]) / span_us);
  }
  return list;
}

std::vector<double> independent_values(const std::vector<Metrics>& replications, std::size_t metric,
                                       Pairing pairing) {
  std::vector<double> values;
  const auto value = [&](std::size_t run) {
    return replications[run][metric].second;
  };
  if (pairing == Pairing::none) {
    for (std::size_t i = 0; i < replications.size(); ++i) values.push_back(value(i));
  } else {
    for (std::size_t i = 0; i + 1 < replications.size(); i += 2)
      values.push_back(0.5 * (value(i) + value(i + 1)));
  }
  return values;
}

std::vector<MetricInterval> intervals(const std::vector<Metrics>& replications, double confidence,
                                      Pairing pairing) {
  std::vector<MetricInterval> result;
  for (std::size_t i = 0; !replications.empty() && i < replications.front().size(); ++i) {
    result.push_back({replications.front()[i].first,
                      mean_interval(independent_values(replications, i, pairing), confidence)});
  }
  return result;
}

}  // namespace lunafab::campaign
