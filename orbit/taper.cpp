#include "orbit/taper.hpp"
#include <algorithm>
#include <cmath>
#include <limits>

namespace lunafab::orbit {

DegreeTaper taper_field(const GravityField& field, int degree, double share) {
  DegreeTaper taper;
  taper.reach_m.resize(static_cast<std::size_t>(degree) + 1);
  double farthest_m = 0.0;
  for (int n = degree; n >= 0; --n) {
    double square = 0.0;
    for (int m = 0; m <= n; ++m) {
      const std::size_t i = GravityField::index(n, m);
      square += field.c[i] * field.c[i] + field.s[i] * field.s[i];
    }
    const double strength = std::sqrt(square * (n + 1.0)) * (2.0 * n + 1.0);
    const double reach_m = share == 0.0 || n == 0 ? std::numeric_limits<double>::infinity()
                                                  : field.radius_m * std::pow(strength / share, 1.0 / n);
    farthest_m = std::max(farthest_m, reach_m);
    taper.reach_m[static_cast<std::size_t>(n)] = farthest_m;
  }
  return taper;
}

}  // namespace lunafab::orbit
