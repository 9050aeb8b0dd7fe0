#pragma once
#include <Eigen/Core>
#include <span>
#include "massdriver/machine.hpp"

namespace lunafab::massdriver {

/// A coil whose current is held by a converter.
struct FedCoil {
  int stage = 0;
  double current_A = 0.0, slope_A_per_m = 0.0;  ///< by place of the bucket
};

/// A shorted coil: its flux only decays by its resistance.
struct ShortedCoil {
  int stage = 0;
  double flux_Wb = 0.0;
};

inline constexpr int most_fed = 24;
using FedVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, most_fed, 1>;

/// Circuits with the bucket at one place. Bucket coils are at `x`, `x − D`, …; stage k at k pitches.
struct FedCircuits {
  FedVector linkage_slope_Wb_per_m;  ///< dλ/dx of the fed coils
  FedVector shorted_A;
  double bucket_A[most_bucket_coils] = {};
  double force_N = 0.0;
  double magnetic_J = 0.0;  ///< with held bucket currents less what their supply has put in
};

/// Solves for the currents of the bucket (at constant flux, or held) and of shorted coils, and for the flux
/// slopes that the converters see. `short_ohm` over `speed_mps` is the decay of the shorted coils' flux.
FedCircuits solve_fed(const Machine& machine, double x_m, std::span<const FedCoil> fed,
                      std::span<const ShortedCoil> shorted, double short_ohm, double speed_mps);

}  // namespace lunafab::massdriver
