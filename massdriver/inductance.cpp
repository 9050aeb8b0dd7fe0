#include "massdriver/inductance.hpp"
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "massdriver/loop_integrals.hpp"
#include "massdriver/section_pairs.hpp"

namespace lunafab::massdriver {
namespace {

// Neumann's integral by parts: M = μ₀ (ab)² S₃, and ∂S_n/∂z = −n z S_{n+2}.
Coupling couple_loops(double a, double b, double z) {
  const auto [s3, s5, s7] = loop_integrals(a, b, z);
  const double factor = constants::vacuum_permeability_H_per_m * (a * b) * (a * b);
  return {.mutual_H = factor * s3,
          .slope_H_per_m = -3.0 * factor * z * s5,
          .curvature_H_per_m2 = -3.0 * factor * (s5 - 5.0 * z * z * s7)};
}

/// Free space between two intervals of given widths whose middles are `apart`; 0 where they touch to
/// rounding.
double clearance(double apart, double width_sum) {
  const double clear = apart - 0.5 * width_sum;
  return std::abs(clear) < 1e-12 * (apart + width_sum) ? 0.0 : clear;
}

void expect_separate(const Winding& primary, const Winding& secondary, double gap_m) {
  const double along = clearance(std::abs(gap_m), primary.length_m + secondary.length_m);
  const double across =
      clearance(std::abs(primary.radius_m - secondary.radius_m), primary.depth_m + secondary.depth_m);
  const bool have_areas = primary.length_m * primary.depth_m * secondary.length_m * secondary.depth_m > 0.0;
  expects(along >= 0.0 || across >= 0.0, "couple: the sections must not overlap");
  expects(along > 0.0 || across > 0.0 || have_areas,
          "couple: sections that touch must have an area (M or its derivatives are infinite)");
}

}  // namespace

void expect_valid(const Winding& winding) {
  expects(std::isfinite(winding.radius_m) && winding.radius_m > 0.0,
          "winding: the mean radius must be positive and finite");
  expects(std::isfinite(winding.length_m) && winding.length_m >= 0.0,
          "winding: the length must be finite and not negative");
  expects(winding.depth_m >= 0.0 && winding.depth_m <= 2.0 * winding.radius_m,
          "winding: the depth must lie between 0 and twice the mean radius");
}

void expect_pair(const Winding& primary, const Winding& secondary, double gap_m, double relative_tolerance) {
  expect_valid(primary);
  expect_valid(secondary);
  expects(std::isfinite(gap_m), "couple: the gap must be finite");
  expects(relative_tolerance >= 1e-14 && relative_tolerance <= 0.1,
          "couple: the tolerance must lie in [1e-14, 0.1]");
  expect_separate(primary, secondary, gap_m);
}

Coupling couple(const CoaxialLoops& loops) {
  const auto [a, b, z] = loops;
  expects(a > 0.0 && b > 0.0 && std::isfinite(a) && std::isfinite(b) && std::isfinite(z),
          "couple: the radii must be positive and all finite");
  expects((a - b) * (a - b) + z * z > 0.0, "couple: the loops must not touch (M is infinite)");
  return couple_loops(a, b, z);
}

MutualEstimate couple(const Winding& primary, const Winding& secondary, double gap_m,
                      double relative_tolerance) {
  expect_pair(primary, secondary, gap_m, relative_tolerance);
  const auto kernel = [](const FilamentPair& pair) {
    const auto [m, slope, curvature] =
        couple_loops(pair.primary_radius_m, pair.secondary_radius_m, pair.gap_m);
    return std::array{m, slope, curvature};
  };
  const auto [value, error_H] = average<3>(primary, secondary, gap_m, relative_tolerance, kernel);
  return {.coupling = {value[0], value[1], value[2]}, .error_H = error_H};
}

double self_inductance_H(const Winding& winding) {
  expect_valid(winding);
  expects(winding.length_m > 0.0 || winding.depth_m > 0.0,
          "self_inductance_H: a filament's inductance is infinite");
  const auto kernel = [](const FilamentPair& pair) {
    return std::array{couple_loops(pair.primary_radius_m, pair.secondary_radius_m, pair.gap_m).mutual_H};
  };
  return average<1>(winding, winding, 0.0, 1e-11, kernel).value[0];
}

}  // namespace lunafab::massdriver
