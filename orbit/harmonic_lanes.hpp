#pragma once
#include <utility>
#include "orbit/harmonic_series.hpp"
#include "orbit/lane_integrator.hpp"

// Evaluation of a harmonic series in eight places: a header for kernels (see core/lane_math.hpp). Every lane
// has its own degree; terms above it are exact zeros that leave its sums as they are, so that its bits do not
// depend on how far the neighbours need the series.
namespace lunafab::orbit {

namespace harmonic {

/// What all columns share.
struct Place {
  Lanes rho_u, rho_sq;
  LaneLongs counts[series_tiers.size()];  ///< by tier
};

struct Sums {
  Lanes c[3] = {}, s[3] = {};
};

LUNAFAB_INLINE void add_term(const SeriesTerm& term, const Lanes& basis, bool zonal, Sums& sums) {
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i) {
    sums.c[i] += term.c[i] * basis;
    if (!zonal) sums.s[i] += term.s[i] * basis;
  }
}

/// Σ_n of order m, from row m on.
struct Column {
  const SeriesTerm* term;
  Lanes before, basis;
  Sums sums;
};

LUNAFAB_INLINE Column begin_column(const SeriesTerm* terms, const Place& at, int m) {
  const LaneLongs starts = at.counts[m == 0 ? 0 : tier_table[static_cast<std::size_t>(m - 1)]];
  Column out{terms + m * (m + 1) / 2 + m, {}, starts ? Lanes{} + 1.0 : Lanes{}, {}};
  if (m >= 3) add_term(*out.term, out.basis, false, out.sums);
  return out;
}

/// Goes on to row n > m. Where a tier begins, the two terms that the recursion needs are cleared in lanes
/// that do not reach it.
LUNAFAB_INLINE void next_row(Column& column, const Place& at, int m, int n) {
  column.term += n;
  const int tier = tier_table[static_cast<std::size_t>(n - 1)];
  if (n >= 2 && tier != tier_table[static_cast<std::size_t>(n - 2)]) {
    const LaneLongs goes_on = at.counts[tier];
    column.basis = goes_on ? column.basis : Lanes{};
    column.before = goes_on ? column.before : Lanes{};
  }
  Lanes next = at.rho_u * column.basis;
  if (n > m + 1) next -= (column.term->b * at.rho_sq) * column.before;
  column.before = column.basis, column.basis = next;
  if (n >= 3) add_term(*column.term, column.basis, m == 0, column.sums);
}

/// Adds a column to the acceleration and turns E_m on to the next order.
LUNAFAB_INLINE void close_column(const Sums& sums, int m, const Lanes3& rho_r, Lanes& re, Lanes& im,
                                 Lanes3& a) {
  if (m == 0) {
    a = {sums.c[0], sums.c[1], sums.c[2]};
    re = rho_r.x, im = rho_r.y;
    return;
  }
  a.x += sums.c[0] * re + sums.s[0] * im;
  a.y += sums.c[1] * re + sums.s[1] * im;
  a.z += sums.c[2] * re + sums.s[2] * im;
  const Lanes next = re * rho_r.x - im * rho_r.y;
  im = re * rho_r.y + im * rho_r.x;
  re = next;
}

template <int Rows, int M>
LUNAFAB_INLINE Sums whole_column(const SeriesTerm* terms, const Place& at) {
  Column column = begin_column(terms, at, M);
#pragma GCC unroll 16
  for (int n = M + 1; n <= Rows; ++n) next_row(column, at, M, n);
  return column.sums;
}

template <int Rows, int... M>
LUNAFAB_INLINE Lanes3 unrolled(const SeriesTerm* terms, const Place& at, const Lanes3& rho_r,
                               std::integer_sequence<int, M...> /*orders*/) {
  Lanes3 a{Lanes{}, Lanes{}, Lanes{}};
  Lanes re = {}, im = {};
  (close_column(whole_column<Rows, M>(terms, at), M, rho_r, re, im, a), ...);
  return a;
}

LUNAFAB_INLINE Lanes3 looped(const SeriesTerm* terms, const Place& at, const Lanes3& rho_r, int rows) {
  Lanes3 a{Lanes{}, Lanes{}, Lanes{}};
  Lanes re = {}, im = {};
#pragma GCC unroll 1
  for (int m = 0; m <= rows; ++m) {
    Column column = begin_column(terms, at, m);
#pragma GCC unroll 1
    for (int n = m + 1; n <= rows; ++n) next_row(column, at, m, n);
    close_column(column.sums, m, rho_r, re, im, a);
  }
  return a;
}

template <int Degree>
LUNAFAB_INLINE Lanes3 up_to(const SeriesTerm* terms, const Place& at, const Lanes3& rho_r) {
  return unrolled<Degree + 1>(terms, at, rho_r, std::make_integer_sequence<int, Degree + 2>{});
}

}  // namespace harmonic

/// Smallest of eight.
LUNAFAB_INLINE double least(const Lanes& a) {
  const Lanes b = smaller(a, __builtin_shufflevector(a, a, 4, 5, 6, 7, 0, 1, 2, 3));
  const Lanes c = smaller(b, __builtin_shufflevector(b, b, 2, 3, 0, 1, 6, 7, 4, 5));
  return c[0] < c[1] ? c[0] : c[1];
}

/// The field beyond a point, in its own axes, at places r with square r_sq; `inverse` is 1/r.
LUNAFAB_INLINE Lanes3 harmonic_acceleration(const HarmonicSeries& series, const Lanes3& r, const Lanes& r_sq,
                                            const Lanes& inverse) {
  using namespace harmonic;
  const double nearest = least(r_sq);
  int top = 0;
  const double* reach_sq = series.reach_sq_m2.data();
  while (top < series.top_tier && nearest <= reach_sq[top + 1]) ++top;
  if (top == 0) return Lanes3{Lanes{}, Lanes{}, Lanes{}};
  const Lanes rho = series.radius_m * inverse, per_r = rho * inverse;
  const Lanes3 rho_r = per_r * r;
  Place at;
  at.rho_u = rho_r.z, at.rho_sq = rho * rho;
  for (int tier = 0; tier <= top; ++tier) at.counts[tier] = r_sq <= reach_sq[tier];
  const SeriesTerm* terms = series.terms.data();
  Lanes3 a;
  switch (top) {
    case tier_of(2):
      a = up_to<2>(terms, at, rho_r);
      break;
    case tier_of(3):
      a = up_to<3>(terms, at, rho_r);
      break;
    case tier_of(4):
      a = up_to<4>(terms, at, rho_r);
      break;
    case tier_of(5):
      a = up_to<5>(terms, at, rho_r);
      break;
    case tier_of(6):
      a = up_to<6>(terms, at, rho_r);
      break;
    case tier_of(8):
      a = up_to<8>(terms, at, rho_r);
      break;
    default:
      a = looped(terms, at, rho_r, tier_degree(top) + 1);
      break;
  }
  return (series.scale_mps2 * rho) * a;
}

}  // namespace lunafab::orbit
