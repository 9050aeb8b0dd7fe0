#include "orbit/osculating.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double full_turn_rad = 2.0 * std::numbers::pi;
constexpr double no_direction =
    1e-13;  ///< below it an eccentricity or a sine of an inclination points nowhere

double turn(double angle_rad) {
  const double rest = std::fmod(angle_rad, full_turn_rad);
  return rest < 0.0 ? rest + full_turn_rad : rest;
}

/// From `a` to `b`, positive about `axis`.
double angle_about(const Eigen::Vector3d& axis, const Eigen::Vector3d& a, const Eigen::Vector3d& b) {
  return turn(std::atan2(axis.dot(a.cross(b)), a.dot(b)));
}

}  // namespace

OsculatingElements osculating_elements(const Eigen::Vector3d& r_m, const Eigen::Vector3d& v_mps,
                                       double gm_m3ps2) {
  const double r = r_m.norm();
  const Eigen::Vector3d h = r_m.cross(v_mps), axis = h.normalized();
  const Eigen::Vector3d e = v_mps.cross(h) / gm_m3ps2 - r_m / r;
  const Eigen::Vector3d node_line = Eigen::Vector3d::UnitZ().cross(axis);
  const bool tilted = node_line.norm() > no_direction, eccentric = e.norm() > no_direction;
  const Eigen::Vector3d node = tilted ? node_line.normalized() : Eigen::Vector3d::UnitX();
  const Eigen::Vector3d pericentre = eccentric ? e.normalized() : node;
  return {.semi_major_axis_m = 1.0 / (2.0 / r - v_mps.squaredNorm() / gm_m3ps2),
          .eccentricity = e.norm(),
          .inclination_rad = std::atan2(node_line.norm(), axis.z()),
          .node_rad = turn(std::atan2(node.y(), node.x())),
          .pericentre_rad = angle_about(axis, node, pericentre),
          .true_anomaly_rad = angle_about(axis, pericentre, r_m)};
}

double mean_anomaly_rad(const OsculatingElements& elements) {
  const double e = elements.eccentricity, nu = elements.true_anomaly_rad;
  expects(e < 1.0, "elements: only an ellipse has a mean anomaly");
  const double eccentric_rad = std::atan2(std::sqrt(1.0 - e * e) * std::sin(nu), e + std::cos(nu));
  return turn(eccentric_rad - e * std::sin(eccentric_rad));
}

}  // namespace lunafab::orbit
