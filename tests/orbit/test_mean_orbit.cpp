#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <random>
#include <vector>
#include "core/contract.hpp"
#include "orbit/mean_orbit.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel, Catch::Contains;
using Eigen::Vector3d;

namespace {

constexpr double deg = std::numbers::pi / 180.0;

std::vector<MeanElements> random_orbits(int count, double most_e) {
  std::mt19937_64 draw(20);
  std::uniform_real_distribution<double> u(0.0, 1.0);
  std::vector<MeanElements> out;
  for (int i = 0; i < count; ++i) {
    const double e = most_e * u(draw);
    out.push_back({(6.7e6 + 3e7 * u(draw)) / (1.0 - e), e, 180.0 * deg * u(draw), 360.0 * deg * u(draw),
                   360.0 * deg * u(draw), 360.0 * deg * u(draw)});
  }
  return out;
}

std::vector<PreparedOrbit<double>> prepared(const std::vector<MeanElements>& elements) {
  std::vector<PreparedOrbit<double>> out;
  const CentralBody& earth = central_body(Body::earth);
  for (const MeanElements& e : elements) out.push_back(prepare(e, j2_rates(earth, e)));
  return out;
}

}  // namespace

TEST_CASE("mean orbits: Vallado's example 2-4 of Kepler's problem", "[orbit][mean-orbit]") {
  const CentralBody& earth = central_body(Body::earth);
  const PlainState start{{1131340.0, -2282343.0, 6672423.0}, {-5643.05, 4303.33, 2428.79}};
  const MeanElements elements = elements_of(earth, start);
  const PlainState end = state_at(prepare(elements, kepler_rates(earth, elements)), 2400.0);
  // 1e-6 m and 1e-9 m/s: rounding of elements of 7e6 m through 2,400 s.
  CHECK_THAT((end.r_m - Vector3d(-4219752.737795695, 4363029.177180833, -3958766.6166029762)).norm(),
             WithinAbs(0.0, 1e-6));
  CHECK_THAT((end.v_mps - Vector3d(3689.866025052519, -1916.7347770873095, -6112.511100000719)).norm(),
             WithinAbs(0.0, 1e-9));
}

TEST_CASE("mean orbits: elements → state → elements, for all eccentricities", "[orbit][mean-orbit]") {
  const CentralBody& earth = central_body(Body::earth);
  double worst = 0.0;
  for (const MeanElements& e : random_orbits(3000, 0.97)) {
    const PlainState s = state_at(prepare(e, kepler_rates(earth, e)), 0.0);
    const MeanElements back = elements_of(earth, s);
    CHECK_THAT(back.a_m, WithinRel(e.a_m, 1e-11));  // 1/a is a difference of terms up to 2/(1 − e) larger
    const PlainState again = state_at(prepare(back, kepler_rates(earth, back)), 0.0);
    worst = std::max(worst, (again.r_m - s.r_m).norm() / s.r_m.norm());
  }
  CHECK(worst < 1e-12);  // a few dozen roundings, amplified by (1 − e)^−1
}

TEST_CASE("mean orbits: Kepler's equation holds to rounding", "[orbit][mean-orbit]") {
  const CentralBody& earth = central_body(Body::earth);
  for (const double e : {0.0, 1e-3, 0.39, 0.41, 0.9, 0.97}) {
    for (double M = -3.1; M < 3.13; M += 0.01) {
      const MeanElements elements{.a_m = 1e7, .e = e, .mean_anomaly_rad = M};
      const PlainState s = state_at(prepare(elements, kepler_rates(earth, elements)), 0.0);
      const double E = std::atan2(s.r_m.y() / std::sqrt(1.0 - e * e), s.r_m.x() + 1e7 * e);
      // Near periapsis an error of E is that of M over 1 − e.
      CHECK_THAT(E - e * std::sin(E) - M, WithinAbs(0.0, 3e-15));
    }
  }
}

TEST_CASE("mean orbits: velocity is the derivative of position, drift included", "[orbit][mean-orbit]") {
  const auto orbits = prepared(random_orbits(200, 0.7));
  for (const auto& o : orbits) {
    const auto r = [&](double t) {
      return state_at(o, 5000.0 + t).r_m;
    };
    const Vector3d slope = (8.0 * (r(1.0) - r(-1.0)) - (r(2.0) - r(-2.0))) / 12.0;
    // Truncation: a thirtieth of the fifth derivative (1e4 m/s · (1.5e-3/s)⁴); rounding: some ulps of
    // position.
    CHECK_THAT((slope - state_at(o, 5000.0).v_mps).norm(), WithinAbs(0.0, 5e-9 + 2e-15 * r(0.0).norm()));
  }
}

TEST_CASE("mean orbits: eight at once have the bits of one alone", "[orbit][mean-orbit]") {
  const auto orbits = prepared(random_orbits(1003, 0.9));
  const OrbitTable table(orbits);
  const std::vector<PlainState> together = states_at(table, 12345.6);
  REQUIRE(together.size() == orbits.size());
  FloatStates floats;
  fill_states(table, 12345.6, floats);
  for (std::size_t i = 0; i < orbits.size(); ++i) {
    const PlainState alone = state_at(orbits[i], 12345.6);
    REQUIRE(alone.r_m == together[i].r_m);
    REQUIRE(alone.v_mps == together[i].v_mps);
    REQUIRE(floats.x[i] == static_cast<float>(alone.r_m.x()));
    REQUIRE(floats.vz[i] == static_cast<float>(alone.v_mps.z()));
  }
}

TEST_CASE("mean orbits: J2 drift agrees with SGP4's secular rates", "[orbit][mean-orbit]") {
  // From python3-sgp4 2.15 (WGS84 constants): nodedot, argpdot, mdot, and a of the Brouwer mean motion.
  struct Row {
    double inclination_deg, e, a_km, node, periapsis, anomaly;
  };
  const Row row = GENERATE(
      Row{97.788, 0.001, 6976.215559103085, 1.986982712689603e-07, -6.663335877800862e-07,
          0.001082830950513815},
      Row{53.0, 0.0005, 6929.91804733635, -9.062973334425064e-07, 6.0902336910695e-07, 0.001094466994742476},
      Row{30.0, 0.05, 7643.845216176161, -9.328624702932279e-07, 1.4809874130587797e-06,
          0.0009453865262779582});
  const SecularRates rates =
      j2_rates(central_body(Body::earth),
               {.a_m = row.a_km * 1e3, .e = row.e, .inclination_rad = row.inclination_deg * deg});
  // SGP4 adds terms of J2² and J4, each up to a few J2 = 1.1e-3 of the first order.
  CHECK_THAT(rates.node_radps, WithinRel(row.node, 5e-3));
  CHECK_THAT(rates.periapsis_radps, WithinRel(row.periapsis, 5e-3));
  CHECK_THAT(rates.mean_anomaly_radps, WithinRel(row.anomaly, 5e-6));
}

TEST_CASE("mean orbits: periapsis stands at the critical inclination, nodes of polar orbits stand",
          "[orbit][mean-orbit]") {
  const CentralBody& moon = central_body(Body::moon);
  const double critical = std::acos(std::sqrt(0.2));
  CHECK_THAT(j2_rates(moon, {.a_m = 1.9e6, .inclination_rad = critical}).periapsis_radps,
             WithinAbs(0.0, 1e-20));
  CHECK_THAT(j2_rates(moon, {.a_m = 1.9e6, .inclination_rad = 90.0 * deg}).node_radps, WithinAbs(0.0, 1e-20));
}

TEST_CASE("mean orbits: what is no ellipse is refused", "[orbit][mean-orbit]") {
  CHECK_THROWS_WITH(prepare({.a_m = 7e6, .e = 1.0}, {}), Contains("eccentricity"));
  CHECK_THROWS_WITH(prepare({.a_m = -7e6}, {}), Contains("axis"));
  CHECK_THROWS_WITH(prepare({.a_m = 7e6, .node_rad = NAN}, {}), Contains("finite"));
  CHECK_THROWS_AS(elements_of(central_body(Body::earth), {{7e6, 0, 0}, {0, 12e3, 0}}), ContractError);
  CHECK_THROWS_AS(elements_of(central_body(Body::earth), {{7e6, 0, 0}, {1e3, 0, 0}}), ContractError);
}
