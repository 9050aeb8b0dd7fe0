#pragma once
#include <array>
#include <vector>
#include "massdriver/coupling_table.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// A driver design with its inductances computed: what the solver reads. Construction costs about half a
/// second; share it.
struct Machine {
  DriverDesign design;
  double drive_H = 0.0;                ///< self-inductance of a drive coil
  double bucket_H = 0.0;               ///< of a bucket coil
  double bucket_pair_H = 0.0;          ///< between neighbouring bucket coils, opposite currents not counted
  std::vector<double> neighbour_H;     ///< drive coils k stages apart, [0] = drive_H
  CouplingTable coupling;              ///< drive coil to bucket coil, by axial distance
  double drive_dc_ohm = 0.0;           ///< at the reference temperature
  double ac_factor = 1.0;              ///< R_ac / R_dc at cruise
  double drive_kg = 0.0;               ///< conductor of one drive coil
  double drive_hoop_N_per_A2 = 0.0;    ///< ½ dL/dR / 2π
  double bucket_hoop_N_per_A2 = 0.0;
};

/// @throws InputError-free: the design must have passed `check_design`.
Machine build_machine(const DriverDesign& design);

/// Resistance of one drive coil with skin and proximity loss, at a temperature.
double drive_resistance_ohm(const Machine& machine, double temperature_K);

}  // namespace lunafab::massdriver
