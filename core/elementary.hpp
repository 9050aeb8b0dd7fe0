#pragma once
#include <bit>
#include <cstdint>
#include <span>

namespace lunafab {

/// Elementary functions built only from IEEE +, −, ×, ÷, √ and bit operations: they give the same bits on
/// every CPU and with every libm, as long as nothing is contracted to fma. One ulp is one unit in the last
/// place of the exact result.

/// Natural logarithm, within 1 ulp for every positive x, subnormal ones included. log(0) = −∞, NaN below 0.
double portable_log(double x);
/// Exponential, within 1.1 ulp (of subnormals: of the smallest one); 0 and ∞ beyond the range.
double portable_exp(double x);
/// x with Φ(x) = p, to 2e-15 relative, for 0 < p < 1; −∞ and ∞ at the ends, NaN outside.
/// @source Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Appl. Statist. 37
/// (1988), PPND16.
double normal_quantile(double p);
/// `p[i] = normal_quantile(p[i])` to the bit, for normal p in (0, 1); several times faster than one by one.
void normal_quantiles(std::span<double> p);
/// Φ(x), to 2e-15 relative, also deep in the lower tail (x ≥ −37).
/// @source Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969).
double normal_cdf(double x);
/// Density of the standard normal distribution, to 2e-15 relative for |x| ≤ 37.
double normal_density(double x);
/// Γ(x), to 2e-14 relative for 0 < x ≤ 21, 4e-13 up to 170. @throws ContractError outside.
double gamma_function(double x);

/// Kernels of the above without special cases, inline so that loops over them vectorise.
namespace kernel {

/// Logarithm of a normal, positive, finite x: bit for bit `portable_log(x)`.
/// x = 2^k (1 + f) with √½ ≤ 1 + f < √2, s = f/(2 + f), and log(1 + f) = log((1 + s)/(1 − s)) = f − f²/2 +
/// s(f²/2 + z P(z)) with z = s². P by Chebyshev fit on z ≤ 0.02944, error 4.6e-18. The arrangement of the sum
/// is that of fdlibm (Sun, 1993). `scaled`: the caller multiplied x by 2^scaled before.
template <int scaled = 0>
inline double log_normal_range(double x) {
  constexpr double ln2_high = 0x1.62e42fefp-1, ln2_low = 0x1.473de6af278edp-34;  // high · k is exact
  constexpr std::uint64_t half_root_bits = 0x3fe6a09e00000000, one_bits = 0x3ff0000000000000;
  const std::uint64_t shifted = std::bit_cast<std::uint64_t>(x) + (one_bits - half_root_bits);
  // SSE2 cannot convert 64-bit integers: a small one becomes a double through the mantissa of 2^52.
  const double k = std::bit_cast<double>((shifted >> 52) | 0x4330000000000000) - (0x1p52 + 1023.0 + scaled);
  const double f = std::bit_cast<double>((shifted & 0x000fffffffffffff) + half_root_bits) - 1.0;
  const double s = f / (2.0 + f), z = s * s, w = z * z;
  const double even = 0x1.5555555555558p-1 +
                      w * (0x1.2492492df281ap-2 + w * (0x1.7462b51cb66b1p-3 + w * 0x1.2b5900de53b32p-3));
  const double odd = 0x1.99999999952d7p-2 + w * (0x1.c71c62e3f11e6p-3 + w * 0x1.39fe51a7c18f9p-3);
  const double half_square = 0.5 * f * f;
  const double correction = s * (half_square + (z * even + w * odd)) + k * ln2_low;
  return k * ln2_high - ((half_square - correction) - f);
}

/// eˣ = fraction · 2^k with k an integer: x = k ln 2 + r, |r| ≤ ln 2 / 2, fraction = eʳ.
struct Power {
  double fraction;
  std::uint64_t exponent;  ///< k modulo 2⁶⁴
};

/// For |x| ≤ 1000. eʳ = 1 + r + r² Q(r), Q by Chebyshev fit, error of eʳ 1.3e-17.
inline Power exp_parts(double x) {
  constexpr double ln2_high = 0x1.62e42fefp-1, ln2_low = 0x1.473de6af278edp-34;
  constexpr double round_off = 0x1.8p52;  // adding it leaves the nearest integer in the low bits
  const double shifted = x * 0x1.71547652b82fep+0 + round_off;
  const double k = shifted - round_off;
  const double head = x - k * ln2_high, rest = k * ln2_low;  // both exact or nearly: r alone would lose bits
  const double r = head - rest, z = r * r, w = z * z;
  const double even = (0x1.0000000000001p-1 + z * 0x1.5555555553d63p-5) +
                      w * ((0x1.6c16c1788bd90p-10 + z * 0x1.a019b90d2ae7ap-16) + w * 0x1.289185613a3d6p-22);
  const double odd = (0x1.5555555555556p-3 + z * 0x1.11111111109b3p-7) +
                     w * ((0x1.a01a01a7c41d5p-13 + z * 0x1.71de0dae63bb3p-19) + w * 0x1.af38a9b0ec855p-26);
  return {1.0 + (head + (z * (even + r * odd) - rest)),
          std::bit_cast<std::uint64_t>(shifted) - std::bit_cast<std::uint64_t>(round_off)};
}

/// 2^k for −1022 ≤ k ≤ 1023.
inline double power_of_two(std::uint64_t k) {
  return std::bit_cast<double>((k + 1023) << 52);
}

/// Exponential for |x| ≤ 708, where the result is a normal number: bit for bit `portable_exp(x)`.
inline double exp_normal_range(double x) {
  const Power power = exp_parts(x);
  return power.fraction * power_of_two(power.exponent);
}

}  // namespace kernel
}  // namespace lunafab
