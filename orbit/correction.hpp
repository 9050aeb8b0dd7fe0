#pragma once
#include <Eigen/Core>
#include <optional>
#include <vector>
#include "orbit/transfer_solver.hpp"

namespace lunafab::orbit {

/// What is known of a craft when it corrects, and how well it burns; 1 σ each.
struct Navigation {
  double earliest_s = 3600.0;  ///< from the muzzle to the first correction: tracking and computing
  double position_m = 300.0;   ///< each axis, when a correction is computed
  double velocity_mps = 0.01;
  double execution_rel = 0.01;  ///< of a burn, each axis
};

/// When the errors of a launch are taken out and what that costs, to first order in the errors.
struct CorrectionPlan {
  std::optional<Epoch> first,
      second;  ///< none on the way to low lunar orbit: the burns there take the errors out
  /// First correction [m/s, GCRF axes] by velocity error at the muzzle [m/s; along, left, up].
  Eigen::Matrix3d gain = Eigen::Matrix3d::Zero();
  Eigen::Matrix3d first_m2ps2 = Eigen::Matrix3d::Zero();  ///< covariance of the first
  Eigen::Matrix3d second_m2ps2 =
      Eigen::Matrix3d::Zero();  ///< of the second: what knowledge and execution of the first leave
  Eigen::MatrixXd miss;         ///< covariance of the goal's demands after both, in their units
  /// Quantile of the sum; that of both at once, so an upper bound.
  double quantile_mps(double p) const;
  double sum_of_rms_mps() const;  ///< what the dates are chosen by
  double rms_mps() const;         ///< of the first and the second, root of the sum of squares
};

/// Plans corrections for a muzzle's velocity covariance: the first at the instant, from `earliest_s` doubling
/// up to half of the flight, at which the sum of their root mean squares is least; the second halfway on.
/// Nothing where the flight is too short for that.
std::optional<CorrectionPlan> plan_corrections(const TransferSetting& setting, const Transfer& transfer,
                                               const Eigen::Matrix3d& muzzle_m2ps2,
                                               const Navigation& navigation);

/// Probability that corrections cost more than `spare_mps`: the second at its 95th percentile.
double overrun_probability(const CorrectionPlan& plan, double spare_mps);

}  // namespace lunafab::orbit
