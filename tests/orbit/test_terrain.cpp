#include <catch2/catch.hpp>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/ideal_transfer.hpp"
#include "orbit/terrain.hpp"

namespace {

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Matchers::Contains;
using Catch::Matchers::WithinAbs;
using Catch::Matchers::WithinRel;

constexpr double degree = 0.017453292519943295;
constexpr double R = constants::moon_radius_m, gm = constants::moon_gm_m3_per_s2;

/// A bore along a meridian: the ground does not move along it.
Muzzle northward() {
  return {.site = {.latitude_rad = 0.0, .longitude_rad = 0.0}};
}
double low_orbit_speed_mps() {
  return lunar_transfer(100e3).launch_mps;
}
std::string findings_of(const std::string& text) {
  try {
    parse_terrain(text, "t.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

/// Height over the sphere after `distance_m` of ground, by Runge–Kutta steps of order 4 in axes that do not
/// turn; the equator, eastward. The ground below is where the Moon has turned it to.
double integrated_height_m(double speed_mps, double elevation_rad, double distance_m) {
  constexpr double spin = 2.0 * 3.141592653589793 / (27.321661 * 86400.0);
  struct State {
    double x, y, u, v;
  };
  State s{R, 0.0, speed_mps * std::sin(elevation_rad), speed_mps * std::cos(elevation_rad) + spin * R};
  const auto rate = [](const State& a) {
    const double r = std::hypot(a.x, a.y), k = -gm / (r * r * r);
    return State{a.u, a.v, k * a.x, k * a.y};
  };
  const auto plus = [](const State& a, double w, const State& b) {
    return State{a.x + w * b.x, a.y + w * b.y, a.u + w * b.u, a.v + w * b.v};
  };
  const double h = 0.01;
  double t = 0.0, before_m = 0.0, height_before_m = 0.0;
  while (true) {
    const State k1 = rate(s), k2 = rate(plus(s, h / 2, k1)), k3 = rate(plus(s, h / 2, k2)),
                k4 = rate(plus(s, h, k3));
    s = plus(plus(plus(plus(s, h / 6, k1), h / 3, k2), h / 3, k3), h / 6, k4);
    t += h;
    const double ground_m = R * (std::atan2(s.y, s.x) - spin * t), height_m = std::hypot(s.x, s.y) - R;
    if (ground_m >= distance_m)
      return height_before_m + (height_m - height_before_m) * (distance_m - before_m) / (ground_m - before_m);
    before_m = ground_m, height_before_m = height_m;
  }
}

}  // namespace

TEST_CASE("terrain: a horizontal launch to low orbit climbs 0.8 m in 10 km and 78 m in 100 km",
          "[orbit][terrain]") {
  // Half a unit of the last digit printed; the figures are those of the launch to a 100 km orbit.
  CHECK_THAT(ballistic_height_m(northward(), low_orbit_speed_mps(), 10e3), WithinAbs(0.8, 0.05));
  CHECK_THAT(ballistic_height_m(northward(), low_orbit_speed_mps(), 100e3), WithinAbs(78.0, 0.5));
  // s²/2R · (1 − GM/Rv²): the sphere falls away, gravity pulls after; the next order is s⁴.
  const double v = 2550.0, parabola_m = 1e4 * 1e4 / (2 * R) * (1.0 - gm / (R * v * v));
  CHECK_THAT(ballistic_height_m(northward(), v, 10e3), WithinRel(parabola_m, 5e-5));
}

TEST_CASE("terrain: a circular path stays on its sphere and half a turn leads to the apoapsis",
          "[orbit][terrain]") {
  CHECK_THAT(ballistic_height_m(northward(), std::sqrt(gm / R), 500e3), WithinAbs(0.0, 1e-6));
  CHECK_THAT(ballistic_height_m(northward(), low_orbit_speed_mps(), 3.141592653589793 * R),
             WithinAbs(100e3, 1e-3));
}

TEST_CASE("terrain: the closed form is the integrated path over ground that turns", "[orbit][terrain]") {
  Muzzle eastward = northward();
  eastward.azimuth_rad = 90.0 * degree;
  for (const double elevation_rad : {0.0, 2e-3, -1e-4}) {
    eastward.elevation_rad = elevation_rad;
    const double closed_m = ballistic_height_m(eastward, 1703.2, 100e3);
    // Second order in ground speed ÷ path speed: (4.6 / 1700)² of the change by rotation (16 m); the chord of
    // a step of the oracle, 17 m long, is off by 1e-4 m.
    CHECK_THAT(closed_m, WithinAbs(integrated_height_m(1703.2, elevation_rad, 100e3), 2e-2));
  }
  eastward.elevation_rad = 0.0;
  const double gain_m =
      ballistic_height_m(eastward, 1703.2, 100e3) - ballistic_height_m(northward(), 1703.2, 100e3);
  // Coriolis: 2 ω v for the time of flight t lifts by ω v t².
  const double t = 100e3 / 1703.2;
  CHECK_THAT(gain_m, WithinRel(2.6617e-6 * 1703.2 * t * t, 0.02));
}

TEST_CASE("terrain: clearance is smallest where the path runs parallel to the slope", "[orbit][terrain]") {
  // Ground rises evenly by 1 in 1000; a path that starts 3e-4 steeper falls back on it, then gains again.
  Muzzle muzzle = northward();
  muzzle.elevation_rad = 0.0;
  const double v = 2550.0, bend = (1.0 - gm / (R * v * v)) / R;  // h = s² bend / 2
  const double slope = 1e-3, touch_m = slope / bend;
  const TerrainProfile ramp{
      .source = "ramp", .distance_m = {0.0, 20e3}, .elevation_m = {-10.0, -10.0 + 20.0}};
  const Clearance result = check_clearance(ramp, muzzle, v, {.margin_m = 8.0});
  CHECK_THAT(result.at_m, WithinRel(touch_m, 1e-3));  // the parabola; next order (s/R)²
  CHECK_THAT(result.smallest_m, WithinAbs(10.0 - 0.5 * slope * touch_m, 1e-3));
  CHECK(result.passes);
  CHECK(result.checked_to_m == 20e3);
  CHECK_FALSE(check_clearance(ramp, muzzle, v, {.margin_m = 10.0}).passes);
}

TEST_CASE("terrain: dispersion lowers the path by its angle times the distance", "[orbit][terrain]") {
  const TerrainProfile ridge{
      .source = "ridge", .distance_m = {100.0, 9e3, 10e3, 11e3}, .elevation_m = {-50, -50, -1.0, -50}};
  const ClearanceDemand demand{.margin_m = 5.0, .vertical_sigma_rad = 1e-4, .sigmas = 3.0};
  const Clearance result = check_clearance(ridge, northward(), 2550.0, demand);
  CHECK(result.at_m == 10e3);
  CHECK_THAT(result.smallest_m - result.dispersed_smallest_m, WithinAbs(3e-4 * 10e3, 2e-2));
  CHECK(result.passes == (result.dispersed_smallest_m >= 5.0));
  const ClearanceDemand sloppy{.margin_m = 5.0, .vertical_sigma_rad = 1e-3, .sigmas = 3.0};
  CHECK_FALSE(check_clearance(ridge, northward(), 2550.0, sloppy).passes);
}

TEST_CASE("terrain: every finding of a bad file with its place", "[orbit][terrain]") {
  CHECK(findings_of("distance_m,elevation_m\n0,1\n5,2\n") == "");
  CHECK(findings_of("elevation_m,distance_m\n1,0\n2,5\n") == "");
  CHECK(findings_of("distance,elevation_m\n0,1\n5,2\n") ==
        "t.csv:1:1: distance: unknown column; allowed: distance_m, elevation_m; did you mean 'distance_m'?\n"
        "t.csv:1:1: distance_m: no such column; the file has distance, elevation_m; did you mean "
        "'distance'?");
  CHECK(findings_of("distance_m,elevation_m\n0,high\nx,2\n") ==
        "t.csv:2:3: elevation_m: 'high' is not a number; allowed: a number, from -100000 to 100000\n"
        "t.csv:3:1: distance_m: 'x' is not a number; allowed: a number, at least 0");
  CHECK(findings_of("distance_m,elevation_m\n0,1\n7,2\n7,3\n6,3\n") ==
        "t.csv:4:1: distance_m: '7' does not rise; allowed: more than 7 of the row before\n"
        "t.csv:5:1: distance_m: '6' does not rise; allowed: more than 7 of the row before");
  CHECK_THAT(findings_of("distance_m,elevation_m\n0,1\n"), Contains("too few points"));
  CHECK_THROWS_WITH(load_terrain("/nowhere.csv"), Contains("no such file"));
  CHECK_THROWS_AS(check_clearance({}, northward(), 2000.0, {}), ContractError);
}
