#pragma once
#include <bit>
#include <cmath>
#include "core/lanes.hpp"

// Sine and cosine for one double or for eight side by side, from the same IEEE operations: a lane has the
// bits of the scalar.
namespace lunafab::orbit {

#define LUNAFAB_ALWAYS_INLINE inline __attribute__((always_inline))

template <class T>
struct SinCos {
  T sine, cosine;
};

namespace trig {

LUNAFAB_ALWAYS_INLINE long bits(double x) {
  return std::bit_cast<long>(x);
}
LUNAFAB_ALWAYS_INLINE LaneLongs bits(Lanes x) {
  return std::bit_cast<LaneLongs>(x);
}
LUNAFAB_ALWAYS_INLINE bool any(bool mask) {
  return mask;
}
LUNAFAB_ALWAYS_INLINE bool any(LaneLongs mask) {
  long sum = 0;
  for (int i = 0; i < lanes; ++i) sum |= mask[i];
  return sum != 0;
}

/// x = k π/2 + rest, |rest| ≤ π/4. The halves of π/2 are fdlibm's: the first has 33 bits, so that its
/// multiple is exact while |k| < 2²⁰.
template <class T>
struct Reduced {
  T rest, shifted;  ///< the last two bits of `shifted` are k modulo 4
};
template <class T>
LUNAFAB_ALWAYS_INLINE Reduced<T> reduce(T x) {
  constexpr double half_pi_high = 0x1.921fb544p+0, half_pi_low = 0x1.0b4611a626331p-34;
  constexpr double round_off = 0x1.8p52;
  const T shifted = x * 0x1.45f306dc9c883p-1 + round_off;
  const T k = shifted - round_off;
  return {(x - k * half_pi_high) - k * half_pi_low, shifted};
}

}  // namespace trig

/// For |x| ≤ 1.6e6; absolute error below 2e-16.
/// @source polynomials of fdlibm (Sun, 1993), `__kernel_sin` and `__kernel_cos`.
template <class T>
LUNAFAB_ALWAYS_INLINE SinCos<T> sin_cos(T x) {
  const trig::Reduced<T> reduced = trig::reduce(x);
  const T r = reduced.rest, z = r * r;
  const T s = r + r * z *
                      (-1.66666666666666324348e-01 +
                       z * (8.33333333332248946124e-03 +
                            z * (-1.98412698298579493134e-04 +
                                 z * (2.75573137070700676789e-06 +
                                      z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))));
  const T c = 1.0 - 0.5 * z +
              z * z *
                  (4.16666666666666019037e-02 +
                   z * (-1.38888888888741095749e-03 +
                        z * (2.48015872894767294178e-05 +
                             z * (-2.75573143513906633035e-07 +
                                  z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)))));
  const auto q = trig::bits(reduced.shifted);
  const auto odd = (q & 1) != 0;
  const T sine = odd ? c : s, cosine = odd ? s : c;
  return {(q & 2) != 0 ? -sine : sine, ((q + 1) & 2) != 0 ? -cosine : cosine};
}

/// x less the nearest multiple of 2π; to 1e-16 of x.
template <class T>
LUNAFAB_ALWAYS_INLINE T wrap_revolution(T x) {
  constexpr double round_off = 0x1.8p52;
  constexpr double turn_high = 4.0 * 0x1.921fb544p+0, turn_low = 4.0 * 0x1.0b4611a626331p-34;
  const T k = (x * 0x1.45f306dc9c883p-3 + round_off) - round_off;
  return (x - k * turn_high) - k * turn_low;
}

}  // namespace lunafab::orbit
