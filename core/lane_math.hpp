#pragma once
#include <cstring>
#include "core/lanes.hpp"

// For kernels only: files compiled with -Wno-psabi, because vectors of eight doubles have no ABI without
// AVX-512. Everything is inlined into one outermost function a kernel, which has a clone for each CPU level.
#define LUNAFAB_INLINE inline __attribute__((always_inline))
#define LUNAFAB_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))

namespace lunafab {

LUNAFAB_INLINE Lanes larger(Lanes a, Lanes b) {
  return a > b ? a : b;
}
LUNAFAB_INLINE Lanes smaller(Lanes a, Lanes b) {
  return a < b ? a : b;
}
LUNAFAB_INLINE Lanes magnitude(Lanes a) {
  return a < 0.0 ? -a : a;
}
/// One instruction where the file is compiled with -fno-math-errno.
LUNAFAB_INLINE Lanes square_root(Lanes a) {
  double each[lanes];
  std::memcpy(each, &a, sizeof a);
  for (double& x : each) x = __builtin_sqrt(x);
  std::memcpy(&a, each, sizeof a);
  return a;
}

}  // namespace lunafab
