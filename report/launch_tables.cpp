#include "report/launch_tables.hpp"
#include <fmt/format.h>
#include <cmath>
#include <iterator>
#include "core/constants.hpp"
#include "core/version.hpp"
#include "report/day_report.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;
using Json = nlohmann::ordered_json;

constexpr double g0 = constants::standard_gravity_mps2;

/// A number, or null where it is none.
Json number(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

void add_motion(Json& json, const LaunchReport& r) {
  const LaunchSolution& s = r.solution;
  json["payload_kg"] = r.asked.payload_kg;
  json["bucket_kg"] = r.design.bucket_kg;
  json["muzzle_speed_asked_mps"] = r.asked.muzzle_speed_mps;
  json["muzzle_speed_mps"] = number(s.muzzle_speed_mps);
  json["time_s"] = number(s.time_s);
  json["peak_g"] = number(s.peak_mps2 / g0);
  json["cruise_peak_g"] = number(s.cruise_peak_mps2 / g0);
  json["mean_g"] = number(s.mean_mps2 / g0);
  json["peak_jerk_mps3"] = number(s.peak_jerk_mps3);
  json["peak_voltage_V"] = number(s.peak_voltage_V);
  json["drive_current_A"] = number(s.drive_current_A);
  json["cruise_drive_current_A"] = number(s.cruise_drive_current_A);
  json["bucket_current_A"] = number(s.bucket_current_A);
  const bool moved = s.bucket_current_A > 0.0;
  json["low_bucket_current_A"] = moved ? number(s.low_bucket_A) : Json(nullptr);
  json["hoop_drive_N"] = number(s.hoop_drive_N);
  json["hoop_bucket_N"] = number(s.hoop_bucket_N);
}

void add_account(Json& json, const LaunchReport& r) {
  const EnergyAccount& e = r.solution.energy;
  json["energy_residual_rel"] = number(e.residual_rel());
  json["energy_residual_J"] = number(e.residual_J);
  json["tolerance"] = r.tolerance;
  json["discharged_J"] = number(e.discharged_J);
  json["kinetic_before_J"] = number(e.kinetic_before_J);
  json["kinetic_after_J"] = number(e.kinetic_after_J);
  json["recovered_J"] = number(e.recovered_J);
  json["coil_heat_J"] = number(e.coil_heat_J);
  json["switch_heat_J"] = number(e.switch_heat_J);
  json["discarded_J"] = number(e.discarded_J);
  json["drag_J"] = number(e.drag_J);
  json["eddy_J"] = number(e.eddy_J);
  json["magnetic_gain_J"] = number(e.magnetic_gain_J);
  json["steps"] = r.solution.steps;
  json["late_openings"] = r.solution.late_openings;
  json["saturated_banks"] = r.solution.saturated_banks;
  json["skipped_banks"] = r.solution.skipped_banks;
}

Json section_json(const SectionRun& s) {
  return {{"stages", s.stages},
          {"length_m", s.length_m},
          {"time_s", s.time_s},
          {"source_J", s.source_J},
          {"kinetic_J", s.kinetic_J},
          {"coil_heat_J", s.coil_heat_J},
          {"inverter_loss_J", s.inverter_loss_J},
          {"worst_coil_J", s.worst_coil_J},
          {"peak_power_W", s.peak_W},
          {"peak_g", s.peak_mps2 / constants::standard_gravity_mps2},
          {"efficiency", s.efficiency()}};
}

Json cadence_json(const Cadence& c) {
  Json json;
  for (std::size_t i = 0; i < rate_bounds; ++i) {
    std::string bound = name(static_cast<RateBound>(i));
    for (char& letter : bound) letter = letter == ' ' ? '_' : letter;
    json[bound + "_per_h"] = number(c.while_up_per_h[i]);
  }
  json["binding"] = name(c.binding);
  json["up_per_h"] = number(c.up_per_h);
  json["sustained_per_h"] = number(c.sustained_per_h);
  json["down_h_per_day"] = number(c.down_h_per_day);
  json["buckets_needed"] = number(c.buckets_needed);
  json["bus_W"] = number(c.bus_W);
  json["store_kg_per_year"] = number(c.store_kg_per_year);
  return json;
}

/// Every key is there whether or not the launch completed; null where it did not.
void add_figures(Json& json, const LaunchReport& r) {
  const LaunchFigures none, &f = r.figures ? *r.figures : none;
  const auto add = [&](const char* key, double value) {
    json[key] = r.figures ? number(value) : Json(nullptr);
  };
  add("em_efficiency", f.em_efficiency);
  add("wall_plug_efficiency", f.wall_plug_efficiency);
  add("wall_plug_efficiency_without_regeneration", f.wall_plug_unregenerated);
  add("payload_kinetic_J", f.payload_J);
  add("bucket_kinetic_J", f.bucket_J);
  add("charged_J", f.charged_J);
  add("injection_J", f.injection_J);
  add("regenerated_J", f.regenerated_J);
  add("bus_energy_J", f.bus_J);
  add("heat_J", f.heat.total_J());
  add("charger_heat_J", f.heat.charger_J);
  add("injection_heat_J", f.heat.injection_J);
  add("stage_losses_J", f.heat.stages_J);
  add("brake_heat_J", f.heat.brake_J);
  add("recharge_s", f.recharge_s);
  add("injection_buffer_J", f.buffer_J);
  json["injection"] = r.figures ? section_json(f.injection) : Json(nullptr);
  json["brake"] = r.figures ? section_json(f.brake) : Json(nullptr);
  add("hoop_drive_Pa", f.hoop_drive_Pa);
  add("hoop_bucket_Pa", f.hoop_bucket_Pa);
  add("cruise_hoop_drive_Pa", f.cruise_hoop_drive_Pa);
  add("cruise_hoop_bucket_Pa", f.cruise_hoop_bucket_Pa);
  add("store_J", f.store_J);
  add("store_kg", f.store_kg);
  add("first_coil_rise_K", f.coil_rise_K[static_cast<std::size_t>(StageClass::first)]);
  add("mean_coil_rise_K", f.coil_rise_K[static_cast<std::size_t>(StageClass::mean)]);
  add("worst_coil_rise_K", f.coil_rise_K[static_cast<std::size_t>(StageClass::worst)]);
  add("bucket_coil_heat_J", f.bucket_heat_J);
  json["cadence"] = r.figures ? cadence_json(f.cadence) : Json(nullptr);
}

const char* name(LimitSense sense) {
  switch (sense) {
    case LimitSense::at_most:
      return "at most";
    case LimitSense::at_least:
      return "at least";
    case LimitSense::reported:
      break;
  }
  return "reported";
}

Json limit_json(const LimitRow& row) {
  return {{"name", row.name},
          {"value", number(row.value)},
          {"limit", row.sense == LimitSense::reported ? Json(nullptr) : number(row.limit)},
          {"sense", name(row.sense)},
          {"unit", row.unit},
          {"passes", row.passes},
          {"note", row.note}};
}

/// Text as a CSV field: quoted where it must be.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

Json launch_json(const LaunchReport& r) {
  const bool completed = r.solution.outcome == SolverOutcome::completed;
  Json json{{"program", "lunafab"},
            {"version", program_version},
            {"source_revision", source_revision},
            {"model_version", model_version},
            {"title", r.design.title},
            {"outcome", name(r.solution.outcome)},
            {"within_limits", r.refusals.empty()},
            {"reasons", r.refusals}};
  json["stopped_at_stage"] = completed ? Json(nullptr) : Json(r.solution.stopped_at_stage);
  json["stopped_at_m"] =
      completed ? Json(nullptr) : number(r.solution.stopped_at_stage * r.design.track.pitch_m);
  add_motion(json, r);
  add_account(json, r);
  add_figures(json, r);
  json["day"] = r.day ? day_json(r) : Json(nullptr);
  json["aborts"] = r.aborts.empty() ? Json(nullptr) : aborts_json(r);
  json["release"] = r.release ? release_json(*r.release) : Json(nullptr);
  json["monte_carlo"] = r.dispersion ? dispersion_json(*r.dispersion) : Json(nullptr);
  json["limits"] = Json::array();
  for (const LimitRow& row : r.limits) json["limits"].push_back(limit_json(row));
  json["confesses"] = r.confessions;
  return json;
}

std::string profile_csv(const LaunchReport& report) {
  std::string csv =
      "stage,position_m,time_s,speed_mps,mean_mps2,peak_mps2,drive_current_A,bucket_current_A,voltage_V,"
      "coils_heat_J,"
      "lateral_N_per_m,stage_heat_J\n";
  for (const StageRecord& row : report.solution.profile) {
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{},{},{},{},{},", row.stage, row.position_m,
                   row.time_s, row.speed_mps, row.mean_mps2, row.peak_mps2, row.drive_current_A,
                   row.bucket_current_A, row.voltage_V, row.heat_J, row.lateral_N_per_m);
    const auto stage = static_cast<std::size_t>(row.stage);
    const bool known = row.stage >= 0 && stage < report.solution.stage_heat_J.size();
    csv += known ? fmt::format("{}\n", report.solution.stage_heat_J[stage]) : "\n";
  }
  return csv;
}

std::string limits_csv(const LaunchReport& report) {
  std::string csv = "name,value,limit,sense,unit,passes,note\n";
  for (const LimitRow& row : report.limits) {
    const std::string limit = row.sense == LimitSense::reported ? "" : fmt::format("{}", row.limit);
    fmt::format_to(std::back_inserter(csv), "{},{},{},{},{},{},{}\n", field(row.name), row.value, limit,
                   name(row.sense), field(row.unit), row.passes ? "yes" : "no", field(row.note));
  }
  return csv;
}

}  // namespace lunafab::report
