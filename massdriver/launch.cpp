#include "massdriver/launch.hpp"
#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>
#include <string_view>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/elementary.hpp"
#include "massdriver/monte_carlo.hpp"
#include "massdriver/plan.hpp"
#include "massdriver/stage_thermal.hpp"

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

void check_ideal(const Driver& driver, double payload_kg, double speed_mps) {
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

double kinetic_J(double payload_kg, double speed_mps) {
  return 0.5 * payload_kg * speed_mps * speed_mps;
}

StreamKey key_of(std::uint64_t seed, std::uint32_t replication, Purpose purpose) {
  return {seed, replication, entity_key(stream_name), purpose};
}

struct Draw {
  std::uint64_t seed;
  std::uint32_t replication;
};

/// The velocity's scatter, known beforehand: covariance and the orders' own draws from it.
void scatter(LaunchResult& result, const Eigen::Matrix3d& covariance, const Draw& draw) {
  const LaunchOrder& order = result.order;
  const StreamKey key = key_of(draw.seed, draw.replication, Purpose::muzzle_error);
  Eigen::Vector3d z;
  for (std::uint32_t axis = 0; axis < axes; ++axis)
    z[axis] = normal_quantile(uniform(key, order.serial, axes * order.attempt + axis));
  const Eigen::LDLT<Eigen::Matrix3d> factors(covariance);
  const Eigen::Vector3d sd = factors.vectorD().cwiseMax(0.0).cwiseSqrt();
  const Eigen::Matrix3d permuted = factors.transpositionsP().transpose() * Eigen::Matrix3d(factors.matrixL());
  result.muzzle = {
      .at = order.at, .velocity_mps = {order.speed_mps, 0.0, 0.0}, .covariance_m2ps2 = covariance};
  result.muzzle.velocity_mps += permuted * (sd.asDiagonal() * z);
}

void misfire(LaunchResult& result) {
  result.outcome = LaunchOutcome::misfire;
  result.muzzle = {.at = result.order.at, .velocity_mps = Eigen::Vector3d::Zero()};
  result.kinetic_energy_J = result.residual_J = 0.0;
  result.heat_J = result.bus_energy_J;
}

/// A launch's energy and where it goes. The bus is the sum of its parts, not the other way round: then they
/// close to the last bit.
struct Energy {
  double bus_J = 0.0, kinetic_J = 0.0, heat_J = 0.0, residual_J = 0.0;
};

Energy split(double kinetic_J, double bus_J, double residual_J) {
  const double heat_J = bus_J - kinetic_J - residual_J;
  return {.bus_J = kinetic_J + heat_J + residual_J,
          .kinetic_J = kinetic_J,
          .heat_J = heat_J,
          .residual_J = residual_J};
}

Energy ideal_energy(const Driver& driver, double payload_kg, double speed_mps) {
  check_ideal(driver, payload_kg, speed_mps);
  const double kinetic = kinetic_J(payload_kg, speed_mps);
  return split(kinetic, kinetic / driver.wall_plug_efficiency, 0.0);
}

void book(LaunchResult& result, const Energy& energy) {
  result.bus_energy_J = energy.bus_J;
  result.kinetic_energy_J = energy.kinetic_J;
  result.heat_J = energy.heat_J;
  result.residual_J = energy.residual_J;
}

bool draws_misfire(const DriverModel& driver, const LaunchOrder& order, const Draw& draw) {
  return uniform(key_of(draw.seed, draw.replication, Purpose::misfire), order.serial, order.attempt) <
         driver.ideal.misfire_probability;
}

// ---- ideal

Eigen::Matrix3d ideal_covariance_m2ps2(const Driver& driver) {
  const Eigen::Vector3d sd{driver.speed_sd_mps, driver.lateral_sd_mps, driver.lateral_sd_mps};
  return sd.cwiseAbs2().asDiagonal();
}

LaunchResult launch_ideal(const DriverModel& driver, const LaunchOrder& order, const Draw& draw) {
  LaunchResult result{.order = order};
  book(result, ideal_energy(driver.ideal, order.payload_kg, order.speed_mps));
  if (draws_misfire(driver, order, draw)) return misfire(result), result;
  scatter(result, ideal_covariance_m2ps2(driver.ideal), draw);
  return result;
}

// ---- table

MeanLaunch mean_of(const DriverModel& driver, double payload_kg, double speed_mps, double coil_K) {
  const auto mean = mean_launch(driver.design, driver.table, payload_kg, speed_mps, coil_K);
  expects(mean.has_value(), "launch: payload, speed and coil temperature must be within the driver's table");
  return *mean;
}

Energy mean_energy(const DriverModel& driver, double payload_kg, double speed_mps, const MeanLaunch& mean) {
  const double bus_J =
      bus_energy_J(driver.design, speed_mps, mean.injected_J, mean.discharged_J, mean.recovered_J);
  return split(kinetic_J(payload_kg, speed_mps), bus_J, mean.residual_J);
}

Eigen::Matrix3d covariance_of(const DriverModel& driver, double speed_sd_mps) {
  const auto& l = driver.table.lateral_m2ps2;
  Eigen::Matrix3d c = Eigen::Matrix3d::Zero();
  c(0, 0) = speed_sd_mps * speed_sd_mps;
  c(1, 1) = l[0], c(1, 2) = c(2, 1) = l[1], c(2, 2) = l[2];
  return c;
}

/// Above the design's limit or not; 0 is no limit.
void load(LaunchResult& result, const DriverDesign& design, double peak_mps2) {
  const double limit_mps2 = design.limits.acceleration_mps2;
  result.peak_mps2 = peak_mps2;
  result.overloaded = limit_mps2 > 0.0 && peak_mps2 > limit_mps2;
}

LaunchResult launch_by_table(const DriverModel& driver, const LaunchOrder& order, const Draw& draw) {
  const MeanLaunch mean = mean_of(driver, order.payload_kg, order.speed_mps, order.coil_K);
  LaunchResult result{.order = order, .fidelity = Fidelity::table};
  book(result, mean_energy(driver, order.payload_kg, order.speed_mps, mean));
  const auto plan = plan_launch(driver.design, order.payload_kg, order.speed_mps);
  expects(plan.has_value(), "launch: the store gives a launch of the table");
  const std::vector<StageFault> failed = draw_bank_faults(
      driver.design, plan->stages, launch_key({draw.seed, draw.replication}, Purpose::bank_fault),
      order.serial, order.attempt);  // the same banks as at `solve`
  result.failed_banks = static_cast<std::int32_t>(failed.size());
  const FaultEffects& effects = driver.table.faults;
  const FaultVerdict verdict = judge_faults(effects, driver.design, *plan, failed);
  if (draws_misfire(driver, order, draw) || !verdict.completes) return misfire(result), result;
  scatter(result, covariance_of(driver, mean.speed_sd_mps), draw);
  // The work that a bank does not do is the same at every speed.
  result.muzzle.velocity_mps[0] += verdict.speed_mps * effects.muzzle_mps / order.speed_mps;
  load(result, driver.design,
       std::max(mean.peak_mps2, verdict.peak_mps2 * mean.peak_mps2 / effects.peak_mps2));
  return result;
}

// ---- solve

/// The command that the controls give so that the mean launch reaches what was asked for.
LaunchConditions commanded(const DriverModel& driver, const LaunchOrder& order, const MeanLaunch& mean) {
  return {.payload_kg = order.payload_kg,
          .weighed_kg = order.payload_kg,
          .muzzle_speed_mps = std::min(order.speed_mps - mean.speed_offset_mps,
                                       top_speed_mps(driver.design, order.payload_kg)),
          .coil_temperature_K = order.coil_K};
}

/// Full solutions of all orders, each with its own errors, side by side.
std::vector<LaunchResult> launch_solved(const DriverModel& driver, std::span<const LaunchOrder> orders,
                                        const Draw& draw) {
  std::vector<LaunchConditions> conditions;
  std::vector<MeanLaunch> means;
  for (const LaunchOrder& o : orders) {
    means.push_back(mean_of(driver, o.payload_kg, o.speed_mps, o.coil_K));
    conditions.push_back(draw_conditions(*driver.machine, commanded(driver, o, means.back()),
                                         {draw.seed, draw.replication}, o.serial, o.attempt));
  }
  const std::vector<LaunchSolution> solutions = solve_launches(*driver.machine, conditions, {});
  std::vector<LaunchResult> results;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const LaunchSolution& s = solutions[i];
    LaunchResult result{.order = orders[i], .fidelity = Fidelity::solve};
    book(result, mean_energy(driver, orders[i].payload_kg, orders[i].speed_mps, means[i]));
    result.failed_banks = static_cast<std::int32_t>(conditions[i].deviations.faults.size());
    if (draws_misfire(driver, orders[i], draw) || s.outcome != SolverOutcome::completed) {
      misfire(result);
    } else {
      scatter(result, covariance_of(driver, 0.0), draw);
      // The command met the mean up to what the track's end leaves out of reach.
      result.muzzle.velocity_mps[0] = s.muzzle_speed_mps;
      result.muzzle.covariance_m2ps2(0, 0) = means[i].speed_sd_mps * means[i].speed_sd_mps;
      load(result, driver.design, s.peak_mps2);
    }
    results.push_back(result);
  }
  return results;
}

/// Solves the audited launches' means in full and notes how far the table is off.
void audit(const DriverModel& driver, std::vector<LaunchResult>& results) {
  if (driver.audit <= 0 || !driver.machine) return;
  std::vector<LaunchConditions> conditions;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < results.size(); ++i) {
    const LaunchOrder& o = results[i].order;
    if (o.serial % static_cast<std::uint64_t>(driver.audit) != 0) continue;
    which.push_back(i);
    conditions.push_back({.payload_kg = o.payload_kg,
                          .weighed_kg = o.payload_kg,
                          .muzzle_speed_mps = o.speed_mps,
                          .coil_temperature_K = o.coil_K});
  }
  const std::vector<LaunchSolution> solutions = solve_launches(*driver.machine, conditions, {});
  for (std::size_t k = 0; k < which.size(); ++k) {
    LaunchResult& r = results[which[k]];
    const LaunchOrder& o = r.order;
    const MeanLaunch mean = mean_of(driver, o.payload_kg, o.speed_mps, o.coil_K);
    const EnergyAccount& e = solutions[k].energy;
    r.audited = true;
    r.audit_speed_mps = o.speed_mps + mean.speed_offset_mps - solutions[k].muzzle_speed_mps;
    r.audit_bus_rel =
        bus_energy_J(driver.design, o.speed_mps, mean.injected_J, mean.discharged_J, mean.recovered_J) /
            bus_energy_J(driver.design, o.speed_mps, mean.injected_J, e.discharged_J, e.recovered_J) -
        1.0;
  }
}

double coil_heat_capacity_J_per_K(const DriverDesign& d) {
  return coil_mass_kg(d.track.coil) * d.track.coil.conductor.specific_heat_J_per_kgK;
}

/// Power radiated by one coil at T above that at its surroundings, ÷ heat capacity: k of dT/dt = −k (T⁴ −
/// T₀⁴).
double radiation_per_s_k3(const DriverDesign& d) {
  return constants::stefan_boltzmann_W_per_m2K4 * d.track.coil.emissivity * radiating_m2(d.track.coil) /
         coil_heat_capacity_J_per_K(d);
}

}  // namespace

PlannedLaunch planned_launch(const DriverModel& driver, double payload_kg, double speed_mps, double coil_K) {
  if (driver.fidelity == Fidelity::ideal)
    return {.bus_energy_J = ideal_energy(driver.ideal, payload_kg, speed_mps).bus_J};
  const MeanLaunch mean = mean_of(driver, payload_kg, speed_mps, coil_K);
  return {.bus_energy_J = mean_energy(driver, payload_kg, speed_mps, mean).bus_J,
          .coil_heat_J = mean.coil_heat_J};
}

std::array<double, 2> speed_range_mps(const DriverModel& driver, double payload_kg) {
  if (driver.fidelity == Fidelity::ideal) return {0.0, driver.ideal.top_speed_mps};
  const double top_mps = top_speed_mps(driver.design, payload_kg);
  return {driver.table.speed_share[0] * top_mps, driver.table.speed_share[1] * top_mps};
}

Eigen::Matrix3d muzzle_covariance_m2ps2(const DriverModel& driver, double payload_kg, double speed_mps) {
  if (driver.fidelity == Fidelity::ideal) return ideal_covariance_m2ps2(driver.ideal);
  const double coil_K = driver.design.track.coil.temperature_K;
  return covariance_of(driver, mean_of(driver, payload_kg, speed_mps, coil_K).speed_sd_mps);
}

bool reaches(const DriverModel& driver, double payload_kg, double speed_mps) {
  if (driver.fidelity == Fidelity::ideal)
    return payload_kg <= driver.ideal.largest_payload_kg && speed_mps <= driver.ideal.top_speed_mps;
  return mean_launch(driver.design, driver.table, payload_kg, speed_mps,
                     driver.design.track.coil.temperature_K)
      .has_value();
}

std::vector<LaunchResult> launch(const DriverModel& driver, std::span<const LaunchOrder> orders,
                                 std::uint64_t seed, std::uint32_t replication) {
  const Draw draw{seed, replication};
  if (driver.fidelity == Fidelity::solve) return launch_solved(driver, orders, draw);
  std::vector<LaunchResult> results;
  for (const LaunchOrder& order : orders) {
    results.push_back(driver.fidelity == Fidelity::ideal ? launch_ideal(driver, order, draw)
                                                         : launch_by_table(driver, order, draw));
  }
  if (driver.fidelity == Fidelity::table) audit(driver, results);
  return results;
}

double warmest_launch_K(const DriverModel& driver) {
  return std::min(driver.design.track.coil.temperature_limit_K, driver.table.temperature_K[1]);
}

double warming_K(const DriverDesign& d, double coil_heat_J) {
  return coil_heat_J / (d.track.stages * coil_heat_capacity_J_per_K(d));
}

// ∫ dT/(T⁴ − T₀⁴) = [ln((T − T₀)/(T + T₀)) − 2 atan(T/T₀)] / 4T₀³
double cooling_s(const DriverDesign& d, double coil_K, double to_K) {
  const double t0 = d.track.coil.temperature_K;
  if (!(coil_K > to_K)) return 0.0;
  expects(to_K > t0, "coils: they cool to above their surroundings' temperature only");
  const auto integral = [t0](double t) {
    return (std::log((t - t0) / (t + t0)) - 2.0 * std::atan(t / t0)) / (4.0 * t0 * t0 * t0);
  };
  return (integral(coil_K) - integral(to_K)) / radiation_per_s_k3(d);
}

double cooled_K(const DriverDesign& d, double coil_K, double after_s) {
  const double t0 = d.track.coil.temperature_K;
  constexpr double as_good_as_cold = 1e-6;
  double low = t0 + as_good_as_cold, high = coil_K;
  if (!(high > low)) return coil_K;
  if (cooling_s(d, coil_K, low) <= after_s) return t0;
  for (int i = 0; i < 60; ++i) {
    const double middle = 0.5 * (low + high);
    (cooling_s(d, coil_K, middle) > after_s ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace lunafab::massdriver
