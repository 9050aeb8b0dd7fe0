#pragma once

namespace lunafab {

/// Eight independent calculations side by side. Every operation on it is IEEE arithmetic lane by lane, never
/// contracted, so the bits are the same on every CPU level.
inline constexpr int lanes = 8;
using Lanes __attribute__((vector_size(lanes * sizeof(double)))) = double;
using LaneInts __attribute__((vector_size(lanes * sizeof(int)))) = int;
using LaneLongs __attribute__((vector_size(lanes * sizeof(long)))) = long;

}  // namespace lunafab
