#pragma once
#include <array>
#include "massdriver/cadence.hpp"
#include "massdriver/sections.hpp"
#include "massdriver/solver.hpp"
#include "massdriver/wear.hpp"

namespace lunafab::massdriver {

/// Heat of one launch at the site, by place. Sums to bus − payload kinetic energy.
struct LaunchHeat {
  double charger_J = 0.0;
  double injection_J = 0.0;  ///< of the inverter
  double stages_J = 0.0;  ///< coils, switches, eddies, drag and what is cut off; holds the numerical residual
  double brake_J = 0.0;   ///< of the empty bucket, what is not recovered
  double total_J() const { return charger_J + injection_J + stages_J + brake_J; }
};

/// What one solved launch means for the site.
struct LaunchFigures {
  double payload_kg = 0.0;
  double payload_J = 0.0;      ///< kinetic, at the muzzle
  double bucket_J = 0.0;       ///< kinetic, at the muzzle, bucket alone
  double gained_J = 0.0;       ///< kinetic, bucket and payload, in the main section
  double charged_J = 0.0;      ///< bus to store: (discharged − recovered) / charger
  double injection_J = 0.0;    ///< bus to injection, solved
  double regenerated_J = 0.0;  ///< empty bucket's brake to bus
  double bus_J = 0.0;          ///< charged + injection − regenerated
  LaunchHeat heat;
  double em_efficiency = 0.0;            ///< gained / (discharged − recovered)
  double wall_plug_efficiency = 0.0;     ///< payload / bus
  double wall_plug_unregenerated = 0.0;  ///< payload / (charged + injection)
  double recharge_s = 0.0;               ///< bus energy at the full bus power
  SectionRun injection;                  ///< before the main section, from the bus
  double buffer_J = 0.0;                 ///< what the injection takes beyond the bus power meanwhile
  SectionRun brake;  ///< of the empty bucket, inverters without loss: what the coils let through
  double hoop_drive_Pa = 0.0, hoop_bucket_Pa = 0.0;  ///< tension / (section · fill)
  double cruise_hoop_drive_Pa = 0.0, cruise_hoop_bucket_Pa = 0.0;
  double store_J = 0.0, store_kg = 0.0;               ///< what the design's store holds
  std::array<double, stage_classes> coil_rise_K{};    ///< in this launch, by StageClass
  double bucket_heat_J = 0.0;                         ///< AC loss in one bucket coil
  std::array<StageStress, stage_classes> stresses{};  ///< what wears, by StageClass
  bool bucket_cooled = false;  ///< a cryocooler is given; else cooling bounds no cadence
  Cadence cadence;
};

/// Stresses beside the design's ratings, by StageClass; hoop stresses need a solution with a profile.
std::array<StageStress, stage_classes> launch_stresses(const Machine& machine, const LaunchSolution& launch);

/// Figures of a launch that completed, solved from stage 0 with the coils at the design's temperature. The
/// payload's mass follows from the kinetic energy. The track is taken from the first firing on: the next
/// bucket may be injected meanwhile. Regeneration is the recovered share of the empty bucket's kinetic
/// energy. Standby power of the store is not in the bus energy. Cost: half a second, for
/// the peak field of the bucket and the brake.
/// @throws ContractError unless the launch completed.
LaunchFigures figures_of(const Machine& machine, const LaunchSolution& launch);

}  // namespace lunafab::massdriver
