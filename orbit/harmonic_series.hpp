#pragma once
#include <array>
#include <cstddef>
#include <vector>
#include "orbit/taper.hpp"

// The gradient of a harmonic field is itself three harmonic series, one degree higher. They are kept over
// "monic" derived Legendre functions: M_nm(u) = u^(n−m) + …, with
//   M_mm = 1,  M_nm = u M_(n−1)m − b_nm M_(n−2)m,  b_nm = (n+m−1)(n−m−1) / ((2n−1)(2n−3)),
// so that a term costs one multiplication less than with any other scaling. With ρ = R/r, (s,t,u) = r/|r| and
// E_m = ρᵐ (s + it)ᵐ:
//   a = GM/R² ρ Σ_m Σ_n ρ^(n−m) M_nm(u) (C_nm Re E_m + S_nm Im E_m).
/// @source gradient of a harmonic by harmonics of the next degree: Cunningham, Celest. Mech. 2, 207 (1970),
/// as in Montenbruck and Gill, "Satellite Orbits" (2000), 3.2.5.
namespace lunafab::orbit {

/// Degrees at which a series may end. A lane's degree is rounded up to one of them.
inline constexpr std::array<int, 19> series_tiers{0,  2,  3,  4,  5,  6,  8,  10,  12, 16,
                                                  20, 25, 30, 40, 50, 60, 80, 100, 150};
constexpr int tier_degree(int tier) {
  return series_tiers[static_cast<std::size_t>(tier)];
}
/// The first tier that holds a degree.
constexpr int tier_of(int degree) {
  int tier = 0;
  while (tier_degree(tier) < degree) ++tier;
  return tier;
}
/// The same as a table.
inline constexpr auto tier_table = [] {
  std::array<int, static_cast<std::size_t>(series_tiers.back()) + 1> out{};
  for (std::size_t degree = 0; degree < out.size(); ++degree) out[degree] = tier_of(static_cast<int>(degree));
  return out;
}();

/// One n, m of the three series of the acceleration.
struct alignas(64) SeriesTerm {
  double b = 0.0;
  double c[3] = {}, s[3] = {};  ///< of x, y, z
};

/// A field beyond a point, without its degrees 0 and 1, ready for evaluation.
struct HarmonicSeries {
  double radius_m = 0.0;
  double scale_mps2 = 0.0;            ///< GM/R²
  int top_tier = 0;                   ///< holds the degree asked for; what is above that is zero
  std::vector<SeriesTerm> terms{};    ///< at n(n+1)/2 + m, n up to the top tier's degree + 1
  std::vector<double> reach_sq_m2{};  ///< [top_tier+1] a tier counts at smaller squares of the distance
};
/// @throws ContractError above the last tier.
HarmonicSeries prepare_series(const GravityField& field, int degree, const DegreeTaper& taper);

}  // namespace lunafab::orbit
