#pragma once
#include <Eigen/Core>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>
#include "orbit/correction.hpp"

namespace lunafab::orbit {

enum class SampleEnd : std::uint8_t { corrected, impact, not_corrected };

/// One launch with drawn errors, flown to its first correction.
struct LaunchSample {
  Eigen::Vector3d error_mps = Eigen::Vector3d::Zero();  ///< at the muzzle: along, left, up
  SampleEnd end = SampleEnd::corrected;
  Eigen::Vector3d first_mps = Eigen::Vector3d::Zero();  ///< correction, GCRF axes
  /// |first|; on the way to low lunar orbit what the burns there cost beyond the plan, negative where less.
  double cost_mps = 0.0;
};

/// A Monte Carlo of the first correction. Moments and quantiles are those of the samples that were corrected.
struct Dispersion {
  static constexpr std::array<double, 3> levels{0.5, 0.95, 0.99};
  std::vector<LaunchSample> samples;
  std::size_t corrected = 0, impacts = 0, not_corrected = 0;
  Eigen::Matrix3d covariance_m2ps2 = Eigen::Matrix3d::Zero();  ///< of the first correction, about 0
  double rms_mps = 0.0;                                        ///< of the cost
  std::array<double, levels.size()> cost_mps{};                ///< quantiles: order statistics, interpolated
  std::array<double, levels.size()> linear_mps{};              ///< the same by the plan's covariance
};

/// Draws `count` launches from the muzzle's covariance with the plan's errors of tracking, flies them side by
/// side and solves each first correction in the full model: chord steps with the nominal jacobian to the
/// nominal date of arrival, which for demands constant along the orbit is as good as the event. Sample i
/// depends on seed and i alone. To low lunar orbit the burns at apoapsis are those of `circularise`.
Dispersion disperse(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
                    const Navigation& navigation, const Eigen::Matrix3d& muzzle_m2ps2, std::size_t count,
                    std::uint64_t seed);

}  // namespace lunafab::orbit
