#include "orbit/harmonic_series.hpp"
#include <cmath>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

/// Sums of products C·V + S·W of the unnormalised field of one degree, in terms of the next degree's: what
/// falls to order k of each component of the acceleration, in units of GM/R².
struct Degree {
  const GravityField* field;
  int n;

  /// (C, S) times the ratio of the monic function to the normalised one it stands for: λ_(n+1)k N_nm, with
  /// P_nm = λ_nm M_nm at the leading power and N_nm the normalisation.
  struct Pair {
    double c, s;
  };
  Pair at(int m, int k) const {
    if (m < 0 || m > n) return {0.0, 0.0};
    const double factor = std::exp(log_lead(n + 1, k) + 0.5 * log_norm_sq(m));
    const std::size_t i = GravityField::index(n, m);
    return {factor * field->c[i], factor * field->s[i]};
  }
  /// ln (2n)! / (2ⁿ n! (n−m)!)
  static double log_lead(int degree, int order) {
    return std::lgamma(2.0 * degree + 1.0) - degree * std::log(2.0) - std::lgamma(degree + 1.0) -
           std::lgamma(degree - order + 1.0);
  }
  double log_norm_sq(int m) const {
    return std::log((m == 0 ? 1.0 : 2.0) * (2.0 * n + 1.0)) + std::lgamma(n - m + 1.0) -
           std::lgamma(n + m + 1.0);
  }
};

SeriesTerm term(const Degree& degree, int k) {
  const int n = degree.n;
  SeriesTerm out;
  const auto below = degree.at(k - 1, k), same = degree.at(k, k), above = degree.at(k + 1, k);
  const double half = k == 1 ? 1.0 : 0.5;  // order 0 has no negative partner
  const double lift = 0.5 * (n - k + 1.0) * (n - k);
  out.c[0] = -half * below.c + lift * above.c, out.s[0] = -half * below.s + lift * above.s;
  out.c[1] = half * below.s + lift * above.s, out.s[1] = -half * below.c - lift * above.c;
  out.c[2] = -(n - k + 1.0) * same.c, out.s[2] = -(n - k + 1.0) * same.s;
  return out;
}

}  // namespace

HarmonicSeries prepare_series(const GravityField& field, int degree, const DegreeTaper& taper) {
  expects(degree <= series_tiers.back(), "harmonic series: at most degree 150");
  HarmonicSeries out{.radius_m = field.radius_m,
                     .scale_mps2 = field.gm_m3ps2 / (field.radius_m * field.radius_m)};
  out.top_tier = tier_of(degree);
  const int rows = tier_degree(out.top_tier) + 1;
  out.terms.resize(GravityField::index(rows, rows) + 1);
  for (int n = 0; n <= rows; ++n) {
    for (int m = 0; m <= n; ++m) {
      SeriesTerm& t = out.terms[GravityField::index(n, m)];
      if (n >= 3 && n <= degree + 1) t = term({&field, n - 1}, m);
      if (n >= m + 2) t.b = (n + m - 1.0) * (n - m - 1.0) / ((2.0 * n - 1.0) * (2.0 * n - 3.0));
    }
  }
  for (int tier = 0; tier <= out.top_tier; ++tier) {
    const int lowest = tier == 0 ? 0 : tier_degree(tier - 1) + 1;
    const double reach_m = taper.reach_m[static_cast<std::size_t>(lowest)];
    out.reach_sq_m2.push_back(reach_m * reach_m);
  }
  return out;
}

}  // namespace lunafab::orbit
