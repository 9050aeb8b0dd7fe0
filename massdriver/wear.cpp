#include "massdriver/wear.hpp"
#include <algorithm>
#include <cmath>
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "massdriver/cadence.hpp"
#include "massdriver/superconductor.hpp"

namespace lunafab::massdriver {
namespace {

/// xⁿ for x ≥ 0 with the same bits everywhere; 0 for x = 0 and n > 0.
double power(double x, double n) {
  if (n == 0.0) return 1.0;
  return x > 0.0 ? portable_exp(n * portable_log(x)) : 0.0;
}

double per_life(double used, double life) {
  return life > 0.0 ? used / life : 0.0;
}

/// How many stages each class stands for.
std::array<double, stage_classes> class_sizes(const DriverDesign& design) {
  return {1.0, std::max(0.0, static_cast<double>(design.track.stages) - 2.0), 1.0};
}

/// Mass of one stage's part.
PerPart part_masses_kg(const DriverDesign& design, double store_J) {
  const double capacitors_kg = design.store.kind == StoreKind::capacitor
                                   ? store_mass_kg(design.store, store_J) / design.track.stages
                                   : 0.0;
  return {capacitors_kg, design.store.switch_kg, coil_mass_kg(design.track.coil)};
}

}  // namespace

std::array<StageStress, stage_classes> stage_stresses(const DriverDesign& design,
                                                      const LaunchSolution& launch, double nominal_voltage_V,
                                                      double rated_J) {
  expects(nominal_voltage_V > 0.0 && rated_J > 0.0, "wear: nominal voltage and rating must be positive");
  const DriveCoil& coil = design.track.coil;
  const StageStress worst{
      .voltage_ratio = design.store.voltage_ratio * launch.peak_voltage_V / nominal_voltage_V,
      .hoop_Pa = launch.hoop_drive_N / conductor_section_m2(coil.winding, coil.fill),
      .hoop_cycles = 2.0 * design.bucket.count};
  StageStress mean = worst;
  mean.voltage_ratio = design.store.voltage_ratio * std::sqrt(launch.energy.discharged_J / rated_J);
  if (launch.drive_current_A > 0.0) {
    const double current = launch.cruise_drive_current_A / launch.drive_current_A;
    mean.hoop_Pa *= current * current;
  }
  return {worst, mean, worst};
}

PerPart life_shares(const DriverDesign& design, const StageStress& stress) {
  const Store& store = design.store;
  const DriveCoil& coil = design.track.coil;
  const double capacitor =
      store.kind == StoreKind::capacitor
          ? per_life(power(stress.voltage_ratio, store.life_exponent), store.life_launches)
          : 0.0;
  const double fatigue =
      coil.fatigue_Pa > 0.0 ? power(stress.hoop_Pa / coil.fatigue_Pa, coil.fatigue_exponent) : 0.0;
  return {capacitor, per_life(1.0, store.switch_life_launches),
          per_life(stress.hoop_cycles * fatigue, coil.fatigue_cycles)};
}

WearState advance(const WearState& state, const DriverDesign& design,
                  const std::array<StageStress, stage_classes>& stresses) {
  WearState next = state;
  for (std::size_t i = 0; i < stage_classes; ++i) {
    const PerPart share = life_shares(design, stresses[i]);
    ClassWear& wear = next.stages[i];
    wear.launches += 1.0;
    for (std::size_t part = 0; part < wear_parts; ++part) {
      wear.consumed[part] += share[part];
      if (wear.consumed[part] < design.maintenance.replace_at) continue;
      wear.consumed[part] = 0.0;
      wear.exchanges[part] += 1.0;
    }
  }
  return next;
}

double stage_failure_probability(const ClassWear& wear, const PerPart& share, double wear_shape) {
  double hazard = 0.0;
  for (std::size_t part = 0; part < wear_parts; ++part) {
    hazard += power(wear.consumed[part] + share[part], wear_shape) - power(wear.consumed[part], wear_shape);
  }
  return -std::expm1(-hazard);
}

double expected_failed_stages(const WearState& state, const DriverDesign& design,
                              const std::array<StageStress, stage_classes>& stresses) {
  const auto sizes = class_sizes(design);
  double failed = 0.0;
  for (std::size_t i = 0; i < stage_classes; ++i) {
    failed += sizes[i] * stage_failure_probability(state.stages[i], life_shares(design, stresses[i]),
                                                   design.maintenance.wear_shape);
  }
  return failed;
}

MaintenanceNeed maintenance_need(const DriverDesign& design,
                                 const std::array<StageStress, stage_classes>& stresses, double store_J) {
  const Maintenance& plan = design.maintenance;
  expects(plan.replace_at > 0.0 && plan.crews >= 1 && design.track.stages >= 1,
          "maintenance: exchange share, crews and stages must be positive");
  const auto sizes = class_sizes(design);
  const PerPart mass_kg = part_masses_kg(design, store_J);
  const double failures_an_interval = power(plan.replace_at, plan.wear_shape);
  MaintenanceNeed need;
  for (std::size_t i = 0; i < stage_classes; ++i) {
    const PerPart share = life_shares(design, stresses[i]);
    for (std::size_t part = 0; part < wear_parts; ++part) {
      const double planned = sizes[i] * share[part] / plan.replace_at,
                   failed = planned * failures_an_interval;
      need.planned[part] += planned;
      need.failed[part] += failed;
      need.exchanged_kg += (planned + failed) * mass_kg[part];
      need.down_s += (planned + failed) * plan.exchange_s / plan.crews;
    }
  }
  return need;
}

}  // namespace lunafab::massdriver
