#pragma once
#include <cstddef>
#include <cstring>
#include <vector>
#include "core/tick.hpp"
#include "orbit/dynamics.hpp"
#include "orbit/lane_integrator.hpp"
#include "orbit/lane_shuffles.hpp"

// The sky of W moments: a header for kernels (see core/lane_math.hpp).
namespace lunafab::orbit {

/// One segment of an ephemeris, seen from the Moon: Earth x y z, Sun x y z, quaternion from GCRF axes to
/// those of the field; Chebyshev coefficients of each.
struct alignas(64) SkyRow {
  double c[Ephemeris::components][Ephemeris::terms];
};

/// The segments of an ephemeris that a batch needs. Times count from the ephemeris' own beginning, so that an
/// arc's bits do not depend on which segments its batch needs.
struct LaneSky {
  int first = 0;  ///< segment of the ephemeris
  std::vector<SkyRow> rows;
};
/// Segments for the dates from … to.
LaneSky cut_sky(const Dynamics& dynamics, Epoch from, Epoch to);

template <int W>
struct LaneSkyState {
  Wide3<W> earth, sun;  ///< m, from the Moon
  Wide3<W> axis;        ///< quaternion: vector part …
  Wide<W> angle;        ///< … and scalar part
};

namespace lane_sky {

/// Σ c_k p_k over terms `First` to below `End`, by halves, so that every width adds in the same order: lane i
/// reads its coefficients at `c[i]`; own[b][i] holds its polynomials from term b W on.
template <int W, int First, int End>
LUNAFAB_INLINE Wide<W> series(const double* const (&c)[W], const Wide<W> (&own)[Ephemeris::terms / W][W]) {
  if constexpr (End - First > W) {
    constexpr int middle = (First + End) / 2;
    return series<W, First, middle>(c, own) + series<W, middle, End>(c, own);
  } else {
    Wide<W> product[W];
#pragma GCC unroll 8
    for (int i = 0; i < W; ++i) {
      Wide<W> of_lane;
      std::memcpy(&of_lane, c[i] + First, sizeof of_lane);
      product[i] = of_lane * own[First / W][i];
    }
    return sums_across<W>(product);
  }
}

}  // namespace lane_sky

/// At dates `t_s` after the beginning of the ephemeris. Every lane reads its own segment: the products of its
/// coefficients and Chebyshev polynomials stand in vectors and are added up across them.
template <int W>
LUNAFAB_INLINE LaneSkyState<W> look_up(const LaneSky& sky, const Wide<W>& t_s) {
  constexpr int terms = Ephemeris::terms;
  static_assert(terms % W == 0);
  const Wide<W> first = Wide<W>{} + static_cast<double>(sky.first);
  const Wide<W> last = first + static_cast<double>(sky.rows.size() - 1);
  const Wide<W> count = t_s * (1.0 / Ephemeris::segment_s);
  const WideInts<W> index = __builtin_convertvector(smaller(larger(count, first), last), WideInts<W>);
  const Wide<W> x = 2.0 * (count - __builtin_convertvector(index, Wide<W>)) - 1.0, twice = x + x;
  Wide<W> polynomials[terms] = {Wide<W>{} + 1.0, x}, own[terms / W][W];
#pragma GCC unroll 8
  for (int k = 2; k < terms; ++k) polynomials[k] = twice * polynomials[k - 1] - polynomials[k - 2];
#pragma GCC unroll 8
  for (int k = 0; k < terms; ++k) own[k / W][k % W] = polynomials[k];
#pragma GCC unroll 4
  for (auto& block : own) transpose<W>(block);
  const SkyRow* row[W];
#pragma GCC unroll 8
  for (int i = 0; i < W; ++i) row[i] = sky.rows.data() + (index[i] - sky.first);
  Wide<W> value[Ephemeris::components];
#pragma GCC unroll 10
  for (int c = 0; c < Ephemeris::components; ++c) {
    const double* of_lane[W];
#pragma GCC unroll 8
    for (int i = 0; i < W; ++i) of_lane[i] = row[i]->c[c];
    value[c] = lane_sky::series<W, 0, terms>(of_lane, own);
  }
  return {{value[0], value[1], value[2]},
          {value[3], value[4], value[5]},
          {value[6], value[7], value[8]},
          value[9]};
}

}  // namespace lunafab::orbit
