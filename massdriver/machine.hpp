#pragma once
#include <memory>
#include <vector>
#include "massdriver/coupling_table.hpp"
#include "massdriver/design.hpp"
#include "massdriver/window.hpp"

namespace lunafab::massdriver {

/// Stages beyond which no two drive coils conduct at the same time.
inline constexpr int farthest_neighbour = 2 * most_conducting + 8;

/// A driver design with its inductances computed: what the solver reads. Construction costs about half a
/// second; share it.
struct Machine {
  DriverDesign design;
  double drive_H = 0.0;                       ///< self-inductance of a drive coil
  double bucket_H = 0.0;                      ///< of a bucket coil
  std::vector<double> bucket_pair_H;          ///< between bucket coils k places apart, [0] unused
  std::vector<double> neighbour_H;            ///< drive coils k stages apart, [0] = drive_H
  CouplingTable coupling;                     ///< drive coil to bucket coil, by axial distance
  double drive_dc_ohm = 0.0;                  ///< at the reference temperature
  double ac_factor = 1.0;                     ///< R_ac / R_dc at cruise
  double eddy_N_per_mps = 0.0;                ///< along the stages: structure and the drive coils' strands
  std::shared_ptr<const WindowModel> window;  ///< the coupling, cut for the solver
};

/// @throws InputError-free: the design must have passed `check_design`.
Machine build_machine(const DriverDesign& design);

/// Between the faces of bucket coil and drive coil, whichever is outside.
double radial_gap_m(const DriverDesign& design);

/// Resistance of one drive coil with skin and proximity loss, at a temperature.
double drive_resistance_ohm(const Machine& machine, double temperature_K);

}  // namespace lunafab::massdriver
