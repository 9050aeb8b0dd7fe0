#include "orbit/plane_gate.hpp"
#include <algorithm>
#include <cmath>

namespace lunafab::orbit {

PlaneGate gate_to(const Shell& shell, Epoch start, double most_turn_mps) {
  PlaneGate gate{.body = shell.body,
                 .start = start,
                 .node_radps = shell_rates(shell).node_radps,
                 .inclination_rad = inclination_rad(shell),
                 .speed_mps = speed_mps(shell),
                 .most_turn_mps = most_turn_mps};
  for (int p = 0; p < shell.planes; ++p)
    gate.node_rad.push_back(slot_elements(shell, {p, 0}, start).node_rad);
  return gate;
}

std::vector<double> plane_turns_mps(const PlaneGate& gate, Epoch at, const Eigen::Vector3d& pole_I) {
  constexpr double day_s = 86400.0;
  const double drift_rad =
      gate.node_radps * (at.tt_days_since_j2000 - gate.start.tt_days_since_j2000) * day_s;
  const Eigen::Vector3d here = R_I_equator(gate.body, at).transpose() * pole_I.normalized();
  const double flat = std::sin(gate.inclination_rad) * std::hypot(here.x(), here.y()),
               upright = std::cos(gate.inclination_rad) * here.z(),
               node_rad = std::atan2(here.x(), -here.y()) - drift_rad;
  std::vector<double> turns_mps;
  turns_mps.reserve(gate.node_rad.size());
  for (const double plane_rad : gate.node_rad) {
    // The chord between the poles is 2 sin(θ/2).
    const double cosine = upright + flat * std::cos(plane_rad - node_rad);
    turns_mps.push_back(gate.speed_mps * std::sqrt(std::max(0.0, 2.0 - 2.0 * cosine)));
  }
  return turns_mps;
}

}  // namespace lunafab::orbit
