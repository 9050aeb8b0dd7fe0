#include "orbit/shadow.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>

namespace lunafab::orbit {
namespace {

struct Discs {
  double sun_rad, body_rad, apart_rad;  ///< radii and distance of the centres
};

Discs discs(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m) {
  // The angle by atan2: an arc cosine would lose half the digits at small angles.
  return {std::asin(std::min(1.0, sun_radius_m / r_sun_m.norm())),
          std::asin(std::min(1.0, body_radius_m / r_body_m.norm())),
          std::atan2(r_sun_m.cross(r_body_m).norm(), r_sun_m.dot(r_body_m))};
}

}  // namespace

double limb_gap_rad(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m) {
  const Discs d = discs(r_sun_m, r_body_m, body_radius_m);
  return d.apart_rad - d.sun_rad - d.body_rad;
}

double umbra_gap_rad(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m) {
  const Discs d = discs(r_sun_m, r_body_m, body_radius_m);
  return d.apart_rad - std::abs(d.sun_rad - d.body_rad);
}

double lit_fraction(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m) {
  const auto [a, b, c] = discs(r_sun_m, r_body_m, body_radius_m);
  if (c >= a + b) return 1.0;
  if (c <= b - a) return 0.0;
  if (c <= a - b) return 1.0 - (b * b) / (a * a);
  const double x = (c * c + a * a - b * b) / (2.0 * c), y = std::sqrt(std::max(0.0, a * a - x * x));
  const double covered = a * a * std::acos(std::clamp(x / a, -1.0, 1.0)) +
                         b * b * std::acos(std::clamp((c - x) / b, -1.0, 1.0)) - c * y;
  return 1.0 - covered / (std::numbers::pi * a * a);
}

}  // namespace lunafab::orbit
