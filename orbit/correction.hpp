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

/// Two corrections of what a burn at the start of a coast left, to first order.
struct TrimPlan {
  Epoch first, second;
  Eigen::Matrix3d first_m2ps2 = Eigen::Matrix3d::Zero();  ///< covariances, GCRF axes
  Eigen::Matrix3d second_m2ps2 = Eigen::Matrix3d::Zero();
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
  /// Of an aimed burn's knowledge and execution; none where there is no such burn or the coast after it is
  /// short.
  std::optional<TrimPlan> trims;
  Eigen::MatrixXd miss;  ///< covariance of the last goal's demands after all corrections, in their units
  /// Covariances of all corrections.
  std::vector<Eigen::Matrix3d> all_m2ps2() const;
  /// Quantile of the sum; that of each at once, so an upper bound.
  double quantile_mps(double p) const;
  double rms_mps() const;  ///< root of the sum of squares
};

/// Plans corrections for a muzzle's velocity covariance. Of a coast: the first at the instant, from
/// `earliest_s` doubling up to half of it, at which the sum of their root mean squares is least; the second
/// halfway on. After an aimed burn the same again for what its errors leave. Nothing where the flight is too
/// short for that.
std::optional<CorrectionPlan> plan_corrections(const TransferSetting& setting, const Transfer& transfer,
                                               const Eigen::Matrix3d& muzzle_m2ps2,
                                               const Navigation& navigation);

/// Probability that corrections cost more than `spare_mps`: those after the first at their 95th percentiles.
double overrun_probability(const CorrectionPlan& plan, double spare_mps);

}  // namespace lunafab::orbit
