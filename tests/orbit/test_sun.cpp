#include <Eigen/Core>
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "orbit/ephemeris.hpp"
#include "orbit/sun.hpp"

using namespace lunafab;
using namespace lunafab::orbit;

namespace {

constexpr double rad_per_deg = std::numbers::pi / 180.0;
constexpr LunarSite north_pole{90.0 * rad_per_deg, 0.0};

Epoch days_after_2030(double days) {
  return {parse_epoch("2030-01-01").tt_days_since_j2000 + days};
}

/// The point of the Moon's surface under the Sun.
LunarSite subsolar_point(Epoch epoch) {
  const Eigen::Vector3d sun_M = (R_MI(epoch) * (r_SE_I_m(epoch) - r_PE_I_m(epoch))).normalized();
  return {std::asin(sun_M.z()), std::atan2(sun_M.y(), sun_M.x())};
}

}  // namespace

TEST_CASE("Sun: from the lunar pole it never stands more than 1.6 degrees from the horizon", "[orbit]") {
  // The equator is inclined by 1.543° to the ecliptic (Cassini); physical librations of the pole add 0.04°.
  double low = 1.0, high = -1.0;
  for (int day = 0; day < 6940; ++day) {
    const double elevation = sun_position(north_pole, days_after_2030(day)).elevation_rad / rad_per_deg;
    low = std::min(low, elevation), high = std::max(high, elevation);
  }
  CHECK(high < 1.6);
  CHECK(low > -1.6);
  CHECK(high > 1.5);
  CHECK(low < -1.5);
}

TEST_CASE("Sun: the mean lunar day lasts 29.5306 d", "[orbit]") {
  double turned_rad = 0.0, last_rad = sun_position(north_pole, days_after_2030(0)).azimuth_rad;
  constexpr int days = 6940;  // 235 lunations, the Metonic cycle
  for (int day = 1; day <= days; ++day) {
    const double azimuth_rad = sun_position(north_pole, days_after_2030(day)).azimuth_rad;
    turned_rad += std::remainder(azimuth_rad - last_rad, 2.0 * std::numbers::pi);
    last_rad = azimuth_rad;
  }
  // The Sun's angle at both ends wobbles by less than 2.5° about its mean (eccentricity of the Earth's orbit,
  // twice e = 1.9°, and librations): 5° in 235 turns.
  CHECK_THAT(days * 2.0 * std::numbers::pi / turned_rad, Catch::WithinRel(29.530589, 5.0 / 360.0 / 235.0));
}

TEST_CASE("Sun: elevation and azimuth obey spherical trigonometry", "[orbit]") {
  const double latitude = GENERATE(-86.0, -30.0, 0.0, 45.0, 89.0) * rad_per_deg;
  const double longitude = GENERATE(3.0, 120.0, -77.0) * rad_per_deg;
  for (int day = 0; day < 60; day += 7) {
    const Epoch epoch = days_after_2030(day);
    const SunPosition sun = sun_position({latitude, longitude}, epoch);
    const auto [declination, subsolar_longitude] = subsolar_point(epoch);
    const double hour_angle = longitude - subsolar_longitude;  // positive: the Sun has passed to the west
    // The site is one lunar radius off the Moon's centre: parallax 1737 km / 147e6 km = 1.2e-5.
    CHECK(std::abs(std::sin(sun.elevation_rad) - std::sin(latitude) * std::sin(declination) -
                   std::cos(latitude) * std::cos(declination) * std::cos(hour_angle)) < 1.2e-5);
    CHECK(std::abs(std::cos(sun.elevation_rad) * std::sin(sun.azimuth_rad) +
                   std::cos(declination) * std::sin(hour_angle)) < 1.2e-5);
    CHECK(std::abs(std::cos(sun.elevation_rad) * std::cos(sun.azimuth_rad) -
                   std::cos(latitude) * std::sin(declination) +
                   std::sin(latitude) * std::cos(declination) * std::cos(hour_angle)) < 1.2e-5);
    CHECK(sun.azimuth_rad >= 0.0);
    CHECK(sun.azimuth_rad < 2.0 * std::numbers::pi);
  }
}

TEST_CASE("Sun: it rises in the east, and full Moon is noon on the near side", "[orbit]") {
  // Total lunar eclipse (NASA's catalogue, TD): Sun, Earth and Moon stand in line, so that from the middle of
  // the near side the Sun is next to the Earth, within the librations of 10.5° of the zenith.
  const LunarSite near_side{0.0, 0.0};
  const Epoch eclipse = parse_epoch("2032-04-25T15:14:51");
  CHECK(sun_position(near_side, eclipse).elevation_rad > (90.0 - 10.6) * rad_per_deg);
  const Epoch morning{eclipse.tt_days_since_j2000 - 5.0};
  CHECK_THAT(sun_position(near_side, morning).azimuth_rad,
             Catch::WithinAbs(90.0 * rad_per_deg, 10.0 * rad_per_deg));
  const Epoch evening{eclipse.tt_days_since_j2000 + 5.0};
  CHECK_THAT(sun_position(near_side, evening).azimuth_rad,
             Catch::WithinAbs(270.0 * rad_per_deg, 10.0 * rad_per_deg));
}

TEST_CASE("Sun: its distance follows the Earth's orbit", "[orbit]") {
  constexpr double au_m = 149597870700.0, eccentricity = 0.0167, moon_orbit_au = 0.0028;
  double low = 2.0, high = 0.0;
  for (int day = 0; day < 366; ++day) {
    const double distance_au = sun_position(north_pole, days_after_2030(day)).distance_m / au_m;
    low = std::min(low, distance_au), high = std::max(high, distance_au);
  }
  CHECK_THAT(low, Catch::WithinAbs(1.0 - eccentricity, moon_orbit_au));
  CHECK_THAT(high, Catch::WithinAbs(1.0 + eccentricity, moon_orbit_au));
}
