#include "campaign/orbit_records.hpp"
#include <cmath>
#include "orbit/frames.hpp"
#include "orbit/transfer_solver.hpp"

namespace lunafab::campaign {
namespace {

using orbit::OrbitCentre, orbit::OrbitKind, orbit::OrbitRecord;

Epoch epoch_of(const Scenario& scenario, Tick at) {
  return {scenario.start.tt_days_since_j2000 + days(at)};
}

bool is_computed(const Scenario& scenario) {
  return scenario.orbit.fidelity != Fidelity::ideal;
}

/// Place of a term in a lower triangle kept by rows.
constexpr std::size_t term(std::size_t row, std::size_t column) {
  return row * (row + 1) / 2 + column;
}

orbit::WindowNode window_of(const Scenario& scenario, std::uint32_t destination, Tick launched) {
  return orbit::window_at(scenario.orbit.windows[destination], epoch_of(scenario, launched));
}

}  // namespace

std::vector<OrbitRecord> muzzle_orbit(const Scenario& scenario, std::uint32_t destination,
                                      const MuzzleState& muzzle) {
  if (!is_computed(scenario)) return {};
  const Epoch at = epoch_of(scenario, muzzle.at);
  const orbit::TransferSetting& setting = scenario.orbit.setting;
  const double speed_mps = window_of(scenario, destination, muzzle.at).speed_mps;
  const orbit::Craft craft = orbit::leave(setting, at, {speed_mps, 0.0, 0.0});
  const Eigen::Matrix3d turn =
      setting.dynamics.sky->R_mean_earth(at).transpose() * orbit::R_mean_earth_muzzle(setting.muzzle);
  const Eigen::Matrix3d spread = turn * muzzle.covariance_m2ps2 * turn.transpose();
  std::array<double, 21> covariance{};  // the muzzle does not move: positions are known
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      covariance[term(row + 3, column + 3)] =
          spread(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(column));
    }
  }
  return {{.kind = OrbitKind::predicted,
           .centre = OrbitCentre::moon,
           .epoch = muzzle.at,
           .r_m = craft.r_m,
           .v_mps = craft.v_mps,
           .covariance = covariance}};
}

std::vector<OrbitRecord> arrival_orbit(const Scenario& scenario, std::uint32_t destination, Tick launched) {
  if (!is_computed(scenario)) return {};
  const orbit::WindowNode node = window_of(scenario, destination, launched);
  const orbit::Craft craft = orbit::arrival_of(node, epoch_of(scenario, launched));
  return {{.kind = OrbitKind::definitive,
           .centre = craft.centre == orbit::Body::earth ? OrbitCentre::earth : OrbitCentre::moon,
           .epoch = launched + ticks_from_seconds(node.transfer_s),
           .r_m = craft.r_m,
           .v_mps = craft.v_mps}};
}

std::vector<orbit::BurnRecord> planned_burns(const Scenario& scenario, std::uint32_t destination,
                                             Tick launched) {
  std::vector<orbit::BurnRecord> burns;
  if (!is_computed(scenario)) return burns;
  const orbit::WindowNode node = window_of(scenario, destination, launched);
  for (std::size_t i = 0; i < node.burn_count; ++i) {
    const orbit::PlannedBurn& burn = node.burns[i];
    const Eigen::Vector3d dv_mps(burn.dv_mps[0], burn.dv_mps[1], burn.dv_mps[2]);
    if (!dv_mps.isZero(0.0))
      burns.push_back({.epoch = launched + ticks_from_seconds(burn.after_s), .dv_mps = dv_mps});
  }
  return burns;
}

OrbitRecord slot_orbit(const Scenario& scenario, const orbit::Shell& shell, const orbit::Slot& slot,
                       Tick at) {
  const orbit::SecularRates rates = orbit::shell_rates(shell);
  const orbit::MeanElements elements =
      orbit::moved(orbit::slot_elements(shell, slot, scenario.start), rates, seconds(at));
  // The state of two bodies: the circle whose elements are the slot's mean ones.
  const orbit::CentralBody& body = orbit::central_body(shell.body);
  const orbit::PlainState state =
      orbit::state_at(orbit::prepare(elements, orbit::kepler_rates(body, elements)), 0.0);
  const Eigen::Matrix3d turn = orbit::R_I_equator(shell.body, epoch_of(scenario, at));
  std::array<double, 21> covariance{};
  const orbit::Navigation& known = scenario.orbit.navigation;
  for (std::size_t i = 0; i < 3; ++i) {
    covariance[term(i, i)] = known.position_m * known.position_m;
    covariance[term(i + 3, i + 3)] = known.velocity_mps * known.velocity_mps;
  }
  return {.kind = OrbitKind::definitive,
          .centre = shell.body == orbit::Body::earth ? OrbitCentre::earth : OrbitCentre::moon,
          .epoch = at,
          .r_m = turn * state.r_m,
          .v_mps = turn * state.v_mps,
          .covariance = covariance};
}

}  // namespace lunafab::campaign
