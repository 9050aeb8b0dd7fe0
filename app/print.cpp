#include "app/print.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>
#include "app/print_insight.hpp"
#include "app/print_lots.hpp"
#include "campaign/flow_samples.hpp"
#include "campaign/replicate.hpp"
#include "core/visit.hpp"
#include "factory/engine.hpp"

namespace lunafab::app {
namespace {

using campaign::RunReport;
using campaign::Scenario;

constexpr double kWh = 3.6e6;
constexpr std::size_t rows_shown = 6;

template <class... Args>
void line(std::string& text, fmt::format_string<Args...> format, Args&&... args) {
  fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
  text += '\n';
}

std::string short_name(std::string name) {
  for (const char* part : {"lines.", "stations.", "stores."}) {
    if (const auto at = name.find(part); at != std::string::npos)
      name.erase(at, std::string_view(part).size());
  }
  return name;
}

std::string insertion_words(const Scenario& scenario, const campaign::DriverState& state) {
  const Fidelity fidelity = scenario.orbit.fidelity;
  if (fidelity == Fidelity::ideal) return "insertion at fidelity ideal: two-body, a first look";
  if (fidelity == Fidelity::solve) return "insertion at fidelity solve: every launch flown in the full model";
  std::string words = "insertion at fidelity table: windows solved in the full model";
  if (state.flights_audited > 0) {
    words += fmt::format("; {} flown in full as well, burns and corrections within {:.2g} m/s",
                         state.flights_audited, state.worst_insertion_mps);
  }
  return words;
}

/// How launch and insertion are computed, and how far that may be off.
std::string fidelity_words(const Scenario& scenario, const campaign::DriverState& state) {
  const std::string insertion = insertion_words(scenario, state);
  if (scenario.launch_fidelity() == Fidelity::ideal)
    return "launch at fidelity ideal: kinetic energy over a stated efficiency; " + insertion;
  const massdriver::LaunchTable& table = scenario.driver->model.table;
  std::string words = fmt::format("launch at fidelity {}", name(scenario.launch_fidelity()));
  words += fmt::format(
      ": mean speed within {:.2g} m/s and bus energy within {:.1e} of the full solver on {} "
      "held-out launches",
      table.worst_speed_mps, table.worst_bus_rel, table.held_out);
  if (state.audits > 0) {
    words += fmt::format("; {} audited: {:.2g} m/s, {:.1e}", state.audits, state.worst_audit_mps,
                         state.worst_audit_bus);
  }
  if (state.failed_banks > 0) {
    words += fmt::format("; {} failed banks or coils, {} launches above the acceleration limit",
                         state.failed_banks, state.overloaded);
  }
  if (state.spares_mg > 0)
    words += fmt::format("; {:.0f} t of the driver's parts exchanged",
                         static_cast<double>(state.spares_mg) * 1e-9);
  return words + "; " + insertion;
}

/// Power with a sensible prefix.
std::string watts(double W) {
  if (W >= 1e6) return fmt::format("{:.2f} MW", W / 1e6);
  if (W >= 1e3) return fmt::format("{:.1f} kW", W / 1e3);
  return fmt::format("{:.0f} W", W);
}

std::string tonnes(Int128 mg) {
  return fmt::format("{:.1f} t", static_cast<double>(mg) * 1e-9);
}
std::string megawatt_hours(Int128 nJ) {
  return fmt::format("{:.0f} MWh", static_cast<double>(nJ) / 3.6e18);
}

/// Slots, and what became of the satellites there; nothing without a section `constellation`.
void fleet_lines(const RunReport& r, std::string& text) {
  const Scenario& scenario = r.campaign->scenario();
  const campaign::SiteState& site = r.campaign->state().site;
  if (scenario.lives.empty()) return;
  const auto ever = [&](orbit::LifeState life) {
    return site.ever[static_cast<std::size_t>(life)];
  };
  line(text, "In orbit     ever degraded {}   failed {}   retired {}   burnt up or on the Moon {}",
       ever(orbit::LifeState::degraded), ever(orbit::LifeState::failed), ever(orbit::LifeState::retired),
       ever(orbit::LifeState::decayed));
  for (std::size_t i = 0; i < scenario.shells.size(); ++i) {
    const orbit::SlotBook& book = site.slots[i];
    const auto slots = static_cast<std::int64_t>(book.holder.size());
    std::int64_t free = 0;
    std::size_t spares = 0;
    for (const std::int32_t of_plane : book.free) free += of_plane;
    for (const auto& of_plane : book.spares) spares += of_plane.size();
    line(text, "             shell {}: {} of {} slots given out, {} spares",
         scenario.shells[i].plan.shell.name, slots - free, slots, spares);
  }
  if (site.without_slot > 0)
    line(text, "             {} came to their shell without a slot in reach", site.without_slot);
}

void space_lines(const RunReport& r, std::string& text) {
  const campaign::Outcome& o = r.outcome;
  const Scenario& scenario = r.campaign->scenario();
  const auto in_transit = o.launched - o.inserted - o.lost;
  line(text, "Satellites   ordered {}   built {}   launched {}   inserted {}   lost {}", o.ordered, o.built,
       o.launched, o.inserted, o.lost);
  line(text,
       "             built to stock {}   scrapped {}   on the way to the driver or waiting there {}   in "
       "transit {}   misfires {}   failed in orbit {}",
       o.to_stock, o.scrapped, o.built - o.launched - o.scrapped_after_built, in_transit, o.misfires,
       o.failed);
  line(text, "             {}", fidelity_words(scenario, r.campaign->state().site.driver));
  line(text, "Active       {:.0f} kW of compute at the end", o.active_kW);
  fleet_lines(r, text);
  const double span_d = seconds(r.campaign->state().now - scenario.warmup) / 86400.0;
  if (scenario.warmup > Tick{}) {
    line(text, "Rate         {:.0f} a year after the ramp-up of {:.0f} d (the whole run has {})",
         o.built_per_year_steady, days(scenario.warmup), o.built);
  } else {
    line(text, "Rate         {:.0f} a year over {:.0f} d, ramp-up included", o.built_per_year_steady, span_d);
  }
  if (o.built == 0) return;
  std::string capital;
  if (o.import_fraction_capital)
    capital = fmt::format("   with the plant written off {:.1f} %", 100 * *o.import_fraction_capital);
  line(text, "Imports      {:.1f} % of a satellite   with consumables {:.1f} %{}",
       100 * o.import_fraction_satellite, 100 * o.import_fraction_consumables, capital);
  line(text,
       "Energy       {:.1f} MWh a satellite, all site energy with storage losses, over the satellites built",
       o.energy_per_satellite_J / kWh / 1e3);
}

void limit_lines(const RunReport& r, std::string& text) {
  if (!r.limits) return;
  const campaign::Limits& limits = *r.limits;
  const char* what = r.campaign->scenario().satellites.empty() ? "pieces shipped" : "insertions";
  if (limits.gain > 0.0) {
    line(text, "Limited by   {}: 10 % more gives {:+.1f} % {}", short_name(limits.limited_by),
         100 * limits.gain, what);
  } else {
    line(text, "Limited by   nothing tried: no capacity raised by 10 % gives more {}", what);
  }
  std::string others;
  for (std::size_t i = limits.gain > 0.0 ? 1 : 0; i < std::min(limits.candidates.size(), rows_shown); ++i) {
    others += fmt::format("{}{} {:+.1f} %", others.empty() ? "" : ", ", short_name(limits.candidates[i].name),
                          100 * limits.candidates[i].gain);
  }
  if (!others.empty()) line(text, "             others, +10 % each: {}", others);
}

void flow_lines(const RunReport& r, std::string& text) {
  const auto& materials = r.campaign->scenario().plant.chemistry.materials;
  Int128 dug = 0, imported = 0, dumped = 0, vented = 0, launched = 0, opening = 0, on_site = 0;
  for (std::size_t m = 0; m < materials.size(); ++m) {
    const campaign::MaterialAccount& a = r.material.materials[m];
    dug += a.dug, imported += a.imported, dumped += a.dumped, vented += a.vented, launched += a.launched,
        opening += a.opening;
    on_site += a.in_stores + a.in_process + a.on_the_road + a.before_driver;
  }
  if (dug + imported + opening > 0) {
    line(text, "Mass         in: dug {}, landed {}, stock at the start {}", tonnes(dug), tonnes(imported),
         tonnes(opening));
    line(text, "             out: launched {}, dumped {}, vented {}; on site {}", tonnes(launched),
         tonnes(dumped), tonnes(vented), tonnes(on_site));
  }
  const campaign::EnergyBalance& e = r.energy;
  if (e.used() > 0 || e.unserved_base > 0) {
    line(text, "Power        generated {}, used: stations {}, base load {}, driver {}; storage lost {}",
         megawatt_hours(e.generated), megawatt_hours(e.station_use), megawatt_hours(e.base_use),
         megawatt_hours(e.charged), megawatt_hours(e.storage_loss));
    if (e.unserved_base > 0)
      line(text, "             base load NOT served: {}", megawatt_hours(e.unserved_base));
  }
  line(text, "Balances     mass residual {} mg, element residual {} mg, energy residual {:.1e}",
       to_string(r.material.mass_residual_mg), to_string(r.material.element_residual_mg), e.residual_rel());
}

/// Lines that have come to a stop, and why: nothing will happen there again without a delivery.
void stop_lines(const RunReport& r, std::string& text) {
  const factory::Plant& plant = r.campaign->scenario().plant;
  const campaign::CampaignState& state = r.campaign->state();
  for (std::size_t g = 0; g < plant.groups.size(); ++g) {
    if (plant.groups[g].stations.empty() || !factory::at_rest(state.groups[g])) continue;
    std::string why;
    for (const std::uint32_t station : plant.groups[g].stations) {
      const factory::Obstacle waits = factory::obstacle(plant, state.groups[g], station);
      if (waits.kind == factory::Obstacle::Kind::none) continue;
      why += fmt::format("{}{} waits for {} {}", why.empty() ? "" : ", ",
                         short_name(plant.stations[station].name),
                         waits.kind == factory::Obstacle::Kind::no_room ? "room in" : "input from",
                         short_name(plant.stores[waits.store].name));
    }
    if (!why.empty()) line(text, "STOPPED      line {}: {}", plant.groups[g].name, why);
  }
}

void warmup_lines(const RunReport& r, std::string& text) {
  const Scenario& scenario = r.campaign->scenario();
  if (scenario.warmup_kind == campaign::WarmupKind::chosen)
    line(text, "Warm-up      {:.4g} d, chosen by MSER-5 from a pilot run", days(scenario.warmup));
  if (scenario.warmup_kind == campaign::WarmupKind::not_settled) {
    line(text,
         "Warm-up      {:.4g} d, half of the run: MSER-5 found NO earlier steady state; check, or run longer",
         days(scenario.warmup));
  }
}

/// Intervals of one replication, from its batch means.
void batch_lines(const RunReport& r, std::string& text) {
  const Scenario& scenario = r.campaign->scenario();
  if (scenario.satellites.empty()) {
    line(text, "Shipped      {} pieces, {:.6g} an hour after the warm-up", r.outcome.shipped,
         static_cast<double>(r.outcome.shipped) /
             (seconds(r.campaign->state().now - scenario.warmup) / 3600.0));
  }
  line(text,
       "From batch means of one replication, mean ± half-width at {:.4g} %:", 100 * scenario.confidence);
  for (const campaign::FlowMetric& metric : campaign::flow_metrics(scenario, r.campaign->state())) {
    if (metric.value == 0.0) continue;
    line(text, "  {:<44} {:>14.6g} ± {:<11.3g} ({:.2f} %){}", metric.name, metric.value,
         metric.batches.interval.half_width, 100 * metric.batches.interval.half_width / metric.value,
         metric.batches.batches == Batches::correlated ? "  batches correlated: too narrow, run longer" : "");
  }
}

void interval_lines(const RunReport& r, std::string& text) {
  const Scenario& scenario = r.campaign->scenario();
  const bool paired = scenario.pairing == campaign::Pairing::antithetic;
  line(text, "Over {} replications{}, mean ± half-width at {:.4g} %:", r.replications.size(),
       paired ? " in antithetic pairs" : "", 100 * scenario.confidence);
  for (const campaign::MetricInterval& metric :
       campaign::intervals(r.replications, scenario.confidence, scenario.pairing)) {
    const double relative =
        metric.interval.mean != 0.0 ? 100 * metric.interval.half_width / std::abs(metric.interval.mean) : 0.0;
    line(text, "  {:<44} {:>14.6g} ± {:<11.3g} ({:.2f} %)", short_name(metric.name), metric.interval.mean,
         metric.interval.half_width, relative);
  }
  if (!scenario.stopping) return;
  if (campaign::precision(scenario, r.replications) == campaign::Precision::reached) {
    line(text, "Stopped      after {} of at most {} replications: half-widths within {:.3g} %",
         r.replications.size(), scenario.stopping->most, 100 * scenario.stopping->half_width);
  } else {
    line(text, "Stopped      at {} replications, the most allowed: half-widths NOT within {:.3g} %",
         r.replications.size(), 100 * scenario.stopping->half_width);
  }
}

std::string warmup_words(const Scenario& scenario) {
  if (scenario.warmup_kind == campaign::WarmupKind::automatic) return "found by a pilot run";
  return fmt::format("{:.4g} d", days(scenario.warmup));
}

std::string replication_words(const Scenario& scenario) {
  if (!scenario.stopping) return std::to_string(scenario.replications);
  return fmt::format("{} to {}", scenario.replications, scenario.stopping->most);
}

void explain_flows(const Scenario& scenario, const campaign::RoughCut& cut, std::string& text) {
  const auto& stations = scenario.plant.stations;
  line(text,
       "Rough cut, per {}: flows from recipes and yields, capacity from servers and mean cycles; no "
       "variability, no blocking.",
       cut.product);
  line(text, "");
  line(text, "{:<34} {:>7} {:>12} {:>12} {:>11} {:>7} {:>11}", "station", "servers", "starts per", "capacity",
       "enough for", "load", "mean");
  line(text, "{:<34} {:>7} {:>12} {:>12} {:>11} {:>7} {:>11}", "", "", cut.product, "per h", "per year", "",
       "power");
  for (std::size_t i = 0; i < cut.stations.size(); ++i) {
    if (stations[i].serves_lots) continue;
    const campaign::RoughStation& s = cut.stations[i];
    const std::string enough =
        std::isfinite(s.products_per_year) ? fmt::format("{:.0f}", s.products_per_year) : "not needed";
    line(text, "{:<34} {:>7} {:>12.4g} {:>12.4g} {:>11} {:>5.0f} % {:>11}{}", short_name(s.name), s.servers,
         s.per_product, s.capacity_per_h, enough, 100 * s.load, watts(s.mean_power_W),
         s.name == cut.bottleneck ? "  <- bottleneck"
         : s.source               ? "  arrivals"
                                  : "");
  }
  line(text, "");
  line(text,
       "Demand {:.4g} a year; bottleneck rate r_b {:.4g} a year ({}); raw process time T0 {:.1f} h; critical "
       "WIP r_b T0 {:.1f}",
       cut.demand_per_year, cut.bottleneck_per_year, short_name(cut.bottleneck), cut.raw_process_time_h,
       cut.critical_wip);
  if (scenario.power) {
    line(text,
         "Power: rated {}, mean at the demand {} (work only, not idle or hold); supply in sunlight {}, lit "
         "{:.1f} % of the time, longest "
         "darkness {:.1f} h.",
         watts(cut.rated_W), watts(cut.mean_W), watts(cut.supply_lit_W), 100 * cut.sunlit_share,
         cut.longest_dark_h);
    line(
        text,
        "       storage {:.0f} MWh; what it cannot carry through the dark has its capacity in lit hours only",
        cut.storage_J / kWh / 1e3);
    if (cut.rated_W > cut.supply_lit_W) {
      line(text,
           "       rated power is above the supply: the lowest priorities will be shed when everything runs");
    }
  }
  double import_kg = 0.0;
  for (const campaign::RoughImport& item : cut.imports) import_kg += item.kg_per_year;
  if (!cut.imports.empty()) {
    line(text, "Imports: {:.1f} t a year at the demand, flights can land {:.1f} t a year", import_kg / 1e3,
         cut.landed_kg_per_year / 1e3);
    for (const campaign::RoughImport& item : cut.imports) {
      line(text, "  {:<32} {:>10.1f} kg a {:<10} {:>10.1f} t a year", item.name, item.kg_per_product,
           cut.product, item.kg_per_year / 1e3);
    }
  }
  if (scenario.driver) {
    line(text, "Driver: buckets and charger allow {:.0f} launches a year; mean power at the demand {}",
         cut.driver_per_year, watts(cut.driver_mean_W));
  }
}

std::string engine_words(const Scenario& scenario, std::uint32_t index) {
  const factory::Group& group = scenario.plant.groups[index];
  if (!group.serial.empty())
    return fmt::format("max-plus engine: {}, {} stations in series", group.name, group.serial.size());
  const std::string obstacle = campaign::engine_line(scenario, index).obstacle;
  return fmt::format("event engine: {} ({})", group.name, obstacle.empty() ? "as the file says" : obstacle);
}

}  // namespace

std::string run_summary(const campaign::RunResult& result, const std::string& directory) {
  const RunReport& r = result.report;
  const Scenario& scenario = r.campaign->scenario();
  std::string text;
  line(text, "");
  line(text, "{}: {:.0f} d from {} TT, seed {}", scenario.title, days(scenario.end),
       format_date(scenario.start, Tick{}).substr(0, 10), scenario.seed);
  if (!scenario.satellites.empty()) space_lines(r, text);
  warmup_lines(r, text);
  r.replications.size() > 1 ? interval_lines(r, text) : batch_lines(r, text);
  if (r.insight) text += insight_lines(*r.insight);
  stop_lines(r, text);
  limit_lines(r, text);
  flow_lines(r, text);
  std::uint64_t events = 0;
  std::int64_t bars_left_out = 0;
  for (const auto& group : r.campaign->state().groups) {
    events += group.events;
    bars_left_out += group.watch.bars_left_out;
  }
  if (bars_left_out > 0)
    line(text, "Gantt chart  {} bars beyond the limit `report.gantt.most` are left out", bars_left_out);
  line(text, "Results      {}  ({} events, {:.1f} s)", directory, events, result.wall_s);
  return text;
}

std::string explanation(const Scenario& scenario, const campaign::RoughCut& cut) {
  std::string text;
  line(text, "{}", scenario.title);
  if (!scenario.plant.products.empty()) text += explain_lots(campaign::rough_lots(scenario));
  const auto& stations = scenario.plant.stations;
  if (std::any_of(stations.begin(), stations.end(), [](const auto& station) { return !station.serves_lots; }))
    explain_flows(scenario, cut, text);
  line(text, "");
  line(
      text,
      "What will run: {} line groups, {} stations, {} servers; {:.4g} d from {} TT, warm-up "
      "{}, {} replication(s), seed {}",
      scenario.plant.groups.size(), scenario.plant.stations.size(),
      [&] {
        std::uint32_t n = 0;
        for (const auto& g : scenario.plant.groups) n += g.servers;
        return n;
      }(),
      days(scenario.end), format_date(scenario.start, Tick{}).substr(0, 10), warmup_words(scenario),
      replication_words(scenario), scenario.seed);
  if (scenario.has_site()) {
    line(text, "  event engine: all of them, as the site speaks with them at every look-ahead");
  } else {
    for (std::uint32_t g = 0; g < scenario.plant.groups.size(); ++g)
      line(text, "  {}", engine_words(scenario, g));
  }
  if (!scenario.satellites.empty()) {
    line(text, "  {}", fidelity_words(scenario, {}));
  }
  return text;
}

std::string explanation_json(const Scenario& scenario, const campaign::RoughCut& cut) {
  nlohmann::ordered_json json{
      {"title", scenario.title},
      {"product", cut.product},
      {"demand_per_year", cut.demand_per_year},
      {"feasible", cut.feasible},
      {"bottleneck", cut.bottleneck},
      {"bottleneck_per_year", cut.bottleneck_per_year},
      {"raw_process_time_h", cut.raw_process_time_h},
      {"critical_wip", cut.critical_wip},
      {"sunlit_share", cut.sunlit_share},
      {"rated_W", cut.rated_W},
      {"mean_W", cut.mean_W},
      {"supply_lit_W", cut.supply_lit_W},
      {"landed_kg_per_year", cut.landed_kg_per_year},
      {"driver_launches_per_year", cut.driver_per_year},
      {"launch_fidelity", scenario.satellites.empty() ? "none" : name(scenario.launch_fidelity())},
      {"insertion_fidelity", scenario.satellites.empty() ? "none" : name(Fidelity::ideal)}};
  for (const campaign::RoughStation& s : cut.stations) {
    json["stations"].push_back({{"name", s.name},
                                {"servers", s.servers},
                                {"starts_per_product", s.per_product},
                                {"capacity_per_h", s.capacity_per_h},
                                {"products_per_year", std::isfinite(s.products_per_year)
                                                          ? nlohmann::ordered_json(s.products_per_year)
                                                          : nlohmann::ordered_json(nullptr)},
                                {"load", s.load},
                                {"mean_power_W", s.mean_power_W}});
  }
  for (const campaign::RoughImport& item : cut.imports) {
    json["imports"].push_back(
        {{"name", item.name}, {"kg_per_product", item.kg_per_product}, {"kg_per_year", item.kg_per_year}});
  }
  if (!scenario.plant.products.empty()) json["lots"] = lots_json(campaign::rough_lots(scenario));
  return json.dump(2) + "\n";
}

}  // namespace lunafab::app
