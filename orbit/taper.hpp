#pragma once
#include <vector>
#include "orbit/dynamics.hpp"

namespace lunafab::orbit {

/// Down to which distance each degree of a field can be left out. By the addition theorem degree n pulls with
/// at most GM/r² (R/r)ⁿ σ_n (2n+1) √(n+1), where σ_n² = Σ_m C̄² + S̄².
struct DegreeTaper {
  std::vector<double> reach_m{};  ///< [degree+1] beyond it this degree and all higher ones are left out

  /// The highest degree that counts at a distance.
  int degree_at(double r_m) const {
    auto n = static_cast<int>(reach_m.size()) - 1;
    while (n > 0 && r_m > reach_m[static_cast<std::size_t>(n)]) --n;
    return n;
  }
};
/// `share` 0: every degree counts everywhere.
DegreeTaper taper_field(const GravityField& field, int degree, double share);

}  // namespace lunafab::orbit
