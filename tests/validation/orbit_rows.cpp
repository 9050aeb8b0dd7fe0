#include "tests/validation/orbit_rows.hpp"
#include <array>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "orbit/conic.hpp"
#include "orbit/cr3bp.hpp"
#include "orbit/lambert.hpp"
#include "orbit/libration_orbits.hpp"
#include "orbit/low_thrust.hpp"
#include "orbit/norm_quantile.hpp"
#include "orbit/propagate.hpp"
#include "orbit/shells.hpp"
#include "orbit/spiral.hpp"
#include "orbit/time_scales.hpp"
#include "orbit/transfer_solver.hpp"
#include "tests/orbit/orekit_ends.hpp"

namespace lunafab::orbit::test {
namespace {

using Eigen::Vector3d;
using lunafab::test::Row;
constexpr double rad_per_deg = std::numbers::pi / 180.0, day_s = 86400.0;

// ---- two bodies

std::vector<Row> two_body_rows() {
  constexpr double gm = 398600.4418e9;
  const ConicState from{Vector3d(1131.340, -2282.343, 6672.423) * 1e3,
                        Vector3d(-5.64305, 4.30333, 2.42879) * 1e3};
  const ConicState to = propagate_conic(from, gm, 2400.0).value();
  const LambertArc arc =
      lambert(Vector3d(15945.34, 0.0, 0.0) * 1e3, Vector3d(12214.83899, 10249.46731, 0.0) * 1e3, 4560.0, gm);
  const std::string kepler = "Vallado, example 2-4", transfer = "Vallado, example 7-5, digits printed";
  return {{"x after 2400 s, km", -4219.752737795695, kepler, to.r_m.x() / 1e3, 1e-11},
          {"y, km", 4363.029177180833, kepler, to.r_m.y() / 1e3, 1e-11},
          {"z, km", -3958.7666166029762, kepler, to.r_m.z() / 1e3, 1e-11},
          {"x-speed, km/s", 3.689866025052519, kepler, to.v_mps.x() / 1e3, 1e-11},
          {"Lambert, first speed along x, km/s", 2.058913, transfer, arc.v1_mps.x() / 1e3, 3e-7},
          {"first speed along y, km/s", 2.915965, transfer, arc.v1_mps.y() / 1e3, 3e-7},
          {"last speed along x, km/s", -3.451565, transfer, arc.v2_mps.x() / 1e3, 3e-7},
          {"last speed along y, km/s", 0.910315, transfer, arc.v2_mps.y() / 1e3, 1e-6}};
}

// ---- three bodies

SurfaceLaunch surface_launch(double latitude_deg, double longitude_deg, double azimuth_deg,
                             double speed_mps) {
  return {.site = {latitude_deg * rad_per_deg, longitude_deg * rad_per_deg},
          .azimuth_rad = azimuth_deg * rad_per_deg,
          .speed_mps = speed_mps};
}

std::vector<Row> three_body_rows() {
  const std::string jpl = "JPL, three-body periodic orbits", circular = "independent three-body calculation";
  const double mu = earth_moon.mass_ratio, day = day_s / earth_moon.time_s;
  const auto points = libration_points(mu);
  const PeriodicOrbit halo = find_periodic_orbit(earth_moon, {.family = OrbitFamily::halo_l2,
                                                              .hemisphere = Hemisphere::south,
                                                              .measure = OrbitMeasure::period,
                                                              .value = 1.4799795545729917});
  const RotatingArc away =
      follow(mu, leave_surface(earth_moon, surface_launch(-89.45, 222.7, 45.0, 2550.0)), 60.0 * day,
             RotatingEvent{.kind = RotatingEventKind::barycentre,
                           .value = 1e9 / earth_moon.length_m,
                           .crossing = Crossing::rising});
  const RotatingArc home =
      follow(mu, leave_surface(earth_moon, surface_launch(0.0, -57.0, 90.0, 2510.0)), 20.0 * day,
             RotatingEvent{.kind = RotatingEventKind::earth_apsis, .crossing = Crossing::rising});
  return {{"L1, x", 0.836915125772357, jpl, points[0].x(), 1e-11},
          {"L2, x", 1.15568216544488, jpl, points[1].x(), 1e-11},
          {"L3, x", -1.00506264581028, jpl, points[2].x(), 1e-11},
          {"9:2 halo orbit found by its period: x", 1.0196625817475922, jpl, halo.state.r.x(), 1e-10},
          {"z", -0.18041918731575562, jpl, halo.state.r.z(), 1e-10},
          {"y-speed", -0.09805982467069076, jpl, halo.state.v.y(), 1e-9},
          {"Jacobi constant", 3.04890858931598, jpl, halo.jacobi, 1e-11},
          {"distance from its beginning after a period", 0.0, "closed", halo.closure, 1e-9},
          {"89.45° S 222.7° E, azimuth 45°, 2.55 km/s: C3 at 1 Mkm, km²/s²", 1.039342, circular,
           barycentric_c3_m2ps2(earth_moon, away.last) * 1e-6, 1e-5},
          {"the same, days to 1 Mkm", 7.63453, circular, away.t / day, 1e-4 / 7.63453},
          {"0° N 57° W, azimuth 90°, 2.51 km/s: perigee, km", 5199.813, circular,
           earth_distance(mu, home.last) * earth_moon.length_m * 1e-3, 0.05 / 5199.813},
          {"the same, days to perigee", 4.69775, circular, home.t / day, 1e-5}};
}

// ---- the full model

std::vector<Row> propagation_rows() {
  // 2003-06-01 00:00 TDB.
  const Epoch start = parse_time("2003-06-01T00:00:00", TimeScale::tdb);
  const Ephemeris sky = Ephemeris::from_erfa(start, {start.tt_days_since_j2000 + 6.0});
  const Craft low{start, Body::moon, {1838e3, 0.0, 0.0}, {0.0, 0.0, 1633.3}};
  const Craft leaving{start, Body::moon, {1738.5e3, 0.0, 0.0}, {50.0, 2500.0, 30.0}};
  std::vector<Row> rows;
  for (const OrekitEnd& r : orekit_ends) {
    const Dynamics d{.sky = &sky, .degree = r.degree, .axes = FieldAxes::mean_earth, .earth_j2 = false};
    const Epoch until{start.tt_days_since_j2000 + r.days};
    const ArcOptions fine{.precision = {.tolerance = 1e-12}, .change_centre = false};
    const auto off_m = [&](const Craft& from, const Vector3d& there_m) {
      return (propagate(d, from, until, {}, fine).last.r_m - there_m).norm();
    };
    const std::string what = std::to_string(r.degree) + "×" + std::to_string(r.degree) + ", " +
                             std::to_string(static_cast<int>(r.days)) + " d: distance from Orekit's end, m";
    rows.push_back({"low orbit, " + what, 0.0, "Orekit 13.1, DE405", off_m(low, r.low_m), 0.11});
    rows.push_back({"departure, " + what, 0.0, "Orekit 13.1, DE405", off_m(leaving, r.leaving_m),
                    r.days == 1.0 ? 100.0 : 1750.0});
  }
  return rows;
}

// ---- transfers

std::vector<Row> transfer_rows() {
  const Epoch start = parse_epoch("2030-01-01");
  const Ephemeris sky = Ephemeris::from_erfa(start, {start.tt_days_since_j2000 + 70.0});
  TransferSetting s;
  s.dynamics.sky = &sky;
  s.muzzle = {.site = {-86.0 * rad_per_deg, 3.0 * rad_per_deg}, .azimuth_rad = 266.0 * rad_per_deg};
  const std::string design = "two-body and three-body calculation for the design";
  std::vector<Row> rows;
  for (const auto& [altitude_km, speed_mps, burn_mps] :
       {std::array{50.0, 1691.7, 11.8}, std::array{100.0, 1703.2, 23.0}, std::array{500.0, 1782.4, 96.2}}) {
    const Transfer t =
        solve_transfer(s, {.kind = DestinationKind::low_lunar_orbit, .altitude_m = altitude_km * 1e3}, start);
    const std::string name = std::to_string(static_cast<int>(altitude_km)) + " km over the Moon: ";
    rows.push_back({name + "launch, m/s", speed_mps, design, t.speed_mps, 1e-3});
    // The field adds up to a metre a second.
    rows.push_back({name + "circularise, m/s", burn_mps, design, t.insertion_mps, 1.0 / burn_mps});
  }
  const Transfer escape =
      solve_transfer(s, {.kind = DestinationKind::heliocentric, .c3_m2ps2 = 0.9e6}, start);
  rows.push_back({"C3 0.9 km²/s² from Malapert: launch, km/s", 2.525, design + ", 2.49–2.56 over the month",
                  escape.speed_mps / 1e3, 0.014});
  rows.push_back({"the same, days to 1 Mkm", 7.5, design,
                  escape.arrival.at.tt_days_since_j2000 - start.tt_days_since_j2000, 0.08});
  return rows;
}

// ---- orbits about the Earth, and chances

std::vector<Row> earth_rows() {
  const auto sun_synchronous_deg = [](double altitude_m) {
    return sun_synchronous_inclination_rad(altitude_m).value() / rad_per_deg;
  };
  const std::string first_order = "J2, first order";
  const auto needle = [](double a, double b, double c) {
    return Eigen::Matrix3d(Vector3d(a, b, c).asDiagonal());
  };
  return {
      {"Sun-synchronous inclination at 500 km, deg", 97.402, first_order, sun_synchronous_deg(500e3), 1e-5},
      {"at 600 km", 97.788, first_order, sun_synchronous_deg(600e3), 1e-5},
      {"at 800 km", 98.603, first_order, sun_synchronous_deg(800e3), 1e-5},
      {"95 % of lengths, three equal axes", 2.795483, "chi-squared", norm_quantile(needle(1, 1, 1), 0.95),
       1e-6},
      {"two equal axes", 2.447747, "chi-squared", norm_quantile(needle(0, 1, 1), 0.95), 1e-6},
      {"one axis", 1.959964, "normal distribution", norm_quantile(needle(0, 0, 1), 0.95), 1e-6}};
}

}  // namespace

const lunafab::test::ValidationPage& orbit_page() {
  static const lunafab::test::ValidationPage page{
      "docs/validation-orbit.md",
      "# Validation of trajectories\n\n"
      "Written by `./dev validate`. The tests compute every row anew: each must agree within its tolerance, "
      "and this page must say what they find. Differences and tolerances are relative "
      "unless\n0 is expected. Conservation, reversibility, the state-transition matrix, the harmonics "
      "against an independent gradient, Boost.odeint as integrator, Lunar Prospector's decay in a "
      "50×50 field\nand the CCSDS messages are tests of their own (`tests/orbit`).\n\n"
      "**Not validated:** no flown trajectory was compared; JPL DE files were read only where a test wrote "
      "them; OPM and OEM were read by no independent reader; radiation and solar activity are "
      "assumptions.\n\n",
      {{"Two bodies", "Textbook examples.", two_body_rows},
       {"Three bodies",
        "The circular restricted problem of Earth and Moon, dimensionless where no unit stands.",
        three_body_rows},
       {"Moon, Earth and Sun",
        "Against an independent library with another ephemeris. The tolerances are what ERFA's series cost "
        "beside DE405: 0.1 m in low orbit, 1.7 km on a departure after five days.\n"
        "The field stands in mean-Earth axes here, as in the reference.",
        propagation_rows},
       {"From the muzzle", "The full model against what simpler ones gave for the design.", transfer_rows},
       {"Orbits of the Earth, and chances", "Closed forms.", earth_rows}}};
  return page;
}

}  // namespace lunafab::orbit::test
