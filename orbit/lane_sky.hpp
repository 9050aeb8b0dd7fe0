#pragma once
#include <cstddef>
#include <vector>
#include "core/tick.hpp"
#include "orbit/dynamics.hpp"
#include "orbit/lane_integrator.hpp"

// The sky of eight moments: a header for kernels (see core/lane_math.hpp).
namespace lunafab::orbit {

/// One segment of an ephemeris, seen from the Moon: Earth x y z, Sun x y z, quaternion from GCRF axes to
/// those of the field; each vector holds the eight coefficients of one component.
struct SkyRow {
  Lanes c[Ephemeris::components];
};
static_assert(Ephemeris::terms == lanes);

/// The segments of an ephemeris that a batch needs. Times count from the ephemeris' own beginning, so that an
/// arc's bits do not depend on which segments its batch needs.
struct LaneSky {
  int first = 0;  ///< segment of the ephemeris
  std::vector<SkyRow> rows;
};
/// Segments for the dates from … to.
LaneSky cut_sky(const Dynamics& dynamics, Epoch from, Epoch to);

struct LaneSkyState {
  Lanes3 earth, sun;  ///< m, from the Moon
  Lanes3 axis;        ///< quaternion: vector part …
  Lanes angle;        ///< … and scalar part
};

namespace lane_sky {

// A pair of vectors as a matrix of two columns, cut into rows of one, two and four elements.
LUNAFAB_INLINE Lanes even_ones(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
}
LUNAFAB_INLINE Lanes odd_ones(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
}
LUNAFAB_INLINE Lanes even_twos(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 0, 1, 8, 9, 4, 5, 12, 13);
}
LUNAFAB_INLINE Lanes odd_twos(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 2, 3, 10, 11, 6, 7, 14, 15);
}
LUNAFAB_INLINE Lanes low_fours(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11);
}
LUNAFAB_INLINE Lanes high_fours(const Lanes& a, const Lanes& b) {
  return __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15);
}

/// Rows become columns.
LUNAFAB_INLINE void transpose(const Lanes (&a)[lanes], Lanes (&out)[lanes]) {
  Lanes ones[lanes], twos[lanes];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < lanes; i += 2) {
    ones[i] = even_ones(a[i], a[i + 1]), ones[i + 1] = odd_ones(a[i], a[i + 1]);
  }
#pragma GCC unroll 2
  for (std::size_t i = 0; i < lanes; i += 4) {
#pragma GCC unroll 2
    for (std::size_t j = i; j < i + 2; ++j) {
      twos[j] = even_twos(ones[j], ones[j + 2]), twos[j + 2] = odd_twos(ones[j], ones[j + 2]);
    }
  }
#pragma GCC unroll 4
  for (std::size_t j = 0; j < 4; ++j) {
    out[j] = low_fours(twos[j], twos[4 + j]), out[4 + j] = high_fours(twos[j], twos[4 + j]);
  }
}

/// The sum of the elements of each of eight vectors.
LUNAFAB_INLINE Lanes sums(const Lanes (&a)[lanes]) {
  Lanes two[4], four[2];
#pragma GCC unroll 4
  for (std::size_t i = 0; i < 4; ++i) {
    const Lanes &p = a[2 * i], &q = a[2 * i + 1];
    two[i] = even_ones(p, q) + odd_ones(p, q);
  }
#pragma GCC unroll 2
  for (std::size_t i = 0; i < 2; ++i) {
    const Lanes &p = two[2 * i], &q = two[2 * i + 1];
    four[i] = even_twos(p, q) + odd_twos(p, q);
  }
  return low_fours(four[0], four[1]) + high_fours(four[0], four[1]);
}

}  // namespace lane_sky

/// At dates `t_s` after the beginning of the ephemeris. Every lane reads its own segment: the products of its
/// coefficients and Chebyshev polynomials stand in one vector and are added up across it.
LUNAFAB_INLINE LaneSkyState look_up(const LaneSky& sky, const Lanes& t_s) {
  const Lanes first = Lanes{} + static_cast<double>(sky.first);
  const Lanes last = first + static_cast<double>(sky.rows.size() - 1);
  const Lanes count = t_s * (1.0 / Ephemeris::segment_s);
  const LaneInts index = __builtin_convertvector(smaller(larger(count, first), last), LaneInts);
  const Lanes x = 2.0 * (count - __builtin_convertvector(index, Lanes)) - 1.0, twice = x + x;
  Lanes polynomials[lanes] = {Lanes{} + 1.0, x}, own[lanes];
#pragma GCC unroll 8
  for (int k = 2; k < lanes; ++k) polynomials[k] = twice * polynomials[k - 1] - polynomials[k - 2];
  lane_sky::transpose(polynomials, own);
  const SkyRow* row[lanes];
#pragma GCC unroll 8
  for (int i = 0; i < lanes; ++i) row[i] = sky.rows.data() + (index[i] - sky.first);
  Lanes value[Ephemeris::components];
#pragma GCC unroll 10
  for (int c = 0; c < Ephemeris::components; ++c) {
    Lanes product[lanes];
#pragma GCC unroll 8
    for (int i = 0; i < lanes; ++i) product[i] = row[i]->c[c] * own[i];
    value[c] = lane_sky::sums(product);
  }
  return {{value[0], value[1], value[2]},
          {value[3], value[4], value[5]},
          {value[6], value[7], value[8]},
          value[9]};
}

}  // namespace lunafab::orbit
