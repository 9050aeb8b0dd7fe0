#include "app/design_driver_command.hpp"
#include <fmt/format.h>
#include <tbb/global_control.h>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include "core/constants.hpp"
#include "massdriver/design_search.hpp"
#include "massdriver/read_study.hpp"

namespace lunafab::app {
namespace {

using namespace massdriver;
using Json = nlohmann::ordered_json;

constexpr int found_one = 0, none_found = 1;
constexpr double g0 = constants::standard_gravity_mps2;

Json limits_json(const std::vector<LimitRow>& rows) {
  Json list = Json::array();
  for (const LimitRow& row : rows) {
    list.push_back({{"name", row.name}, {"value", row.value}, {"unit", row.unit}, {"passes", row.passes}});
    if (row.sense != LimitSense::reported) list.back()["limit"] = row.limit;
    if (!row.note.empty()) list.back()["note"] = row.note;
  }
  return list;
}

Json machine_json(const FoundDesign& f) {
  const DriverDesign& d = f.design;
  return {{"stages", d.track.stages},
          {"track_m", d.track.stages * d.track.pitch_m},
          {"pitch_m", d.track.pitch_m},
          {"half_wave_m", d.track.half_wave_m},
          {"bucket_spacing_m", d.bucket.spacing_m},
          {"drive_radius_m", d.track.coil.winding.radius_m},
          {"drive_length_m", d.track.coil.winding.length_m},
          {"drive_depth_m", d.track.coil.winding.depth_m},
          {"drive_kg_per_stage", f.drive_kg / d.track.stages},
          {"drive_kg", f.drive_kg},
          {"bucket_radius_m", d.bucket.winding.radius_m},
          {"bucket_length_m", d.bucket.winding.length_m},
          {"bucket_depth_m", d.bucket.winding.depth_m},
          {"bucket_current_A", d.bucket.current_A},
          {"bucket_current_by_formula_A", f.analytic_current_A},
          {"bucket_coils_kg", f.bucket_coils_kg}};
}

Json launch_json(const FoundDesign& f) {
  const DriverDesign& d = f.design;
  const EnergyAccount& e = f.launch.energy;
  return {{"advance", d.firing.advance},
          {"tuning", d.firing.tuning},
          {"energy", d.firing.energy},
          {"muzzle_mps", f.launch.muzzle_speed_mps},
          {"mean_g", f.launch.mean_mps2 / g0},
          {"peak_g", f.launch.peak_mps2 / g0},
          {"cruise_peak_g", f.launch.cruise_peak_mps2 / g0},
          {"peak_V", f.launch.peak_voltage_V},
          {"drive_hoop_by_formula_Pa", f.drive_hoop_Pa},
          {"bucket_hoop_by_formula_Pa", f.bucket_hoop_Pa},
          {"discharged_J", e.discharged_J},
          {"recovered_J", e.recovered_J},
          {"coil_heat_J", e.coil_heat_J},
          {"em_efficiency", f.em_efficiency},
          {"bus_J", f.bus_J},
          {"bus_W", d.bus_W},
          {"store_kg", f.store_kg},
          {"cost_usd", f.cost_usd},
          {"launches_per_h", f.cadence.up_per_h},
          {"limited_by", name(f.cadence.binding)},
          {"orbit_t_per_year", f.orbit_kg_per_year / 1e3},
          {"disturbed_launches", f.disturbed_launches},
          {"disturbed_in_step", f.robust_launches},
          {"limits", limits_json(f.limits)}};
}

Json result_json(double payload_kg, const SearchResult& result) {
  Json json{{"payload_kg", payload_kg}, {"found", std::holds_alternative<FoundDesign>(result)}};
  if (const auto* found = std::get_if<FoundDesign>(&result)) {
    json.update(machine_json(*found));
    json.update(launch_json(*found));
  } else {
    json["reasons"] = std::get<Infeasible>(result).reasons;
  }
  return json;
}

std::string limits_table(const FoundDesign& f) {
  std::string text = "limits\n";
  for (const LimitRow& row : f.limits) {
    const std::string bound =
        row.sense == LimitSense::reported
            ? std::string("-")
            : fmt::format("{} {:.4g}", row.sense == LimitSense::at_most ? "<=" : ">=", row.limit);
    text += fmt::format("  {:<34}{:>12.4g} {:<7}{:<14}{}\n", row.name, row.value, row.unit, bound,
                        row.passes ? "" : "NOT KEPT");
  }
  return text;
}

std::string table(const FoundDesign& f) {
  const DriverDesign& d = f.design;
  const Winding &drive = d.track.coil.winding, &bucket = d.bucket.winding;
  const EnergyAccount& e = f.launch.energy;
  std::string text = fmt::format("{}\n", d.title);
  const auto line = [&text](const char* what, const std::string& value) {
    text += fmt::format("  {:<26}{}\n", what, value);
  };
  line("track", fmt::format("{} stages, {:.3f} km, pitch {:.3f} m, half wave {:.3f} m", d.track.stages,
                            d.track.stages * d.track.pitch_m / 1e3, d.track.pitch_m, d.track.half_wave_m));
  line("drive coil",
       fmt::format("radius {:.3f} m, {:.3f} x {:.4f} m, {:.1f} kg a stage, {:.0f} t", drive.radius_m,
                   drive.length_m, drive.depth_m, f.drive_kg / d.track.stages, f.drive_kg / 1e3));
  line("bucket coils",
       fmt::format("{} of radius {:.3f} m, {:.3f} x {:.4f} m, {:.2f} m apart, {:.0f} kg", d.bucket.count,
                   bucket.radius_m, bucket.length_m, bucket.depth_m, d.bucket.spacing_m, f.bucket_coils_kg));
  line("bucket current",
       fmt::format("{:.3f} MA ({:.3f} by formula)", d.bucket.current_A / 1e6, f.analytic_current_A / 1e6));
  line("firing", fmt::format("advance {:.3f}, tuning {:.2f}, energy {:.4f}", d.firing.advance,
                             d.firing.tuning, d.firing.energy));
  line("acceleration", fmt::format("mean {:.2f} g, peak {:.2f} g (cruise {:.2f} g)", f.launch.mean_mps2 / g0,
                                   f.launch.peak_mps2 / g0, f.launch.cruise_peak_mps2 / g0));
  line("discharged, recovered", fmt::format("{:.3f} GJ, {:.3f} GJ; coils take {:.1f} MJ",
                                            e.discharged_J / 1e9, e.recovered_J / 1e9, e.coil_heat_J / 1e6));
  line("efficiency", fmt::format("electromagnetic {:.4f}; wall plug {:.3f}", f.em_efficiency,
                                 0.5 * d.payload_kg * d.muzzle_speed_mps * d.muzzle_speed_mps / f.bus_J));
  line("bus", fmt::format("{:.3f} GJ a launch, {:.4g} MW", f.bus_J / 1e9, d.bus_W / 1e6));
  line("store", fmt::format("{:.0f} t", f.store_kg / 1e3));
  line("rate", fmt::format("{:.3f} launches per hour, limited by {}; {:.0f} t/yr", f.cadence.up_per_h,
                           name(f.cadence.binding), f.orbit_kg_per_year / 1e3));
  line("cost", fmt::format("{:.0f} MUSD", f.cost_usd / 1e6));
  line("disturbed launches", fmt::format("{} of {} keep in step", f.robust_launches, f.disturbed_launches));
  return text;
}

std::string csv(const std::vector<ParetoPoint>& front) {
  std::string text =
      "payload_kg,found,launches_per_h,limited_by,orbit_t_per_year,stages,track_m,drive_radius_m,bucket_"
      "current_A,"
      "peak_V,drive_t,store_t,discharged_J,bus_J,bus_W,cost_usd,reason\n";
  for (const ParetoPoint& point : front) {
    if (const auto* f = std::get_if<FoundDesign>(&point.result)) {
      const DriverDesign& d = f->design;
      text += fmt::format(
          "{:.9g},1,{:.9g},{},{:.9g},{},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},{:.9g},"
          "{:.9g},\n",
          point.payload_kg, f->cadence.up_per_h, name(f->cadence.binding), f->orbit_kg_per_year / 1e3,
          d.track.stages, d.track.stages * d.track.pitch_m, d.track.coil.winding.radius_m, d.bucket.current_A,
          f->launch.peak_voltage_V, f->drive_kg / 1e3, f->store_kg / 1e3, f->launch.energy.discharged_J,
          f->bus_J, d.bus_W, f->cost_usd);
    } else {
      text += fmt::format("{:.9g},0{}\"{}\"\n", point.payload_kg, std::string(15, ','),
                          fmt::join(std::get<Infeasible>(point.result).reasons, "; "));
    }
  }
  return text;
}

std::string front_table(const std::vector<ParetoPoint>& front) {
  if (front.empty()) return {};
  std::string text =
      fmt::format("payload front\n  {:>9} {:>7} {:<16} {:>8} {:>8} {:>9} {:>8} {:>8} {:>8}\n", "payload t",
                  "per h", "limited by", "t/yr", "stages", "coils t", "store t", "GJ bus", "MUSD");
  for (const ParetoPoint& point : front) {
    if (const auto* f = std::get_if<FoundDesign>(&point.result)) {
      text += fmt::format("  {:>9.3f} {:>7.3f} {:<16} {:>8.0f} {:>8} {:>9.0f} {:>8.0f} {:>8.3f} {:>8.0f}\n",
                          point.payload_kg / 1e3, f->cadence.up_per_h, name(f->cadence.binding),
                          f->orbit_kg_per_year / 1e3, f->design.track.stages, f->drive_kg / 1e3,
                          f->store_kg / 1e3, f->bus_J / 1e9, f->cost_usd / 1e6);
    } else {
      text += fmt::format("  {:>9.3f} none: {}\n", point.payload_kg / 1e3,
                          fmt::join(std::get<Infeasible>(point.result).reasons, "; "));
    }
  }
  return text;
}

void write(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error(path.string() + " cannot be written");
}

}  // namespace

int design_driver_command(const DesignDriverRequest& request) {
  const DriverStudy study = load_study(request.study);
  std::optional<tbb::global_control> threads;
  if (request.threads > 0)
    threads.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(request.threads));
  const SearchResult result = find_design(study, study.needs.payload_kg);
  const auto* found = std::get_if<FoundDesign>(&result);
  const std::vector<ParetoPoint> front = found == nullptr ? std::vector<ParetoPoint>{} : payload_front(study);
  Json json{{"study", study.title},
            {"design", result_json(study.needs.payload_kg, result)},
            {"front", Json::array()}};
  for (const ParetoPoint& point : front) json["front"].push_back(result_json(point.payload_kg, point.result));
  if (!request.directory.empty()) {
    const std::filesystem::path directory = request.directory;
    std::filesystem::create_directories(directory);
    write(directory / "designs.json", json.dump(2) + "\n");
    if (found != nullptr) write(directory / "driver.yaml", driver_yaml(study, found->design));
    if (found != nullptr) write(directory / "pareto.csv", csv(front));
  }
  if (request.json) fmt::print("{}\n", json.dump(2));
  if (found == nullptr) {
    fmt::print(stderr, "no machine meets the requirements:\n");
    for (const std::string& reason : std::get<Infeasible>(result).reasons)
      fmt::print(stderr, "  {}\n", reason);
    return none_found;
  }
  if (!request.json) fmt::print("{}{}{}", table(*found), limits_table(*found), front_table(front));
  return found_one;
}

}  // namespace lunafab::app
