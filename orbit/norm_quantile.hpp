#pragma once
#include <Eigen/Core>

namespace lunafab::orbit {

/// P(|x| > r) of a Gaussian vector in three dimensions with mean 0, to 1e-4. With x = √Λ ρ w, ρ
/// chi-distributed with three degrees of freedom and w on the unit sphere, it is the mean over the sphere of
/// P(ρ > r/|√Λ w|).
double norm_exceedance(const Eigen::Matrix3d& covariance, double r);

/// The r with P(|x| ≤ r) = p, for 0 ≤ p < 1; 0 for a covariance of 0.
double norm_quantile(const Eigen::Matrix3d& covariance, double p);

/// The symmetric root, continuous in the covariance; eigenvalues below 0 count as 0.
Eigen::Matrix3d covariance_root(const Eigen::Matrix3d& covariance);

}  // namespace lunafab::orbit
