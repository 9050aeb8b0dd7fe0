#include <Eigen/Geometry>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/frames.hpp"
#include "orbit/sky.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Eigen::Vector3d;

namespace {

constexpr double deg = std::numbers::pi / 180.0;
const Epoch start = parse_epoch("2027-03-01");

Ephemeris some_sky() {
  return Ephemeris::from_erfa(start, {start.tt_days_since_j2000 + 40.0});
}
Epoch day(double days) {
  return {start.tt_days_since_j2000 + days};
}

}  // namespace

TEST_CASE("frames: what stands on the surface moves with the surface", "[orbit][frames]") {
  const Ephemeris sky = some_sky();
  const Vector3d site_m = constants::moon_radius_m * Vector3d{0.6, 0.64, -0.48};
  // A fixed point's inertial path, differenced over 2 · 864 s. Truncation (ωh)²/6 · 4.6 m/s = 4e-6; dates
  // round by 0.15 µs · 4.6 m/s / 864 s.
  constexpr double h_days = 0.01;
  for (const double at : {1.0, 9.3, 17.7, 30.0}) {
    const auto place = [&](double t) {
      return from_mean_earth({site_m, Vector3d::Zero()}, sky, day(t));
    };
    const Vector3d slope = (place(at + h_days).r_m - place(at - h_days).r_m) / (2.0 * h_days * 86400.0);
    CHECK((place(at).v_mps - slope).norm() < 5e-6);
  }
}

TEST_CASE("frames: there and back again", "[orbit][frames]") {
  const Ephemeris sky = some_sky();
  const LunarState state{{1.8e6, -3e5, 7e5}, {-400.0, 1500.0, 200.0}};
  for (const double at : {0.0, 3.7, 20.2, 40.0}) {
    const LunarState through_body = from_mean_earth(to_mean_earth(state, sky, day(at)), sky, day(at));
    CHECK((through_body.r_m - state.r_m).norm() < 1e-8);  // roundings of 2e6 m · 1e-16, a few
    CHECK((through_body.v_mps - state.v_mps).norm() < 1e-11);
    const LunarState through_earth = to_lunar(to_geocentric(state, sky, day(at)), sky, day(at));
    CHECK((through_earth.r_m - state.r_m).norm() < 1e-6);  // of 4e8 m · 1e-16
    CHECK((through_earth.v_mps - state.v_mps).norm() < 1e-11);
  }
}

TEST_CASE("frames: from the Earth the Moon's centre is where the ephemeris has it", "[orbit][frames]") {
  const Ephemeris sky = some_sky();
  const GeocentricState centre = to_geocentric({}, sky, day(5.0));
  CHECK(centre.r_m == sky.at(day(5.0)).moon_m);
  CHECK(centre.v_mps == sky.at(day(5.0)).moon_mps);
}

TEST_CASE("muzzle: bore, left and up at well-known sites", "[orbit][frames]") {
  // On the equator at 0° E mean-Earth x is up, y east, z north.
  const Vector3d up = Vector3d::UnitX(), east = Vector3d::UnitY(), north = Vector3d::UnitZ();
  const auto axes = [](double azimuth, double elevation) {
    return R_mean_earth_muzzle({.site = {}, .azimuth_rad = azimuth, .elevation_rad = elevation});
  };
  constexpr double rounding = 1e-15;
  CHECK((axes(0.0, 0.0).col(0) - north).norm() < rounding);
  CHECK((axes(0.0, 0.0).col(1) + east).norm() < rounding);
  CHECK((axes(0.0, 0.0).col(2) - up).norm() < rounding);
  CHECK((axes(90 * deg, 0.0).col(0) - east).norm() < rounding);
  CHECK((axes(90 * deg, 0.0).col(1) - north).norm() < rounding);
  CHECK((axes(270 * deg, 90 * deg).col(0) - up).norm() < rounding);
  CHECK((axes(270 * deg, 90 * deg).col(2) - east).norm() < rounding);  // backwards
  CHECK((axes(90 * deg, 30 * deg).col(0) - (std::cos(30 * deg) * east + 0.5 * up)).norm() < rounding);
  // At 90° E up is y; at the south pole, on the meridian of 0° E, north is mean-Earth x.
  const auto east_site = R_mean_earth_muzzle({.site = {0.0, 90 * deg}, .azimuth_rad = 90 * deg});
  CHECK((east_site.col(2) - Vector3d::UnitY()).norm() < rounding);
  CHECK((east_site.col(0) + Vector3d::UnitX()).norm() < rounding);
  const auto south = R_mean_earth_muzzle({.site = {-90 * deg, 0.0}});
  CHECK((south.col(0) - Vector3d::UnitX()).norm() < rounding);
  CHECK((south.col(2) + Vector3d::UnitZ()).norm() < rounding);
}

TEST_CASE("muzzle: axes are right-handed wherever the driver points", "[orbit][frames]") {
  for (int i = 0; i < 60; ++i) {
    const Muzzle muzzle{{std::sin(1.7 * i) * 90 * deg, 6.1 * i * deg}, 37.0 * i * deg, 1.4 * i * deg};
    const Eigen::Matrix3d R = R_mean_earth_muzzle(muzzle);
    CHECK((R.transpose() * R - Eigen::Matrix3d::Identity()).norm() < 2e-15);
    CHECK((R.col(0).cross(R.col(1)) - R.col(2)).norm() < 1e-15);
    const Vector3d up{std::cos(muzzle.site.latitude_rad) * std::cos(muzzle.site.longitude_rad),
                      std::cos(muzzle.site.latitude_rad) * std::sin(muzzle.site.longitude_rad),
                      std::sin(muzzle.site.latitude_rad)};
    CHECK(std::abs(R.col(1).dot(up)) < 1e-15);  // left is level
    CHECK(std::abs(R.col(0).dot(up) - std::sin(muzzle.elevation_rad)) < 1e-15);
  }
}

TEST_CASE("muzzle: the ground's 4.6 m/s at the equator add to what leaves eastwards", "[orbit][frames]") {
  const Ephemeris sky = some_sky();
  const Epoch at = day(11.0);
  const Vector3d velocity{2400.0, 0.0, 0.0};
  const auto speed = [&](double latitude, double azimuth, double altitude_m) {
    return leave_muzzle({{latitude, 0.7}, azimuth, 0.0, altitude_m}, velocity, sky, at).v_mps.norm();
  };
  // 2π R/27.321661 d = 4.624 m/s; the libration in longitude changes it by 1e-4, the pole stands 0.03° from
  // the figure's at most.
  const double ground_mps = 2.0 * std::numbers::pi * constants::moon_radius_m / (27.321661 * 86400.0);
  CHECK(ground_mps == Approx(4.62).margin(0.01));
  CHECK(speed(0.0, 90 * deg, 0.0) - 2400.0 == Approx(ground_mps).epsilon(1e-3));
  CHECK(speed(0.0, 270 * deg, 0.0) - 2400.0 == Approx(-ground_mps).epsilon(1e-3));
  CHECK(speed(60 * deg, 90 * deg, 0.0) - 2400.0 == Approx(0.5 * ground_mps).epsilon(2e-3));
  CHECK(speed(90 * deg, 90 * deg, 0.0) - 2400.0 == Approx(0.0).margin(0.005));
  CHECK(speed(0.0, 90 * deg, 1e5) - speed(0.0, 90 * deg, 0.0) ==
        Approx(ground_mps * 1e5 / constants::moon_radius_m).epsilon(1e-3));
  const LunarState state = leave_muzzle({{0.3, 0.7}, 1.0, 0.2, 1200.0}, velocity, sky, at);
  CHECK(state.r_m.norm() == Approx(constants::moon_radius_m + 1200.0).epsilon(1e-14));
  const MeanEarthState seen = to_mean_earth(state, sky, at);
  CHECK((seen.v_mps - R_mean_earth_muzzle({{0.3, 0.7}, 1.0, 0.2, 1200.0}) * velocity).norm() < 1e-11);
}

TEST_CASE("frames: principal axes stand 0.87 km from mean-Earth axes, as DE421's memorandum says",
          "[orbit][frames]") {
  const Eigen::Matrix3d R = R_principal_mean_earth();
  CHECK((R * R.transpose() - Eigen::Matrix3d::Identity()).norm() < 1e-15);
  // Angles 67.92″ about z, 78.56″ about y, 0.30″ about x: small enough to add as vectors (to 1e-4).
  const double arcsecond = deg / 3600.0;
  const Vector3d turned = R * Vector3d::UnitX();
  // The mean-Earth x axis seen in principal axes: moved by −67.92″ in longitude, +78.56″ in latitude.
  CHECK(std::atan2(turned.y(), turned.x()) / arcsecond == Approx(-67.92).epsilon(1e-4));
  CHECK(std::asin(turned.z()) / arcsecond == Approx(78.56).epsilon(1e-4));
  const double angle = Eigen::AngleAxisd(R).angle();
  CHECK(angle / arcsecond == Approx(std::hypot(67.92, 78.56, 0.30)).epsilon(1e-4));
  // On the surface: 0.5 km … 1.1 km is what maps say.
  CHECK(angle * constants::moon_radius_m > 500.0);
  CHECK(angle * constants::moon_radius_m < 1100.0);
}

TEST_CASE("frames: the Earth's pole precesses and nutates", "[orbit][frames]") {
  const Vector3d z = Vector3d::UnitZ();
  // Precession moves the pole by 2004.2″ a century along x (IAU 2006, X = 2004.19″ t); nutation adds 9.2″ at
  // most.
  const double arcsecond = deg / 3600.0;
  CHECK((earth_pole({0.0}) - z).norm() / arcsecond < 9.3);
  const Vector3d pole = earth_pole({0.5 * 36525.0});
  CHECK(pole.norm() == Approx(1.0).epsilon(1e-15));
  CHECK(pole.x() / arcsecond == Approx(0.5 * 2004.19).margin(10.0));
  CHECK(std::abs(pole.y()) / arcsecond < 20.0);  // nutation 9.2″, and precession's −22.4″ t² = −5.6″
  // SOFA's own test of iauPnm06a, at MJD 50123.9999 TT; days since J2000 round to 2e-13.
  const Vector3d sofa = earth_pole({50123.9999 - 51544.5});
  CHECK(sofa.x() == Approx(-0.3639337469629464969e-3).margin(1e-14));
  CHECK(sofa.y() == Approx(-0.4163377605910663999e-4).margin(1e-14));
  CHECK(sofa.z() == Approx(0.9999999329094260057).margin(1e-14));
  CHECK_THROWS_AS(earth_pole({40000.0}), ContractError);
}
