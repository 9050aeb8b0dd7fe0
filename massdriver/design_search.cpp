#include "massdriver/design_search.hpp"
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string_view>
#include "core/constants.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/sections.hpp"
#include "massdriver/stage_thermal.hpp"
#include "massdriver/superconductor.hpp"
#include "massdriver/tune_firing.hpp"

namespace lunafab::massdriver {
namespace {

constexpr double g0 = constants::standard_gravity_mps2;
constexpr int most_bores = 7;  // tried between the ends of the range
constexpr int most_lengthenings = 4;
// Bucket warming by AC loss rests on assumed strands and on no cooling in flight: shown, and not enforced.
constexpr std::string_view unsettled = "quench margin after the launch";
constexpr double hours_per_year = 24.0 * 365.25;

/// The cheapest machine by closed formulas that keeps all limits; else the reasons at the smallest bore.
std::variant<Sizing, Infeasible> scan_bores(const DriverStudy& study, double payload_kg, double mean_mps2) {
  std::optional<Sizing> best;
  std::vector<std::string> reasons;
  const Proportions& rules = study.rules;
  const int bores = rules.bore_to > rules.bore_from ? most_bores : 1;
  for (int i = 0; i < bores; ++i) {
    const double share = bores > 1 ? static_cast<double>(i) / (bores - 1) : 0.0;
    Sizing sizing =
        size_machine(study, payload_kg, std::lerp(rules.bore_from, rules.bore_to, share), mean_mps2);
    if (i == 0) reasons = sizing.broken;
    if (!sizing.broken.empty()) continue;
    if (!best || sizing.cost_usd < best->cost_usd) best = std::move(sizing);
  }
  if (best) return *std::move(best);
  return Infeasible{std::move(reasons)};
}

LaunchConditions nominal(const DriverDesign& d) {
  return {.payload_kg = d.payload_kg,
          .weighed_kg = d.payload_kg,
          .muzzle_speed_mps = d.muzzle_speed_mps,
          .coil_temperature_K = d.track.coil.temperature_K};
}

/// Launches with every bank ½ % high and low, and with a payload ½ % light and heavy, beside the nominal.
std::vector<LaunchSolution> prove(const Machine& machine) {
  const DriverDesign& d = machine.design;
  std::vector<LaunchConditions> launches(5, nominal(d));
  const std::size_t banks =
      static_cast<std::size_t>(d.track.stages) * static_cast<std::size_t>(d.bucket.count);
  launches[1].deviations.voltage.assign(banks, 0.005);
  launches[2].deviations.voltage.assign(banks, -0.005);
  launches[3].payload_kg *= 1.005;
  launches[4].payload_kg *= 0.995;
  std::vector<LaunchSolution> solutions = solve_launches(machine, launches, {.fineness = 1.0});
  solutions[0] = solve_launch(machine, launches[0], {.profile = true});  // with the coils' loads
  return solutions;
}

void set_rate(const Requirements& needs, FoundDesign& found) {
  DriverDesign& d = found.design;
  if (needs.rate_per_h > 0.0) {
    d.bus_W = needs.rate_per_h * found.bus_J / 3600.0;
    d.back.buckets =
        std::max(1, static_cast<int>(std::ceil(needs.rate_per_h * d.back.cycle_s / 3600.0 - 1e-9)));
  }
  const DriveCoil& coil = d.track.coil;
  const CoilNode worst = coil_nodes(d, found.launch, coil.temperature_K)[2];
  const LaunchDemand demand{
      .bus_J = found.bus_J,
      .track_s = d.injection.speed_mps / d.injection.acceleration_mps2 + found.launch.time_s,
      .coil_launches_per_h = passive_launches_per_h(worst, coil.temperature_limit_K, coil.sky_K),
      .store_life_launches = d.store.kind == StoreKind::capacitor ? d.store.life_launches : 0.0};
  found.cadence = find_cadence(d, demand, found.launch.energy.discharged_J);
  found.orbit_kg_per_year = found.cadence.sustained_per_h * hours_per_year * d.payload_kg;
}

FoundDesign summarise(const DriverStudy& study, const Machine& machine, std::vector<LaunchSolution> proof) {
  FoundDesign found{.design = machine.design, .launch = std::move(proof.front())};
  const DriverDesign& d = found.design;
  found.disturbed_launches = static_cast<int>(proof.size()) - 1;
  found.robust_launches = static_cast<int>(std::count_if(
      proof.begin() + 1, proof.end(), [](const auto& l) { return l.outcome == SolverOutcome::completed; }));
  const EnergyAccount& e = found.launch.energy;
  found.limits = check_limits(machine, found.launch);
  const double injection_J = injected_J(machine, d.payload_kg, d.track.coil.temperature_K);
  found.bus_J = bus_energy_J(d, found.launch.muzzle_speed_mps, injection_J, found.launch.energy.discharged_J,
                             found.launch.energy.recovered_J);
  found.em_efficiency = (e.kinetic_after_J - e.kinetic_before_J) / (e.discharged_J - e.recovered_J);
  found.drive_kg = drive_coils_kg(d);
  found.store_kg = store_mass_kg(d.store, e.discharged_J);
  found.bucket_coils_kg =
      d.bucket.count * d.bucket.density_kg_per_m3 * conductor_volume_m3(d.bucket.winding, 1.0);
  set_rate(study.needs, found);
  found.cost_usd = design_cost_usd(found.design, found.launch.energy.discharged_J);
  return found;
}

std::vector<std::string> broken_limits(const Requirements& needs, const FoundDesign& found) {
  std::vector<std::string> reasons;
  if (found.launch.outcome != SolverOutcome::completed)
    reasons.push_back(fmt::format("the launch fails at stage {}: {}", found.launch.stopped_at_stage,
                                  name(found.launch.outcome)));
  for (const LimitRow& row : found.limits)
    if (!row.passes && row.name != unsettled)
      reasons.push_back(fmt::format("{}: {:.4g} {}, allowed are {:.4g} {}", row.name, row.value, row.unit,
                                    row.limit, row.unit));
  if (found.robust_launches < found.disturbed_launches)
    reasons.push_back(
        fmt::format("synchronism: {} of {} launches with ½ % more or less voltage or payload lose step",
                    found.disturbed_launches - found.robust_launches, found.disturbed_launches));
  if (needs.rate_per_h > found.cadence.up_per_h * (1.0 + 1e-9))
    reasons.push_back(fmt::format("launches_per_hour: {:.4g} are asked for, {} allows {:.4g}",
                                  needs.rate_per_h, name(found.cadence.binding), found.cadence.up_per_h));
  return reasons;
}

Infeasible at_once(const DriverStudy& study) {
  const Requirements& needs = study.needs;
  Infeasible no;
  if (needs.peak_mps2 < study.technology.injection.acceleration_mps2)
    no.reasons.push_back(fmt::format("peak_acceleration: {:.3g} g0 are less than the injection's {:.3g} g0",
                                     needs.peak_mps2 / g0,
                                     study.technology.injection.acceleration_mps2 / g0));
  return no;
}

}  // namespace

SearchResult find_design(const DriverStudy& study, double payload_kg) {
  if (Infeasible no = at_once(study); !no.reasons.empty()) return no;
  double mean_mps2 = std::min(study.needs.mean_mps2, study.needs.peak_mps2);
  std::vector<std::string> reasons;
  for (int i = 0; i <= most_lengthenings; ++i) {
    auto scanned = scan_bores(study, payload_kg, mean_mps2);
    if (auto* no = std::get_if<Infeasible>(&scanned)) {
      no->reasons.insert(no->reasons.begin(), reasons.begin(), reasons.end());
      return *no;
    }
    Sizing& sizing = std::get<Sizing>(scanned);
    const double analytic_A = sizing.design.bucket.current_A;
    auto tuned = tune_firing(study, sizing);
    if (auto* problem = std::get_if<std::string>(&tuned)) return Infeasible{{*problem}};
    const Machine machine = build_machine(std::get<DriverDesign>(tuned));
    FoundDesign found = summarise(study, machine, prove(machine));
    found.bore = sizing.bore;
    found.drive_hoop_Pa = sizing.drive_hoop_Pa, found.bucket_hoop_Pa = sizing.bucket_hoop_Pa;
    found.analytic_current_A = analytic_A;
    const double peak_mps2 = found.launch.peak_mps2;
    reasons = broken_limits(study.needs, found);
    if (reasons.empty()) return found;
    if (found.launch.outcome != SolverOutcome::completed || peak_mps2 <= study.needs.peak_mps2)
      return Infeasible{std::move(reasons)};
    // The peak scales with the mean at a matched current: a longer track.
    mean_mps2 *= 0.995 * study.needs.peak_mps2 / peak_mps2;
  }
  return Infeasible{std::move(reasons)};
}

std::vector<ParetoPoint> payload_front(const DriverStudy& study) {
  std::vector<ParetoPoint> points(static_cast<std::size_t>(study.pareto_points));
  tbb::parallel_for(std::size_t{0}, points.size(), [&](std::size_t i) {
    const double share =
        points.size() > 1 ? static_cast<double>(i) / static_cast<double>(points.size() - 1) : 0.0;
    points[i].payload_kg = std::lerp(study.pareto_from_kg, study.pareto_to_kg, share);
    points[i].result = find_design(study, points[i].payload_kg);
  });
  return points;
}

}  // namespace lunafab::massdriver
