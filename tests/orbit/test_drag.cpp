#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/drag.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double pi = std::numbers::pi, R = 6378137.0, gm = 3.986004418e14, year_s = 365.25 * 86400.0;
constexpr double polar = 0.5 * pi;  // the air's turning cancels: F = 1
const DragBody craft{.mass_kg = 500.0, .area_m2 = 10.0, .coefficient = 2.2};
const double ballistic = 2.2 * 10.0 / 500.0;

Shell shell_at(double altitude_m) {
  return {.name = "test", .altitude_m = altitude_m, .inclination_rad = polar};
}

}  // namespace

TEST_CASE("air: density is the table's, and scale heights join its rows", "[orbit][drag]") {
  CHECK(air_density_kgpm3(0.0) == 1.225);
  CHECK(air_density_kgpm3(500e3) == 6.967e-13);
  CHECK_THAT(air_density_kgpm3(747.2119e3), WithinRel(2.1219854e-14, 1e-6));  // Vallado, example 8-4
  for (const double km : {200.0, 250.0, 300.0, 400.0, 500.0, 600.0, 700.0, 800.0, 900.0, 1000.0}) {
    // The layers meet within a few per cent: the table is an interpolation of CIRA-72.
    CHECK_THAT(air_density_kgpm3(km * 1e3 - 1e-6), WithinRel(air_density_kgpm3(km * 1e3), 0.06));
    CHECK(air_density_kgpm3(km * 1e3, SolarActivity::low) < air_density_kgpm3(km * 1e3));
    CHECK(air_density_kgpm3(km * 1e3, SolarActivity::high) > air_density_kgpm3(km * 1e3));
  }
}

TEST_CASE("drag: change in one revolution is King-Hele's series of Bessel functions", "[orbit][drag]") {
  // Within one layer density falls exponentially, as the series assumes: 1000 km and above.
  const double scale_m = 268e3, e = GENERATE(0.0005, 0.01, 0.03), periapsis_m = R + 1010e3;
  const double a = periapsis_m / (1.0 - e), z = a * e / scale_m;
  const auto I = [&](int n) {
    return std::cyl_bessel_i(static_cast<double>(n), z);
  };
  const double at_periapsis = 3.019e-15 * std::exp(-10.0 / 268.0);
  const double front = -2.0 * pi * ballistic * at_periapsis * std::exp(-z);
  const double e2 = e * e;
  // King-Hele, "Satellite orbits in an atmosphere", equations 4.32 and 4.33, to e².
  const double da = front * a * a * (I(0) + 2.0 * e * I(1) + 0.75 * e2 * (I(0) + I(2)));
  const double de = front * a * (I(1) + 0.5 * e * (I(0) + I(2)) - 0.125 * e2 * (5.0 * I(1) - I(3)));
  const OrbitChange change = drag_change(a, e, polar, craft, SolarActivity::mean);
  CHECK_THAT(change.a_m, WithinRel(da, 2.0 * e2 * e + 1e-10));  // terms of e³ are left out
  CHECK_THAT(change.e, WithinRel(de, 4.0 * e2 + 1e-10));        // against I1 ~ z/2, terms of e³ weigh e²
}

TEST_CASE("drag: make-up equals the work that decay takes", "[orbit][drag]") {
  // Circle: Δa = −2π (C_D A/m) ρ a² a revolution, dv = −½ v da/a.
  const Shell shell = shell_at(550e3);
  const double a = R + 550e3, v = std::sqrt(gm / a);
  const double per_turn = -drag_change(a, 0.0, polar, craft, SolarActivity::mean).a_m;
  const double turns = year_s / (2.0 * pi * a / v);
  CHECK_THAT(per_turn, WithinRel(2.0 * pi * ballistic * air_density_kgpm3(550e3) * a * a, 1e-12));
  CHECK_THAT(make_up_mps_per_year(shell, craft, SolarActivity::mean),
             WithinRel(0.5 * v * per_turn / a * turns, 1e-9));
  CHECK(make_up_mps_per_year({.body = Body::moon, .altitude_m = 100e3, .inclination_rad = 1.0}, craft,
                             SolarActivity::high) == 0.0);
}

TEST_CASE("drag: air that turns along pulls less, against more", "[orbit][drag]") {
  const auto pull = [](double i) {
    return drag_deceleration_mps2({.altitude_m = 500e3, .inclination_rad = i}, craft, SolarActivity::mean);
  };
  const double slip = (R + 500e3) * 7.292115e-5 / std::sqrt(gm / (R + 500e3));
  CHECK_THAT(pull(0.0) / pull(polar), WithinRel((1.0 - slip) * (1.0 - slip), 1e-12));
  CHECK_THAT(pull(pi) / pull(polar), WithinRel((1.0 + slip) * (1.0 + slip), 1e-12));
}

TEST_CASE("drag: the life of a circle is the integral of its decay", "[orbit][drag]") {
  const double altitude_m = GENERATE(300e3, 500e3, 700e3);
  double want_s = 0.0;
  const double step = 10.0;
  for (double h = 120e3 + 0.5 * step; h < altitude_m; h += step)
    want_s += step / (air_density_kgpm3(h) * ballistic * std::sqrt(gm * (R + h)));
  const auto life = drag_lifetime_s(altitude_m, altitude_m, polar, craft, SolarActivity::mean, 1e12);
  REQUIRE(life.has_value());
  // Steps of 1 km: Heun's error (1 km/H)²/12 = 1e-4 at H ≥ 27 km; jumps between layers up to 6 % in one step
  // each.
  CHECK_THAT(*life, WithinRel(want_s, 2e-3));
  CHECK(
      !drag_lifetime_s(altitude_m, altitude_m, polar, craft, SolarActivity::mean, 0.5 * want_s).has_value());
}

TEST_CASE("drag: an ellipse lives between the circles of its apsides", "[orbit][drag]") {
  const auto life = [](double low, double high) {
    return drag_lifetime_s(low, high, polar, craft, SolarActivity::mean, 1e13).value();
  };
  CHECK(life(300e3, 600e3) > 1.5 * life(300e3, 300e3));
  CHECK(life(300e3, 600e3) < 0.5 * life(600e3, 600e3));
}

TEST_CASE("disposal: burns by vis-viva, and the rule kept by the lowered orbit", "[orbit][drag]") {
  const Disposal high = plan_disposal(shell_at(800e3), craft, {.years = 5.0});
  const double r = R + 800e3, p = R + 50e3;
  CHECK_THAT(high.controlled_mps,
             WithinRel(std::sqrt(gm / r) - std::sqrt(gm * (2.0 / r - 2.0 / (r + p))), 1e-12));
  REQUIRE(high.lowered_periapsis_m.has_value());
  CHECK(!high.complies_alone);
  CHECK(high.lowering_mps < high.controlled_mps);
  const auto kept = [&](double periapsis_m, double years) {
    return drag_lifetime_s(periapsis_m, 800e3, polar, craft, SolarActivity::mean, years * year_s).has_value();
  };
  CHECK(kept(*high.lowered_periapsis_m, 5.0));
  CHECK(!kept(*high.lowered_periapsis_m + 500.0, 5.0));
  const Disposal low = plan_disposal(shell_at(350e3), craft, {.years = 5.0});
  CHECK(low.complies_alone);
  CHECK(low.lowering_mps == 0.0);
  CHECK(plan_disposal(shell_at(800e3), craft, {.years = 25.0}).lowering_mps < high.lowering_mps);
}

TEST_CASE("disposal: about the Moon it is an impact", "[orbit][drag]") {
  const Disposal d =
      plan_disposal({.body = Body::moon, .altitude_m = 100e3, .inclination_rad = 1.5}, craft, {});
  CHECK_THAT(d.controlled_mps, WithinAbs(23.0, 0.05));  // what circularising there costs
  CHECK(!d.natural_years.has_value());
}

TEST_CASE("drag: impossible questions are refused", "[orbit][drag]") {
  CHECK_THROWS_WITH(air_density_kgpm3(-1.0), Contains("altitude"));
  CHECK_THROWS_WITH(drag_change(6e6, 0.0, 0.0, craft, SolarActivity::mean), Contains("ground"));
  CHECK_THROWS_WITH(drag_lifetime_s(500e3, 400e3, 0.0, craft, SolarActivity::mean, 1e9),
                    Contains("apoapsis"));
}
