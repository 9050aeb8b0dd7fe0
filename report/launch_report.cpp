#include "report/launch_report.hpp"
#include <fmt/format.h>
#include <cmath>
#include <utility>
#include "core/constants.hpp"
#include "massdriver/plan.hpp"
#include "report/day_report.hpp"
#include "report/numbers.hpp"

namespace lunafab::report {
namespace {

using namespace massdriver;

/// The fastest that the store and track throw a payload; injection speed where they add nothing.
double reachable_mps(const Machine& machine, double payload_kg) {
  double low = machine.design.injection.speed_mps, high = 2.0 * machine.design.muzzle_speed_mps;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (plan_launch(machine, payload_kg, middle) ? low : high) = middle;
  }
  return low;
}

std::string place_of(const LaunchReport& report) {
  const LaunchSolution& s = report.solution;
  return fmt::format("at stage {} of {}, {:.3f} km along the track, after {:.3f} s at {:.1f} m/s",
                     s.stopped_at_stage, report.design.track.stages,
                     1e-3 * s.stopped_at_stage * report.design.track.pitch_m, s.time_s, s.muzzle_speed_mps);
}

std::string failure(const Machine& machine, const LaunchReport& report) {
  const char* const outcome = name(report.solution.outcome);
  if (report.solution.outcome != SolverOutcome::store_too_small)
    return fmt::format("{} {}", outcome, place_of(report));
  if (report.solution.stopped_at_stage > 0) {  // a central store, drawn down on the way
    const Store& store = machine.design.store;
    return fmt::format("{}: of its {}, {} may be taken, and have been {}", outcome,
                       with_prefix(store_energy_J(machine.design), "J"),
                       with_prefix(store_energy_J(machine.design) * store.depth, "J"), place_of(report));
  }
  const double reach_mps = reachable_mps(machine, report.asked.weighed_kg);
  return fmt::format(
      "{}: {:.6g} m/s with {} were asked for; banks rated for {} give at most {:.1f} m/s on {} stages",
      outcome, report.asked.muzzle_speed_mps, plain(report.asked.weighed_kg, "kg"),
      with_prefix(bank_rating_J(machine.design), "J"), reach_mps, machine.design.track.stages);
}

std::string broken(const LimitRow& row) {
  if (row.sense == LimitSense::reported) return fmt::format("{}: {}", row.name, row.note);
  const std::string note = row.note.empty() ? "" : " (" + row.note + ")";
  return fmt::format("{} {}{} is {} the limit {}", row.name, limit_text(row.value, row.unit), note,
                     row.sense == LimitSense::at_most ? "above" : "below", limit_text(row.limit, row.unit));
}

void add_injection_refusals(LaunchReport& report) {
  const SectionRun& injection = report.figures->injection;
  const DriverDesign& d = report.design;
  if (!reaches_track(d, injection)) {
    report.refusals.push_back(fmt::format("the injection ends at {:.4g} m/s, {:.4g} m/s were asked for",
                                          injection.end_mps, d.injection.speed_mps));
  }
  if (injection.peak_mps2 > d.limits.acceleration_mps2) {
    constexpr double g = constants::standard_gravity_mps2;
    report.refusals.push_back(
        fmt::format("the injection's peak acceleration {:.4g} g is above the limit {:.4g} g",
                    injection.peak_mps2 / g, d.limits.acceleration_mps2 / g));
  }
}

void add_refusals(const Machine& machine, LaunchReport& report) {
  if (report.solution.outcome != SolverOutcome::completed)
    report.refusals.push_back(failure(machine, report));
  const double residual = report.solution.energy.residual_rel();
  if (!(std::abs(residual) <= report.tolerance)) {
    report.refusals.push_back(fmt::format("the energy account closes to {:.1e} only, {:.1e} was asked for",
                                          residual, report.tolerance));
  }
  if (report.figures) add_injection_refusals(report);
  if (report.figures && report.design.back.recovery > report.figures->brake.efficiency()) {
    report.refusals.push_back(
        fmt::format("return.recovery of {:.4g} is more than the brake's coils let through, {:.4g}",
                    report.design.back.recovery, report.figures->brake.efficiency()));
  }
  if (report.release && report.release->ridden.status == RideStatus::derailed)
    report.refusals.emplace_back("the sled leaves its rails in the ride with drawn errors");
  for (const LimitRow& row : report.limits)
    if (!row.passes) report.refusals.push_back(broken(row));
  if (report.rate_asked && report.day)
    for (std::string& refusal : day_refusals(report)) report.refusals.push_back(std::move(refusal));
}

void confess_parts(const DriverDesign& d, const LaunchFigures& f, std::vector<std::string>& says) {
  if (d.store.kind == StoreKind::capacitor) {
    says.push_back(fmt::format("The store: {:.0f} t for {} at {}; its life of {:.3g} full shots is an input.",
                               1e-3 * f.store_kg, with_prefix(f.store_J, "J"),
                               with_prefix(d.store.specific_energy_J_per_kg, "J/kg"), d.store.life_launches));
  } else {
    says.push_back(
        fmt::format("The store: {:.0f} t for {} at {}; its converters, {} in all, are not weighed.",
                    1e-3 * f.store_kg, with_prefix(f.store_J, "J"),
                    with_prefix(d.store.specific_energy_J_per_kg, "J/kg"), d.track.stages * d.bucket.count));
  }
  if (f.buffer_J > 0.0) {
    says.push_back(fmt::format(
        "The injection draws up to {} and takes {} beyond the bus meanwhile: a buffer of its own, "
        "neither weighed nor paid for here.",
        with_prefix(f.injection.peak_W, "W"), with_prefix(f.buffer_J, "J")));
  }
  if (!f.bucket_cooled) {
    says.push_back(
        fmt::format("No cryocooler is given: the {} that a launch leaves in a bucket coil bound no cadence.",
                    with_prefix(f.bucket_heat_J, "J")));
  }
}

void add_confessions(const Machine& machine, LaunchReport& report) {
  const DriverDesign& d = machine.design;
  std::vector<std::string>& says = report.confessions;
  says.emplace_back("Not validated against a full shot: none is published.");
  if (d.store.kind == StoreKind::capacitor) {
    says.push_back(fmt::format("The first stage's banks hold {} for one turn, the last one's {}.",
                               with_prefix(bank_capacitance_F(machine, 0, 0), "F"),
                               with_prefix(bank_capacitance_F(machine, d.track.stages - 1, 0), "F")));
  }
  if (report.figures) confess_parts(d, *report.figures, says);
  says.emplace_back(
      "AC loss and quench margin of the bucket's coils rest on the superconductor's data as given.");
  if (report.solution.saturated_banks > 0) {
    says.push_back(
        fmt::format("{} banks were asked for more than they hold.", report.solution.saturated_banks));
  }
  if (report.solution.late_openings > 0) {
    says.push_back(
        fmt::format("{} banks were cut off with a current still flowing.", report.solution.late_openings));
  }
}

}  // namespace

std::string limit_text(double value, const std::string& unit) {
  if (std::isinf(value)) return value > 0.0 ? "∞" : "−∞";
  if (unit == "1") return plain(value, "");
  const bool prefixed =
      unit == "J" || unit == "Pa" || unit == "V" || unit == "T" || unit == "W" || unit == "A/m^2";
  return prefixed ? with_prefix(value, unit) : plain(value, unit);
}

LaunchConditions plain_launch(const DriverDesign& design, double payload_kg, double muzzle_speed_mps) {
  return {.payload_kg = payload_kg,
          .weighed_kg = payload_kg,
          .muzzle_speed_mps = muzzle_speed_mps,
          .coil_temperature_K = design.track.coil.temperature_K};
}

LaunchReport report_launch(const Machine& machine, const LaunchConditions& asked,
                           const ReportOptions& options) {
  LaunchReport report{.design = machine.design, .asked = asked, .tolerance = options.tolerance};
  report.solution = solve_launch(machine, asked, {.tolerance = options.tolerance, .profile = true});
  if (report.solution.outcome == SolverOutcome::completed) {
    report.figures = figures_of(machine, report.solution);
    report.limits = check_limits(machine, report.solution);
    report.rate_asked = options.launches_per_h.has_value();
    report.day =
        launch_day(machine, report.solution, *report.figures,
                   options.launches_per_h.value_or(report.figures->cadence.sustained_per_h), options.hours);
    report.aborts = abort_places(machine, report.solution);
    if (machine.design.has_sled) {
      const int held_out_rides = options.launches > 0 ? 3 : 0;
      report.release = report_release(machine, report.solution, options.stream, held_out_rides);
    }
    if (options.launches > 0) {
      report.dispersion = report_dispersion(machine, report.release ? &report.release->reduced : nullptr,
                                            asked, options.stream, options.launches, options.tolerance);
    }
  }
  add_refusals(machine, report);
  add_confessions(machine, report);
  return report;
}

StageAccount stage_account(const EnergyAccount& e) {
  return {.in = {{"store, discharged", e.discharged_J},
                 {"kinetic energy from the injection", e.kinetic_before_J}},
          .out = {{"kinetic energy at the muzzle", e.kinetic_after_J},
                  {"back into the store", e.recovered_J},
                  {"coil heat", e.coil_heat_J},
                  {"switches, capacitors, converters", e.switch_heat_J},
                  {"cut off", e.discarded_J},
                  {"levitation drag", e.drag_J},
                  {"eddies in structure", e.eddy_J},
                  {"gain of the field", e.magnetic_gain_J},
                  {"numerical residual", e.residual_J}}};
}

std::vector<AccountTerm> heat_terms(const LaunchFigures& f, const EnergyAccount& e) {
  return {{"charger", f.heat.charger_J},
          {"brake of the empty bucket", f.heat.brake_J},
          {"coils", e.coil_heat_J},
          {"switches, capacitors, converters", e.switch_heat_J},
          {"drag and eddies", e.drag_J + e.eddy_J},
          {"inverter of the injection", f.heat.injection_J},
          {"cut off, field, residual", e.discarded_J + e.magnetic_gain_J + e.residual_J}};
}

}  // namespace lunafab::report
