#pragma once
#include "core/dop853.hpp"
#include "core/lane_math.hpp"

// DOP853 for W systems of second order side by side, x'' = f(t, x[, x']) with x in space: a header for
// kernels (see core/lane_math.hpp). With k_i = f of stage i and A the method's matrix, x' = v turns the
// method into Nyström's form,
//   x_i = x + c_i h v + h² Σ (A²)_ij k_j,   v_i = v + h Σ A_ij k_j,
// so that only accelerations are kept, and v_i is needed only where f asks for it.
namespace lunafab::orbit {

template <int W>
struct Wide3 {
  Wide<W> x, y, z;
};
template <int W>
LUNAFAB_INLINE Wide3<W> operator+(const Wide3<W>& a, const Wide3<W>& b) {
  return {a.x + b.x, a.y + b.y, a.z + b.z};
}
template <int W>
LUNAFAB_INLINE Wide3<W> operator-(const Wide3<W>& a, const Wide3<W>& b) {
  return {a.x - b.x, a.y - b.y, a.z - b.z};
}
template <int W>
LUNAFAB_INLINE Wide3<W> operator-(const Wide3<W>& a) {
  return {-a.x, -a.y, -a.z};
}
template <int W>
LUNAFAB_INLINE Wide3<W> operator*(const Wide<W>& s, const Wide3<W>& a) {
  return {s * a.x, s * a.y, s * a.z};
}
template <int W>
LUNAFAB_INLINE Wide<W> dot(const Wide3<W>& a, const Wide3<W>& b) {
  return a.x * b.x + a.y * b.y + a.z * b.z;
}
template <int W>
LUNAFAB_INLINE Wide3<W> cross(const Wide3<W>& a, const Wide3<W>& b) {
  return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
template <int W>
LUNAFAB_INLINE Wide3<W> choose(const WideLongs<W>& which, const Wide3<W>& yes, const Wide3<W>& no) {
  return {which ? yes.x : no.x, which ? yes.y : no.y, which ? yes.z : no.z};
}

/// W systems on their way. Lanes at rest (`active` zero) keep their state.
template <int W>
struct LaneArcs {
  Wide<W> t, t_end;
  Wide3<W> r, v, a;  ///< now; a is the acceleration
  Wide<W> t_before;  ///< at the beginning of the last accepted step
  Wide3<W> r_before, v_before, a_before;
  Wide<W> h;       ///< next step to try, positive
  Wide<W> growth;  ///< the most it may grow: 1 after a refused step
  Wide<W> tried;   ///< steps
  WideLongs<W> active;
  WideLongs<W> accepted;  ///< in the last call
};

struct LanePrecision {
  double tolerance;
  double longest_step;
};

namespace nystrom {

struct Matrix {
  double w[dop853::stages + 1][dop853::stages + 1];
};
struct Row {
  double w[dop853::stages];
};
/// Entries that vanish by the method's order conditions come out as rounding.
constexpr double clean(double x) {
  return x < 1e-14 && x > -1e-14 ? 0.0 : x;
}
/// A²; row 12 is that of the step.
constexpr Matrix positions() {
  Matrix out{};
  for (int i = 0; i <= dop853::stages; ++i) {
    for (int k = 0; k < i; ++k) {
      for (int j = 0; j < i; ++j) out.w[i][k] += dop853::weights[i][j] * dop853::weights[j][k];
      out.w[i][k] = clean(out.w[i][k]);
    }
  }
  return out;
}
constexpr Row position_error(const double (&error)[dop853::extended_stages]) {
  Row out{};
  for (int k = 0; k < dop853::stages; ++k) {
    for (int j = 0; j < dop853::stages; ++j) out.w[k] += error[j] * dop853::weights[j][k];
    out.w[k] = clean(out.w[k]);
  }
  return out;
}
constexpr Row velocity_error(const double (&error)[dop853::extended_stages]) {
  Row out{};
  for (int k = 0; k < dop853::stages; ++k) out.w[k] = error[k];
  return out;
}
inline constexpr Matrix position_weights = positions();
inline constexpr Row error5_r = position_error(dop853::error5), error3_r = position_error(dop853::error3),
                     error5_v = velocity_error(dop853::error5), error3_v = velocity_error(dop853::error3);
/// Rows of both matrices are zero from column 1 to below this.
inline constexpr int first_weight[dop853::stages + 1] = {1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 3};

}  // namespace nystrom

/// Σ row[j] k_j over j = 0 and j from `first` to below `end`: the others are zero.
template <int W>
LUNAFAB_INLINE Wide3<W> weighted_sum(const double* row, const Wide3<W>* k, int first, int end) {
  Wide3<W> sum = (Wide<W>{} + row[0]) * k[0];
#pragma GCC unroll 1
  for (int j = first; j < end; ++j) {
    const Wide<W> w = Wide<W>{} + row[j];
    sum.x += w * k[j].x, sum.y += w * k[j].y, sum.z += w * k[j].z;
  }
  return sum;
}

/// Square of what a vector's error is allowed to be, inverted: tolerance times the longer of two vectors.
template <int W>
LUNAFAB_INLINE Wide<W> inverse_allowance(const Wide3<W>& a, const Wide3<W>& b, double tolerance) {
  return 1.0 / (tolerance * tolerance * larger(dot(a, a), dot(b, b)));
}

/// x^(1/8) by square roots: the same bits everywhere.
template <class V>
LUNAFAB_INLINE V eighth_root(V x) {
  return square_root(square_root(square_root(x)));
}

/// Takes up the lanes `which`, whose t, t_end, r and v have been set.
/// @source first step: Hairer, Nørsett and Wanner, II.4.
template <class Rate, int W>
LUNAFAB_INLINE void start_lanes(const Rate& rate, const LanePrecision& precision, const WideLongs<W>& which,
                                LaneArcs<W>& arcs) {
  const Wide<W> ir = inverse_allowance(arcs.r, arcs.r, precision.tolerance),
                iv = inverse_allowance(arcs.v, arcs.v, precision.tolerance);
  const Wide<W> way = arcs.t_end < arcs.t ? Wide<W>{} - 1.0 : Wide<W>{} + 1.0;
  Wide3<W> a = arcs.a, ahead_a = arcs.a, r = arcs.r, v = arcs.v;
  Wide<W> d1 = {}, h0 = {};
#pragma GCC unroll 1
  for (int s = 0; s < 2; ++s) {  // one place that calls `rate`: it is large
    a = ahead_a;
    ahead_a = rate(arcs.t + way * h0, r, v);
    if (s == 1) break;
    const Wide<W> d0 = dot(r, r) * ir + dot(v, v) * iv;
    d1 = dot(v, v) * ir + dot(ahead_a, ahead_a) * iv;
    h0 = smaller(0.01 * square_root(d0 / d1), magnitude(arcs.t_end - arcs.t));
    r = r + (way * h0) * v, v = v + (way * h0) * ahead_a;
  }
  const Wide3<W> bend_v = ahead_a - a, bend_r = v - arcs.v;
  const Wide<W> d2 = square_root(dot(bend_r, bend_r) * ir + dot(bend_v, bend_v) * iv) / h0;
  const Wide<W> h1 = eighth_root(0.01 / larger(d2, square_root(d1)));
  const Wide<W> h = smaller(smaller(100.0 * h0, h1), Wide<W>{} + precision.longest_step);
  arcs.a = choose(which, a, arcs.a);
  arcs.t_before = which ? arcs.t : arcs.t_before;
  arcs.r_before = choose(which, arcs.r, arcs.r_before);
  arcs.v_before = choose(which, arcs.v, arcs.v_before);
  arcs.a_before = choose(which, arcs.a, arcs.a_before);
  arcs.h = which ? h : arcs.h;
  arcs.growth = which ? Wide<W>{} + 6.0 : arcs.growth;
  arcs.tried = which ? Wide<W>{} : arcs.tried;
  arcs.active = which | arcs.active;
}

/// Error of a step as a multiple of what is allowed.
template <int W>
LUNAFAB_INLINE Wide<W> step_error(const Wide3<W>* k, const Wide<W>& h, const Wide3<W>& r0, const Wide3<W>& v0,
                                  const Wide3<W>& r1, const Wide3<W>& v1, double tolerance) {
  constexpr int end = dop853::stages;
  const Wide<W> ir = inverse_allowance(r0, r1, tolerance) * h * h, iv = inverse_allowance(v0, v1, tolerance);
  const Wide3<W> r5 = weighted_sum(nystrom::error5_r.w, k, 3, end),
                 v5 = weighted_sum(nystrom::error5_v.w, k, 3, end);
  const Wide3<W> r3 = weighted_sum(nystrom::error3_r.w, k, 3, end),
                 v3 = weighted_sum(nystrom::error3_v.w, k, 3, end);
  const Wide<W> square5 = h * h * (dot(r5, r5) * ir + dot(v5, v5) * iv);
  const Wide<W> square3 = h * h * (dot(r3, r3) * ir + dot(v3, v3) * iv);
  const Wide<W> both = square_root((square5 + 0.01 * square3) * 6.0);
  return square5 / (both == 0.0 ? Wide<W>{} + 1.0 : both);
}

/// Tries one step in every active lane: its own length, its own acceptance.
template <class Rate, int W>
LUNAFAB_INLINE void step_lanes(const Rate& rate, const LanePrecision& precision, LaneArcs<W>& arcs) {
  const Wide<W> left = magnitude(arcs.t_end - arcs.t);
  const WideLongs<W> last = arcs.h >= left;
  const Wide<W> way = arcs.t_end < arcs.t ? Wide<W>{} - 1.0 : Wide<W>{} + 1.0;
  const Wide<W> h = arcs.active ? (last ? arcs.t_end - arcs.t : way * arcs.h) : Wide<W>{}, h2 = h * h;
  Wide3<W> k[dop853::stages + 1], r = arcs.r, v = arcs.v;
  k[0] = arcs.a;
#pragma GCC unroll 1
  for (int s = 1; s <= dop853::stages; ++s) {
    const Wide<W> ch = h * dop853::nodes[s];
    r = arcs.r + ch * arcs.v +
        h2 * weighted_sum(nystrom::position_weights.w[s], k, nystrom::first_weight[s], s);
    if (Rate::uses_velocity || s == dop853::stages)
      v = arcs.v + h * weighted_sum(dop853::weights[s], k, nystrom::first_weight[s], s);
    k[s] = rate(arcs.t + ch, r, v);
  }
  const Wide<W> error = step_error(k, h, arcs.r, arcs.v, r, v, precision.tolerance);
  const WideLongs<W> good = arcs.active & (error <= 1.0);
  const Wide<W> fit = smaller(larger(0.9 / eighth_root(error), Wide<W>{} + 0.2), arcs.growth);
  const Wide<W> grown = smaller(magnitude(h) * fit, Wide<W>{} + precision.longest_step);
  // A step cut short at the end says little about the next one, and there is none.
  arcs.h = arcs.active ? grown : arcs.h;
  arcs.growth = good ? Wide<W>{} + 6.0 : Wide<W>{} + 1.0;
  arcs.tried += arcs.active ? Wide<W>{} + 1.0 : Wide<W>{};
  arcs.accepted = good;
  arcs.t_before = good ? arcs.t : arcs.t_before;
  arcs.r_before = choose(good, arcs.r, arcs.r_before);
  arcs.v_before = choose(good, arcs.v, arcs.v_before);
  arcs.a_before = choose(good, arcs.a, arcs.a_before);
  arcs.t = good ? (last ? arcs.t_end : arcs.t + h) : arcs.t;
  arcs.r = choose(good, r, arcs.r);
  arcs.v = choose(good, v, arcs.v);
  arcs.a = choose(good, k[dop853::stages], arcs.a);
}

}  // namespace lunafab::orbit
