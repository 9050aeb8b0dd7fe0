#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/libration_orbits.hpp"
#include "orbit/synodic.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double mu = earth_moon.mass_ratio;
const Epoch start = parse_epoch("2030-01-01");

const Ephemeris& sky() {
  static const Ephemeris one = Ephemeris::from_erfa(start, {start.tt_days_since_j2000 + 40.0});
  return one;
}

Epoch later(double days) {
  return {start.tt_days_since_j2000 + days};
}

}  // namespace

TEST_CASE("synodic axes: Earth and Moon rest at −μ and 1 − μ", "[orbit][synodic]") {
  for (const double days : {0.0, 7.3, 19.8, 40.0}) {
    const SynodicAxes axes = synodic_axes(sky(), later(days));
    const SkyState there = sky().at(later(days));
    const RotatingState moon = to_rotating(GeocentricState{there.moon_m, there.moon_mps}, mu, axes);
    CHECK((moon.r - Vector3d{1.0 - mu, 0, 0}).norm() < 1e-15);
    // Rounding, but for the plane's turning, of which the Moon on the axis knows nothing.
    CHECK(moon.v.norm() < 1e-15);
    const RotatingState earth = to_rotating(LunarState{-there.moon_m, -there.moon_mps}, mu, axes);
    CHECK((earth.r - Vector3d{-mu, 0, 0}).norm() < 1e-15);
    CHECK(earth.v.norm() < 1e-15);
    CHECK((axes.R_gcrf_rotating.transpose() * axes.R_gcrf_rotating - Eigen::Matrix3d::Identity()).norm() <
          1e-15);
    CHECK_THAT(axes.R_gcrf_rotating.determinant(), WithinAbs(1.0, 1e-15));
  }
  CHECK_THROWS_AS(synodic_axes(sky(), later(41.0)), ContractError);
}

TEST_CASE("synodic coordinates: both ways, from the Moon and from the Earth", "[orbit][synodic]") {
  const RotatingState nrho{{1.0196625817475922, 0.003, -0.18041918731575562}, {0.01, -0.0980598, 0.02}};
  for (int i = 0; i < 40; ++i) {
    const SynodicAxes axes = synodic_axes(sky(), later(i));
    const LunarState lunar = to_lunar(nrho, mu, axes);
    const GeocentricState geocentric = to_geocentric(nrho, mu, axes);
    // Rounding of some ten operations, far below the 1e-9 that anything here needs.
    for (const auto& again : {to_rotating(lunar, mu, axes), to_rotating(geocentric, mu, axes)}) {
      CHECK((again.r - nrho.r).norm() < 1e-14);
      CHECK((again.v - nrho.v).norm() < 1e-14);
    }
    // The two agree through the ephemeris.
    const SkyState there = sky().at(later(i));
    CHECK((geocentric.r_m - lunar.r_m - there.moon_m).norm() < 1e-14 * geocentric.r_m.norm());
    CHECK((geocentric.v_mps - lunar.v_mps - there.moon_mps).norm() < 1e-13 * geocentric.v_mps.norm());
  }
}

namespace {

/// Synodic velocity of something that goes straight on from the Moon's place plus r, less the central
/// difference of its synodic places.
double slip(double day, const LunarState& moving) {
  const SynodicAxes axes = synodic_axes(sky(), later(day));
  const auto place = [&](double s) {
    const LunarState then{moving.r_m + s * moving.v_mps, moving.v_mps};
    return to_rotating(then, mu, synodic_axes(sky(), later(day + s / 86400.0))).r;
  };
  const double h = 300.0;
  const Vector3d slope = (place(h) - place(-h)) / (2 * h * axes.rate_radps);
  return (slope - to_rotating(moving, mu, axes).v).norm();
}

}  // namespace

TEST_CASE("synodic velocity is the derivative of the synodic place", "[orbit][synodic]") {
  for (int day = 1; day < 40; ++day) {
    const Vector3d line = synodic_axes(sky(), later(day)).R_gcrf_rotating.col(0);
    // On the line the plane's turning does nothing; (h ω)²/6 is 1e-7.
    CHECK(slip(day, {60e6 * line, {300.0, -150.0, 80.0}}) < 3e-7);
    // Off it the turning, up to 1.4e-9 rad/s, adds 1e-4. The series' second derivative out of the plane
    // differs from the Sun's pull by up to 3e-7 m/s², 3e-10 rad/s: 1e-4 × 0.2.
    CHECK(slip(day, {{-20e6, 35e6, 60e6}, {300.0, -150.0, 80.0}}) < 2.5e-5);
  }
}

TEST_CASE("synodic axes: the mean motion and distance are the Moon's", "[orbit][synodic]") {
  double distance_m = 0.0, angle = 0.0;
  constexpr int steps = 2733;  // a tropical month of 27.32 d
  for (int i = 0; i < steps; ++i) {
    const SynodicAxes axes = synodic_axes(sky(), later((i + 0.5) * 27.321662 / steps));
    distance_m += axes.distance_m / steps;
    angle += axes.rate_radps * 27.321662 * 86400.0 / steps;
  }
  CHECK_THAT(angle, WithinRel(2 * 3.141592653589793, 0.01));  // perturbations over one month
  CHECK_THAT(distance_m, WithinRel(385.0e6, 0.01));           // Meeus, ch. 48: mean 385 000.56 km
}
