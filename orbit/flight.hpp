#pragma once
#include <Eigen/Core>
#include "orbit/correction.hpp"

namespace lunafab::orbit {

/// Standard normal draws of one flight: what tracking gets wrong before both corrections (position, velocity)
/// and how the burns come out.
struct FlightErrors {
  Eigen::Matrix<double, 6, 1> first_tracking = Eigen::Matrix<double, 6, 1>::Zero();
  Eigen::Matrix<double, 6, 1> second_tracking = Eigen::Matrix<double, 6, 1>::Zero();
  Eigen::Vector3d first_execution = Eigen::Vector3d::Zero();
};

enum class FlightEnd : std::uint8_t { arrived, impact, not_corrected };

/// One flight in the full model, errors included.
struct Flight {
  FlightEnd end = FlightEnd::arrived;
  Epoch at;                                             ///< of the arrival, or of the impact
  Eigen::Vector3d first_mps = Eigen::Vector3d::Zero();  ///< corrections, GCRF axes
  Eigen::Vector3d second_mps = Eigen::Vector3d::Zero();
  double insertion_mps = 0.0;  ///< planned burns, made from where the satellite is
  Craft arrival;
};

/// Flies a satellite that left the muzzle with `velocity_mps` [m/s; along, left, up] on the way of a
/// transfer: each correction solved anew from the state that tracking gives, burns solved anew at their
/// dates. `not_corrected`: a correction found no solution.
Flight fly(const TransferSetting& setting, const Transfer& transfer, const CorrectionPlan& plan,
           const Navigation& navigation, const Eigen::Vector3d& velocity_mps, const FlightErrors& errors);

}  // namespace lunafab::orbit
