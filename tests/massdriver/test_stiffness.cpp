#include <catch2/catch.hpp>
#include "core/contract.hpp"
#include "massdriver/stiffness.hpp"
#include "tests/massdriver/coil_oracles.hpp"

using namespace lunafab;
using namespace lunafab::massdriver;
using namespace lunafab::massdriver::oracle;
using Catch::WithinAbs, Catch::WithinRel;

namespace {

// A coarse filament grid has the same M as the windings to ~1e-6 and costs 256 pairs; differences of
// M at 1.5 cm and 3 cm, extrapolated, leave (h/d)⁴ ~ 1e-4.
constexpr Winding outer{.radius_m = 1.5, .length_m = 0.3, .depth_m = 0.06};
constexpr Winding inner{.radius_m = 1.0, .length_m = 0.2, .depth_m = 0.06};

double second_difference(double gap, Placed unit, double h) {
  const auto m = [&](double x) {
    return displaced_H(outer, inner, gap, {unit.offset_m * x, unit.tilt_rad * x}, 4);
  };
  return (m(h) - 2.0 * m(0.0) + m(-h)) / (h * h);
}

double second_derivative(double gap, Placed unit) {
  return (4.0 * second_difference(gap, unit, 0.015) - second_difference(gap, unit, 0.03)) / 3.0;
}

}  // namespace

TEST_CASE("stiffness: offset, tilt and both together equal Neumann's integral in space", "[massdriver]") {
  const double gap = GENERATE(0.0, 0.25, -0.6);
  const Stiffness found = lateral_stiffness(outer, inner, gap);
  const double scale = couple(outer, inner, gap).coupling.mutual_H;
  CHECK_THAT(found.lateral_H_per_m2, WithinAbs(second_derivative(gap, {1.0, 0.0}), 3e-4 * scale));
  CHECK_THAT(found.tilt_H_per_rad2, WithinAbs(second_derivative(gap, {0.0, 1.0}), 3e-4 * scale));
  const double both = second_derivative(gap, {1.0, 1.0});
  CHECK_THAT(found.lateral_H_per_m2 + found.tilt_H_per_rad2 + 2.0 * found.cross_H_per_m_rad,
             WithinAbs(both, 6e-4 * scale));
}

TEST_CASE("stiffness: lateral curvature is minus half the axial one, by Laplace", "[massdriver]") {
  const double gap = GENERATE(0.0, 0.3, 2.0);
  const double expected = lateral_curvature_H_per_m2(couple(drive, bucket, gap, 1e-11).coupling);
  CHECK_THAT(lateral_stiffness(drive, bucket, gap, 1e-11).lateral_H_per_m2, WithinRel(expected, 1e-9));
}

TEST_CASE("stiffness: tilting both coils together changes nothing", "[massdriver]") {
  // Turning the pair about the primary's middle tilts the secondary by θ, moves it by zθ and down by ½ zθ²;
  // seen from the primary that is the primary tilted by −θ, whose stiffness is that of the exchanged pair.
  const double z = GENERATE(0.2, 0.9);
  const Stiffness forth = lateral_stiffness(drive, bucket, z), back = lateral_stiffness(bucket, drive, -z);
  const double slope = couple(drive, bucket, z).coupling.slope_H_per_m;
  CHECK_THAT(back.tilt_H_per_rad2, WithinRel(forth.tilt_H_per_rad2 + 2.0 * z * forth.cross_H_per_m_rad +
                                                 z * z * forth.lateral_H_per_m2 - z * slope,
                                             1e-7));
}

TEST_CASE("stiffness: far coils are dipoles", "[massdriver]") {
  // M ∝ (2 z² − x²) cos θ + 3 x z sin θ over 2 r⁵ … : M_xx = −6 M/z², M_θθ = −M, M_xθ = 3M/2z.
  const double z = 1e4;
  const Stiffness far = lateral_stiffness(drive, bucket, z);
  const double m = couple(drive, bucket, z).coupling.mutual_H;
  CHECK_THAT(far.lateral_H_per_m2, WithinRel(-6.0 * m / (z * z), 1e-6));
  CHECK_THAT(far.tilt_H_per_rad2, WithinRel(-m, 1e-6));
  CHECK_THAT(far.cross_H_per_m_rad, WithinRel(1.5 * m / z, 1e-6));
}

TEST_CASE("stiffness: loads are derivatives of the energy I1 I2 M", "[massdriver]") {
  const Stiffness at = lateral_stiffness(drive, bucket, 0.3);
  const double x = 2e-3, theta = 1e-3, I1 = 4e5, I2 = -1.2e6;
  const auto energy = [&](double offset, double tilt) {
    return I1 * I2 *
           (0.5 * at.lateral_H_per_m2 * offset * offset + 0.5 * at.tilt_H_per_rad2 * tilt * tilt +
            at.cross_H_per_m_rad * offset * tilt);
  };
  const LateralLoad load = lateral_load(at, I1, I2, x, theta);
  // A quadratic's central difference is exact.
  CHECK_THAT(load.force_N, WithinRel((energy(2.0 * x, theta) - energy(0.0, theta)) / (2.0 * x), 1e-12));
  CHECK_THAT(load.torque_Nm, WithinRel((energy(x, 2.0 * theta) - energy(x, 0.0)) / (2.0 * theta), 1e-12));
  CHECK_THAT(force_per_offset_N_per_m(at, I1, I2),
             WithinRel(lateral_load(at, I1, I2, 1.0, 0.0).force_N, 1e-15));
  CHECK_THAT(torque_per_tilt_N_m_per_rad(at, I1, I2),
             WithinRel(lateral_load(at, I1, I2, 0.0, 1.0).torque_Nm, 1e-15));
  CHECK_THROWS_AS(lateral_stiffness(drive, drive, 0.1), ContractError);
}
