#pragma once
#include <Eigen/Core>
#include <array>
#include <cstdint>
#include "core/random.hpp"
#include "massdriver/reduced_ride.hpp"
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

/// Which run the draws belong to; the entity is the driver.
struct LaunchStream {
  std::uint64_t seed = 0;
  std::uint32_t replication = 0;
};

StreamKey launch_key(const LaunchStream& stream, Purpose purpose);

/// Departures of launch `serial` at its `attempt`, drawn from the design's error budget: Gaussian,
/// independent, keyed by source, serial and bank. The banks' capacitances belong to the machine: the same for
/// every launch.
/// @throws ContractError unless serial < 2³¹ and the machine has at most 2¹⁸ banks.
LaunchConditions draw_conditions(const Machine& machine, const LaunchConditions& nominal,
                                 const LaunchStream& stream, std::uint64_t serial, std::uint32_t attempt = 0);

/// What leaves the muzzle: along, left, up in m/s, and the time from the first firing in s.
using MuzzleVector = Eigen::Vector4d;

/// One launch of a Monte Carlo.
struct LaunchSample {
  std::uint64_t serial = 0;
  SolverOutcome outcome = SolverOutcome::completed;
  int stopped_at_stage = -1;  ///< where not completed
  int failed_banks = 0;       ///< drawn: missed, early, shorted
  double peak_mps2 = 0.0;
  MuzzleVector muzzle = MuzzleVector::Zero();  ///< of a launch that completed
};

struct Dispersion {
  int launches = 0, failed = 0;  ///< failed launches did not complete and are in no figure below
  MuzzleVector mean = MuzzleVector::Zero();
  Eigen::Matrix4d covariance = Eigen::Matrix4d::Zero();
  double worst_residual_rel = 0.0;
  int late_openings = 0;
  std::vector<MuzzleVector> samples;
  std::vector<LaunchSample> drawn;  ///< all launches, by serial
};

/// Solves launches 1 … `launches` of the error budget. `ride` may be null: then nothing happens sideways.
Dispersion monte_carlo(const Machine& machine, const ReducedRide* ride, const LaunchConditions& nominal,
                       const LaunchStream& stream, int launches, const SolverOptions& options);

/// The sled's axial motion as the solver found it, for rides: needs a solution with a profile.
AxialProfile axial_profile(const Machine& machine, const LaunchSolution& solution);

}  // namespace lunafab::massdriver
