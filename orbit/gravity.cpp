#include "orbit/gravity.hpp"
#include "orbit/harmonics.hpp"

namespace lunafab::orbit {

Eigen::Vector3d acceleration_mps2(const GravityField& field, int degree, const Eigen::Vector3d& r_m) {
  const double r = r_m.norm();
  const Eigen::Vector3d direction = r_m / r;
  const HarmonicSums sums = harmonic_sums(field, degree, direction, field.radius_m / r, Order::first);
  return field.gm_m3ps2 / (r * r) * (sums.f_i - sums.Df * direction);
}

FieldGradient gradient(const GravityField& field, int degree, const Eigen::Vector3d& r_m) {
  const double r = r_m.norm();
  const Eigen::Vector3d s = r_m / r;
  const HarmonicSums sums = harmonic_sums(field, degree, s, field.radius_m / r, Order::second);
  const double scale = field.gm_m3ps2 / (r * r);
  const Eigen::Matrix3d mixed = s * sums.Df_i.transpose();
  Eigen::Matrix3d G = sums.f_ik - mixed - mixed.transpose() - sums.Df * Eigen::Matrix3d::Identity() +
                      (2.0 * sums.Df + sums.DDf) * (s * s.transpose());
  G *= scale / r;
  G.triangularView<Eigen::StrictlyLower>() = G.transpose();  // to the bit
  return {scale * (sums.f_i - sums.Df * s), G};
}

double potential_m2ps2(const GravityField& field, int degree, const Eigen::Vector3d& r_m) {
  const double r = r_m.norm();
  return field.gm_m3ps2 / r * harmonic_sums(field, degree, r_m / r, field.radius_m / r, Order::first).f;
}

}  // namespace lunafab::orbit
