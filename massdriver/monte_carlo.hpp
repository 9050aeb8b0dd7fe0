#pragma once
#include <Eigen/Core>
#include <array>
#include <string>
#include <vector>
#include "massdriver/reduced_ride.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// The machine's own, fixed departures and the departures of launch `serial`, drawn from the design's error
/// budget. Keys: entity `driver`, one purpose a source; launch `serial` and bank number make the draw, so a bank's
/// luck does not depend on the number of stages before it.
/// @param scale multiplies every standard deviation; faults are drawn with their own probabilities.
LaunchConditions draw_conditions(const Machine& machine, const LaunchConditions& nominal, const StreamKey& key,
                                 std::uint64_t serial, double scale = 1.0);

/// Muzzle states of many launches: rows are launches, columns speed along, left, up in m/s and time in s.
using MuzzleSamples = Eigen::Matrix<double, Eigen::Dynamic, 4>;

struct Dispersion {
  int launches = 0, failed = 0;  ///< failed: did not complete; not in the samples
  Eigen::Vector4d mean = Eigen::Vector4d::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  std::array<double, 5> speed_quantiles_mps{};  ///< of the speed at 0.1, 2.5, 50, 97.5, 99.9 %
  double worst_residual_rel = 0.0;
  MuzzleSamples samples;
};

/// Solves `launches` launches of the design's error budget, side by side in SIMD lanes and TBB tasks.
Dispersion monte_carlo(const Machine& machine, const ReducedRide& ride, const LaunchConditions& nominal,
                       const StreamKey& key, int launches, const SolverOptions& options);

enum class ErrorSource : std::uint8_t {
  bank_voltage, common_voltage, jitter, position_sensor, speed_sensor, capacitance, payload_mass, coil_temperature
};
inline constexpr std::size_t error_sources = 8;
const char* name(ErrorSource source);

/// Standard deviation of muzzle speed (m/s) and of time (s) from each source of the budget, by tangents: each bank
/// of the last stages perturbed alone, squares summed; the feedback forgets what came before.
struct Sensitivities {
  std::array<double, error_sources> speed_mps{};
  std::array<double, error_sources> per_unit_mps{};  ///< speed sd for a standard deviation of one SI unit
  double speed_sd_mps = 0.0;                          ///< of all sources together
  double time_sd_s = 0.0;
};
Sensitivities find_sensitivities(const Machine& machine, const LaunchConditions& nominal, const SolverOptions& options);

}  // namespace lunafab::massdriver
