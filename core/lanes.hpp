#pragma once

namespace lunafab {

/// Vectors of W calculations side by side. Every operation on them is IEEE arithmetic lane by lane, never
/// contracted, so the bits are the same at every width and on every CPU level.
template <int W>
struct LaneTypes {
  // The alignment is named because it would be 16 where the compiler does not know AVX, and more in the
  // clones.
  using Reals __attribute__((vector_size(W * sizeof(double)), aligned(W * sizeof(double)))) = double;
  using Ints __attribute__((vector_size(W * sizeof(int)), aligned(W * sizeof(int)))) = int;
  using Longs __attribute__((vector_size(W * sizeof(long)), aligned(W * sizeof(long)))) = long;
};
template <int W>
using Wide = typename LaneTypes<W>::Reals;
template <int W>
using WideInts = typename LaneTypes<W>::Ints;
template <int W>
using WideLongs = typename LaneTypes<W>::Longs;

/// The widest: a register of AVX-512, or a cache line.
inline constexpr int lanes = 8;
using Lanes = Wide<lanes>;
using LaneInts = WideInts<lanes>;
using LaneLongs = WideLongs<lanes>;

}  // namespace lunafab
