#pragma once
#include <Eigen/Geometry>
#include <cmath>
#include <cstddef>
#include <numbers>
#include "core/constants.hpp"
#include "massdriver/gauss_legendre.hpp"
#include "massdriver/inductance.hpp"

/// Coils by brute force, sharing only the Gauss rules with the code under test.
namespace lunafab::massdriver::oracle {

inline constexpr double mu0 = constants::vacuum_permeability_H_per_m;
inline constexpr double pi = std::numbers::pi;

// The one-coil 1-t machine and the 3.5-t baseline.
inline constexpr Winding small_drive{.radius_m = 1.0, .length_m = 0.20, .depth_m = 0.05};
inline constexpr Winding small_bucket{.radius_m = 0.85, .length_m = 0.15, .depth_m = 0.03};
inline constexpr Winding drive{.radius_m = 1.50, .length_m = 0.25, .depth_m = 0.04};
inline constexpr Winding bucket{.radius_m = 1.30, .length_m = 0.16, .depth_m = 0.035};

/// Neumann's integral over both circles, trapezoid over a period: geometric convergence.
inline double neumann_H(double a, double b, double z, int points = 4096) {
  long double sum = 0.0L;
  for (int i = 0; i < points; ++i) {
    const long double u = std::cos(2.0L * std::numbers::pi_v<long double> * i / points);
    sum += u / std::sqrt((a - b) * (a - b) + 2.0L * a * b * (1.0L - u) + z * z);
  }
  return static_cast<double>(mu0 * std::numbers::pi_v<long double> * a * b * sum / points);
}

/// Calls `f(weight, radius, offset)` on filaments of a winding.
template <class F>
void for_filaments(const Winding& winding, int order, F&& f) {
  const GaussRule rule = gauss_legendre(order);
  for (std::size_t i = 0; i < rule.node.size(); ++i) {
    for (std::size_t j = 0; j < rule.node.size(); ++j) {
      f(0.25 * rule.weight[i] * rule.weight[j], winding.radius_m + 0.5 * winding.depth_m * rule.node[i],
        0.5 * winding.length_m * rule.node[j]);
    }
  }
}

/// Four-fold tensor Gauss rule over the filaments' Neumann integrals.
inline double tensor_H(const Winding& primary, const Winding& secondary, double gap_m, int order) {
  double sum = 0.0;
  for_filaments(primary, order, [&](double w1, double a, double za) {
    for_filaments(secondary, order, [&](double w2, double b, double zb) {
      sum += w1 * w2 * neumann_H(a, b, gap_m + zb - za, 128);
    });
  });
  return sum;
}

/// A rigid winding off the common axis: offset along x, axis tilted towards +x, both about its middle.
struct Placed {
  double offset_m = 0.0, tilt_rad = 0.0;
};

/// Double line integral in space over every pair of filaments.
inline double displaced_H(const Winding& primary, const Winding& secondary, double gap_m, Placed placed,
                          int order) {
  constexpr int points = 48;
  const Eigen::AngleAxisd turn(placed.tilt_rad, Eigen::Vector3d::UnitY());
  const Eigen::Vector3d middle{placed.offset_m, 0.0, gap_m};
  double sum = 0.0;
  for_filaments(secondary, order, [&](double w2, double b, double zb) {
    for (int j = 0; j < points; ++j) {
      const double phi = 2.0 * pi * j / points, c = std::cos(phi), s = std::sin(phi);
      const Eigen::Vector3d place = middle + turn * Eigen::Vector3d{b * c, b * s, zb};
      const Eigen::Vector3d piece = turn * Eigen::Vector3d{-b * s, b * c, 0.0};
      for_filaments(primary, order, [&](double w1, double a, double za) {
        for (int i = 0; i < points; ++i) {
          const double psi = 2.0 * pi * i / points, x = std::cos(psi), y = std::sin(psi);
          const Eigen::Vector3d apart = place - Eigen::Vector3d{a * x, a * y, za};
          sum += w1 * w2 * a * (-y * piece.x() + x * piece.y()) / apart.norm();
        }
      });
    }
  });
  return mu0 * pi * sum / (points * points);
}

}  // namespace lunafab::massdriver::oracle
