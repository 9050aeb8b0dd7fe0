#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <set>
#include "core/contract.hpp"
#include "orbit/eclipse.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/mean_sun.hpp"
#include "orbit/shell_report.hpp"
#include "orbit/shells.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;
using Eigen::Vector3d;

namespace {

constexpr double deg = std::numbers::pi / 180.0;
const Epoch start = parse_epoch("2035-01-01");

Shell dawn_dusk() {
  return {.name = "dawn-dusk", .altitude_m = 600e3, .local_time_h = 6.0, .planes = 1, .per_plane = 40};
}
Shell lunar() {
  return {.name = "lunar",
          .body = Body::moon,
          .altitude_m = 100e3,
          .inclination_rad = 86.0 * deg,
          .planes = 4,
          .per_plane = 10,
          .pattern = Pattern::star};
}

/// Share of a circle where the Sun's disc is wholly, or at all, behind the body: points of the orbit one by
/// one, the Sun where it stands, angles between centres.
ShadowFractions sampled_shadow(double body_m, double r_m, double beta, double sun_m, double sun_radius_m) {
  const Vector3d sun = sun_m * Vector3d(std::cos(beta), 0.0, std::sin(beta));
  const int points = 200000;
  int umbra = 0, some = 0;
  for (int i = 0; i < points; ++i) {
    const double u = 2.0 * std::numbers::pi * (i + 0.5) / points;
    const Vector3d r(r_m * std::cos(u), r_m * std::sin(u), 0.0), to_sun = sun - r;
    const double apart = std::atan2(to_sun.cross(-r).norm(), to_sun.dot(-r));
    const double body = std::asin(body_m / r_m), disc = std::asin(sun_radius_m / to_sun.norm());
    if (apart < body - disc) ++umbra;
    if (apart < body + disc) ++some;
  }
  return {static_cast<double>(umbra) / points, static_cast<double>(some - umbra) / points};
}

}  // namespace

TEST_CASE("shells: Sun-synchronous inclinations of 500, 600 and 800 km", "[orbit][shells]") {
  // Half a unit of the last digit given, and as much for the constants behind it.
  CHECK_THAT(*sun_synchronous_inclination_rad(500e3) / deg, WithinAbs(97.402, 1e-3));
  CHECK_THAT(*sun_synchronous_inclination_rad(600e3) / deg, WithinAbs(97.788, 1e-3));
  CHECK_THAT(*sun_synchronous_inclination_rad(800e3) / deg, WithinAbs(98.603, 1e-3));
  CHECK(sun_synchronous_inclination_rad(5950e3).has_value());  // cos i = −1 where a = 12,352 km
  CHECK(!sun_synchronous_inclination_rad(6000e3).has_value());
}

TEST_CASE("shells: Galileo's 56°: 24/3/1 stands as published", "[orbit][shells]") {
  const Shell galileo{.name = "Galileo",
                      .altitude_m = 23222e3,
                      .inclination_rad = 56.0 * deg,
                      .planes = 3,
                      .per_plane = 8,
                      .phasing = 1};
  const auto all = slots(galileo, start);
  REQUIRE(all.size() == 24);
  // Planes 120° apart, 45° between satellites, 15° from plane to plane.
  CHECK_THAT((all[8].node_rad - all[0].node_rad) / deg, WithinAbs(120.0, 1e-9));
  CHECK_THAT((all[1].mean_anomaly_rad - all[0].mean_anomaly_rad) / deg, WithinAbs(45.0, 1e-9));
  CHECK_THAT((all[8].mean_anomaly_rad - all[0].mean_anomaly_rad) / deg, WithinAbs(15.0, 1e-9));
  CHECK_THAT(nodal_period_s(galileo) / 3600.0, WithinAbs(14.08, 0.01));  // 14 h 5 min published
}

TEST_CASE("shells: a Walker delta looks the same from plane to plane", "[orbit][shells]") {
  // Turning by one plane's node and F/T of a revolution maps the pattern onto itself.
  const Shell shell{.name = "delta",
                    .altitude_m = 550e3,
                    .inclination_rad = 53.0 * deg,
                    .planes = 6,
                    .per_plane = 5,
                    .phasing = 2};
  const auto all = slots(shell, start);
  std::set<std::pair<int, int>>
      places;  // in units of 1/180 of a turn: nodes are multiples of 30, phases of 12
  const auto key = [](double node, double phase) {
    const auto unit = [](double a) {
      return (static_cast<int>(std::lround(a / (2.0 * deg))) % 180 + 180) % 180;
    };
    return std::pair{unit(node), unit(phase)};
  };
  for (const MeanElements& e : all) places.insert(key(e.node_rad, e.mean_anomaly_rad));
  REQUIRE(places.size() == 30);
  for (const MeanElements& e : all)
    CHECK(places.contains(key(e.node_rad + 60.0 * deg, e.mean_anomaly_rad + 2.0 * 12.0 * deg)));
}

TEST_CASE("shells: star planes share half a turn, a given spread overrides", "[orbit][shells]") {
  Shell shell = lunar();
  CHECK_THAT(slot_elements(shell, {3, 0}, start).node_rad / deg, WithinAbs(135.0, 1e-9));
  shell.node_spread_rad = 40.0 * deg;
  CHECK_THAT(slot_elements(shell, {3, 0}, start).node_rad / deg, WithinAbs(30.0, 1e-9));
}

TEST_CASE("shells: a Sun-synchronous node keeps its local time for years", "[orbit][shells]") {
  const Shell shell = dawn_dusk();
  const MeanElements first = slot_elements(shell, {0, 0}, start);
  CHECK_THAT(mean_node_time_h(first.node_rad, start), WithinAbs(6.0, 1e-9));
  const double days = 5 * 365.25;
  const double node = first.node_rad + shell_rates(shell).node_radps * days * 86400.0;
  // The inclination follows the tropical year, the mean Sun the fixed equinox: 50″ a year, 0.28 min in five.
  CHECK_THAT(mean_node_time_h(node, {start.tt_days_since_j2000 + days}), WithinAbs(6.0, 0.01));
}

TEST_CASE("shells: the mean Sun is the true one on average", "[orbit][shells]") {
  double sum = 0.0, worst = 0.0;
  for (int day = 0; day < 365; ++day) {
    const Epoch at{day - 0.5};
    const Vector3d sun = r_SE_I_m(at);
    const double off =
        std::remainder(std::atan2(sun.y(), sun.x()) - mean_sun_rad(at), 2.0 * std::numbers::pi);
    sum += off, worst = std::max(worst, std::abs(off));
  }
  CHECK_THAT(sum / 365.0 / deg, WithinAbs(0.0, 0.02));
  CHECK_THAT(worst / deg * 4.0, WithinAbs(16.4, 0.2));  // equation of time: 16 min 25 s in November
}

TEST_CASE("shells: the Moon's equator lies 1.54° off the ecliptic", "[orbit][shells]") {
  const Eigen::Matrix3d R = R_I_equator(Body::moon, start);
  CHECK_THAT((R.transpose() * R - Eigen::Matrix3d::Identity()).norm(), WithinAbs(0.0, 1e-14));
  const double obliquity = 23.4393 * deg;
  const Vector3d ecliptic_pole(0.0, -std::sin(obliquity), std::cos(obliquity));
  CHECK_THAT(std::acos(R.col(2).dot(ecliptic_pole)) / deg,
             WithinAbs(1.54, 0.05));  // ± librations of the pole
  CHECK_THAT(R.col(0).z(), WithinAbs(0.0, 1e-15));
}

TEST_CASE("shells: impossible ones say why", "[orbit][shells]") {
  Shell shell = lunar();
  shell.inclination_rad.reset(), shell.planes = 0, shell.altitude_m = -1.0;
  CHECK(faults(shell).size() == 3);  // altitude, planes, no inclination about the Moon
  CHECK_THROWS_WITH(inclination_rad(shell), Contains("lunar") && Contains("altitude"));
  CHECK(faults(dawn_dusk()).empty());
}

TEST_CASE("eclipses: cylinder in closed form", "[orbit][eclipse]") {
  const double R = 6378137.0;
  CHECK_THAT(cylinder_fraction(R, R, 0.0), WithinAbs(0.5, 1e-9));
  CHECK_THAT(cylinder_fraction(R, 2.0 * R, 0.0), WithinAbs(1.0 / 6.0, 1e-15));  // sin 30°
  const double edge = std::asin(R / (R + 600e3));
  CHECK(cylinder_fraction(R, R + 600e3, edge + 1e-9) == 0.0);
  CHECK(cylinder_fraction(R, R + 600e3, -edge + 1e-6) > 0.0);
}

TEST_CASE("eclipses: cones agree with points taken one by one", "[orbit][eclipse]") {
  const double sun_m = 1.495978707e11, sun_radius_m = 6.957e8;
  struct Row {
    double body_m, r_m;
  };
  const Row row = GENERATE(Row{6378137.0, 6978137.0}, Row{6378137.0, 42164e3}, Row{1737.4e3, 1837.4e3});
  for (const double beta : {0.0, 0.1, -0.5, 1.0, 1.14, 1.15}) {
    const ShadowFractions got = cone_fractions(row.body_m, row.r_m, beta, sun_m);
    const ShadowFractions want = sampled_shadow(row.body_m, row.r_m, beta, sun_m, sun_radius_m);
    // Two borders to a point in 200,000. Rays are parallel to r/d; a border at u from the middle then moves
    // by r/d ÷ (cos β sin u).
    const double u = std::numbers::pi * std::max(want.umbra > 0.0 ? want.umbra : want.penumbra, 0.02);
    const double near = 1e-5 + row.r_m / sun_m / (std::cos(beta) * std::sin(u));
    CHECK_THAT(got.umbra, WithinAbs(want.umbra, near));
    CHECK_THAT(got.penumbra, WithinAbs(want.penumbra, near));
  }
}

TEST_CASE("eclipses: a dawn-dusk orbit is dark for one season, shallowly", "[orbit][eclipse]") {
  const EclipseSummary year = eclipses(dawn_dusk(), 0, start, 365.25);
  // Least β = 90° − 23.44° − 7.79°; the equation of time at the solstice turns the Sun by less than 0.5°.
  CHECK_THAT(std::min(std::abs(year.least_beta_rad), std::abs(year.greatest_beta_rad)) / deg,
             WithinAbs(58.77, 0.5));
  const double deepest = cylinder_fraction(6378137.0, 6978137.0, 58.77 * deg);
  CHECK_THAT(year.longest_s, WithinRel(deepest * nodal_period_s(dawn_dusk()), 0.06));  // penumbra 2 × 0.27°
  CHECK(year.days_with_shadow > 60.0);
  CHECK(year.days_with_shadow < 130.0);
  CHECK(year.days.size() == 366);
  double sum = 0.0;
  for (const EclipseDay& d : year.days) sum += d.shadow.umbra + 0.5 * d.shadow.penumbra;
  CHECK_THAT(year.mean_fraction, WithinRel(sum / 366.0, 1e-12));
}

TEST_CASE("eclipses: geostationary shadows last up to 72 minutes at the equinoxes", "[orbit][eclipse]") {
  const Shell geo{.name = "GEO", .altitude_m = 35786e3, .inclination_rad = 0.0};
  const EclipseSummary year = eclipses(geo, 0, start, 365.25);
  CHECK_THAT(year.longest_s / 60.0, WithinAbs(71.5, 0.5));  // published: 72 min
  // The Sun within asin(R/r) + 0.27° of the equator, twice out and back; a day at each of four ends.
  const double edge = std::asin(6378137.0 / 42164137.0) + 0.267 * deg;
  const double season = 4.0 * std::asin(std::sin(edge) / std::sin(23.44 * deg)) / (2.0 * std::numbers::pi);
  CHECK_THAT(year.days_with_shadow, WithinAbs(season * 365.25, 2.0));
}

TEST_CASE("eclipses: a polar lunar orbit sees every β in a year, half the shadow of a ground site at most",
          "[orbit][eclipse]") {
  const EclipseSummary year = shell_eclipses(lunar(), start, 365.25);
  CHECK(year.greatest_beta_rad > 80.0 * deg);
  CHECK_THAT(year.longest_s,
             WithinRel(cylinder_fraction(1737.4e3, 1837.4e3, 0.0) * nodal_period_s(lunar()), 0.02));
  CHECK(year.mean_fraction < 0.4);
}
