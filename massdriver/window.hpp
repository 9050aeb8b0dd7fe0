#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>
#include "core/lanes.hpp"

namespace lunafab::massdriver {

/// Polynomial of degree 5, lowest power first, in u ∈ [0, 1); one cache line.
struct alignas(64) WindowCell {
  double c[8] = {};
};

/// Mutual inductance drive coil – bucket coil, cut for the window: one pitch is `cells` cells, and cell k
/// holds the polynomial of M over z/p + reach ∈ [k/cells, (k + 1)/cells).
struct WindowTable {
  int cells = 0;
  int reach = 0;  ///< pitches covered on either side
  double pitch_m = 0.0;
  double cells_per_m = 0.0, reach_cells = 0.0;  ///< place in cells: x · cells_per_m + reach_cells
  std::vector<WindowCell> polynomials;          ///< [2 × reach × cells]
};

/// What all launches of a batch share.
struct WindowModel {
  WindowTable table;
  int bucket_coils = 1;
  double spacing_m = 0.0;
  bool driven = false;         ///< bucket currents held, not their flux
  double bucket_H[4][4] = {};  ///< inductance matrix of the bucket coils
  double flux_Wb[4] = {};      ///< conserved
  double current_A[4] = {};    ///< held where driven
};

inline constexpr int most_conducting = 16;
inline constexpr int most_bucket_coils = 4;

/// What accuracy asks of the steps: a largest length, and h² ≤ near² (z² + gap²) with z the distance of the
/// step's middle from each conducting coil, because M(z) has its singularities one radial gap off the axis of
/// z.
struct StepLimits {
  double largest_m = 0.0;
  double near_sq = 0.0;
  double gap_m = 0.0;
};

/// Circuits of `S` banks at work and of the bucket, in eight launches. A slot whose bank does not conduct has
/// zero rows and columns in `linv`, zero `inv_c` and zero `volt`.
template <int S>
struct Batch {
  StepLimits limits;
  LaneInts stage[S];  ///< of each slot's coil, counted from the lane's reference stage
  Lanes linv[S * S];  ///< inverse of the conducting coils' inductance matrix, 1/H
  Lanes lambda[S];    ///< flux linkage of a conducting coil, Wb
  Lanes volt[S];      ///< of its bank, V
  Lanes inv_c[S];     ///< 1/F
  Lanes ohm[S];       ///< of the loop
  Lanes v;            ///< speed, m/s
  Lanes t;            ///< s
  Lanes x;            ///< of the leading bucket coil from the centre of the reference stage, m
  Lanes inv_mass;     ///< 1/kg
  Lanes drag;         ///< drag force times speed, N m/s
  Lanes eddy;         ///< eddy force over speed, N s/m

  // Of the last evaluation at (x, state).
  Lanes current[S];
  Lanes bucket_A[most_bucket_coils];
  Lanes force;
  Lanes accurate_m;  ///< the longest step that `limits` allow
  // Slopes by position at the end of the last step.
  Lanes current_slope[S];
  Lanes force_slope;
  // Accumulated.
  Lanes heat[S];  ///< ∫ I² R dt of the slot's loop
  Lanes drag_J, eddy_J;
  // Extremes since last cleared.
  Lanes peak_force, peak_drive, peak_bucket, low_bucket;
};

/// Evaluates currents and force of the lanes `which` (all bits set, or none).
template <int S>
void evaluate(const WindowModel& model, Batch<S>& batch, const LaneLongs& which);
/// Steps every lane by its own h metres (0: stays where it is), then evaluates. The batch must be evaluated.
template <int S>
void step(const WindowModel& model, Batch<S>& batch, const Lanes& h);

}  // namespace lunafab::massdriver
