#include "campaign/tables.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include "factory/engine.hpp"

namespace lunafab::campaign {
namespace {

double tonnes(Int128 mg) {
  return static_cast<double>(mg) * 1e-9;
}
double hours(std::int64_t us) {
  return static_cast<double>(us) / 3.6e9;
}

template <class... Args>
void add(std::string& csv, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(csv), format, std::forward<Args>(args)...);
}

/// Mean, deviation, 5, 50 and 95 % quantiles, h.
std::string cycle_columns(const SpanTally& cycle) {
  std::string columns = fmt::format("{},{}", cycle.mean_s() / 3600.0, cycle.deviation_s() / 3600.0);
  for (const double p : {0.05, 0.5, 0.95}) add(columns, ",{}", cycle.quantile_s(p) / 3600.0);
  return columns;
}

const char* outcome_at(const logistics::Flight& flight, Tick now) {
  if (flight.arrival >= now) return "under way";
  return flight.lost ? "lost" : "landed";
}

}  // namespace

std::string stations_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv = "station,servers,good,scrapped,reworked,failures,maintenances,setups,good_per_h";
  for (const char* mode : factory::mode_names) add(csv, ",{}_share", mode);
  csv += ",energy_MWh,waits_at_the_end,for_store\n";
  const double span_h = seconds(state.now - scenario.warmup) / 3600.0;
  for (std::uint32_t i = 0; i < scenario.plant.stations.size(); ++i) {
    const factory::Station& station = scenario.plant.stations[i];
    const factory::StationState s = since_warmup(state, scenario.plant, i);
    std::int64_t good = 0, scrapped = 0, reworked = 0;
    double total_us = 0.0;
    for (const factory::Firings& fired : s.firings) {
      good += fired.good, scrapped += fired.scrapped, reworked += fired.reworked;
    }
    if (station.serves_lots) good = s.lots.served, scrapped = s.lots.scrapped, reworked = s.lots.reworked;
    for (const std::int64_t us : s.mode_us) total_us += static_cast<double>(us);
    add(csv, "{},{},{},{},{},{},{},{},{}", station.name, station.servers, good, scrapped, reworked,
        s.failures, s.maintenances, s.changes, static_cast<double>(good) / span_h);
    for (const std::int64_t us : s.mode_us)
      add(csv, ",{}", total_us > 0.0 ? static_cast<double>(us) / total_us : 0.0);
    const factory::Obstacle waits = factory::obstacle(scenario.plant, state.groups[station.group], i);
    add(csv, ",{}", static_cast<double>(factory::energy_nJ(station, s)) / 3.6e18);
    if (waits.kind == factory::Obstacle::Kind::none) {
      csv += ",,\n";
    } else {
      add(csv, ",{},{}\n", waits.kind == factory::Obstacle::Kind::no_room ? "no room" : "no input",
          scenario.plant.stores[waits.store].name);
    }
  }
  return csv;
}

std::string stores_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv = "store,material,unit,capacity,final,mean,received,issued,overflowed,mean_wait_h\n";
  const auto span_us = static_cast<double>((state.now - scenario.warmup).us);
  for (std::uint32_t i = 0; i < scenario.plant.stores.size(); ++i) {
    const factory::Store& store = scenario.plant.stores[i];
    const factory::StoreState s = since_warmup_store(state, scenario.plant, i);
    const bool counted = scenario.plant.tracks_pieces(i);
    const auto amount = [&](double value) {
      return counted ? value : value * 1e-9;
    };
    add(csv, "{},{},{},", store.name, scenario.plant.material_of(i).name, counted ? "pieces" : "t");
    if (store.capacity == factory::unlimited) {
      csv += "unlimited,";
    } else {
      add(csv, "{},", amount(static_cast<double>(store.capacity)));
    }
    add(csv, "{},{},{},{},{},", amount(static_cast<double>(s.amount)),
        amount(static_cast<double>(s.level.integral) / span_us), amount(static_cast<double>(s.received)),
        amount(static_cast<double>(s.issued)), amount(static_cast<double>(s.overflowed)));
    if (counted && s.waits > 0)
      add(csv, "{}", static_cast<double>(s.wait_us) / static_cast<double>(s.waits) / 3.6e9);
    csv += "\n";
  }
  return csv;
}

std::string queues_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv =
      "station,places,waiting,mean_waiting,mean_wait_h,served,scrapped,reworked,skipped,limits_broken\n";
  const auto span_us = static_cast<double>((state.now - scenario.warmup).us);
  for (std::uint32_t i = 0; i < scenario.plant.stations.size(); ++i) {
    const factory::Station& station = scenario.plant.stations[i];
    if (!station.serves_lots) continue;
    const factory::LotQueue q = since_warmup(state, scenario.plant, i).lots;
    add(csv, "{},{},{},{},", station.name,
        station.queue == factory::unlimited ? "unlimited" : fmt::format("{}", station.queue),
        q.waiting.size(), static_cast<double>(q.level.integral) / span_us);
    if (q.waits > 0) add(csv, "{}", static_cast<double>(q.wait_us) / static_cast<double>(q.waits) / 3.6e9);
    add(csv, ",{},{},{},{},{}\n", q.served, q.scrapped, q.reworked, q.skipped, q.limits_broken);
  }
  return csv;
}

std::string products_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv =
      "product,lot_size,released,finished,scrapped,in_process,mean_in_process,finished_per_h,raw_process_h,"
      "mean_cycle_h,sd_cycle_h,"
      "p5_cycle_h,p50_cycle_h,p95_cycle_h,late,mean_tardy_h,little_h\n";
  const double span_s = seconds(state.now - scenario.warmup);
  for (std::uint32_t i = 0; i < scenario.plant.products.size(); ++i) {
    const factory::Product& product = scenario.plant.products[i];
    const factory::ProductState s = since_warmup_product(state, scenario.plant, i);
    const auto n = static_cast<double>(s.finished);
    const double wip = static_cast<double>(s.wip.integral) / (span_s * 1e6);
    const double left_per_s = (n + static_cast<double>(s.scrapped)) / span_s;
    add(csv, "{},{},{},{},{},{},{},{},{}", product.name, product.lot_size, s.serials, s.finished, s.scrapped,
        s.wip.level, wip, n / span_s * 3600.0, product.raw_time_s / 3600.0);
    add(csv, ",{},{},{}", cycle_columns(s.cycle), s.late,
        s.late > 0 ? static_cast<double>(s.tardy_us) / static_cast<double>(s.late) / 3.6e9 : 0.0);
    add(csv, ",{}\n", left_per_s > 0.0 ? wip / left_per_s / 3600.0 : 0.0);
  }
  return csv;
}

std::string lines_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv =
      "line,shipped,shipped_per_h,mean_cycle_h,sd_cycle_h,p5_cycle_h,p50_cycle_h,p95_cycle_h,"
      "energy_kWh_per_piece\n";
  for (std::uint32_t g = 0; g < scenario.plant.groups.size(); ++g) {
    const SpanTally cycle = since_warmup_cycle(state, g);
    if (cycle.count == 0) continue;
    Int128 energy_nJ = 0;
    for (const std::uint32_t s : scenario.plant.groups[g].stations)
      energy_nJ += factory::energy_nJ(scenario.plant.stations[s], since_warmup(state, scenario.plant, s));
    const auto shipped = static_cast<double>(cycle.count);
    add(csv, "lines.{},{},{},{},{}\n", scenario.plant.groups[g].name, cycle.count,
        shipped / seconds(state.now - scenario.warmup) * 3600.0, cycle_columns(cycle),
        static_cast<double>(energy_nJ) / 3.6e15 / shipped);
  }
  return csv;
}

std::string bottleneck_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv = "station,sole_share,shifting_share,active_periods,mean_active_h\n";
  const auto span_us = static_cast<double>((state.now - scenario.warmup).us);
  for (std::uint32_t i = 0; i < scenario.plant.stations.size(); ++i) {
    const factory::Activity a = since_warmup_activity(state, scenario.plant, i);
    add(csv, "{},{},{},{},{}\n", scenario.plant.stations[i].name, static_cast<double>(a.sole_us) / span_us,
        static_cast<double>(a.shifting_us) / span_us, a.periods,
        a.periods > 0 ? hours(a.active_us) / static_cast<double>(a.periods) : 0.0);
  }
  return csv;
}

std::string gantt_csv(const RunReport& report) {
  const factory::Plant& plant = report.campaign->scenario().plant;
  std::string csv = "station,server,doing,from_h,to_h\n";
  for (std::uint32_t g = 0; g < plant.groups.size(); ++g) {
    for (const factory::Bar& bar : report.campaign->state().groups[g].watch.bars) {
      const factory::Station& station = plant.stations[plant.groups[g].station_of_server[bar.slot]];
      add(csv, "{},{},{},{},{}\n", station.name, bar.slot - station.first_server + 1,
          factory::mode_names[bar.mode], hours(bar.from.us), hours(bar.to.us));
    }
  }
  return csv;
}

std::string flow_csv(const RunReport& report) {
  const std::vector<FlowSample>& flow = report.campaign->state().flow;
  std::string csv =
      "from_h,to_h,shipped,satellites,lots_finished,mean_pieces_in_stores,mean_lots_in_process\n";
  for (std::size_t i = 1; i < flow.size(); ++i) {
    const FlowSample &from = flow[i - 1], &to = flow[i];
    const auto span_us = static_cast<double>((to.tick - from.tick).us);
    add(csv, "{},{},{},{},{},{},{}\n", hours(from.tick.us), hours(to.tick.us), to.shipped - from.shipped,
        to.built - from.built, to.finished - from.finished,
        static_cast<double>(to.stored_us - from.stored_us) / span_us,
        static_cast<double>(to.lots_us - from.lots_us) / span_us);
  }
  return csv;
}

std::string resources_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const CampaignState& state = report.campaign->state();
  std::string csv = "resource,units,errands,failures,travel_h";
  for (const char* mode : factory::unit_mode_names) add(csv, ",{}_share", mode);
  csv += "\n";
  for (std::uint32_t i = 0; i < scenario.plant.resources.size(); ++i) {
    const factory::Resource& resource = scenario.plant.resources[i];
    const factory::UnitState units = since_warmup_units(state, scenario.plant, i);
    add(csv, "{},{},{},{},{}", resource.name, resource.count, units.errands, units.broken,
        hours(units.travelled.us));
    double total_us = 0.0;
    for (const std::int64_t us : units.mode_us) total_us += static_cast<double>(us);
    for (const std::int64_t us : units.mode_us)
      add(csv, ",{}", total_us > 0.0 ? static_cast<double>(us) / total_us : 0.0);
    csv += "\n";
  }
  return csv;
}

std::string flows_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const factory::Chemistry& chemistry = scenario.plant.chemistry;
  std::string csv = "kind,name,account,value,unit\n";
  for (std::size_t m = 0; m < chemistry.materials.size(); ++m) {
    const MaterialAccount& a = report.material.materials[m];
    const std::pair<const char*, Int128> accounts[] = {{"opening", a.opening},
                                                       {"dug", a.dug},
                                                       {"imported", a.imported},
                                                       {"made", a.made},
                                                       {"used", a.used},
                                                       {"dumped", a.dumped},
                                                       {"vented", a.vented},
                                                       {"shipped", a.shipped},
                                                       {"launched", a.launched},
                                                       {"in_stores", a.in_stores},
                                                       {"in_process", a.in_process},
                                                       {"on_the_road", a.on_the_road},
                                                       {"before_driver", a.before_driver},
                                                       {"residual", a.residual_mg()}};
    for (const auto& [account, value] : accounts) {
      if (value != 0 || std::string_view(account) == "residual")
        add(csv, "material,{},{},{},t\n", chemistry.materials[m].name, account, tonnes(value));
    }
  }
  for (std::size_t e = 0; e < chemistry.elements.size(); ++e) {
    const ElementAccount& a = report.material.elements[e];
    if (a.in == 0 && a.out == 0 && a.on_site == 0) continue;
    for (const auto& [account, value] :
         {std::pair{"in", a.in}, std::pair{"out", a.out}, std::pair{"on_site", a.on_site},
          std::pair{"residual", a.residual_mg()}}) {
      add(csv, "element,{},{},{},t\n", chemistry.elements[e], account, tonnes(value));
    }
  }
  const EnergyBalance& b = report.energy;
  const std::pair<const char*, Int128> energies[] = {{"generated", b.generated},
                                                     {"curtailed", b.curtailed},
                                                     {"storage_change", b.storage_change},
                                                     {"storage_loss", b.storage_loss},
                                                     {"base_load", b.base_use},
                                                     {"base_load_unserved", b.unserved_base},
                                                     {"driver_charged", b.charged},
                                                     {"launch_kinetic", b.kinetic},
                                                     {"launch_heat", b.launch_heat},
                                                     {"driver_store", b.driver_store},
                                                     {"chemical", b.chemical},
                                                     {"residual", b.residual_nJ()}};
  for (const auto& [account, value] : energies)
    add(csv, "energy,site,{},{},MWh\n", account, static_cast<double>(value) / 3.6e18);
  for (const EnergyLine& line : b.stations)
    add(csv, "energy,{},used,{},MWh\n", line.user, static_cast<double>(line.nJ) / 3.6e18);
  return csv;
}

std::string series_csv(const RunReport& report) {
  std::string csv =
      "time_d,ordered,built,launched,inserted,lost,queued,active_kW,stored_MWh,supply_MW,used_MW,sunlit,dug_"
      "t\n";
  for (const SeriesRow& r : report.campaign->state().site.series) {
    add(csv, "{},{},{},{},{},{},{},{},{},{},{},{},{}\n", days(r.tick), r.ordered, r.built, r.launched,
        r.inserted, r.lost, r.queued, r.active_kW, r.stored_MWh, r.supply_MW, r.used_MW, r.sunlit,
        r.dug_kg / 1e3);
  }
  return csv;
}

std::string launches_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  const SiteState& site = report.campaign->state().site;
  std::string csv =
      "time_h,serial,product,destination,outcome,fidelity,speed_mps,bus_energy_J,kinetic_energy_J,correction_"
      "mps,insertion_mps,margin_mps,arrival_h\n";
  for (const LaunchRecord& r : site.launches) {
    const SatelliteDesign& design = scenario.satellites[site.satellites[r.serial - 1].design];
    add(csv, "{},{},{},{},{},{},{},{},{},", hours(r.tick.us), r.serial, design.name,
        scenario.orbit.destinations[design.destination].name,
        r.misfire != 0                              ? "misfire"
        : r.arrival >= report.campaign->state().now ? "under way"
                                                    : name(static_cast<orbit::InsertionOutcome>(r.outcome)),
        name(scenario.launch_fidelity()), r.speed_mps, r.bus_energy_J, r.kinetic_energy_J);
    if (r.misfire != 0) {
      csv += ",,,\n";
    } else {
      add(csv, "{},{},{},{}\n", r.correction_mps, r.insertion_mps, r.margin_mps, hours(r.arrival.us));
    }
  }
  return csv;
}

std::string flights_csv(const RunReport& report) {
  const Scenario& scenario = report.campaign->scenario();
  std::string csv = "flights,number,departure_d,arrival_d,outcome,item,amount,unit\n";
  for (std::size_t i = 0; i < scenario.flights.size(); ++i) {
    const FlightLine& line = scenario.flights[i];
    for (const logistics::Flight& flight : report.campaign->state().site.flights[i].flights) {
      const char* outcome = outcome_at(flight, report.campaign->state().now);
      for (std::size_t item = 0; item < line.manifest.size(); ++item) {
        const bool pieces = line.manifest[item].piece_mg > 0;
        add(csv, "{},{},{},{},{},{},{},{}\n", line.name, flight.number, days(flight.departure),
            days(flight.arrival), outcome, line.manifest[item].name,
            pieces ? static_cast<double>(flight.amounts[item])
                   : static_cast<double>(flight.amounts[item]) * 1e-9,
            pieces ? "pieces" : "t");
      }
    }
  }
  return csv;
}

std::string replications_csv(const RunReport& report) {
  std::string csv = "replication";
  for (const auto& [metric, value] : report.replications.front()) add(csv, ",{}", metric);
  csv += "\n";
  for (std::size_t i = 0; i < report.replications.size(); ++i) {
    add(csv, "{}", i);
    for (const auto& [metric, value] : report.replications[i]) add(csv, ",{}", value);
    csv += "\n";
  }
  return csv;
}

}  // namespace lunafab::campaign
