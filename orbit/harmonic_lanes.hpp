#pragma once
#include <limits>
#include <utility>
#include "orbit/harmonic_series.hpp"
#include "orbit/lane_integrator.hpp"
#include "orbit/lane_shuffles.hpp"

// Evaluation of a harmonic series in W places: a header for kernels (see core/lane_math.hpp). Every lane
// has its own degree; terms above it are exact zeros that leave its sums as they are, so that its bits do not
// depend on how far the neighbours need the series.
namespace lunafab::orbit {

namespace harmonic {

/// What all columns share.
template <int W>
struct Place {
  Wide<W> rho_u, rho_sq;
  WideLongs<W> counts[series_tiers.size()];  ///< by tier
};

template <int W>
struct Sums {
  Wide<W> c[3] = {}, s[3] = {};
};

template <int W>
LUNAFAB_INLINE void add_term(const SeriesTerm& term, const Wide<W>& basis, bool zonal, Sums<W>& sums) {
#pragma GCC unroll 3
  for (int i = 0; i < 3; ++i) {
    sums.c[i] += term.c[i] * basis;
    if (!zonal) sums.s[i] += term.s[i] * basis;
  }
}

/// Σ_n of order m, from row m on.
template <int W>
struct Column {
  const SeriesTerm* term;
  Wide<W> before, basis;
  Sums<W> sums;
};

template <int W>
LUNAFAB_INLINE Column<W> begin_column(const SeriesTerm* terms, const Place<W>& at, int m) {
  const WideLongs<W> starts = at.counts[m == 0 ? 0 : tier_table[static_cast<std::size_t>(m - 1)]];
  Column<W> out{terms + m * (m + 1) / 2 + m, {}, starts ? Wide<W>{} + 1.0 : Wide<W>{}, {}};
  if (m >= 3) add_term(*out.term, out.basis, false, out.sums);
  return out;
}

/// Goes on to row n > m. Where a tier begins, the two terms that the recursion needs are cleared in lanes
/// that do not reach it.
template <int W>
LUNAFAB_INLINE void next_row(Column<W>& column, const Place<W>& at, int m, int n) {
  column.term += n;
  const int tier = tier_table[static_cast<std::size_t>(n - 1)];
  if (n >= 2 && tier != tier_table[static_cast<std::size_t>(n - 2)]) {
    const WideLongs<W> goes_on = at.counts[tier];
    column.basis = goes_on ? column.basis : Wide<W>{};
    column.before = goes_on ? column.before : Wide<W>{};
  }
  Wide<W> next = at.rho_u * column.basis;
  if (n > m + 1) next -= (column.term->b * at.rho_sq) * column.before;
  column.before = column.basis, column.basis = next;
  if (n >= 3) add_term(*column.term, column.basis, m == 0, column.sums);
}

/// Adds a column to the acceleration and turns E_m on to the next order.
template <int W>
LUNAFAB_INLINE void close_column(const Sums<W>& sums, int m, const Wide3<W>& rho_r, Wide<W>& re, Wide<W>& im,
                                 Wide3<W>& a) {
  if (m == 0) {
    a = {sums.c[0], sums.c[1], sums.c[2]};
    re = rho_r.x, im = rho_r.y;
    return;
  }
  a.x += sums.c[0] * re + sums.s[0] * im;
  a.y += sums.c[1] * re + sums.s[1] * im;
  a.z += sums.c[2] * re + sums.s[2] * im;
  const Wide<W> next = re * rho_r.x - im * rho_r.y;
  im = re * rho_r.y + im * rho_r.x;
  re = next;
}

template <int Rows, int M, int W>
LUNAFAB_INLINE Sums<W> whole_column(const SeriesTerm* terms, const Place<W>& at) {
  Column<W> column = begin_column(terms, at, M);
#pragma GCC unroll 16
  for (int n = M + 1; n <= Rows; ++n) next_row(column, at, M, n);
  return column.sums;
}

template <int Rows, int W, int... M>
LUNAFAB_INLINE Wide3<W> unrolled(const SeriesTerm* terms, const Place<W>& at, const Wide3<W>& rho_r,
                                 std::integer_sequence<int, M...> /*orders*/) {
  Wide3<W> a{Wide<W>{}, Wide<W>{}, Wide<W>{}};
  Wide<W> re = {}, im = {};
  (close_column(whole_column<Rows, M>(terms, at), M, rho_r, re, im, a), ...);
  return a;
}

template <int W>
LUNAFAB_INLINE Wide3<W> looped(const SeriesTerm* terms, const Place<W>& at, const Wide3<W>& rho_r, int rows) {
  Wide3<W> a{Wide<W>{}, Wide<W>{}, Wide<W>{}};
  Wide<W> re = {}, im = {};
#pragma GCC unroll 1
  for (int m = 0; m <= rows; ++m) {
    Column<W> column = begin_column(terms, at, m);
#pragma GCC unroll 1
    for (int n = m + 1; n <= rows; ++n) next_row(column, at, m, n);
    close_column(column.sums, m, rho_r, re, im, a);
  }
  return a;
}

template <int Degree, int W>
LUNAFAB_INLINE Wide3<W> up_to(const SeriesTerm* terms, const Place<W>& at, const Wide3<W>& rho_r) {
  return unrolled<Degree + 1>(terms, at, rho_r, std::make_integer_sequence<int, Degree + 2>{});
}

}  // namespace harmonic

/// Smallest; lanes that are not finite do not count.
template <int W>
LUNAFAB_INLINE double least(const Wide<W>& a) {
  Wide<W> out = smaller(a, Wide<W>{} + std::numeric_limits<double>::infinity());
  out = smaller(even_runs<1, W>(out, out), odd_runs<1, W>(out, out));
  if constexpr (W > 2) out = smaller(even_runs<2, W>(out, out), odd_runs<2, W>(out, out));
  if constexpr (W > 4) out = smaller(even_runs<4, W>(out, out), odd_runs<4, W>(out, out));
  return out[0];
}

/// The field beyond a point, in its own axes, at places r with square r_sq; `inverse` is 1/r.
template <int W>
LUNAFAB_INLINE Wide3<W> harmonic_acceleration(const HarmonicSeries& series, const Wide3<W>& r,
                                              const Wide<W>& r_sq, const Wide<W>& inverse) {
  using namespace harmonic;
  const double nearest = least<W>(r_sq);
  int top = 0;
  const double* reach_sq = series.reach_sq_m2.data();
  while (top < series.top_tier && nearest <= reach_sq[top + 1]) ++top;
  if (top == 0) return Wide3<W>{Wide<W>{}, Wide<W>{}, Wide<W>{}};
  const Wide<W> rho = series.radius_m * inverse, per_r = rho * inverse;
  const Wide3<W> rho_r = per_r * r;
  Place<W> at;
  at.rho_u = rho_r.z, at.rho_sq = rho * rho;
  for (int tier = 0; tier <= top; ++tier) at.counts[tier] = r_sq <= reach_sq[tier];
  const SeriesTerm* terms = series.terms.data();
  Wide3<W> a;
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
