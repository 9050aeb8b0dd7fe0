#include "campaign/results.hpp"
#include <fmt/format.h>
#include <unistd.h>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include "campaign/flow_samples.hpp"
#include "campaign/insight_tables.hpp"
#include "campaign/replicate.hpp"
#include "campaign/tables.hpp"
#include "core/version.hpp"
#include "core/visit.hpp"

namespace lunafab::campaign {
namespace {

using Json = nlohmann::ordered_json;

Json limits_json(const Limits& limits) {
  Json candidates = Json::array();
  for (const LimitCandidate& c : limits.candidates) {
    candidates.push_back({{"name", c.name},
                          {"inserted", c.inserted},
                          {"launched", c.launched},
                          {"built", c.built},
                          {"gain", c.gain},
                          {"set", c.settings}});
  }
  return candidates;
}

double kg(Int128 mg) {
  return static_cast<double>(mg) * 1e-6;
}
double joules(Int128 nJ) {
  return static_cast<double>(nJ) * 1e-9;
}

void add_space(const RunReport& r, Json& json) {
  const Outcome& o = r.outcome;
  json["satellites_ordered"] = o.ordered;
  json["satellites_built"] = o.built;
  json["satellites_launched"] = o.launched;
  json["satellites_inserted"] = o.inserted;
  json["satellites_lost"] = o.lost;
  json["satellites_scrapped"] = o.scrapped;
  json["satellites_begun_to_stock"] = o.to_stock;
  const auto ever = [&](orbit::LifeState life) {
    return r.campaign->state().site.ever[static_cast<std::size_t>(life)];
  };
  json["satellites_degraded"] = ever(orbit::LifeState::degraded);
  json["satellites_failed_in_orbit"] = o.failed;
  json["satellites_retired"] = ever(orbit::LifeState::retired);
  json["satellites_decayed"] = ever(orbit::LifeState::decayed);
  json["satellites_without_slot"] = r.campaign->state().site.without_slot;
  json["misfires"] = o.misfires;
  const Scenario& scenario = r.campaign->scenario();
  if (scenario.launch_fidelity() != Fidelity::ideal) {
    const massdriver::LaunchTable& table = scenario.driver->model.table;
    const DriverState& driver = r.campaign->state().site.driver;
    json["failed_banks"] = driver.failed_banks;
    json["launches_above_acceleration_limit"] = driver.overloaded;
    json["driver_spares_kg"] = static_cast<double>(driver.spares_mg) * 1e-6;
    json["driver_table"] = {{"held_out_launches", table.held_out},
                            {"worst_speed_mps", table.worst_speed_mps},
                            {"worst_bus_energy_rel", table.worst_bus_rel},
                            {"audits", driver.audits},
                            {"worst_audit_speed_mps", driver.worst_audit_mps},
                            {"worst_audit_bus_energy_rel", driver.worst_audit_bus}};
  }
  if (scenario.orbit.fidelity == Fidelity::table) {
    const DriverState& driver = r.campaign->state().site.driver;
    json["insertion_table"] = {{"audits", driver.flights_audited},
                               {"worst_audit_dv_mps", driver.worst_insertion_mps}};
  }
  json["satellites_built_per_year_after_warmup"] = o.built_per_year_steady;
  json["active_kW_end"] = o.active_kW;
  json["import_mass_fraction"] = o.import_fraction_satellite;
  json["import_mass_fraction_with_consumables"] = o.import_fraction_consumables;
  if (o.import_fraction_capital) json["import_mass_fraction_with_capital"] = *o.import_fraction_capital;
  json["energy_per_satellite_J"] = o.built > 0 ? Json(o.energy_per_satellite_J) : Json(nullptr);
  json["earth_propellant_kg"] = o.earth_propellant_kg;
  json["tanker_flights"] = o.tankers;
}

Json energy_json(const EnergyBalance& e) {
  return {{"generated_J", joules(e.generated)},
          {"curtailed_J", joules(e.curtailed)},
          {"storage_change_J", joules(e.storage_change)},
          {"storage_loss_J", joules(e.storage_loss)},
          {"stations_J", joules(e.station_use)},
          {"base_load_J", joules(e.base_use)},
          {"base_load_unserved_J", joules(e.unserved_base)},
          {"driver_charged_J", joules(e.charged)},
          {"chemical_J", joules(e.chemical)},
          {"launch_kinetic_J", joules(e.kinetic)},
          {"launch_heat_J", joules(e.launch_heat)},
          {"driver_store_J", joules(e.driver_store)}};
}

const char* warmup_words(WarmupKind kind) {
  switch (kind) {
    case WarmupKind::chosen:
      return "MSER-5";
    case WarmupKind::not_settled:
      return "half of the run: MSER-5 found no earlier steady state";
    case WarmupKind::given:
    case WarmupKind::automatic:
      break;
  }
  return "given";
}

void add_intervals(const RunReport& r, Json& json) {
  const Scenario& scenario = r.campaign->scenario();
  json["intervals_over"] =
      scenario.pairing == Pairing::antithetic ? "pairs of antithetic replications" : "replications";
  if (scenario.stopping) {
    json["stopping"] = {{"metrics", scenario.stopping->metrics},
                        {"half_width_rel", scenario.stopping->half_width},
                        {"most", scenario.stopping->most},
                        {"reached", precision(scenario, r.replications) == Precision::reached}};
  }
  for (const MetricInterval& metric : intervals(r.replications, scenario.confidence, scenario.pairing)) {
    json["metrics"][metric.name] = {{"mean", metric.interval.mean},
                                    {"half_width", metric.interval.half_width}};
  }
}

/// Of one replication: intervals of what was sampled over the run, from batch means.
void add_batch_means(const RunReport& r, Json& json) {
  json["intervals_over"] = "batch means of one replication";
  for (const auto& [metric, value] : r.replications.front()) json["metrics"][metric] = {{"mean", value}};
  for (const FlowMetric& metric : flow_metrics(r.campaign->scenario(), r.campaign->state())) {
    Json& of_metric = json["metrics"][metric.name];
    of_metric["half_width"] = metric.batches.interval.half_width;
    of_metric["batches"] = metric.batches.count;
    of_metric["von_neumann_ratio"] = metric.batches.von_neumann;
    of_metric["batches_correlated"] = metric.batches.batches == Batches::correlated;
  }
}

}  // namespace

Json summary_json(const RunReport& r) {
  const Scenario& scenario = r.campaign->scenario();
  Json json;
  json["title"] = scenario.title;
  json["launch_fidelity"] = scenario.satellites.empty() ? "none" : name(scenario.launch_fidelity());
  json["insertion_fidelity"] = scenario.satellites.empty() ? "none" : name(scenario.orbit.fidelity);
  json["start_TT"] = format_date(scenario.start, Tick{});
  json["duration_s"] = seconds(scenario.end);
  json["warmup_s"] = seconds(scenario.warmup);
  json["warmup_from"] = warmup_words(scenario.warmup_kind);
  json["seed"] = scenario.seed;
  json["replications"] = r.replications.size();
  if (!scenario.satellites.empty()) add_space(r, json);
  if (scenario.satellites.empty()) json["shipped"] = r.outcome.shipped;
  json["limited_by"] = r.limits ? Json(r.limits->limited_by) : Json(nullptr);
  json["limited_by_gain"] = r.limits ? Json(r.limits->gain) : Json(nullptr);
  if (r.limits) json["limit_candidates"] = limits_json(*r.limits);
  json["mass_residual_kg"] = kg(r.material.mass_residual_mg);
  json["element_residual_kg"] = kg(r.material.element_residual_mg);
  json["energy_residual_rel"] = r.energy.residual_rel();
  json["solver_residual_J"] = joules(r.energy.solver_residual);
  json["energy"] = energy_json(r.energy);
  std::uint64_t events = 0;
  std::int64_t bars_left_out = 0;
  for (const auto& group : r.campaign->state().groups) {
    events += group.events;
    bars_left_out += group.watch.bars_left_out;
  }
  json["events"] = events;
  if (scenario.plant.watch.gantt.most > 0) json["gantt_bars_left_out"] = bars_left_out;
  json["state_hash"] = fmt::format("{:016x}", state_hash(r.campaign->state()));
  json["ledger_head"] = r.ledger_head.empty() ? Json(nullptr) : Json(r.ledger_head);
  json["ledger_postings"] = r.ledger_postings;
  if (r.insight) json["insight"] = insight_json(*r.insight);
  json["confidence"] = scenario.confidence;
  r.replications.size() > 1 ? add_intervals(r, json) : add_batch_means(r, json);
  return json;
}

void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp";
  std::FILE* file = std::fopen(temporary.c_str(), "wb");
  bool ok = file != nullptr && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  ok = ok && std::fflush(file) == 0 && fsync(fileno(file)) == 0;
  if (file != nullptr) ok = std::fclose(file) == 0 && ok;
  if (!ok) throw std::runtime_error(fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  std::filesystem::rename(temporary, path);
}

void write_manifest(const std::string& directory, const Scenario& scenario, const Manifest& manifest) {
  Json json{{"program", "lunafab"},
            {"version", program_version},
            {"source_revision", source_revision},
            {"model_version", model_version},
            {"cpu_level", "x86-64 baseline"},
            {"scenario_file", scenario.file},
            {"scenario_hash", scenario.hash},
            {"seed", scenario.seed},
            {"replications", scenario.replications},
            {"status", manifest.status},
            {"threads", manifest.threads},
            {"wall_s", manifest.wall_s}};
  write_file(directory + "/manifest.json", json.dump(2) + "\n");
}

void write_results(const std::string& directory, const RunReport& report) {
  const auto write = [&](const char* name, const std::string& text) {
    write_file(directory + "/" + name, text);
  };
  write("stations.csv", stations_csv(report));
  write("stores.csv", stores_csv(report));
  write("lines.csv", lines_csv(report));
  write("flow.csv", flow_csv(report));
  const factory::Plant& plant = report.campaign->scenario().plant;
  if (!plant.products.empty()) {
    write("products.csv", products_csv(report));
    write("queues.csv", queues_csv(report));
  }
  if (plant.watch.bottleneck) write("bottleneck.csv", bottleneck_csv(report));
  if (plant.watch.gantt.most > 0) write("gantt.csv", gantt_csv(report));
  if (report.insight) write("insight.csv", insight_csv(*report.insight));
  if (!plant.resources.empty()) write("resources.csv", resources_csv(report));
  write("flows.csv", flows_csv(report));
  if (report.campaign->scenario().has_site()) {
    write("series.csv", series_csv(report));
    write("launches.csv", launches_csv(report));
    write("flights.csv", flights_csv(report));
  }
  if (report.replications.size() > 1) write("replications.csv", replications_csv(report));
  write("summary.json", summary_json(report).dump(2) + "\n");
}

}  // namespace lunafab::campaign
