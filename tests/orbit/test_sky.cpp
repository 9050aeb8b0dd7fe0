#include <Eigen/Geometry>
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/sky.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

Epoch days_after(const char* date, double days) {
  return {parse_epoch(date).tt_days_since_j2000 + days};
}

}  // namespace

TEST_CASE("sky: the Chebyshev series keep the raw series to 1 cm for the Moon and 1e-11 in the orientation",
          "[orbit][sky]") {
  // Dates in days round to 4e-12 d = 0.3 µs in 1900 and 2100, in which the Moon moves 0.3 mm, the Sun 1 cm
  // and the Moon turns by 1e-12: sums of a few such roundings, no error of the fit, are what is left.
  const double start_days = GENERATE(-36525.0, -3000.25, 10000.0, 36525.0 - 200.0);
  const Epoch from{start_days}, to{start_days + 196.0};
  const Ephemeris sky = Ephemeris::from_erfa(from, to);
  double moon_m = 0.0, sun_m = 0.0, turn = 0.0;
  constexpr int count = 4000;
  for (int i = 0; i <= count; ++i) {
    const Epoch at{i == count ? to.tt_days_since_j2000 : start_days + 196.0 * i / count};
    const SkyState state = sky.at(at);
    moon_m = std::max(moon_m, (state.moon_m - r_PE_I_m(at)).norm());
    sun_m = std::max(sun_m, (state.sun_m - r_SE_I_m(at)).norm());
    turn = std::max(turn, (sky.R_mean_earth(at) - R_MI(at)).cwiseAbs().maxCoeff());
  }
  CHECK(moon_m < 0.01);
  CHECK(sun_m < 0.1);
  CHECK(turn < 1e-11);
}

TEST_CASE("sky: velocities are the slopes of the raw series' positions", "[orbit][sky]") {
  const Epoch from = parse_epoch("2027-01-01");
  const Ephemeris sky = Ephemeris::from_erfa(from, days_after("2027-01-01", 60.0));
  for (int i = 1; i < 100; ++i) {
    const double day = 0.6 * i;
    // Fourth-order difference over 0.02 d. Truncation (kh)⁴/30 · v: the Moon's shortest strong term has a
    // period of 7 d: 3e-9 of 1 km/s. Rounding of dates (0.15 µs): 1.5 · v · 0.15 µs/h.
    constexpr double h_days = 0.02, h_s = h_days * 86400.0;
    const auto slope = [&](auto position) -> Eigen::Vector3d {
      const auto at = [&](double steps) {
        return position(days_after("2027-01-01", day + steps * h_days));
      };
      return (8.0 * (at(1) - at(-1)) - (at(2) - at(-2))) / (12.0 * h_s);
    };
    const SkyState state = sky.at(days_after("2027-01-01", day));
    CHECK((state.moon_mps - slope([](Epoch at) { return r_PE_I_m(at); })).norm() < 1e-5);
    CHECK((state.sun_mps - slope([](Epoch at) { return r_SE_I_m(at); })).norm() < 1e-4);
  }
}

TEST_CASE("sky: the spin carries the body's axes along", "[orbit][sky]") {
  const Epoch from = parse_epoch("2027-01-01");
  const Ephemeris sky = Ephemeris::from_erfa(from, days_after("2027-01-01", 60.0));
  for (int i = 1; i < 100; ++i) {
    const double day = 0.6 * i;
    constexpr double h_days = 0.02, h_s = h_days * 86400.0;
    const auto R = [&](double steps) {
      return R_MI(days_after("2027-01-01", day + steps * h_days));
    };
    const Eigen::Matrix3d slope = (8.0 * (R(1) - R(-1)) - (R(2) - R(-2))) / (12.0 * h_s);
    const Eigen::Vector3d spin = sky.spin_radps(days_after("2027-01-01", day));
    // The columns of Rᵀ are the body's axes in inertial axes: d(Rᵀe)/dt = ω × Rᵀe. Rounding of dates, 0.15 µs
    // in 1728 s, of 2.7e-6 rad/s.
    for (int axis = 0; axis < 3; ++axis) {
      const Eigen::Vector3d e = R(0).row(axis).transpose();
      CHECK((slope.row(axis).transpose() - spin.cross(e)).norm() < 1e-15);
    }
    // IAU: 13.17635815°/d. Librations in longitude of 90″ a year and 17″ a month make 3e-5 and 8e-5 of it,
    // the smaller ones less.
    CHECK(spin.norm() == Approx(13.17635815 * std::numbers::pi / 180.0 / 86400.0).epsilon(2e-4));
  }
}

TEST_CASE("sky: DE405 and Orekit's lunar axes are met through the segments too", "[orbit][sky]") {
  const Ephemeris sky = Ephemeris::from_erfa(parse_epoch("2003-05-01"), parse_epoch("2003-10-01"));
  // shared data lunar_reference.txt (Orekit 13.1): DE405 on day 100 after 2003-06-01 00:00 TDB, IAU_MOON_ROT
  // on day 20. The series' 5.6 and 4.7 km rms, three sigma.
  const SkyState state = sky.at(days_after("2003-06-01", 100.0));
  CHECK((state.moon_m - Eigen::Vector3d{316205363.449950, -186004115.190680, -117513446.916373}).norm() <
        17e3);
  CHECK((state.sun_m - Eigen::Vector3d{-146141134537.296, 33745344009.309, 14629585404.054}).norm() < 14e3);
  Eigen::Matrix3d rows;
  rows << -0.970790693450287, 0.229116381181373, 0.071211750327190, -0.238827908249832, -0.894405337257490,
      -0.378153835001480, -0.022949068637310, -0.384115577085424, 0.922999763645155;
  // TT for TDB: 1.7 ms of rotation at 2.66e-6 rad/s.
  CHECK((sky.R_mean_earth(days_after("2003-06-01", 20.0)) - rows).cwiseAbs().maxCoeff() < 4.6e-9);
}

TEST_CASE("sky: neighbouring segments meet, the quaternion's sign included", "[orbit][sky]") {
  const Ephemeris sky = Ephemeris::from_erfa({10000.0}, {10100.0});
  const auto& segments = sky.segments();
  REQUIRE(segments.size() == 200);
  for (std::size_t s = 1; s < segments.size(); ++s) {
    for (int i = 0; i < Ephemeris::components; ++i) {
      double end = 0.0, begin = 0.0;  // T_j(1) = 1, T_j(−1) = (−1)^j
      for (int j = 0; j < Ephemeris::terms; ++j)
        end += segments[s - 1].c[i][j], begin += (j % 2 == 0 ? 1.0 : -1.0) * segments[s].c[i][j];
      // Blocks meet where dates round differently: 0.15 µs of 1 km/s, 30 km/s and 2.7e-6 rad/s.
      CHECK(std::abs(end - begin) < (i < 3 ? 2e-3 : i < 6 ? 2e-2 : 2e-12));
    }
  }
}

TEST_CASE("sky: the same bits every time, whatever the threads did", "[orbit][sky]") {
  const Ephemeris a = Ephemeris::from_erfa({9000.0}, {9100.5}), b = Ephemeris::from_erfa({9000.0}, {9100.5});
  REQUIRE(a.segments().size() == b.segments().size());
  for (std::size_t s = 0; s < a.segments().size(); ++s)
    for (int i = 0; i < Ephemeris::components; ++i)
      for (int j = 0; j < Ephemeris::terms; ++j) REQUIRE(a.segments()[s].c[i][j] == b.segments()[s].c[i][j]);
}

TEST_CASE("sky: dates outside the span are refused", "[orbit][sky]") {
  const Ephemeris sky = Ephemeris::from_erfa({9000.0}, {9010.0});
  CHECK(sky.covers({9000.0}));
  CHECK(sky.covers({9010.0}));
  CHECK_NOTHROW(sky.at({9010.0}));
  CHECK_THROWS_AS(sky.at({8999.999}), ContractError);
  CHECK_THROWS_AS(sky.R_mean_earth({9010.001}), ContractError);
  CHECK_THROWS_AS(sky.spin_radps({std::numeric_limits<double>::quiet_NaN()}), ContractError);
  CHECK_THROWS_AS(Ephemeris::from_erfa({9000.0}, {9000.0}), ContractError);
  CHECK_THROWS_AS(Ephemeris::from_erfa({36520.0}, {36530.0}), ContractError);
}
