#pragma once
#include <Eigen/Core>
#include "orbit/correction.hpp"

namespace lunafab::orbit {

/// Standard normal draws of one burn: what tracking gets wrong before it (position, velocity) and how it
/// comes out.
struct BurnErrors {
  Eigen::Matrix<double, 6, 1> tracking = Eigen::Matrix<double, 6, 1>::Zero();
  Eigen::Vector3d execution = Eigen::Vector3d::Zero();
};
/// Of one flight: both corrections, the burn that is solved anew, both corrections after it.
struct FlightErrors {
  BurnErrors first, second, aimed, first_trim, second_trim;
};

enum class FlightEnd : std::uint8_t { arrived, impact, not_corrected };

/// One flight in the full model, errors included.
struct Flight {
  FlightEnd end = FlightEnd::arrived;
  Epoch at;                                             ///< of the arrival, or of the impact
  Eigen::Vector3d first_mps = Eigen::Vector3d::Zero();  ///< corrections, GCRF axes
  Eigen::Vector3d second_mps = Eigen::Vector3d::Zero();
  Eigen::Vector3d first_trim_mps = Eigen::Vector3d::Zero();
  Eigen::Vector3d second_trim_mps = Eigen::Vector3d::Zero();
  double insertion_mps = 0.0;  ///< planned burns, made from where the satellite is
  Craft arrival;
  double corrections_mps() const {
    return first_mps.norm() + second_mps.norm() + first_trim_mps.norm() + second_trim_mps.norm();
  }
};

/// Flies a satellite that left the muzzle with `velocity_mps` [m/s; along, left, up] on the way of a
/// transfer: each correction solved anew from the state that tracking gives, burns solved anew at their
/// dates. `not_corrected`: a correction found no solution.
Flight fly(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
           const Navigation& navigation, const Eigen::Vector3d& velocity_mps, const FlightErrors& errors);

}  // namespace lunafab::orbit
