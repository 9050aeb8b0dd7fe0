#include "massdriver/launch_figures.hpp"
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/contract.hpp"
#include "massdriver/limits.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/superconductor.hpp"
#include "massdriver/winding_field.hpp"

namespace lunafab::massdriver {
namespace {

double share(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

void add_energies(LaunchFigures& f, const Machine& machine, const LaunchSolution& launch) {
  const DriverDesign& d = machine.design;
  const EnergyAccount& e = launch.energy;
  const double half_square = 0.5 * launch.muzzle_speed_mps * launch.muzzle_speed_mps;
  f.payload_kg = e.kinetic_after_J / half_square - d.bucket_kg;
  f.bucket_J = d.bucket_kg * half_square;
  f.payload_J = e.kinetic_after_J - f.bucket_J;
  f.gained_J = e.kinetic_after_J - e.kinetic_before_J;
  const double net_J = e.discharged_J - e.recovered_J;
  f.charged_J = net_J / d.store.charger_efficiency;
  f.injection = run_injection(machine, f.payload_kg, d.track.coil.temperature_K);
  f.injection_J = e.kinetic_before_J / f.injection.efficiency();
  f.regenerated_J = d.back.recovery * f.bucket_J;
  f.bus_J = f.charged_J + f.injection_J - f.regenerated_J;
  f.heat = {.charger_J = f.charged_J - net_J,
            .injection_J = f.injection_J - e.kinetic_before_J,
            .stages_J = net_J - f.gained_J,
            .brake_J = f.bucket_J - f.regenerated_J};
  f.em_efficiency = share(f.gained_J, net_J);
  f.wall_plug_efficiency = share(f.payload_J, f.bus_J);
  f.wall_plug_unregenerated = share(f.payload_J, f.charged_J + f.injection_J);
}

void add_surroundings(LaunchFigures& f, const DriverDesign& d, const LaunchSolution& launch) {
  f.recharge_s = std::max(0.0, f.bus_J) / (d.bus_W - d.store.standby_W);
  f.buffer_J = std::max(0.0, f.injection_J - d.bus_W * f.injection.time_s);
  const double drive_m2 = conductor_section_m2(d.track.coil.winding, d.track.coil.fill);
  const double bucket_m2 = conductor_section_m2(d.bucket.winding, d.bucket.fill);
  f.hoop_drive_Pa = launch.hoop_drive_N / drive_m2;
  f.hoop_bucket_Pa = launch.hoop_bucket_N / bucket_m2;
  f.cruise_hoop_drive_Pa = launch.cruise_hoop_drive_N / drive_m2;
  f.cruise_hoop_bucket_Pa = launch.cruise_hoop_bucket_N / bucket_m2;
  f.store_J = store_energy_J(d);
  f.store_kg = store_mass_kg(d.store, f.store_J);
}

/// Cadence at the coils' temperature limit, of the stage that bears least; without a radiator none.
double coil_launches_per_h(LaunchFigures& f, const DriverDesign& d, const LaunchSolution& launch) {
  const DriveCoil& coil = d.track.coil;
  const auto nodes = coil_nodes(d, launch, coil.temperature_K);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    f.coil_rise_K[i] = nodes[i].heat_J / nodes[i].heat_capacity_J_per_K;
  if (!(coil.emissivity > 0.0)) return 0.0;
  double least = std::numeric_limits<double>::infinity();
  for (const CoilNode& node : nodes)
    least = std::min(least, passive_launches_per_h(node, coil.temperature_limit_K, coil.sky_K));
  return least;
}

/// Shortest cycle of a bucket by its cooling; 0 where no cooler is given.
double cooling_s(LaunchFigures& f, const DriverDesign& d, const LaunchSolution& launch) {
  const BucketCoils& coils = d.bucket;
  if (!(coils.superconductor.heat_capacity_J_per_m3K > 0.0)) return 0.0;
  const BucketHeating heating = launch_heating(d, {peak_field_T_per_A(coils.winding)}, launch);
  f.bucket_heat_J = heating.heat_J;
  f.bucket_cooled = coils.cryocooler_W > 0.0;
  if (!f.bucket_cooled) return 0.0;
  return shortest_cycle_s({.base_K = coils.temperature_K,
                           .heat_J = heating.heat_J,
                           .leak_W = coils.heat_leak_W,
                           .cooler_W = coils.cryocooler_W});
}

/// Voltage of the last bank in the design's own launch: what its capacitors are made for.
double nominal_voltage_V(const Machine& machine) {
  const DriverDesign& d = machine.design;
  const double farad = bank_capacitance_F(machine, d.track.stages - 1, d.bucket.count - 1);
  return std::sqrt(2.0 * bank_rating_J(d) / farad);
}

LaunchDemand demand_of(LaunchFigures& f, const Machine& machine, const LaunchSolution& launch) {
  const DriverDesign& d = machine.design;
  LaunchDemand demand{.bus_J = f.bus_J,
                      .track_s = launch.time_s,
                      .coil_launches_per_h = coil_launches_per_h(f, d, launch),
                      .bucket_cooling_s = cooling_s(f, d, launch)};
  f.stresses = launch_stresses(machine, launch);
  demand.down_s = maintenance_need(d, f.stresses, f.store_J).down_s;
  const double capacitor_share = life_shares(
      d,
      f.stresses[static_cast<std::size_t>(StageClass::mean)])[static_cast<std::size_t>(WearPart::capacitor)];
  demand.store_life_launches = capacitor_share > 0.0 ? 1.0 / capacitor_share : 0.0;
  return demand;
}

}  // namespace

std::array<StageStress, stage_classes> launch_stresses(const Machine& machine, const LaunchSolution& launch) {
  return stage_stresses(machine.design, launch, nominal_voltage_V(machine), store_energy_J(machine.design));
}

LaunchFigures figures_of(const Machine& machine, const LaunchSolution& launch) {
  expects(launch.outcome == SolverOutcome::completed && launch.muzzle_speed_mps > 0.0,
          "launch figures: the launch must have completed");
  const DriverDesign& d = machine.design;
  LaunchFigures f;
  add_energies(f, machine, launch);
  f.brake = run_brake(machine, launch.muzzle_speed_mps, 1.0, d.track.coil.temperature_K);
  add_surroundings(f, d, launch);
  const LaunchDemand demand = demand_of(f, machine, launch);
  // A payload of grams takes less than the solver's residual: then no energy bounds the cadence.
  if (demand.bus_J > 0.0) f.cadence = find_cadence(d, demand, f.store_J);
  return f;
}

}  // namespace lunafab::massdriver
