#pragma once
#include <Eigen/Core>
#include <cstdint>
#include "orbit/gravity.hpp"

namespace lunafab::orbit {

/// The potential's sum f = Σ qⁿ H(u) (C Re zᵐ + S Im zᵐ) (see harmonics.cpp) with what its derivatives need.
struct HarmonicSums {
  double f = 0.0, Df = 0.0;
  Eigen::Vector3d f_i = Eigen::Vector3d::Zero();
  // Second order only:
  double DDf = 0.0;
  Eigen::Vector3d Df_i = Eigen::Vector3d::Zero();
  Eigen::Matrix3d f_ik = Eigen::Matrix3d::Zero();
};

enum class Order : std::uint8_t { first, second };

/// `direction` = r/|r|, `q` = reference radius/|r|.
HarmonicSums harmonic_sums(const GravityField& field, int degree, const Eigen::Vector3d& direction, double q,
                           Order order);

}  // namespace lunafab::orbit
