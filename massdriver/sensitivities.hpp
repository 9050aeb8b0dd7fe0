#pragma once
#include <array>
#include <cstdint>
#include <vector>
#include "massdriver/solver.hpp"

namespace lunafab::massdriver {

enum class ErrorSource : std::uint8_t {
  bank_voltage,
  common_voltage,
  jitter,
  position_sensor,
  speed_sensor,
  capacitance,
  payload_mass,
  coil_temperature
};
inline constexpr std::size_t error_sources = 8;
const char* name(ErrorSource source);
/// The design's standard deviation of a source, in its unit.
double budget_of(const ErrorBudget& errors, ErrorSource source);

/// How the muzzle speed answers to each error source, from tangents of the full solver about one launch.
/// Sources of single banks: the banks of the last stages are perturbed one by one and the answers' squares
/// are summed; the velocity feedback forgets what came before (without feedback, banks all along the track
/// are sampled instead).
struct Sensitivities {
  std::array<double, error_sources>
      per_unit_mps{};  ///< sd of the speed for an sd of 1 (relative), s, m, m/s or K
  std::array<double, error_sources> speed_mps{};  ///< with the design's budget
  double speed_sd_mps =
      0.0;  ///< from launch to launch: all but the capacitances, which belong to the machine
};

/// Stages whose banks are changed one by one, and how many stages each stands for.
struct StageSampling {
  std::vector<int> stages;  ///< ascending
  double weight = 1.0;
  int first_stage = 0;  ///< launches begin here
};
/// With feedback the last stages, as far back as it remembers; else some all along the `stages` used.
StageSampling sample_stages(const Machine& machine, const LaunchConditions& nominal, int stages);

/// About the work of two to four launches. @throws ContractError where the nominal launch does not complete.
Sensitivities find_sensitivities(const Machine& machine, const LaunchConditions& nominal,
                                 const SolverOptions& options);

}  // namespace lunafab::massdriver
