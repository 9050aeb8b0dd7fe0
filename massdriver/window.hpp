#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

namespace lunafab::massdriver {

/// Eight launches side by side. Every operation on it is IEEE arithmetic lane by lane, never contracted, so
/// the bits are the same on every CPU level.
inline constexpr int lanes = 8;
using Lanes __attribute__((vector_size(lanes * sizeof(double)))) = double;
using LaneInts __attribute__((vector_size(lanes * sizeof(int)))) = int;
using LaneLongs __attribute__((vector_size(lanes * sizeof(long)))) = long;

/// Mutual inductance drive coil – bucket coil, cut for the window: one pitch is `cells` cells, and cell c of
/// row r holds the polynomial of M over z/p + reach ∈ [r + c/cells, r + (c + 1)/cells).
struct WindowTable {
  int cells = 0;
  int rows = 0;
  int reach = 0;  ///< pitches covered on either side
  double pitch_m = 0.0;
  double cells_per_m = 0.0, reach_cells = 0.0;  ///< place in cells: x · cells_per_m + reach_cells
  std::vector<double> coefficients;             ///< [cells × rows × 6], lowest power first, in u ∈ [0, 1)
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

/// Circuits of `S` banks at work and of the bucket, in eight launches. A slot whose bank does not conduct has
/// zero rows and columns in `linv`, zero `inv_c` and zero `volt`.
template <int S>
struct Batch {
  LaneInts stage[S];  ///< of each slot's coil, counted from the lane's reference stage
  LaneInts active;    ///< all bits set, or none
  int first_active;
  bool aligned;       ///< every slot has the same `stage` in all active lanes
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
  // Just before the end of the last step, at a known fraction: for slopes.
  Lanes earlier[S];
  // Accumulated.
  Lanes heat[S];  ///< ∫ I² R dt of the slot's loop
  Lanes drag_J, eddy_J;
  // Extremes since last cleared.
  Lanes peak_force, peak_drive, peak_bucket, low_bucket;
};

/// Fraction of a step after which `earlier` stands.
inline constexpr double earlier_at = 6.0 / 7.0;

/// Evaluates currents and force of all lanes.
template <int S>
void evaluate(const WindowModel& model, Batch<S>& batch);
/// Steps every lane by its own h metres (0: stays where it is), then evaluates. The batch must be evaluated.
template <int S>
void step(const WindowModel& model, Batch<S>& batch, const Lanes& h);

}  // namespace lunafab::massdriver
