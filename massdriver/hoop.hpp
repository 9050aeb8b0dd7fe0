#pragma once
#include <span>
#include <vector>
#include "massdriver/coupling_table.hpp"
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// Derivatives of the inductances by a coil's radius, section held: what the hoop tension of a winding needs.
/// T = (½ I² dL/dR + I Σ I_j ∂M_j/∂R) / 2π, from virtual work; positive pulls the winding apart.
struct HoopTables {
  double drive_H_per_m = 0.0;               ///< dL/dR of a drive coil
  double bucket_H_per_m = 0.0;              ///< of a bucket coil
  std::vector<double> neighbour_H_per_m;    ///< drive coils k stages apart, by the radius of one; [0] unused
  std::vector<double> bucket_pair_H_per_m;  ///< bucket coils k places apart, by the radius of one; [0] unused
  CouplingTable by_drive;                   ///< of drive to bucket coil by the drive coil's radius, H/m
  CouplingTable by_bucket;                  ///< the same by the bucket coil's
};

/// About 0.3 s. The tables reach as far as the launch solver asks.
HoopTables tabulate_hoop(const DriverDesign& design, double reach_m);

/// One conducting coil as the bucket passes.
struct CoilState {
  int stage = 0;
  double current_A = 0.0;
  double offset_m = 0.0;  ///< of the leading bucket coil from this coil
};

/// Largest hoop tensions of drive and bucket coils and the stiffness of the bucket against the bore at one
/// instant.
struct CoilLoads {
  double drive_N = 0.0, bucket_N = 0.0;
  double lateral_N_per_m = 0.0;  ///< ½ Σ I_b I_k M''; positive centres
};
CoilLoads coil_loads(const HoopTables& tables, const CouplingTable& coupling, double spacing_m,
                     std::span<const CoilState> coils, std::span<const double> bucket_A);

}  // namespace lunafab::massdriver
