#include "orbit/norm_quantile.hpp"
#include <Eigen/Eigenvalues>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

double chi3_exceedance(double x) {
  return std::erfc(x / std::numbers::sqrt2) + std::sqrt(2.0 / std::numbers::pi) * x * std::exp(-0.5 * x * x);
}

/// Standard deviations along the principal axes, the largest last.
Eigen::Vector3d principal_sd(const Eigen::Matrix3d& covariance) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> axes(covariance, Eigen::EigenvaluesOnly);
  return axes.eigenvalues().cwiseMax(0.0).cwiseSqrt();
}

double exceedance_of_sd(const Eigen::Vector3d& sd, double r) {
  if (r <= 0.0) return 1.0;
  if (sd[2] <= 0.0) return 0.0;
  // The longest axis is the pole and cos θ = u², so that needles are resolved where |√Λ w| turns small, at
  // the equator. One octant suffices: the integrand is even in each component.
  using Quadrature = boost::math::quadrature::gauss<double, 30>;
  const auto meridian = [&](double phi) {
    const double across = std::hypot(sd[0] * std::cos(phi), sd[1] * std::sin(phi));
    return Quadrature::integrate(
        [&](double t) {
          const double u = t * t;
          const double stretch = std::hypot(std::sqrt(1.0 - u * u) * across, u * sd[2]);
          return 2.0 * t * (stretch > 0.0 ? chi3_exceedance(r / stretch) : 0.0);
        },
        0.0, 1.0);
  };
  constexpr double quarter = 0.5 * std::numbers::pi;
  return Quadrature::integrate(meridian, 0.0, quarter) / quarter;
}

}  // namespace

double norm_exceedance(const Eigen::Matrix3d& covariance, double r) {
  return exceedance_of_sd(principal_sd(covariance), r);
}

double norm_quantile(const Eigen::Matrix3d& covariance, double p) {
  expects(p >= 0.0 && p < 1.0, "norm quantile: the probability must lie in [0, 1)");
  const Eigen::Vector3d sd = principal_sd(covariance);
  if (sd[2] <= 0.0) return 0.0;
  const double wanted = 1.0 - p;
  double low = 0.0, high = sd[2];
  while (exceedance_of_sd(sd, high) > wanted) low = high, high *= 2.0;
  std::uintmax_t most = 60;
  const auto [a, b] =
      boost::math::tools::toms748_solve([&](double r) { return exceedance_of_sd(sd, r) - wanted; }, low, high,
                                        boost::math::tools::eps_tolerance<double>(24), most);
  return 0.5 * (a + b);
}

Eigen::Matrix3d covariance_root(const Eigen::Matrix3d& covariance) {
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix3d> axes(covariance);
  const Eigen::Vector3d sd = axes.eigenvalues().cwiseMax(0.0).cwiseSqrt();
  return axes.eigenvectors() * sd.asDiagonal() * axes.eigenvectors().transpose();
}

}  // namespace lunafab::orbit
