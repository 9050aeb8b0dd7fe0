#include <Eigen/Geometry>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include "core/contract.hpp"
#include "orbit/libration_orbits.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double mu = earth_moon.mass_ratio, km = 1e3 / earth_moon.length_m;

PeriodicOrbit found(OrbitFamily family, Hemisphere hemisphere, OrbitMeasure measure, double value) {
  return find_periodic_orbit(earth_moon, {family, hemisphere, measure, value});
}

/// Least distance from the Moon and largest |z| over the orbit, from 2000 places.
struct Extremes {
  double perilune = 1e300, z = 0.0;
};
Extremes extremes(const PeriodicOrbit& orbit) {
  Extremes out;
  RotatingState s = orbit.state;
  constexpr int places = 2000;
  for (int i = 0; i < places; ++i) {
    s = follow(mu, s, orbit.period / places, std::nullopt, Variations::none, {.tolerance = 1e-10}).last;
    out.perilune = std::min(out.perilune, moon_distance(mu, s));
    out.z = std::max(out.z, std::abs(s.r.z()));
  }
  return out;
}

}  // namespace

TEST_CASE("9:2 near-rectilinear halo orbit: JPL's by its period, from nothing", "[orbit][libration]") {
  const auto orbit = found(OrbitFamily::halo_l2, Hemisphere::south, OrbitMeasure::period, 1.4799795545729917);
  REQUIRE(orbit.status == OrbitStatus::converged);
  // JPL corrects to about 1e-12.
  CHECK_THAT(orbit.state.r.x(), WithinAbs(1.0196625817475922, 1e-11));
  CHECK_THAT(orbit.state.r.z(), WithinAbs(-.18041918731575562, 1e-11));
  CHECK_THAT(orbit.state.v.y(), WithinAbs(-.09805982467069076, 1e-11));
  CHECK_THAT(orbit.jacobi, WithinAbs(3.04890858931598, 1e-12));
  CHECK(orbit.closure < 1e-9);
  CHECK(orbit.period == 1.4799795545729917);
}

TEST_CASE("periodic orbits: SciPy's, with its own equations, integrator and solver", "[orbit][libration]") {
  // python3 tests/validation/libration_oracle.py
  struct Row {
    const char* name;
    OrbitFamily family;
    Hemisphere hemisphere;
    OrbitMeasure measure;
    double value, x, z, vy, period, jacobi, perilune_km, stability;
  };
  using enum OrbitFamily;
  using enum Hemisphere;
  using enum OrbitMeasure;
  const Row rows[] = {
      {"L1, z 30 000 km", halo_l1, north, z_amplitude, 30e3 * km, 0.8254885897660, 0.0769816491354,
       0.1902798173978, 2.7747167799478, 3.129220387066, 47888.768395, 511.023221},
      {"L2, z 30 000 km", halo_l2, south, z_amplitude, 30e3 * km, 1.1740438966234, -0.0769816491354,
       -0.1828486039779, 3.3653000973653, 3.127639261245, 47874.433924, 387.110584},
      {"L1, period 2.5", halo_l1, north, period, 2.5, 0.8534532988904, 0.1790434369203, 0.2605547421520, 2.5,
       3.004181384613, 27643.749101, 7.905363},
      {"L2, perilune 3000 km", halo_l2, south, perilune, 3e3 * km, 1.0201229418048, -0.1807550272267,
       -0.0990831333489, 1.4860642000742, 3.048428551577, 3000.0, 1.268856},
      {"4:1", halo_l2, south, period, synodic_resonance(earth_moon, 4, 1), 1.0336537075681, -0.1891015358632,
       -0.1272419827481, 1.6655140533768, 3.036166785972, 5329.347515, 1.586659},
      {"Lyapunov L1, period 3", lyapunov_l1, north, period, 3.0, 0.8096078829803, 0.0, 0.2762878294252, 3.0,
       3.119701393922, 40031.069625, 689.982207},
      {"Lyapunov L2, x .03", lyapunov_l2, north, x_amplitude, 0.03, 1.1856821654449, 0.0, -0.1924247556172,
       3.4432368379775, 3.141046422708, 47635.906265, 545.957870},
      {"DRO 70 000 km", distant_retrograde, north, x_amplitude, 70e3 * km, 0.8082255664078, 0.0,
       0.5164575169598, 3.1556434494945, 2.930073507323, 70000.0, 1.0},
      {"DRO period 2", distant_retrograde, north, period, 2.0, 0.8642661859125, 0.0, 0.4724623589187, 2.0,
       2.974664902621, 48160.787616, 1.0}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto orbit = found(row.family, row.hemisphere, row.measure, row.value);
    REQUIRE(orbit.status == OrbitStatus::converged);
    // Printed to 13 digits; both solvers stop near 1e-12.
    CHECK_THAT(orbit.state.r.x(), WithinAbs(row.x, 2e-12));
    CHECK_THAT(orbit.state.r.z(), WithinAbs(row.z, 2e-12));
    CHECK_THAT(orbit.state.v.y(), WithinAbs(row.vy, 2e-12));
    CHECK_THAT(orbit.period, WithinAbs(row.period, 2e-12));
    CHECK_THAT(orbit.jacobi, WithinAbs(row.jacobi, 2e-12));
    CHECK_THAT(orbit.perilune / km, WithinAbs(row.perilune_km, 1e-5));
    // SciPy's monodromy comes from differences of the flow: 2e-8 of the largest multiplier, and a pair of
    // multipliers on the circle to the root of that.
    CHECK_THAT(orbit.stability_index, WithinRel(row.stability, 2e-6));
  }
}

TEST_CASE("halo families: every member asked for is found, down to the Moon's surface",
          "[orbit][libration]") {
  using enum OrbitFamily;
  for (const auto family : {halo_l1, halo_l2}) {
    const double surface_km = 1737.4;
    for (const double perilune_km : {surface_km + 15.0, 2000.0, 5e3, 15e3, 30e3, 45e3}) {
      const auto orbit = found(family, Hemisphere::north, OrbitMeasure::perilune, perilune_km * km);
      CAPTURE(perilune_km, family == halo_l1);
      REQUIRE(orbit.status == OrbitStatus::converged);
      CHECK_THAT(orbit.perilune / km, WithinRel(perilune_km, 1e-9));
      CHECK(orbit.state.r.z() > 0.0);
      const Extremes seen = extremes(orbit);
      // 2000 places catch the turning points to (π/2000)² of the size, fast passes to a hundred times that.
      CHECK_THAT(seen.perilune / km, WithinRel(perilune_km, 5e-3));
      CHECK_THAT(seen.z, WithinRel(orbit.z_amplitude, 1e-5));
    }
    for (const double z_km : {10.0, 100.0, 1e3, 5e3, 20e3, 50e3, 65e3})
      CHECK(found(family, Hemisphere::south, OrbitMeasure::z_amplitude, z_km * km).status ==
            OrbitStatus::converged);
  }
}

TEST_CASE("north and south are mirror images", "[orbit][libration]") {
  const auto north = found(OrbitFamily::halo_l1, Hemisphere::north, OrbitMeasure::period, 2.6),
             south = found(OrbitFamily::halo_l1, Hemisphere::south, OrbitMeasure::period, 2.6);
  CHECK((north.state.r - Vector3d{1, 1, -1}.cwiseProduct(south.state.r)).norm() < 1e-12);
  CHECK((north.state.v - south.state.v).norm() < 1e-12);
}

TEST_CASE("Richardson's halo lies near the orbit of its amplitude", "[orbit][libration]") {
  for (const auto point : {CollinearPoint::l1, CollinearPoint::l2}) {
    for (const double z : {0.005, 0.02, 0.04}) {
      const MirrorGuess guess = richardson_halo(mu, point, Hemisphere::south, z);
      const auto orbit =
          correct_periodic_orbit(earth_moon, guess, {OrbitMeasure::z_amplitude, std::abs(guess.state.r.z())});
      REQUIRE(orbit.status == OrbitStatus::converged);
      // Halo orbits begin at an x amplitude of 0.2 to 0.3 γ: fourth order leaves a per cent of their size.
      CHECK((orbit.state.r - guess.state.r).norm() < 0.005);
      CHECK((orbit.state.v - guess.state.v).norm() < 0.01);
      CHECK_THAT(guess.period, WithinRel(orbit.period, 0.01));
    }
  }
  // In the Sun–Earth problem, with smaller amplitudes, the ISEE-3 orbit: 110 000 km north, 178 days
  // [Richardson].
  const ThreeBody sun_earth{3.040423398e-6, 149.597870e9, 365.25636 * 86400.0 / (2 * 3.141592653589793)};
  const MirrorGuess isee = richardson_halo(sun_earth.mass_ratio, CollinearPoint::l1, Hemisphere::north,
                                           110e6 / sun_earth.length_m);
  CHECK_THAT(isee.period * sun_earth.time_s / 86400.0, WithinAbs(177.7, 0.5));
}

TEST_CASE("a small Lyapunov orbit has the frequency of the linear equations", "[orbit][libration]") {
  const MirrorGuess linear = linear_lyapunov(mu, CollinearPoint::l1, 1e-4);
  const auto orbit = found(OrbitFamily::lyapunov_l1, Hemisphere::north, OrbitMeasure::x_amplitude, 1e-4);
  REQUIRE(orbit.status == OrbitStatus::converged);
  // Second order in amplitude over γ, 1e-4/0.15.
  CHECK_THAT(orbit.period, WithinRel(linear.period, 1e-5));
}

TEST_CASE("a low distant retrograde orbit is Kepler's circle in turning axes", "[orbit][libration]") {
  const auto orbit =
      found(OrbitFamily::distant_retrograde, Hemisphere::north, OrbitMeasure::x_amplitude, 3000 * km);
  REQUIRE(orbit.status == OrbitStatus::converged);
  const double r = 3000 * km, rate = std::sqrt(mu / r) / r + 1.0;
  // The Earth's tide bends the circle: a few times r³/μ = 4e-5.
  CHECK_THAT(orbit.period, WithinRel(2 * 3.141592653589793 / rate, 2e-4));
}

TEST_CASE("the first orbit that fits is found where its neighbours on both sides measure less",
          "[orbit][libration]") {
  // The z amplitude about L1 has a maximum near 95 000 km and the x amplitude one near 38 000 km: the same
  // orbit is found by what measures it best.
  const auto tall = found(OrbitFamily::halo_l1, Hemisphere::south, OrbitMeasure::z_amplitude, 79'168 * km);
  REQUIRE(tall.status == OrbitStatus::converged);
  const auto same = found(OrbitFamily::halo_l1, Hemisphere::south, OrbitMeasure::perilune, tall.perilune);
  REQUIRE(same.status == OrbitStatus::converged);
  // Near its maximum the amplitude fixes the orbit to the root of its own rounding.
  CHECK((tall.state.r - same.state.r).norm() < 1e-7);
}

TEST_CASE("distant retrograde orbits: by x amplitude, perilune and period the same ones",
          "[orbit][libration]") {
  for (const double radius_km : {1800.0, 4000.0, 12e3, 46'025.0, 100e3}) {
    const auto find = [](OrbitMeasure measure, double value) {
      return found(OrbitFamily::distant_retrograde, Hemisphere::north, measure, value);
    };
    const auto orbit = find(OrbitMeasure::x_amplitude, radius_km * km);
    CAPTURE(radius_km);
    REQUIRE(orbit.status == OrbitStatus::converged);
    CHECK_THAT(orbit.stability_index, WithinAbs(1.0, 1e-6));
    CHECK((find(OrbitMeasure::period, orbit.period).state.r - orbit.state.r).norm() < 1e-10);
    CHECK((find(OrbitMeasure::perilune, orbit.perilune).state.r - orbit.state.r).norm() < 1e-10);
  }
}

TEST_CASE("what does not exist, or does not converge, says so", "[orbit][libration]") {
  using enum OrbitFamily;
  CHECK(found(halo_l2, Hemisphere::south, OrbitMeasure::period, 4.0).status == OrbitStatus::outside_family);
  CHECK(found(halo_l2, Hemisphere::south, OrbitMeasure::perilune, 1000 * km).status ==
        OrbitStatus::outside_family);
  const MirrorGuess nonsense{{{1.5, 0.0, 0.4}, {0.0, 3.0, 0.0}}, 1.0};
  CHECK(correct_periodic_orbit(earth_moon, nonsense, {OrbitMeasure::period, 1.0}).status ==
        OrbitStatus::not_converged);
  CHECK_THROWS_AS(found(lyapunov_l1, Hemisphere::north, OrbitMeasure::z_amplitude, 0.1), ContractError);
  CHECK_THROWS_AS(found(halo_l1, Hemisphere::north, OrbitMeasure::period, -1.0), ContractError);
}

TEST_CASE("9:2 synodic: two months hold nine revolutions", "[orbit][libration]") {
  // 2 × 29.530589 d / 9.
  CHECK_THAT(synodic_resonance(earth_moon, 9, 2) * earth_moon.time_s / 86400.0, WithinAbs(6.562353, 1e-6));
}
