#include "massdriver/loop_integrals.hpp"
#include <cmath>
#include <numbers>

namespace lunafab::massdriver {
namespace {

/// Complete elliptic integrals of modulus k: ∫ sin²/√(1 − k² sin²) and ∫ cos²/√(1 − k² sin²) over a quarter.
struct QuarterIntegrals {
  double sine, cosine;
};

// With c₀ = k and c_{n+1} = c_n²/(4 mean_{n+1}), (K − E)/K = Σ 2ⁿ⁻¹ c_n². Summing c_n/k instead leaves no
// division by a vanishing k. Once c_n < 1e-8 the mean is exact to rounding.
QuarterIntegrals quarter_integrals(double k, double complementary) {
  double mean = 1.0, geometric = complementary, ratio = 1.0, sum = 0.5, weight = 1.0;
  do {
    const double next = 0.5 * (mean + geometric);
    geometric = std::sqrt(mean * geometric);
    mean = next;
    ratio *= ratio * k / (4.0 * mean);
    sum += weight * ratio * ratio;
    weight *= 2.0;
  } while (ratio * k > 1e-8 * mean && geometric > 0.0);  // 0: the circles touch
  const double whole = std::numbers::pi / (2.0 * mean);
  return {.sine = whole * sum, .cosine = whole * (1.0 - sum)};
}

}  // namespace

// With p = r_max + r_min and k = 4ab/p², r² = (p/2)²(1 + k² − 2k cos φ) and
//   S_n = (2/p)ⁿ (π/2) ₂F₁(n/2, n/2 − 1; 2; k²);
// Euler's transformation takes the powers of 1 − k² = 4 r_max r_min/p² out of n = 5, 7, and what is left are
// combinations of the two quarter integrals with positive factors.
LoopIntegrals loop_integrals(double a_m, double b_m, double z_m) {
  const double plus = a_m + b_m, minus = a_m - b_m, z2 = z_m * z_m;
  const double product2 = (plus * plus + z2) * (minus * minus + z2);  // (r_max r_min)²
  const double product = std::sqrt(product2);
  const double p2 = 2.0 * (a_m * a_m + b_m * b_m + z2 + product), p = std::sqrt(p2);
  const double k = 4.0 * a_m * b_m / p2, rest = 4.0 * product / p2;  // rest = 1 − k²
  const auto [sine, cosine] = quarter_integrals(k, std::sqrt(rest));
  const double m = k * k;
  return {
      .s3_per_m3 = 16.0 * sine / (p2 * p),
      .s5_per_m5 = 4.0 / 3.0 * (2.0 * cosine + rest * sine) / (p * product2),
      .s7_per_m7 = p / 15.0 * (8.0 * (1.0 + m) * cosine + rest * (7.0 + m) * sine) / (product2 * product2)};
}

}  // namespace lunafab::massdriver
