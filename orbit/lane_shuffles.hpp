#pragma once
#include <cstddef>
#include <utility>
#include "core/lane_math.hpp"

// Exchanges between lanes: a header for kernels (see core/lane_math.hpp). Two vectors of W elements are cut
// into runs of S; what is left are instructions that every level has.
namespace lunafab::orbit {

namespace shuffles {

template <int S, int W, int... I>
LUNAFAB_INLINE Wide<W> even_runs(const Wide<W>& a, const Wide<W>& b,
                                 std::integer_sequence<int, I...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (I % (2 * S) < S ? I : W + I - S)...);
}
template <int S, int W, int... I>
LUNAFAB_INLINE Wide<W> odd_runs(const Wide<W>& a, const Wide<W>& b,
                                std::integer_sequence<int, I...> /*lanes*/) {
  return __builtin_shufflevector(a, b, (I % (2 * S) < S ? I + S : W + I)...);
}

}  // namespace shuffles

/// Runs 0, 2, … of a, each followed by b's.
template <int S, int W>
LUNAFAB_INLINE Wide<W> even_runs(const Wide<W>& a, const Wide<W>& b) {
  return shuffles::even_runs<S, W>(a, b, std::make_integer_sequence<int, W>{});
}
/// Runs 1, 3, … of a, each followed by b's.
template <int S, int W>
LUNAFAB_INLINE Wide<W> odd_runs(const Wide<W>& a, const Wide<W>& b) {
  return shuffles::odd_runs<S, W>(a, b, std::make_integer_sequence<int, W>{});
}

/// Rows become columns, by blocks of 2S.
template <int W, int S = 1>
LUNAFAB_INLINE void transpose(Wide<W> (&a)[W]) {
#pragma GCC unroll 8
  for (int i = 0; i < W; ++i) {
    if ((i & S) != 0) continue;
    const Wide<W> even = even_runs<S, W>(a[i], a[i + S]), odd = odd_runs<S, W>(a[i], a[i + S]);
    a[i] = even, a[i + S] = odd;
  }
  if constexpr (2 * S < W) transpose<W, 2 * S>(a);
}

/// The sum of the elements of each of W vectors, in pairs of neighbours, of neighbouring pairs …
template <int W, int S = 1>
LUNAFAB_INLINE Wide<W> sums_across(const Wide<W> (&a)[W / S]) {
  Wide<W> pairs[W / S / 2];
#pragma GCC unroll 4
  for (int i = 0; i < W / S / 2; ++i)
    pairs[i] = even_runs<S, W>(a[2 * i], a[2 * i + 1]) + odd_runs<S, W>(a[2 * i], a[2 * i + 1]);
  if constexpr (2 * S == W) {
    return pairs[0];
  } else {
    return sums_across<W, 2 * S>(pairs);
  }
}

}  // namespace lunafab::orbit
