#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <string>
#include <vector>

namespace lunafab::orbit {

/// The highest degree that can be evaluated.
inline constexpr int most_field_degree = 660;

/// A fully normalised (4π) spherical-harmonic field. Coefficients of degree n and order m stand at n(n+1)/2 +
/// m.
struct GravityField {
  std::string name;  ///< with its source, printed with results
  double gm_m3ps2 = 0.0;
  double radius_m = 0.0;  ///< reference radius
  int degree = 0;
  std::vector<double> c, s;  ///< [(degree+1)(degree+2)/2]

  static constexpr std::size_t index(int n, int m) {
    const auto row = static_cast<std::size_t>(n);
    return row * (row + 1) / 2 + static_cast<std::size_t>(m);
  }
};

/// GRAIL field GrazLGM300c to degree and order 12, tide-free, principal axes (DE421).
const GravityField& built_in_field();

/// Reads a lunar field from a SHADR (PDS) or ICGEM (.gfc) file, told apart by its content, up to
/// `most_degree` (2 … 660). Rows stand in order in SHADR, in any order in ICGEM; degrees 0 and 1 may be
/// absent.
/// @throws InputError with every finding, file:line: degrees missing or out of order, coefficients missing,
/// GM in km³/s², reference radius in km, not normalised, not numbers.
GravityField load_gravity_field(const std::string& path, int most_degree);

/// Acceleration [m/s²] at a place in the field's own axes, up to `degree`, poles included.
/// @throws ContractError where the field has no such degree.
Eigen::Vector3d acceleration_mps2(const GravityField& field, int degree, const Eigen::Vector3d& r_m);
/// The same and its gradient ∂a/∂r [3×3, 1/s²].
struct FieldGradient {
  Eigen::Vector3d acceleration_mps2;
  Eigen::Matrix3d gradient_per_s2;
};
FieldGradient gradient(const GravityField& field, int degree, const Eigen::Vector3d& r_m);
/// Potential [m²/s²], positive.
double potential_m2ps2(const GravityField& field, int degree, const Eigen::Vector3d& r_m);

}  // namespace lunafab::orbit
