#pragma once
#include <cstdint>
#include <type_traits>
#include "core/contract.hpp"

namespace lunafab {

/// Vector instructions that kernels may use; their results have the same bits on each.
enum class SimdLevel : std::uint8_t { sse2, avx2, avx512 };

/// The highest of this CPU.
inline SimdLevel simd_level() {
  if (__builtin_cpu_supports("avx512f")) return SimdLevel::avx512;
  return __builtin_cpu_supports("avx2") ? SimdLevel::avx2 : SimdLevel::sse2;
}

/// Calls `work` with the number of doubles in a register, as a constant.
/// @throws ContractError for instructions that this CPU lacks.
template <class Work>
void at_width(SimdLevel level, const Work& work) {
  expects(level <= simd_level(), "SIMD level: this CPU lacks the instructions");
  switch (level) {
    case SimdLevel::avx512:
      return work(std::integral_constant<int, 8>{});
    case SimdLevel::avx2:
      return work(std::integral_constant<int, 4>{});
    case SimdLevel::sse2:
      return work(std::integral_constant<int, 2>{});
  }
}

}  // namespace lunafab
