#include <algorithm>
#include "core/dop853.hpp"
#include "core/lane_math.hpp"
#include "massdriver/window.hpp"

// The launch kernel: coupled circuits of a window of stages and the bucket's coils, eight launches at a time.
//
// With Λ the flux linkages of the conducting coils, L their inductance matrix, m_b the vector of couplings to
// bucket coil b, B the bucket's inductance matrix and Φ its conserved flux:
//   Λ = L I + Σ m_b I_b,   Φ = B I_b + mᵀ I.
// With L⁻¹ kept between events, a = L⁻¹Λ and n_b = L⁻¹m_b:
//   I_b = (B − mᵀn)⁻¹ (Φ − mᵀa),   I = a − Σ n_b I_b,   F = Σ_b I_b Σ_k I_k m'_bk.
// Position is the independent variable, because banks fire at positions:
//   dΛ/dx = (V − R I)/v,  dV/dx = −I/(C v),  dv/dx = F/(m v),  dt/dx = 1/v.
// m' is the derivative of m's interpolant, so that energy closes whatever the table's error.

namespace lunafab::massdriver {
namespace {

#define LUNAFAB_UNROLL _Pragma("GCC unroll 8")
#define LUNAFAB_UNROLL_ALL _Pragma("GCC unroll 40")

using dop853::final_weights, dop853::nodes, dop853::stages, dop853::weights;
/// Row k of `weights` is zero from 1 to below this.
constexpr int first_weight[stages] = {1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 3};
constexpr int earlier_stage = 10;        // the one at 6/7
constexpr int first_accurate_stage = 5;  // from here on stage values are good enough to look for extremes

using Quad __attribute__((vector_size(4 * sizeof(double)))) = double;
using Pair __attribute__((vector_size(2 * sizeof(double)))) = double;

LUNAFAB_INLINE Lanes join(Quad low, Quad high) {
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

/// Coefficients 0 to 3 of four cells, one vector a coefficient.
LUNAFAB_INLINE void transpose_low(const WindowCell& a, const WindowCell& b, const WindowCell& c,
                                  const WindowCell& d, Quad (&out)[4]) {
  const Quad &p = *reinterpret_cast<const Quad*>(a.c), &q = *reinterpret_cast<const Quad*>(b.c),
             &r = *reinterpret_cast<const Quad*>(c.c), &s = *reinterpret_cast<const Quad*>(d.c);
  const Quad pq_even = __builtin_shufflevector(p, q, 0, 4, 2, 6),
             pq_odd = __builtin_shufflevector(p, q, 1, 5, 3, 7),
             rs_even = __builtin_shufflevector(r, s, 0, 4, 2, 6),
             rs_odd = __builtin_shufflevector(r, s, 1, 5, 3, 7);
  out[0] = __builtin_shufflevector(pq_even, rs_even, 0, 1, 4, 5);
  out[1] = __builtin_shufflevector(pq_odd, rs_odd, 0, 1, 4, 5);
  out[2] = __builtin_shufflevector(pq_even, rs_even, 2, 3, 6, 7);
  out[3] = __builtin_shufflevector(pq_odd, rs_odd, 2, 3, 6, 7);
}

/// Coefficients 4 and 5.
LUNAFAB_INLINE void transpose_high(const WindowCell& a, const WindowCell& b, const WindowCell& c,
                                   const WindowCell& d, Quad (&out)[2]) {
  const Pair &p = *reinterpret_cast<const Pair*>(a.c + 4), &q = *reinterpret_cast<const Pair*>(b.c + 4),
             &r = *reinterpret_cast<const Pair*>(c.c + 4), &s = *reinterpret_cast<const Pair*>(d.c + 4);
  const Quad pr = __builtin_shufflevector(p, r, 0, 1, 2, 3), qs = __builtin_shufflevector(q, s, 0, 1, 2, 3);
  out[0] = __builtin_shufflevector(pr, qs, 0, 4, 2, 6);
  out[1] = __builtin_shufflevector(pr, qs, 1, 5, 3, 7);
}

/// Couplings of the slots to one bucket coil and their slopes. The cells are rows of memory, one a lane: they
/// are read whole and transposed.
template <int S>
LUNAFAB_INLINE void couplings(const WindowTable& table, const Batch<S>& batch, Lanes x, Lanes* m,
                              Lanes* slope) {
  const Lanes f = x * table.cells_per_m + table.reach_cells;
  const LaneInts cell = __builtin_convertvector(f, LaneInts);
  const Lanes u = f - __builtin_convertvector(cell, Lanes);
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    const LaneInts at = (cell - batch.stage[j] * table.cells) * static_cast<int>(sizeof(WindowCell));
    const auto offset = __builtin_convertvector(at, LaneLongs);
    const auto* first = reinterpret_cast<const char*>(table.polynomials.data());
    const auto lane = [&](int i) -> const WindowCell& {
      return *reinterpret_cast<const WindowCell*>(first + offset[i]);
    };
    Quad low[4], high[4], low_end[2], high_end[2];
    transpose_low(lane(0), lane(1), lane(2), lane(3), low);
    transpose_low(lane(4), lane(5), lane(6), lane(7), high);
    transpose_high(lane(0), lane(1), lane(2), lane(3), low_end);
    transpose_high(lane(4), lane(5), lane(6), lane(7), high_end);
    Lanes value = join(low_end[1], high_end[1]), derivative = value;
    value = value * u + join(low_end[0], high_end[0]);
    LUNAFAB_UNROLL
    for (int k = 3; k >= 0; --k) {
      derivative = derivative * u + value;
      value = value * u + join(low[k], high[k]);
    }
    m[j] = value;
    slope[j] = derivative * table.cells_per_m;
  }
}

/// Solves the symmetric positive definite system of the bucket's coils, B x = y, by Gauss elimination in the
/// upper triangle.
template <int N>
LUNAFAB_INLINE void solve_bucket(Lanes (&b)[N][N], Lanes (&y)[N]) {
  Lanes inverse[N];
  LUNAFAB_UNROLL
  for (int k = 0; k < N; ++k) {
    inverse[k] = 1.0 / b[k][k];
    for (int i = k + 1; i < N; ++i) {
      const Lanes f = b[k][i] * inverse[k];
      for (int j = i; j < N; ++j) b[i][j] -= f * b[k][j];
      y[i] -= f * y[k];
    }
  }
  for (int k = N - 1; k >= 0; --k) {
    for (int j = k + 1; j < N; ++j) y[k] -= b[k][j] * y[j];
    y[k] *= inverse[k];
  }
}

/// Sum of products, added in pairs.
template <int Count>
LUNAFAB_INLINE Lanes dot(const Lanes* a, const Lanes* b) {
  if constexpr (Count == 1)
    return a[0] * b[0];
  else
    return dot<Count / 2>(a, b) + dot<Count - Count / 2>(a + Count / 2, b + Count / 2);
}

template <int S, int N>
struct Couplings {
  Lanes m[N][S], slope[N][S];
};

template <int S, int N>
struct Solution {
  Lanes current[S];
  Lanes bucket[N];
  Lanes force;
};

// NOLINTBEGIN(readability-function-cognitive-complexity): flat loops over slots and bucket coils, to be
// unrolled
template <int S, int N>
LUNAFAB_INLINE void find_couplings(const WindowModel& model, const Batch<S>& batch, Lanes x,
                                   Couplings<S, N>& out) {
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b)
    couplings<S>(model.table, batch, x - b * model.spacing_m, out.m[b], out.slope[b]);
}

template <int S, int N>
LUNAFAB_INLINE void solve_circuit(const WindowModel& model, const Batch<S>& batch, const Lanes* lambda,
                                  const Couplings<S, N>& at, Solution<S, N>& out) {
  Lanes a[S], n[N][S];
  LUNAFAB_UNROLL
  for (int i = 0; i < S; ++i) {
    a[i] = dot<S>(&batch.linv[i * S], lambda);
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) n[b][i] = dot<S>(&batch.linv[i * S], at.m[b]);
  }
  if (model.driven) {
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) out.bucket[b] = Lanes{} + model.current_A[b];
  } else {
    Lanes matrix[N][N];
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) {
      out.bucket[b] = model.flux_Wb[b] - dot<S>(at.m[b], a);
      LUNAFAB_UNROLL
      for (int c = b; c < N; ++c) matrix[b][c] = model.bucket_H[b][c] - dot<S>(at.m[b], n[c]);
    }
    solve_bucket<N>(matrix, out.bucket);
  }
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    out.current[j] = a[j] - n[0][j] * out.bucket[0];
    LUNAFAB_UNROLL
    for (int b = 1; b < N; ++b) out.current[j] -= n[b][j] * out.bucket[b];
  }
  out.force = dot<S>(out.current, at.slope[0]) * out.bucket[0];
  LUNAFAB_UNROLL
  for (int b = 1; b < N; ++b) out.force += dot<S>(out.current, at.slope[b]) * out.bucket[b];
}

// NOLINTEND(readability-function-cognitive-complexity)

template <int S, int N>
LUNAFAB_INLINE void note_extremes(Batch<S>& batch, const Solution<S, N>& s) {
  batch.peak_force = larger(batch.peak_force, magnitude(s.force));
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) batch.peak_drive = larger(batch.peak_drive, magnitude(s.current[j]));
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b) {
    batch.peak_bucket = larger(batch.peak_bucket, magnitude(s.bucket[b]));
    batch.low_bucket = smaller(batch.low_bucket, magnitude(s.bucket[b]));
  }
}

template <int S, int N>
LUNAFAB_INLINE void keep(Batch<S>& batch, const Solution<S, N>& s) {
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) batch.current[j] = s.current[j];
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b) batch.bucket_A[b] = s.bucket[b];
  batch.force = s.force;
  note_extremes(batch, s);
}

/// The longest step from here, by h² = near² ((z + h/2)² + gap²) of the nearest conducting coils ahead and
/// behind.
template <int S, int N>
LUNAFAB_INLINE Lanes accurate_step(const WindowModel& model, const Batch<S>& batch) {
  const Lanes far = Lanes{} + 1e3 * model.table.pitch_m;
  Lanes ahead = far, behind = far;
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    const auto conducts = batch.linv[j * S + j] != 0.0;
    const Lanes place = batch.x - __builtin_convertvector(batch.stage[j], Lanes) * model.table.pitch_m;
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) {
      const Lanes z = place - b * model.spacing_m;
      ahead = smaller(ahead, (conducts & (z < 0.0)) ? -z : far);
      behind = smaller(behind, (conducts & (z >= 0.0)) ? z : far);
    }
  }
  const double near_sq = batch.limits.near_sq, lead = 1.0 - 0.25 * near_sq;
  const double gap_sq = batch.limits.gap_m * batch.limits.gap_m;
  const auto allowed = [&](Lanes z) {
    const Lanes half = 0.5 * near_sq * z;
    Lanes root = half * half + lead * near_sq * (z * z + gap_sq);
    for (int i = 0; i < lanes; ++i) root[i] = __builtin_sqrt(root[i]);
    return (half + root) * (1.0 / lead);
  };
  return smaller(Lanes{} + batch.limits.largest_m, smaller(allowed(-ahead), allowed(behind)));
}

template <int S, int N>
LUNAFAB_INLINE void evaluate_lanes(const WindowModel& model, Batch<S>& batch, const LaneLongs& which) {
  Couplings<S, N> at;
  Solution<S, N> s;
  find_couplings(model, batch, batch.x, at);
  solve_circuit<S, N>(model, batch, batch.lambda, at, s);
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) s.current[j] = which ? s.current[j] : batch.current[j];
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b) s.bucket[b] = which ? s.bucket[b] : batch.bucket_A[b];
  s.force = which ? s.force : batch.force;
  const Lanes force = batch.peak_force, drive = batch.peak_drive, bucket = batch.peak_bucket,
              low = batch.low_bucket;
  keep(batch, s);
  batch.peak_force = which ? batch.peak_force : force, batch.peak_drive = which ? batch.peak_drive : drive;
  batch.peak_bucket = which ? batch.peak_bucket : bucket, batch.low_bucket = which ? batch.low_bucket : low;
  batch.accurate_m = which ? accurate_step<S, N>(model, batch) : batch.accurate_m;
}

/// Slopes of the state by position in one Runge-Kutta stage: flux linkages, voltages, speed.
template <int S>
struct Slopes {
  static constexpr int count = 2 * S + 1;
  Lanes of[count];
};

template <int S>
LUNAFAB_INLINE void differentiate(Batch<S>& batch, const Lanes* current, Lanes force, const Lanes* volt,
                                  Lanes v, Lanes h, double weight, Slopes<S>& out) {
  const Lanes moving = larger(v, Lanes{} + 1.0);  // a lane that stands is stopped by the caller
  const Lanes inv_v = 1.0 / moving;
  const Lanes drag = batch.drag * inv_v, eddy = batch.eddy * moving;
  const Lanes part = h * weight, dt = part * inv_v;
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    const Lanes drop = batch.ohm[j] * current[j];
    out.of[j] = (volt[j] - drop) * inv_v;
    out.of[S + j] = -current[j] * batch.inv_c[j] * inv_v;
    if (weight != 0.0) batch.heat[j] += drop * current[j] * dt;
  }
  out.of[2 * S] = (force - drag - eddy) * batch.inv_mass * inv_v;
  if (weight == 0.0) return;
  batch.drag_J += drag * part;
  batch.eddy_J += eddy * part;
  batch.t += dt;
}

/// Σ weights[q] · slopes[q] over q = 0 and q from `first` to below `end`: the others are zero.
template <int S>
LUNAFAB_INLINE void combine(const Slopes<S>* slopes, const double* row, int first, int end,
                            Lanes (&sum)[Slopes<S>::count]) {
  LUNAFAB_UNROLL_ALL
  for (int i = 0; i < Slopes<S>::count; ++i) sum[i] = row[0] * slopes[0].of[i];
#pragma GCC unroll 1
  for (int q = first; q < end; ++q) {
    const Lanes w = Lanes{} + row[q];
    LUNAFAB_UNROLL_ALL
    for (int i = 0; i < Slopes<S>::count; ++i) sum[i] += w * slopes[q].of[i];
  }
}

/// At the end of a step, of the parabola through its beginning, `earlier_stage` and its end.
LUNAFAB_INLINE Lanes end_slope(Lanes begin, Lanes earlier, Lanes end, Lanes inv_h) {
  constexpr double left = 1.0 - nodes[earlier_stage];
  const Lanes last = (end - earlier) * (inv_h * (1.0 / left)), whole = (end - begin) * inv_h;
  return last + (last - whole) * (left / (1.0 - left));
}

// NOLINTBEGIN(readability-function-cognitive-complexity): as above
template <int S, int N>
LUNAFAB_INLINE void step_all(const WindowModel& model, Batch<S>& batch, const Lanes& h) {
  Slopes<S> slopes[stages];
  Lanes sum[Slopes<S>::count], lambda[S], volt[S];
  Couplings<S, N> at;
  Solution<S, N> s, earlier;
  differentiate(batch, batch.current, batch.force, batch.volt, batch.v, h, final_weights[0], slopes[0]);
#pragma GCC unroll 1
  for (int k = 1; k < stages; ++k) {
    find_couplings(model, batch, batch.x + h * nodes[k], at);
    combine(slopes, weights[k], first_weight[k], k, sum);
    LUNAFAB_UNROLL_ALL
    for (int j = 0; j < S; ++j) {
      lambda[j] = batch.lambda[j] + h * sum[j];
      volt[j] = batch.volt[j] + h * sum[S + j];
    }
    const Lanes v = batch.v + h * sum[2 * S];
    solve_circuit(model, batch, lambda, at, s);
    if (k >= first_accurate_stage) note_extremes(batch, s);
    if (k == earlier_stage) earlier = s;
    differentiate(batch, s.current, s.force, volt, v, h, final_weights[k], slopes[k]);
  }
  combine(slopes, final_weights, first_accurate_stage, stages, sum);
  LUNAFAB_UNROLL_ALL
  for (int j = 0; j < S; ++j) {
    batch.lambda[j] += h * sum[j];
    batch.volt[j] += h * sum[S + j];
  }
  batch.v += h * sum[2 * S];
  batch.x += h;
  solve_circuit(model, batch, batch.lambda, at, s);  // the last stage stands at the end of the step
  const auto moved = h != 0.0;
  const Lanes inv_h = 1.0 / (moved ? h : Lanes{} + 1.0);
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    const Lanes slope = end_slope(batch.current[j], earlier.current[j], s.current[j], inv_h);
    batch.current_slope[j] = moved ? slope : batch.current_slope[j];
  }
  const Lanes slope = end_slope(batch.force, earlier.force, s.force, inv_h);
  batch.force_slope = moved ? slope : batch.force_slope;
  keep(batch, s);
  batch.accurate_m = accurate_step<S, N>(model, batch);
}

// NOLINTEND(readability-function-cognitive-complexity)

// One function, with a clone for each CPU level, for every window width and number of bucket coils.
// NOLINTBEGIN(bugprone-macro-parentheses): an attribute
#define LUNAFAB_KERNEL(S, N, CLONES)                                                                  \
  CLONES void evaluate_##S##_##N(const WindowModel& model, Batch<S>& batch, const LaneLongs& which) { \
    evaluate_lanes<S, N>(model, batch, which);                                                        \
  }                                                                                                   \
  CLONES void step_##S##_##N(const WindowModel& model, Batch<S>& batch, const Lanes& h) {             \
    step_all<S, N>(model, batch, h);                                                                  \
  }
// NOLINTEND(bugprone-macro-parentheses)
#define LUNAFAB_KERNELS(S, CLONES) \
  LUNAFAB_KERNEL(S, 1, CLONES)     \
  LUNAFAB_KERNEL(S, 2, CLONES)     \
  LUNAFAB_KERNEL(S, 4, CLONES)

LUNAFAB_KERNELS(2, LUNAFAB_CLONES)
LUNAFAB_KERNELS(4, LUNAFAB_CLONES)
LUNAFAB_KERNELS(6, LUNAFAB_CLONES)
LUNAFAB_KERNELS(16, )  // rare: one version for all CPUs

template <int S>
struct Kernels;  // by number of bucket coils, from 1
#define LUNAFAB_TABLE(S)                                                                     \
  template <>                                                                                \
  struct Kernels<S> {                                                                        \
    static constexpr void (*evaluate[])(const WindowModel&, Batch<S>&, const LaneLongs&) = { \
        evaluate_##S##_1, evaluate_##S##_2, evaluate_##S##_4, evaluate_##S##_4};             \
    static constexpr void (*step[])(const WindowModel&, Batch<S>&, const Lanes&) = {         \
        step_##S##_1, step_##S##_2, step_##S##_4, step_##S##_4};                             \
  };
LUNAFAB_TABLE(2)
LUNAFAB_TABLE(4)
LUNAFAB_TABLE(6)
LUNAFAB_TABLE(16)

}  // namespace

template <int S>
void evaluate(const WindowModel& model, Batch<S>& batch, const LaneLongs& which) {
  Kernels<S>::evaluate[model.bucket_coils - 1](model, batch, which);
}
template <int S>
void step(const WindowModel& model, Batch<S>& batch, const Lanes& h) {
  Kernels<S>::step[model.bucket_coils - 1](model, batch, h);
}
template void evaluate<2>(const WindowModel&, Batch<2>&, const LaneLongs&);
template void evaluate<4>(const WindowModel&, Batch<4>&, const LaneLongs&);
template void evaluate<6>(const WindowModel&, Batch<6>&, const LaneLongs&);
template void evaluate<16>(const WindowModel&, Batch<16>&, const LaneLongs&);
template void step<2>(const WindowModel&, Batch<2>&, const Lanes&);
template void step<4>(const WindowModel&, Batch<4>&, const Lanes&);
template void step<6>(const WindowModel&, Batch<6>&, const Lanes&);
template void step<16>(const WindowModel&, Batch<16>&, const Lanes&);

}  // namespace lunafab::massdriver
