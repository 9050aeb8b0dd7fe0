#include "massdriver/launch.hpp"
#include <cmath>
#include <string_view>
#include "core/contract.hpp"
#include "core/variates.hpp"

namespace lunafab::massdriver {
namespace {

constexpr std::string_view stream_name =
    "mass_driver";                 // one driver a scenario, keyed by its place in the file
constexpr std::uint32_t axes = 3;  // draws of one muzzle error: along, left, up

bool is_probability(double p) {
  return p >= 0.0 && p <= 1.0;
}
bool is_spread(double sd) {
  return sd >= 0.0 && std::isfinite(sd);
}

/// Bus energy of a launch and where it goes.
struct Energy {
  double kinetic_J, heat_J, bus_J;
};

// The bus is the sum of its parts, not the other way round: then bus == kinetic + heat holds to the last bit
// for every efficiency, where bus − kinetic would round away up to half a unit in the last place below 50 %.
Energy split_energy(const Driver& driver, double payload_kg, double speed_mps) {
  const double kinetic_J = 0.5 * payload_kg * speed_mps * speed_mps;
  const double heat_J = kinetic_J / driver.wall_plug_efficiency - kinetic_J;
  return {kinetic_J, heat_J, kinetic_J + heat_J};
}

void check(const Driver& driver, double payload_kg, double speed_mps) {
  expects(driver.wall_plug_efficiency > 0.0 && driver.wall_plug_efficiency <= 1.0,
          "launch: the wall-plug efficiency must lie in (0, 1]");
  expects(is_probability(driver.misfire_probability), "launch: the misfire probability must lie in [0, 1]");
  expects(is_spread(driver.speed_sd_mps) && is_spread(driver.lateral_sd_mps),
          "launch: the muzzle errors must be finite and not negative");
  expects(payload_kg > 0.0 && payload_kg <= driver.largest_payload_kg,
          "launch: the payload must be within the driver's reach");
  expects(speed_mps > 0.0 && speed_mps <= driver.top_speed_mps,
          "launch: the speed must be within the driver's reach");
  expects(std::isfinite(payload_kg) && std::isfinite(speed_mps), "launch: payload and speed must be finite");
}

MuzzleState draw_muzzle(const Driver& driver, const LaunchOrder& order, const StreamKey& key) {
  const Eigen::Vector3d sd_mps{driver.speed_sd_mps, driver.lateral_sd_mps, driver.lateral_sd_mps};
  MuzzleState muzzle{.at = order.at, .velocity_mps = {order.speed_mps, 0.0, 0.0}};
  muzzle.covariance_m2ps2.diagonal() = sd_mps.cwiseAbs2();
  for (std::uint32_t axis = 0; axis < axes; ++axis) {
    const double u = uniform(key, order.serial, axes * order.attempt + axis);
    muzzle.velocity_mps[axis] += sd_mps[axis] * normal_quantile(u);
  }
  return muzzle;
}

}  // namespace

double planned_bus_energy_J(const Driver& driver, double payload_kg, double speed_mps) {
  check(driver, payload_kg, speed_mps);
  return split_energy(driver, payload_kg, speed_mps).bus_J;
}

LaunchResult launch_ideal(const Driver& driver, const LaunchOrder& order, std::uint64_t seed,
                          std::uint32_t replication) {
  check(driver, order.payload_kg, order.speed_mps);
  const Energy energy = split_energy(driver, order.payload_kg, order.speed_mps);
  const StreamKey key{seed, replication, entity_key(stream_name), Purpose::misfire};
  LaunchResult result{.order = order, .bus_energy_J = energy.bus_J};
  if (uniform(key, order.serial, order.attempt) < driver.misfire_probability) {
    result.outcome = LaunchOutcome::misfire;
    result.muzzle.at = order.at;
    result.heat_J = energy.bus_J;
    return result;
  }
  result.muzzle = draw_muzzle(driver, order, {seed, replication, key.entity, Purpose::muzzle_error});
  result.kinetic_energy_J = energy.kinetic_J;
  result.heat_J = energy.heat_J;
  return result;
}

}  // namespace lunafab::massdriver
