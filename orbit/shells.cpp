#include "orbit/shells.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/mean_sun.hpp"

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi;

double in_turn(double angle_rad) {
  const double rest = std::fmod(angle_rad, turn_rad);
  return rest < 0.0 ? rest + turn_rad : rest;
}

void require(const Shell& shell) {
  const std::vector<std::string> found = faults(shell);
  if (!found.empty()) throw ContractError("shell '" + shell.name + "': " + found.front());
}

double node_spread_rad(const Shell& shell) {
  if (shell.node_spread_rad) return *shell.node_spread_rad;
  return shell.pattern == Pattern::delta ? turn_rad : std::numbers::pi;
}

}  // namespace

std::vector<std::string> faults(const Shell& shell) {
  std::vector<std::string> out;
  const auto need = [&](bool ok, const char* fault) {
    if (!ok) out.emplace_back(fault);
  };
  need(std::isfinite(shell.altitude_m) && shell.altitude_m > 0.0, "altitude must be above 0");
  need(shell.planes >= 1 && shell.per_plane >= 1, "planes and satellites per plane must be 1 or more");
  need(shell.phasing >= 0 && shell.phasing < std::max(shell.planes, 1), "phasing must be 0 … planes − 1");
  need(std::isfinite(shell.first_node_rad), "node of the first plane must be finite");
  need(!shell.node_spread_rad || (*shell.node_spread_rad >= 0.0 && *shell.node_spread_rad <= turn_rad),
       "spread of the nodes must be 0 … 360°");
  if (shell.inclination_rad) {
    need(*shell.inclination_rad >= 0.0 && *shell.inclination_rad <= std::numbers::pi,
         "inclination must be 0 … 180°");
  } else {
    need(shell.body == Body::earth, "only shells of the Earth can be Sun-synchronous: give an inclination");
    need(shell.local_time_h >= 0.0 && shell.local_time_h <= 24.0, "local time must be 0 … 24 h");
    need(sun_synchronous_inclination_rad(shell.altitude_m).has_value(),
         "no inclination is Sun-synchronous at this altitude");
  }
  return out;
}

std::optional<double> sun_synchronous_inclination_rad(double altitude_m) {
  const CentralBody& earth = central_body(Body::earth);
  const MeanElements polar{.a_m = earth.surface_radius_m + altitude_m};
  const double equatorial_radps = j2_rates(earth, polar).node_radps;  // × cos i for others
  const double cosine = earth.node_year_radps / equatorial_radps;
  if (!(cosine >= -1.0 && cosine < 0.0)) return std::nullopt;
  return std::acos(cosine);
}

double inclination_rad(const Shell& shell) {
  require(shell);
  return shell.inclination_rad ? *shell.inclination_rad
                               : sun_synchronous_inclination_rad(shell.altitude_m).value();
}

double radius_m(const Shell& shell) {
  return central_body(shell.body).surface_radius_m + shell.altitude_m;
}

double speed_mps(const Shell& shell) {
  return std::sqrt(central_body(shell.body).gm_m3ps2 / radius_m(shell));
}

SecularRates shell_rates(const Shell& shell) {
  return j2_rates(central_body(shell.body),
                  {.a_m = radius_m(shell), .inclination_rad = inclination_rad(shell)});
}

double nodal_period_s(const Shell& shell) {
  const SecularRates rates = shell_rates(shell);
  return turn_rad / (rates.mean_anomaly_radps + rates.periapsis_radps);
}

MeanElements slot_elements(const Shell& shell, const Slot& slot, Epoch epoch) {
  require(shell);
  expects(slot.plane >= 0 && slot.plane < shell.planes && slot.place >= 0 && slot.place < shell.per_plane,
          "the slot must be one of the shell's");
  const double first =
      shell.inclination_rad ? shell.first_node_rad : node_of_local_time_rad(shell.local_time_h, epoch);
  const double plane = slot.plane;
  return {.a_m = radius_m(shell),
          .inclination_rad = inclination_rad(shell),
          .node_rad = in_turn(first + node_spread_rad(shell) * plane / shell.planes),
          .mean_anomaly_rad =
              in_turn(turn_rad * (slot.place * 1.0 / shell.per_plane + plane * shell.phasing / size(shell)))};
}

std::vector<MeanElements> slots(const Shell& shell, Epoch epoch) {
  std::vector<MeanElements> out;
  out.reserve(static_cast<std::size_t>(size(shell)));
  for (int plane = 0; plane < shell.planes; ++plane) {
    for (int place = 0; place < shell.per_plane; ++place)
      out.push_back(slot_elements(shell, {plane, place}, epoch));
  }
  return out;
}

Eigen::Matrix3d R_I_equator(Body body, Epoch epoch) {
  if (body == Body::earth) return Eigen::Matrix3d::Identity();
  const Eigen::Vector3d pole = R_MI(epoch).row(2).transpose();
  const Eigen::Vector3d node = Eigen::Vector3d::UnitZ().cross(pole).normalized();
  Eigen::Matrix3d axes;
  axes << node, pole.cross(node), pole;
  return axes;
}

Eigen::Vector3d sun_from_body_m(Body body, Epoch epoch) {
  Eigen::Vector3d sun = r_SE_I_m(epoch);
  if (body == Body::earth) return sun;
  return R_I_equator(body, epoch).transpose() * (sun - r_PE_I_m(epoch));
}

}  // namespace lunafab::orbit
