#pragma once

namespace lunafab {

/// Eight independent calculations side by side. Every operation on it is IEEE arithmetic lane by lane, never
/// contracted, so the bits are the same on every CPU level.
inline constexpr int lanes = 8;
// The alignment is named because it would be 16 where the compiler does not know AVX, and more in the clones.
using Lanes __attribute__((vector_size(lanes * sizeof(double)), aligned(64))) = double;
using LaneInts __attribute__((vector_size(lanes * sizeof(int)), aligned(32))) = int;
using LaneLongs __attribute__((vector_size(lanes * sizeof(long)), aligned(64))) = long;

}  // namespace lunafab
