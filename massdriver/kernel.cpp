#include <algorithm>
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

#define LUNAFAB_INLINE inline __attribute__((always_inline))
#define LUNAFAB_UNROLL _Pragma("GCC unroll 8")
#define LUNAFAB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

constexpr int powers = 6;
constexpr int stages = 12;
constexpr double nodes[stages] = {0.0,
                                  0.05260015195876773,
                                  0.0789002279381516,
                                  0.1183503419072274,
                                  0.2816496580927726,
                                  0.3333333333333333,
                                  0.25,
                                  0.3076923076923077,
                                  0.6512820512820513,
                                  0.6,
                                  0.8571428571428571,
                                  1.0};
constexpr double weights[stages][stages] = {
    {},
    {0.05260015195876773},
    {0.0197250569845379, 0.0591751709536137},
    {0.02958758547680685, 0.0, 0.08876275643042054},
    {0.2413651341592667, 0.0, -0.8845494793282861, 0.924834003261792},
    {0.037037037037037035, 0.0, 0.0, 0.17082860872947386, 0.12546768756682242},
    {0.037109375, 0.0, 0.0, 0.17025221101954405, 0.06021653898045596, -0.017578125},
    {0.03709200011850479, 0.0, 0.0, 0.17038392571223998, 0.10726203044637328, -0.015319437748624402,
     0.008273789163814023},
    {0.6241109587160757, 0.0, 0.0, -3.3608926294469414, -0.868219346841726, 27.59209969944671,
     20.154067550477894, -43.48988418106996},
    {0.47766253643826434, 0.0, 0.0, -2.4881146199716677, -0.590290826836843, 21.230051448181193,
     15.279233632882423, -33.28821096898486, -0.020331201708508627},
    {-0.9371424300859873, 0.0, 0.0, 5.186372428844064, 1.0914373489967295, -8.149787010746927,
     -18.52006565999696, 22.739487099350505, 2.4936055526796523, -3.0467644718982196},
    {2.273310147516538, 0.0, 0.0, -10.53449546673725, -2.0008720582248625, -17.9589318631188,
     27.94888452941996, -2.8589982771350235, -8.87285693353063, 12.360567175794303, 0.6433927460157636}};
constexpr double final_weights[stages] = {0.054293734116568765,
                                          0.0,
                                          0.0,
                                          0.0,
                                          0.0,
                                          4.450312892752409,
                                          1.8915178993145003,
                                          -5.801203960010585,
                                          0.3111643669578199,
                                          -0.1521609496625161,
                                          0.20136540080403034,
                                          0.04471061572777259};
constexpr int earlier_stage = 10;        // the one at 6/7
constexpr int first_accurate_stage = 5;  // from here on stage values are good enough to look for extremes

LUNAFAB_INLINE Lanes larger(Lanes a, Lanes b) {
  return a > b ? a : b;
}
LUNAFAB_INLINE Lanes smaller(Lanes a, Lanes b) {
  return a < b ? a : b;
}
LUNAFAB_INLINE Lanes magnitude(Lanes a) {
  return a < 0.0 ? -a : a;
}

/// Where a bucket coil stands in the table: the same fraction of a cell for all coils.
struct Place {
  Lanes u;
  LaneInts cell;   ///< place of the reference stage's polynomial; a coil one stage ahead is one row lower
  LaneInts upper;  ///< lanes in the second of two neighbouring cells, all bits set
  int low, high;   ///< places of these two
  bool close;      ///< all active lanes are in these two cells
};

LUNAFAB_INLINE int place_of(const WindowTable& table, int cell) {
  return (cell % table.cells * table.rows + cell / table.cells) * powers;
}

template <int S>
LUNAFAB_INLINE Place locate(const WindowTable& table, const Batch<S>& batch, Lanes x) {
  Place place;
  const Lanes f = x * table.cells_per_m + table.reach_cells;
  const LaneInts c = __builtin_convertvector(f, LaneInts);
  place.u = f - __builtin_convertvector(c, Lanes);
  int lowest = c[batch.first_active];
  for (int i = 0; i < lanes; ++i) lowest = batch.active[i] && c[i] < lowest ? c[i] : lowest;
  place.upper = c != lowest;
  const LaneInts beyond = (c - lowest > 1) & batch.active;
  int any = 0;
  for (int i = 0; i < lanes; ++i) any |= beyond[i];
  place.close = batch.aligned && any == 0;
  if (place.close) {
    place.low = place_of(table, lowest), place.high = place_of(table, lowest + 1);
  } else {
    for (int i = 0; i < lanes; ++i) place.cell[i] = place_of(table, batch.active[i] ? c[i] : lowest);
  }
  return place;
}

template <int S>
LUNAFAB_INLINE void couplings(const WindowTable& table, const Batch<S>& batch, const Place& place, Lanes* m,
                              Lanes* slope) {
  const Lanes u = place.u;
  const double* coefficients = table.coefficients.data();
  const auto upper = __builtin_convertvector(place.upper, LaneLongs);
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    Lanes c[powers] = {};
    if (place.close) {
      const int ahead = batch.stage[j][batch.first_active] * powers;
      const double *low = coefficients + place.low - ahead, *high = coefficients + place.high - ahead;
      LUNAFAB_UNROLL
      for (int k = 0; k < powers; ++k) c[k] = upper ? Lanes{} + high[k] : Lanes{} + low[k];
    } else {
      const LaneInts at = place.cell - batch.stage[j] * powers;
      for (int i = 0; i < lanes; ++i) {
        const double* p = coefficients + at[i];
        for (int k = 0; k < powers; ++k) c[k][i] = p[k];
      }
    }
    m[j] = ((((c[5] * u + c[4]) * u + c[3]) * u + c[2]) * u + c[1]) * u + c[0];
    slope[j] =
        ((((5.0 * c[5] * u + 4.0 * c[4]) * u + 3.0 * c[3]) * u + 2.0 * c[2]) * u + c[1]) * table.cells_per_m;
  }
}

/// Solves the symmetric positive definite system of the bucket's coils, B x = y, by Gauss elimination.
template <int N>
LUNAFAB_INLINE void solve_bucket(Lanes (&b)[N][N], Lanes (&y)[N]) {
  LUNAFAB_UNROLL
  for (int k = 0; k < N; ++k) {
    const Lanes inverse = 1.0 / b[k][k];
    for (int i = k + 1; i < N; ++i) {
      const Lanes f = b[i][k] * inverse;
      for (int j = k + 1; j < N; ++j) b[i][j] -= f * b[k][j];
      y[i] -= f * y[k];
    }
    y[k] *= inverse;
    for (int j = k + 1; j < N; ++j) b[k][j] *= inverse;
  }
  for (int k = N - 1; k >= 0; --k)
    for (int j = k + 1; j < N; ++j) y[k] -= b[k][j] * y[j];
}

template <int S, int N>
struct Solution {
  Lanes current[S];
  Lanes bucket[N];
  Lanes force;
};

// NOLINTBEGIN(readability-function-cognitive-complexity): flat loops over slots and bucket coils, to be
// unrolled
template <int S, int N>
LUNAFAB_INLINE void solve_circuit(const WindowModel& model, const Batch<S>& batch, const Lanes* lambda,
                                  Lanes x, Solution<S, N>& out) {
  Lanes m[N][S], slope[N][S], a[S], n[N][S];
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b)
    couplings<S>(model.table, batch, locate<S>(model.table, batch, x - b * model.spacing_m), m[b], slope[b]);
  LUNAFAB_UNROLL
  for (int i = 0; i < S; ++i) {
    Lanes sum_a = {}, sum_n[N] = {};
    LUNAFAB_UNROLL
    for (int j = 0; j < S; ++j) {
      const Lanes l = batch.linv[i * S + j];
      sum_a += l * lambda[j];
      LUNAFAB_UNROLL
      for (int b = 0; b < N; ++b) sum_n[b] += l * m[b][j];
    }
    a[i] = sum_a;
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) n[b][i] = sum_n[b];
  }
  if (model.driven) {
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) out.bucket[b] = Lanes{} + model.current_A[b];
  } else {
    Lanes matrix[N][N];
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) {
      Lanes flux = Lanes{} + model.flux_Wb[b];
      LUNAFAB_UNROLL
      for (int j = 0; j < S; ++j) flux -= m[b][j] * a[j];
      out.bucket[b] = flux;
      LUNAFAB_UNROLL
      for (int c = 0; c < N; ++c) {
        Lanes sum = Lanes{} + model.bucket_H[b][c];
        LUNAFAB_UNROLL
        for (int j = 0; j < S; ++j) sum -= m[b][j] * n[c][j];
        matrix[b][c] = sum;
      }
    }
    solve_bucket<N>(matrix, out.bucket);
  }
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    Lanes i = a[j];
    LUNAFAB_UNROLL
    for (int b = 0; b < N; ++b) i -= n[b][j] * out.bucket[b];
    out.current[j] = i;
  }
  out.force = Lanes{};
  LUNAFAB_UNROLL
  for (int b = 0; b < N; ++b) {
    Lanes sum = {};
    LUNAFAB_UNROLL
    for (int j = 0; j < S; ++j) sum += out.current[j] * slope[b][j];
    out.force += sum * out.bucket[b];
  }
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

template <int S, int N>
LUNAFAB_INLINE void evaluate_all(const WindowModel& model, Batch<S>& batch) {
  Solution<S, N> s;
  solve_circuit<S, N>(model, batch, batch.lambda, batch.x, s);
  keep(batch, s);
}

/// Slopes of the state by position, one set a Runge-Kutta stage.
template <int S>
struct Slopes {
  Lanes lambda[S], volt[S], v, t;
};

template <int S>
LUNAFAB_INLINE void differentiate(Batch<S>& batch, const Lanes* current, Lanes force, const Lanes* volt,
                                  Lanes v, Lanes h, double weight, Slopes<S>& out) {
  const Lanes moving = larger(v, Lanes{} + 1.0);  // a lane that stands is stopped by the caller
  const Lanes inv_v = 1.0 / moving;
  const Lanes drag = batch.drag * inv_v, eddy = batch.eddy * moving;
  const Lanes dt = h * inv_v * weight;
  LUNAFAB_UNROLL
  for (int j = 0; j < S; ++j) {
    const Lanes drop = batch.ohm[j] * current[j];
    out.lambda[j] = (volt[j] - drop) * inv_v;
    out.volt[j] = -current[j] * batch.inv_c[j] * inv_v;
    batch.heat[j] += drop * current[j] * dt;
  }
  out.v = (force - drag - eddy) * batch.inv_mass * inv_v;
  out.t = inv_v;
  batch.drag_J += drag * h * weight;
  batch.eddy_J += eddy * h * weight;
}

// NOLINTBEGIN(readability-function-cognitive-complexity): as above
template <int S, int N>
LUNAFAB_INLINE void step_all(const WindowModel& model, Batch<S>& batch, const Lanes& h) {
  Slopes<S> slopes[stages];
  Lanes lambda[S], volt[S], v;
  Solution<S, N> s;
#pragma GCC unroll 1
  for (int k = 0; k < stages; ++k) {
    if (k == 0) {
      LUNAFAB_UNROLL
      for (int j = 0; j < S; ++j)
        lambda[j] = batch.lambda[j], volt[j] = batch.volt[j], s.current[j] = batch.current[j];
      v = batch.v, s.force = batch.force;
    } else {
      LUNAFAB_UNROLL
      for (int j = 0; j < S; ++j) {
        Lanes dl = {}, dv = {};
#pragma GCC unroll 1
        for (int q = 0; q < k; ++q) {
          dl += weights[k][q] * slopes[q].lambda[j];
          dv += weights[k][q] * slopes[q].volt[j];
        }
        lambda[j] = batch.lambda[j] + h * dl;
        volt[j] = batch.volt[j] + h * dv;
      }
      Lanes dv = {};
#pragma GCC unroll 1
      for (int q = 0; q < k; ++q) dv += weights[k][q] * slopes[q].v;
      v = batch.v + h * dv;
      solve_circuit<S, N>(model, batch, lambda, batch.x + h * nodes[k], s);
      if (k >= first_accurate_stage) note_extremes(batch, s);
      if (k == earlier_stage) LUNAFAB_UNROLL
      for (int j = 0; j < S; ++j) batch.earlier[j] = s.current[j];
    }
    differentiate(batch, s.current, s.force, volt, v, h, final_weights[k], slopes[k]);
  }
#pragma GCC unroll 1
  for (int k = 0; k < stages; ++k) {
    const Lanes f = h * final_weights[k];
    LUNAFAB_UNROLL
    for (int j = 0; j < S; ++j)
      batch.lambda[j] += f * slopes[k].lambda[j], batch.volt[j] += f * slopes[k].volt[j];
    batch.v += f * slopes[k].v;
    batch.t += f * slopes[k].t;
  }
  batch.x += h;
  evaluate_all<S, N>(model, batch);
}

// NOLINTEND(readability-function-cognitive-complexity)

// One function, with a clone for each CPU level, for every window width and number of bucket coils.
// NOLINTBEGIN(bugprone-macro-parentheses): an attribute
#define LUNAFAB_KERNEL(S, N, CLONES)                                                      \
  CLONES void evaluate_##S##_##N(const WindowModel& model, Batch<S>& batch) {             \
    evaluate_all<S, N>(model, batch);                                                     \
  }                                                                                       \
  CLONES void step_##S##_##N(const WindowModel& model, Batch<S>& batch, const Lanes& h) { \
    step_all<S, N>(model, batch, h);                                                      \
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
#define LUNAFAB_TABLE(S)                                                             \
  template <>                                                                        \
  struct Kernels<S> {                                                                \
    static constexpr void (*evaluate[])(const WindowModel&, Batch<S>&) = {           \
        evaluate_##S##_1, evaluate_##S##_2, evaluate_##S##_4, evaluate_##S##_4};     \
    static constexpr void (*step[])(const WindowModel&, Batch<S>&, const Lanes&) = { \
        step_##S##_1, step_##S##_2, step_##S##_4, step_##S##_4};                     \
  };
LUNAFAB_TABLE(2)
LUNAFAB_TABLE(4)
LUNAFAB_TABLE(6)
LUNAFAB_TABLE(16)

}  // namespace

template <int S>
void evaluate(const WindowModel& model, Batch<S>& batch) {
  Kernels<S>::evaluate[model.bucket_coils - 1](model, batch);
}
template <int S>
void step(const WindowModel& model, Batch<S>& batch, const Lanes& h) {
  Kernels<S>::step[model.bucket_coils - 1](model, batch, h);
}
template void evaluate<2>(const WindowModel&, Batch<2>&);
template void evaluate<4>(const WindowModel&, Batch<4>&);
template void evaluate<6>(const WindowModel&, Batch<6>&);
template void evaluate<16>(const WindowModel&, Batch<16>&);
template void step<2>(const WindowModel&, Batch<2>&, const Lanes&);
template void step<4>(const WindowModel&, Batch<4>&, const Lanes&);
template void step<6>(const WindowModel&, Batch<6>&, const Lanes&);
template void step<16>(const WindowModel&, Batch<16>&, const Lanes&);

}  // namespace lunafab::massdriver
