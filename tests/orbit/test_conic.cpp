#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "core/random.hpp"
#include "core/variates.hpp"
#include "orbit/conic.hpp"
#include "orbit/integrator.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double pi = std::numbers::pi, earth_gm = 398600.4418e9;

double draw(std::uint64_t serial, std::uint32_t n, double low, double high) {
  return low + (high - low) * uniform({.seed = 11, .purpose = Purpose::test}, serial, n);
}

/// Conics of every kind, all inclinations, GM = 1, size 1.
Elements random_elements(std::uint64_t serial) {
  const double e = draw(serial, 0, 0.0, 3.0), reach = e < 1.0 ? pi : std::acos(-1.0 / e) - 0.05;
  return {.semi_latus_rectum_m = 1.0,
          .eccentricity = e,
          .inclination_rad = draw(serial, 1, 0.01, pi - 0.01),
          .node_rad = draw(serial, 2, 0.0, 2 * pi),
          .periapsis_argument_rad = draw(serial, 3, 0.0, 2 * pi),
          .true_anomaly_rad = draw(serial, 4, -reach, reach)};
}

double distance(const ConicState& a, const ConicState& b) {
  return std::hypot((a.r_m - b.r_m).norm(), (a.v_mps - b.v_mps).norm());
}

}  // namespace

TEST_CASE("Kepler: Vallado's example 2-4 to 13 digits", "[orbit][conic]") {
  const ConicState from{{1131.340e3, -2282.343e3, 6672.423e3}, {-5643.05, 4303.33, 2428.79}};
  const auto to = propagate_conic(from, earth_gm, 2400.0);
  REQUIRE(to);
  const Vector3d r{-4219752.737795695, 4363029.177180833, -3958766.6166029762},
      v{3689.866025052519, -1916.7347770873095, -6112.511100000719};
  CHECK((to->r_m - r).norm() < 1e-13 * r.norm());
  CHECK((to->v_mps - v).norm() < 1e-13 * v.norm());
}

TEST_CASE("Kepler: every conic, forwards and back, agrees with the integrated equation", "[orbit][conic]") {
  using Y = Vector<6>;
  const auto rate = [](double, const Y& y) {
    const double pull = -1.0 / std::pow(y[0] * y[0] + y[1] * y[1] + y[2] * y[2], 1.5);
    return Y{y[3], y[4], y[5], pull * y[0], pull * y[1], pull * y[2]};
  };
  const auto scale = [](const Y&, const Y&) {
    return Y{1, 1, 1, 1, 1, 1};
  };
  for (std::uint64_t serial = 0; serial < 60; ++serial) {
    const ConicState from = state_of(random_elements(serial), 1.0);
    const double dt = draw(serial, 9, -4.0, 4.0);
    const auto to = propagate_conic(from, 1.0, dt);
    REQUIRE(to);
    Integrator<6, decltype(rate), decltype(scale)> oracle(
        rate, scale, 0.0,
        Y{from.r_m[0], from.r_m[1], from.r_m[2], from.v_mps[0], from.v_mps[1], from.v_mps[2]},
        {.tolerance = 1e-13});
    while (oracle.t() != dt) REQUIRE(oracle.step(dt));
    const Y& y = oracle.y();
    // Tolerance 1e-13 a step, some hundred steps.
    CHECK(distance(*to, {{y[0], y[1], y[2]}, {y[3], y[4], y[5]}}) < 3e-11);
  }
}

TEST_CASE("Kepler: there and back again", "[orbit][conic]") {
  for (std::uint64_t serial = 0; serial < 2000; ++serial) {
    const ConicState from = state_of(random_elements(serial), 1.0);
    const double dt = draw(serial, 9, -300.0, 300.0);
    const auto to = propagate_conic(from, 1.0, dt);
    REQUIRE(to);
    const auto back = propagate_conic(*to, 1.0, -dt);
    REQUIRE(back);
    // A far state of size 1000 keeps 1e-13 of the periapsis; ellipses lose 2π·N·ε in phase.
    CHECK(distance(*back, from) < 2e-11 * (1.0 + to->r_m.norm()));
  }
}

TEST_CASE("Kepler: a million revolutions later the phase is the remainder's", "[orbit][conic]") {
  // Period exactly representable: a = 1, GM = 4π², P = 1.
  const double gm = 4.0 * pi * pi;
  const ConicState from = state_of({.semi_latus_rectum_m = 0.75, .eccentricity = 0.5}, gm);
  const auto quarter = propagate_conic(from, gm, 0.25), later = propagate_conic(from, gm, 1e6 + 0.25);
  REQUIRE((quarter && later));
  // The period is known to some ε: a million of them to 1e-9, at a speed of 2π.
  CHECK((quarter->r_m - later->r_m).norm() < 1e-8);
}

TEST_CASE("Kepler: parabola and radial motion follow their closed forms", "[orbit][conic]") {
  // Barker: D + D³/3 = 2√(μ/p³) t with D = tan(ν/2).
  const ConicState periapsis{{0.5, 0, 0}, {0, 2.0, 0}};
  for (const double tangent : {-5.0, -0.3, 0.1, 2.0, 40.0}) {
    const double t = 0.5 * (tangent + tangent * tangent * tangent / 3.0);
    const auto to = propagate_conic(periapsis, 1.0, t);
    REQUIRE(to);
    const double r = 0.5 * (1.0 + tangent * tangent), nu = 2.0 * std::atan(tangent);
    CHECK((to->r_m - r * Vector3d{std::cos(nu), std::sin(nu), 0}).norm() < 1e-13 * r);
  }
  // Radial parabola: r^1.5 = r0^1.5 + 1.5 √(2μ) t.
  const auto out = propagate_conic({{1, 0, 0}, {std::sqrt(2.0), 0, 0}}, 1.0, 100.0);
  REQUIRE(out);
  CHECK_THAT(out->r_m.x(), WithinRel(std::pow(1.0 + 150.0 * std::sqrt(2.0), 2.0 / 3.0), 1e-14));
  CHECK_FALSE(propagate_conic({Vector3d::Zero(), {1, 0, 0}}, 1.0, 1.0));
  CHECK_FALSE(propagate_conic({{std::nan(""), 0, 0}, {1, 0, 0}}, 1.0, 1.0));
}

TEST_CASE("elements: state → elements → state over all conics", "[orbit][conic]") {
  for (std::uint64_t serial = 0; serial < 2000; ++serial) {
    const Elements el = random_elements(serial);
    const ConicState state = state_of(el, 1.0);
    const Elements again = elements_of(state, 1.0);
    const double size = state.r_m.norm() + state.v_mps.norm();
    CHECK(distance(state_of(again, 1.0), state) < 1e-13 * size * size);
    CHECK_THAT(again.eccentricity, WithinAbs(el.eccentricity, 1e-13 * size));
    CHECK_THAT(again.inclination_rad, WithinAbs(el.inclination_rad, 1e-13));
    CHECK_THAT(std::remainder(again.node_rad - el.node_rad, 2 * pi), WithinAbs(0.0, 1e-12));
  }
}

TEST_CASE("elements: Vallado's example 2-5", "[orbit][conic]") {
  const ConicState state{{6524.834e3, 6862.875e3, 6448.296e3}, {4901.327, 5533.756, -1976.341}};
  const Elements el = elements_of(state, earth_gm);
  const double degree = pi / 180.0;
  // The printed digits; of the lengths the first six, as the book rounds on the way.
  CHECK_THAT(el.semi_latus_rectum_m, WithinRel(11067.790e3, 1e-6));
  CHECK_THAT(semi_major_axis_m(el), WithinRel(36127.343e3, 1e-6));
  CHECK_THAT(el.eccentricity, WithinAbs(0.832853, 1e-6));
  CHECK_THAT(el.inclination_rad / degree, WithinAbs(87.870, 1e-3));
  CHECK_THAT(el.node_rad / degree, WithinAbs(227.89, 1e-2));
  CHECK_THAT(el.periapsis_argument_rad / degree, WithinAbs(53.38, 1e-2));
  CHECK_THAT(el.true_anomaly_rad / degree, WithinAbs(92.335, 1e-3));
}

TEST_CASE("elements: circular and equatorial orbits keep to the conventions", "[orbit][conic]") {
  const double angle = 0.7;
  const Vector3d r{std::cos(angle), std::sin(angle), 0}, along{-std::sin(angle), std::cos(angle), 0};
  const Elements direct = elements_of({r, along}, 1.0);
  CHECK(direct.eccentricity == 0.0);
  CHECK(direct.inclination_rad == 0.0);
  CHECK(direct.node_rad == 0.0);
  CHECK(direct.periapsis_argument_rad == 0.0);
  CHECK_THAT(direct.true_anomaly_rad, WithinAbs(angle, 1e-15));

  const Elements retrograde = elements_of({r, -1.2 * along}, 1.0);  // at its periapsis
  CHECK(retrograde.inclination_rad == pi);
  CHECK(retrograde.node_rad == 0.0);
  CHECK_THAT(retrograde.periapsis_argument_rad, WithinAbs(2 * pi - angle, 1e-14));
  CHECK_THAT(retrograde.true_anomaly_rad, WithinAbs(0.0, 1e-15));
  CHECK(distance(state_of(retrograde, 1.0), {r, -1.2 * along}) < 1e-15);
  CHECK(state_of(retrograde, 1.0).r_m.z() == 0.0);

  // Circular and polar, over the pole: the angle from the node stands in the true anomaly.
  const Elements polar = elements_of({{0, 0, 1}, {-1, 0, 0}}, 1.0);
  CHECK(polar.periapsis_argument_rad == 0.0);
  CHECK_THAT(polar.true_anomaly_rad, WithinAbs(pi / 2, 1e-15));
  CHECK_THAT(polar.node_rad, WithinAbs(0.0, 1e-15));
  CHECK_THROWS_AS(elements_of({{1, 0, 0}, {1, 0, 0}}, 1.0), ContractError);
  CHECK_THROWS_AS(state_of({1.0, 2.0, 0, 0, 0, 2.5}, 1.0), ContractError);
}

TEST_CASE("anomalies: mean and true are inverse, and the mean one runs with time", "[orbit][conic]") {
  for (const double e : {0.0, 1e-8, 0.3, 0.99, 0.999999, 1.0, 1.000001, 1.01, 2.5, 30.0}) {
    const double reach = e < 1.0 ? 20.0 : 0.999 * std::acos(-1.0 / e);
    for (int i = -20; i <= 20; ++i) {
      const double nu = reach * i / 20.0, mean = mean_anomaly_rad(nu, e);
      // What rounding the mean anomaly does to the true one, near periapsis of long ellipses a lot.
      const double gain =
          std::pow(1.0 + e * std::cos(nu), 2) / (e == 1.0 ? 1.0 : std::pow(std::abs(1.0 - e * e), 1.5));
      CHECK_THAT(true_anomaly_rad(mean, e), WithinAbs(nu, 1e-13 + 2e-15 * std::abs(mean) * gain));
    }
  }
  for (std::uint64_t serial = 0; serial < 300; ++serial) {
    Elements el = random_elements(serial);
    const ConicState periapsis = [el]() mutable {
      el.true_anomaly_rad = 0.0;
      return state_of(el, 1.0);
    }();
    const auto to = propagate_conic(periapsis, 1.0, time_since_periapsis_s(el, 1.0));
    REQUIRE(to);
    CHECK(distance(*to, state_of(el, 1.0)) < 1e-11 * (1.0 + to->r_m.norm()));
  }
}

TEST_CASE("apsides and period of an ellipse are those of its axes", "[orbit][conic]") {
  const Elements el{.semi_latus_rectum_m = 0.75 * 2.0, .eccentricity = 0.5};
  CHECK(periapsis_m(el) == 1.0);
  CHECK(apoapsis_m(el) == 3.0);
  CHECK(semi_major_axis_m(el) == 2.0);
  CHECK_THAT(period_s(el, 8.0), WithinRel(2 * pi, 1e-15));
  CHECK(std::isinf(apoapsis_m({.semi_latus_rectum_m = 1.0, .eccentricity = 1.0})));
  CHECK(std::isinf(period_s({.semi_latus_rectum_m = 1.0, .eccentricity = 1.2}, 1.0)));
  CHECK(semi_major_axis_m({.semi_latus_rectum_m = 3.0, .eccentricity = 2.0}) == -1.0);
}

TEST_CASE("hyperbolic excess: the velocity long before and long after", "[orbit][conic]") {
  const ConicState state = state_of({.semi_latus_rectum_m = 1.0,
                                     .eccentricity = 1.7,
                                     .inclination_rad = 1.1,
                                     .node_rad = 2.0,
                                     .periapsis_argument_rad = 4.0,
                                     .true_anomaly_rad = 0.4},
                                    1.0);
  for (const auto asymptote : {Asymptote::incoming, Asymptote::outgoing}) {
    const auto excess = hyperbolic_excess_mps(state, 1.0, asymptote);
    REQUIRE(excess);
    // Speed falls by μ/(r v∞) towards its limit, the direction by as much: 1e-9 at r = 1e9.
    const auto far = propagate_conic(state, 1.0, asymptote == Asymptote::outgoing ? 1e9 : -1e9);
    REQUIRE(far);
    CHECK((far->v_mps - *excess).norm() < 3e-9);
  }
  CHECK_FALSE(hyperbolic_excess_mps({{1, 0, 0}, {0, 1.4, 0}}, 1.0, Asymptote::outgoing));
}
