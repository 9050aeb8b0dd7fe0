#pragma once
#include <cstring>
#include "core/clones.hpp"
#include "core/lanes.hpp"

// For kernels only: files compiled with -Wno-psabi, because vectors wider than SSE's have no ABI without AVX.
// Everything is inlined into one outermost function a kernel, compiled for each CPU level: either eight lanes
// in clones, or as many lanes as the level's registers hold (core/simd_level.hpp). GCC 12 takes comparisons,
// choices and shuffles of wider vectors apart into scalars, and in functions for AVX-512 even `|` of two
// comparisons.
#define LUNAFAB_INLINE inline __attribute__((always_inline))
#define LUNAFAB_AVX512 __attribute__((target("avx512f")))
#define LUNAFAB_AVX2 __attribute__((target("avx2")))

namespace lunafab {

template <class V>
LUNAFAB_INLINE V larger(V a, V b) {
  return a > b ? a : b;
}
template <class V>
LUNAFAB_INLINE V smaller(V a, V b) {
  return a < b ? a : b;
}
template <class V>
LUNAFAB_INLINE V magnitude(V a) {
  return a < 0.0 ? -a : a;
}
/// One instruction where the file is compiled with -fno-math-errno.
template <class V>
LUNAFAB_INLINE V square_root(V a) {
  double each[sizeof a / sizeof(double)];
  std::memcpy(each, &a, sizeof a);
  for (double& x : each) x = __builtin_sqrt(x);
  std::memcpy(&a, each, sizeof a);
  return a;
}

}  // namespace lunafab
