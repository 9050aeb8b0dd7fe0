#include <Eigen/Geometry>
#include <Eigen/LU>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "orbit/cr3bp.hpp"
#include "orbit/transfer.hpp"
#include "tests/orbit/three_body.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double mu = earth_moon.mass_ratio, degree = std::numbers::pi / 180.0;
constexpr double day = 86400.0 / earth_moon.time_s;
/// 9:2 near-rectilinear halo orbit of JPL's database.
const RotatingState nrho{{1.0196625817475922, 0.0, -0.18041918731575562}, {0.0, -0.09805982467069076, 0.0}};
constexpr double nrho_period = 1.4799795545729917;

double distance(const RotatingState& a, const RotatingState& b) {
  return std::hypot((a.r - b.r).norm(), (a.v - b.v).norm());
}

SurfaceLaunch launch(double latitude_deg, double longitude_deg, double azimuth_deg, double speed_mps) {
  return {{latitude_deg * degree, longitude_deg * degree}, azimuth_deg * degree, speed_mps};
}

RotatingArc to_million_km(const SurfaceLaunch& from) {
  return follow(mu, leave_surface(earth_moon, from), 100.0 * day,
                RotatingEvent{RotatingEventKind::barycentre, 1e9 / earth_moon.length_m});
}

}  // namespace

TEST_CASE("libration points: JPL's L1 to L3, and no pull at any of the five", "[orbit][cr3bp]") {
  const auto points = libration_points(mu);
  // The printed digits.
  CHECK_THAT(points[0].x(), WithinAbs(0.836915125772357, 1e-15));
  CHECK_THAT(points[1].x(), WithinAbs(1.15568216544488, 5e-15));
  CHECK_THAT(points[2].x(), WithinAbs(-1.00506264581028, 5e-15));
  for (const double ratio : {mu, 3.0e-6, 0.3}) {
    for (const Vector3d& point : libration_points(ratio)) {
      const Vector3d pull = rotating_acceleration(ratio, {point});
      // Rounding of x times the gradient there, at most about 12.
      CHECK(pull.norm() < 5e-15);
    }
  }
}

TEST_CASE("Jacobi constant of the 9:2 orbit, and kept for three revolutions", "[orbit][cr3bp]") {
  CHECK_THAT(jacobi_constant(mu, nrho), WithinAbs(3.04890858931598, 1e-14));
  const auto later = follow(mu, nrho, 3.0 * nrho_period);
  REQUIRE(later.end == ArcEnd::time);
  // Tolerance 1e-13 of a step; the pass at 3200 km from the Moon has speeds of 1.6.
  CHECK_THAT(jacobi_constant(mu, later.last), WithinAbs(3.04890858931598, 1e-11));
}

TEST_CASE("the 9:2 orbit closes after JPL's period, forwards and backwards", "[orbit][cr3bp]") {
  for (const double way : {1.0, -1.0}) {
    const auto round = follow(mu, nrho, way * nrho_period);
    REQUIRE(round.end == ArcEnd::time);
    CHECK(distance(round.last, nrho) < 1e-9);
  }
}

TEST_CASE("propagation agrees with classical Runge–Kutta steps of another hand", "[orbit][cr3bp]") {
  three_body::State s;
  s << nrho.r, nrho.v;
  constexpr int steps = 40'000;
  for (int i = 0; i < steps; ++i) s = three_body::stepped(s, nrho_period / steps);
  const auto arc = follow(mu, nrho, nrho_period);
  // (h ω)⁴ of the oracle at the Moon: 1e-10.
  CHECK((arc.last.r - s.head<3>()).norm() < 1e-9);
  CHECK((arc.last.v - s.tail<3>()).norm() < 1e-8);
}

TEST_CASE("the state-transition matrix is the derivative of the flow", "[orbit][cr3bp]") {
  const double span = 1.1;
  const auto arc = follow(mu, nrho, span, std::nullopt, Variations::stm);
  REQUIRE(arc.end == ArcEnd::time);
  CHECK(distance(arc.last, follow(mu, nrho, span).last) < 1e-11);
  const double h = 1e-6;
  for (int column = 0; column < 6; ++column) {
    RotatingState up = nrho, down = nrho;
    (column < 3 ? up.r[column] : up.v[column - 3]) += h;
    (column < 3 ? down.r[column] : down.v[column - 3]) -= h;
    const auto a = follow(mu, up, span).last, b = follow(mu, down, span).last;
    Eigen::Matrix<double, 6, 1> slope;
    slope << (a.r - b.r) / (2 * h), (a.v - b.v) / (2 * h);
    // Central difference: tolerance of the arcs over h, and h² of the third derivative.
    CHECK((slope - arc.stm.col(column)).norm() < 1e-5 * (1.0 + arc.stm.col(column).norm()));
  }
  // Symplectic in canonical momenta: its determinant is 1.
  CHECK_THAT(arc.stm.determinant(), WithinAbs(1.0, 1e-9));
}

TEST_CASE("events: the plane is crossed half a period later, then after the whole", "[orbit][cr3bp]") {
  const auto half = follow(mu, nrho, 10.0, RotatingEvent{});
  REQUIRE(half.end == ArcEnd::event);
  CHECK_THAT(half.t, WithinAbs(0.5 * nrho_period, 1e-9));
  CHECK_THAT(half.last.r.y(), WithinAbs(0.0, 1e-14));
  CHECK_THAT(half.last.v.x(), WithinAbs(0.0, 1e-8));  // the mirror
  CHECK_THAT(half.last.v.z(), WithinAbs(0.0, 1e-8));

  const auto whole = follow(mu, nrho, 10.0, RotatingEvent{.skip = 1});
  CHECK_THAT(whole.t, WithinAbs(nrho_period, 1e-9));
  const auto falling = follow(mu, nrho, 10.0, RotatingEvent{.crossing = Crossing::falling});
  CHECK_THAT(falling.t, WithinAbs(nrho_period, 1e-9));  // y < 0 first: rises at the Moon
  const auto perilune = follow(
      mu, nrho, 10.0, RotatingEvent{.kind = RotatingEventKind::moon_apsis, .crossing = Crossing::rising});
  CHECK_THAT(perilune.t, WithinAbs(0.5 * nrho_period, 1e-9));
  const auto none = follow(mu, nrho, 0.7, RotatingEvent{});
  CHECK(none.end == ArcEnd::time);
  CHECK(none.t == 0.7);
}

TEST_CASE("an arc into a body's centre ends and says so", "[orbit][cr3bp]") {
  // From rest on the axis, 10⁻³ off the Moon: falls into the centre.
  const auto fall = follow(mu, {{1.0 - mu + 1e-3, 0, 0}, {0, 0, 0}}, 1.0);
  CHECK(fall.end != ArcEnd::time);
  CHECK(fall.t < 1.0);
  const auto few =
      follow(mu, nrho, 10.0, std::nullopt, Variations::none, {.tolerance = 1e-13, .most_steps = 5});
  CHECK(few.end == ArcEnd::steps_used_up);
}

TEST_CASE("launch: from 89.45° S the C3 at 1 Mkm, and from 57° W the perigee", "[orbit][cr3bp]") {
  const auto away = to_million_km(launch(-89.45, 222.7, 45.0, 2550.0));
  REQUIRE(away.end == ArcEnd::event);
  CHECK_THAT(barycentric_c3_m2ps2(earth_moon, away.last) * 1e-6, WithinAbs(1.039342, 1e-5));
  CHECK_THAT(away.t / day, WithinAbs(7.63453, 1e-4));

  const auto home =
      follow(mu, leave_surface(earth_moon, launch(0.0, -57.0, 90.0, 2510.0)), 20.0 * day,
             RotatingEvent{.kind = RotatingEventKind::earth_apsis, .crossing = Crossing::rising});
  REQUIRE(home.end == ArcEnd::event);
  CHECK_THAT(earth_distance(mu, home.last) * earth_moon.length_m * 1e-3, WithinAbs(5199.813, 0.05));
  CHECK_THAT(home.t / day, WithinAbs(4.69775, 1e-5));
}

TEST_CASE("launch: the oracle's state and departure for launches all over the Moon", "[orbit][cr3bp]") {
  for (const auto& [latitude, longitude, azimuth, speed] :
       {std::array{-86.0, 3.0, 266.0, 2520.0}, std::array{10.0, 110.0, 90.0, 2480.0},
        std::array{45.0, -120.0, 200.0, 2700.0}}) {
    const three_body::Launch other{latitude, longitude, azimuth, speed * 1e-3};
    const RotatingState mine = leave_surface(earth_moon, launch(latitude, longitude, azimuth, speed));
    const three_body::State theirs = three_body::launched(other);
    CHECK((mine.r - theirs.head<3>()).norm() < 1e-15);
    CHECK((mine.v - theirs.tail<3>()).norm() < 1e-14);
    const auto arc = to_million_km(launch(latitude, longitude, azimuth, speed));
    const auto known = three_body::depart(other);
    REQUIRE(arc.end == ArcEnd::event);
    // The oracle's steps: 1e-7 of its energy.
    CHECK_THAT(barycentric_c3_m2ps2(earth_moon, arc.last) * 1e-6, WithinAbs(known.c3_km2ps2, 1e-6));
    CHECK_THAT(arc.t / day, WithinAbs(known.days, 1e-5));
  }
}

TEST_CASE("launch: the speed table for deep space is the three-body problem's", "[orbit][cr3bp]") {
  for (const double c3_km2ps2 : {0.5, 0.6, 0.7, 0.8, 0.9, 1.0}) {
    const auto arc = to_million_km(launch(-86.0, 3.0, 266.0, heliocentric_launch_speed_mps(c3_km2ps2 * 1e6)));
    REQUIRE(arc.end == ArcEnd::event);
    // 0.2 m/s at 0.011 km²/s² per m/s, as the table claims.
    CHECK_THAT(barycentric_c3_m2ps2(earth_moon, arc.last) * 1e-6, WithinAbs(c3_km2ps2, 0.0022));
  }
}
