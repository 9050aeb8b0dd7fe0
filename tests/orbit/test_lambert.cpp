#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "core/random.hpp"
#include "core/variates.hpp"
#include "orbit/conic.hpp"
#include "orbit/lambert.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Eigen::Vector3d;

namespace {

constexpr double pi = std::numbers::pi;

double draw(std::uint64_t serial, std::uint32_t n, double low, double high) {
  return low + (high - low) * uniform({.seed = 12, .purpose = Purpose::test}, serial, n);
}

Vector3d random_place(std::uint64_t serial, std::uint32_t n) {
  const double z = draw(serial, n, -1.0, 1.0), angle = draw(serial, n + 1, 0.0, 2 * pi),
               r = std::exp(draw(serial, n + 2, -1.5, 1.5)), flat = std::sqrt(1.0 - z * z);
  return r * Vector3d{flat * std::cos(angle), flat * std::sin(angle), z};
}

/// Where the arc misses its end, relative to the sizes on the way and to what a dive past the centre makes of
/// rounding: size ÷ periapsis, and 2 v²/μ of deflection per metre of aim.
double miss(const LambertArc& arc, const Vector3d& r1, const Vector3d& r2, double time) {
  const auto to = propagate_conic({r1, arc.v1_mps}, 1.0, time);
  if (!to) return 1e300;
  const double size = r1.norm() + r2.norm(), gain = 1.0 +
                                                    size / periapsis_m(elements_of({r1, arc.v1_mps}, 1.0)) +
                                                    2.0 * size * arc.v1_mps.squaredNorm();
  return ((to->r_m - r2).norm() / (r2.norm() + arc.v2_mps.norm() * time) +
          (to->v_mps - arc.v2_mps).norm() / (1.0 + arc.v2_mps.norm() + time / r2.squaredNorm())) /
         gain;
}

}  // namespace

TEST_CASE("Lambert: Vallado's example 7-5, to the printed digits", "[orbit][lambert]") {
  const auto arc = lambert({15945.34e3, 0, 0}, {12214.83899e3, 10249.46731e3, 0}, 4560.0, 398600.4418e9);
  REQUIRE(arc.status == LambertStatus::solved);
  CHECK((arc.v1_mps - Vector3d{2058.913, 2915.965, 0}).norm() < 1e-3);
  CHECK((arc.v2_mps - Vector3d{-3451.565, 910.315, 0}).norm() < 1e-3);
}

TEST_CASE("Lambert: what it gives arrives, the short and the long way", "[orbit][lambert]") {
  for (std::uint64_t serial = 0; serial < 3000; ++serial) {
    const Vector3d r1 = random_place(serial, 0), r2 = random_place(serial, 3);
    // Quicker arcs the long way dive to 1e-5 of their size past the centre: there the propagation loses more
    // digits than Lambert's problem.
    const double time = std::exp(draw(serial, 6, -2.0, 4.0));
    for (const auto way : {LambertWay::short_way, LambertWay::long_way}) {
      const auto arc = lambert(r1, r2, time, 1.0, {.way = way});
      REQUIRE(arc.status == LambertStatus::solved);
      CAPTURE(serial, time, way == LambertWay::short_way);
      CHECK(miss(arc, r1, r2, time) < 1e-12);
      const double turned = r1.cross(r2).dot(r1.cross(arc.v1_mps));
      CHECK((turned > 0.0) == (way == LambertWay::short_way));
    }
  }
}

TEST_CASE("Lambert: momentum and energy are the same at both ends, also on dives past the centre",
          "[orbit][lambert]") {
  for (std::uint64_t serial = 0; serial < 1000; ++serial) {
    const Vector3d r1 = random_place(serial, 0), r2 = random_place(serial, 3);
    const auto arc = lambert(r1, r2, std::exp(draw(serial, 6, -4.0, -2.0)), 1.0, {LambertWay::long_way});
    REQUIRE(arc.status == LambertStatus::solved);
    const double speed = arc.v1_mps.norm();
    CHECK((r1.cross(arc.v1_mps) - r2.cross(arc.v2_mps)).norm() < 1e-14 * speed * (r1.norm() + r2.norm()));
    CHECK(std::abs(0.5 * arc.v1_mps.squaredNorm() - 1.0 / r1.norm() - 0.5 * arc.v2_mps.squaredNorm() +
                   1.0 / r2.norm()) < 1e-14 * speed * speed);
  }
}

TEST_CASE("Lambert: with revolutions there are two orbits or none", "[orbit][lambert]") {
  int solved = 0;
  for (std::uint64_t serial = 0; serial < 500; ++serial) {
    const Vector3d r1 = random_place(serial, 0), r2 = random_place(serial, 3);
    const double time = std::exp(draw(serial, 6, 1.0, 5.0));
    for (const auto way : {LambertWay::short_way, LambertWay::long_way}) {
      const int most = lambert_most_revolutions(r1, r2, time, 1.0, way);
      CHECK(lambert(r1, r2, time, 1.0, {way, most + 1}).status == LambertStatus::too_quick);
      for (int n = 1; n <= std::min(most, 5); ++n) {
        const auto small = lambert(r1, r2, time, 1.0, {way, n, LambertBranch::small_x}),
                   large = lambert(r1, r2, time, 1.0, {way, n, LambertBranch::large_x});
        REQUIRE(small.status == LambertStatus::solved);
        REQUIRE(large.status == LambertStatus::solved);
        CAPTURE(serial, n);
        for (const auto& arc : {small, large}) {
          CHECK(miss(arc, r1, r2, time) < 1e-11);
          // Whole revolutions: the time lies between n and n + 1 periods.
          const double period = period_s(elements_of({r1, arc.v1_mps}, 1.0), 1.0);
          CHECK(time > n * period);
          CHECK(time < (n + 1) * period);
          ++solved;
        }
      }
    }
  }
  CHECK(solved > 2000);
}

TEST_CASE("Lambert: back from arcs of known conics, the parabola and its neighbours among them",
          "[orbit][lambert]") {
  for (const double e : {0.0, 0.5, 0.9, 0.999, 1.0 - 1e-9, 1.0, 1.0 + 1e-9, 1.001, 1.5, 4.0}) {
    for (const double time : {0.1, 0.6, 1.5}) {  // below half a turn
      const ConicState from = state_of({1.0, e, 0.4, 1.0, 2.0, -1.2}, 1.0);
      const auto to = propagate_conic(from, 1.0, time);
      REQUIRE(to);
      const auto arc = lambert(from.r_m, to->r_m, time, 1.0);
      CAPTURE(e, time);
      REQUIRE(arc.status == LambertStatus::solved);
      CHECK((arc.v1_mps - from.v_mps).norm() < 1e-12);
      CHECK((arc.v2_mps - to->v_mps).norm() < 1e-12);
    }
  }
}

TEST_CASE("Lambert: places in line with the centre leave the plane open", "[orbit][lambert]") {
  CHECK(lambert({1, 0, 0}, {-2, 0, 0}, 1.0, 1.0).status == LambertStatus::plane_undefined);
  CHECK(lambert({1, 0, 0}, {2, 0, 0}, 1.0, 1.0).status == LambertStatus::plane_undefined);
  CHECK_THROWS_AS(lambert({1, 0, 0}, {0, 0, 0}, 1.0, 1.0), ContractError);
  CHECK_THROWS_AS(lambert({1, 0, 0}, {0, 1, 0}, -1.0, 1.0), ContractError);
}
