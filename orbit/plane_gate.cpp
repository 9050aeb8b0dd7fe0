#include "orbit/plane_gate.hpp"
#include <cmath>

namespace lunafab::orbit {

std::vector<double> plane_turns_mps(const Shell& shell, Epoch start, Epoch at,
                                    const Eigen::Vector3d& pole_I) {
  constexpr double day_s = 86400.0;
  const double drift_rad =
      shell_rates(shell).node_radps * (at.tt_days_since_j2000 - start.tt_days_since_j2000) * day_s;
  const Eigen::Matrix3d turn = R_I_equator(shell.body, at);
  const double v_mps = speed_mps(shell);
  std::vector<double> turns_mps;
  turns_mps.reserve(static_cast<std::size_t>(shell.planes));
  for (int p = 0; p < shell.planes; ++p) {
    const MeanElements e = slot_elements(shell, {p, 0}, start);
    const double node_rad = e.node_rad + drift_rad, tilt = std::sin(e.inclination_rad);
    const Eigen::Vector3d pole = turn * Eigen::Vector3d(tilt * std::sin(node_rad), -tilt * std::cos(node_rad),
                                                        std::cos(e.inclination_rad));
    // The chord between the poles is 2 sin(θ/2).
    turns_mps.push_back(v_mps * (pole - pole_I.normalized()).norm());
  }
  return turns_mps;
}

}  // namespace lunafab::orbit
