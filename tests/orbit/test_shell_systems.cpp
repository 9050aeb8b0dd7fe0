#include <Eigen/Geometry>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/shell_report.hpp"

using namespace lunafab;
using namespace lunafab::orbit;
using Catch::Contains, Catch::WithinAbs, Catch::WithinRel;

namespace {

constexpr double pi = std::numbers::pi, deg = pi / 180.0, au = 1.495978707e11;
const Epoch start = parse_epoch("2035-01-01");

PowerSystem power() {
  return {.array_m2 = 564.0, .efficiency = 0.18, .compute_W = 100e3, .bus_W = 5e3, .battery_J = 1e9};
}
Shell dawn_dusk(double altitude_m = 650e3) {
  return {.name = "dawn-dusk", .altitude_m = altitude_m, .per_plane = 40};
}
ShellSatellite satellite() {
  ShellSatellite s;
  s.drag = {.mass_kg = 3250.0, .area_m2 = 100.0};
  s.power = power();
  s.power.array_m2 = 700.0;
  s.radiator = {.panel_m2 = 110.0};
  s.delta_v_mps = 300.0;
  return s;
}

/// Share of a plate's cosine-weighted hemisphere that a sphere fills, by quadrature over directions.
double view_by_quadrature(double body_m, double r_m, double tilt) {
  const double edge = std::asin(body_m / r_m);
  double sum = 0.0;
  const int n = 1000;
  for (int i = 0; i < n; ++i) {
    const double polar = edge * (i + 0.5) / n;
    for (int k = 0; k < n; ++k) {
      const double round = 2.0 * pi * (k + 0.5) / n;
      const double c = std::cos(tilt) * std::cos(polar) + std::sin(tilt) * std::sin(polar) * std::cos(round);
      if (c > 0.0) sum += c * std::sin(polar);
    }
  }
  return sum * (edge / n) * (2.0 * pi / n) / pi;
}

}  // namespace

TEST_CASE("power: array output follows distance and fade", "[orbit][power]") {
  PowerSystem p = power();
  CHECK_THAT(array_power_W(p, au, 0.0), WithinRel(1361.0 * 564.0 * 0.18, 1e-12));
  CHECK_THAT(array_power_W(p, 2.0 * au, 0.0), WithinRel(0.25 * array_power_W(p, au, 0.0), 1e-12));
  CHECK_THAT(array_power_W(p, au, 2.0), WithinRel(0.975 * 0.975 * array_power_W(p, au, 0.0), 1e-12));
  p.fade_per_year = 1.0;
  CHECK_THROWS_WITH(array_power_W(p, au, 1.0), Contains("fade"));
}

TEST_CASE("power: with the array it needs, a battery ends each revolution as full as before",
          "[orbit][power]") {
  PowerSystem p = power();
  p.shadow_work = GENERATE(ShadowWork::on_battery, ShadowWork::paused);
  const double dark = 0.36, period_s = 5740.0;
  const PowerNeed need = power_need(p, dark, period_s);
  const double dark_load = p.bus_W + (p.shadow_work == ShadowWork::on_battery ? p.compute_W : 0.0);
  double charge_J = need.battery_J;
  const int steps = 10000;
  for (int i = 0; i < steps; ++i) {
    const bool is_dark = i < 3600;
    const double into = is_dark ? -dark_load : (need.array_W - p.bus_W - p.compute_W) * p.charge_efficiency;
    charge_J += into * period_s / steps;
    CHECK(charge_J > -1e-3);
  }
  CHECK_THAT(charge_J, WithinRel(need.battery_J, 1e-9));
}

TEST_CASE("radiator: views of the body agree with quadrature", "[orbit][power]") {
  const double R = 6378137.0, r = GENERATE(6500e3, 6978e3, 42164e3);
  // Midpoint rule with 1000² cells; the horizon of an edge-on plate cuts cells: 1/1000 of a share.
  CHECK_THAT(facing_view(R, r), WithinRel(view_by_quadrature(R, r, 0.0), 1e-5));
  CHECK_THAT(edge_view(R, r), WithinRel(view_by_quadrature(R, r, 0.5 * pi), 1e-5));
  CHECK_THAT(edge_view(R, R * (1.0 + 1e-12)), WithinAbs(0.5, 1e-5));
}

TEST_CASE("radiator: far from all it is a grey body: 605 W/m² a side at 330 K", "[orbit][power]") {
  const Radiator r{.panel_m2 = 100.0, .emissivity = 0.9};
  const Shell far{.name = "far", .altitude_m = 1e12, .inclination_rad = 0.0};
  CHECK_THAT(radiator_temperature_K(r, far, 605.2 * 200.0, au), WithinAbs(330.0, 0.05));
}

TEST_CASE("radiator: a low orbit and the Moon's noon make it hotter", "[orbit][power]") {
  const Radiator r{.panel_m2 = 110.0};
  const double heat_W = 105e3;
  const Shell far{.name = "far", .altitude_m = 1e12, .inclination_rad = 0.0};
  const Shell moon{.name = "moon", .body = Body::moon, .altitude_m = 100e3, .inclination_rad = 1.5};
  const double cold = radiator_temperature_K(r, far, heat_W, au);
  const double low = radiator_temperature_K(r, dawn_dusk(), heat_W, au);
  const double noon = radiator_temperature_K(r, moon, heat_W, au);
  CHECK(cold < low);
  CHECK(low < noon);
  // Balance: what the sides radiate is heat and what they absorb.
  const double out_W = 220.0 * 0.9 * constants::stefan_boltzmann_W_per_m2K4 * std::pow(noon, 4.0);
  CHECK_THAT(out_W, WithinRel(heat_W + absorbed_heat_W(r, moon, au), 1e-12));
}

TEST_CASE("dose: low orbits lie in the ranges of NASA's practice", "[orbit][radiation]") {
  // 100 to 1,000 rad/yr below 28°, 1,000 to 10,000 rad/yr for inclined orbits (remembered): 1 Gy is 100 rad.
  CHECK(earth_dose(500e3, 28.0 * deg).total() < 10.0);
  CHECK(earth_dose(500e3, 28.0 * deg).total() > 1.0);
  CHECK(earth_dose(800e3, 98.0 * deg).total() > 10.0);
  CHECK(earth_dose(800e3, 98.0 * deg).total() < 100.0);
  CHECK(earth_dose(3000e3, 60.0 * deg).total() > 1000.0);
  CHECK_THROWS_WITH(earth_dose(50e6, 0.0), Contains("36,000"));
}

TEST_CASE("dose: continuous in altitude and inclination, less behind more", "[orbit][radiation]") {
  for (const double km : {400.0, 800.0, 1500.0, 6000.0, 20200.0})
    CHECK_THAT(earth_dose((km - 1e-6) * 1e3, 1.0).total(),
               WithinRel(earth_dose((km + 1e-6) * 1e3, 1.0).total(), 1e-6));
  CHECK_THAT(earth_dose(700e3, 50.0 * deg - 1e-9).total(),
             WithinRel(earth_dose(700e3, 50.0 * deg + 1e-9).total(), 1e-6));
  const DoseRate open = open_space_dose(OpenSpace::heliocentric);
  CHECK(behind(open, 2.5e-3).total() == open.total());
  CHECK(behind(open, 10e-3).total() < 0.5 * open.total());
  CHECK(open_space_dose(OpenSpace::lunar_orbit).total() < open.total());
}

TEST_CASE("failures: hazard is the slope of the survival's logarithm", "[orbit][radiation]") {
  const Reliability r;
  const double dose = GENERATE(0.0, 5.0, 60.0, 900.0), years = GENERATE(0.5, 4.0);
  const double h = 1e-5;
  const double slope =
      -(std::log(survival(r, dose, years + h)) - std::log(survival(r, dose, years - h))) / (2.0 * h);
  CHECK_THAT(hazard_per_year(r, dose, years),
             WithinRel(slope, 1e-6));  // h² 1e-10, rounding 1e-16/1e-5 of ln S
  CHECK(survival(r, 0.0, years) == std::exp(-0.068 * years));
  CHECK_THAT(survival(r, 150.0, 1.0), WithinRel(0.5 * std::exp(-0.068), 1e-14));  // the median dose
  CHECK_THAT(dose_life_years(r, 30.0), WithinRel(5.0, 1e-14));
}

TEST_CASE("light time: zenith, horizon and mean of a low orbit", "[orbit][latency]") {
  const CentralBody& earth = central_body(Body::earth);
  const double R = earth.surface_radius_m, r = R + 550e3, elevation = 25.0 * deg;
  const Latency l = direct_latency(earth, r, elevation);
  CHECK_THAT(l.least_s, WithinRel(550e3 / 299792458.0, 1e-9));
  CHECK_THAT(l.greatest_s * 299792458.0, WithinAbs(1123e3, 1e3));  // published for Starlink: 1,123 km at 25°
  const double edge = std::acos(R * std::cos(elevation) / r) - elevation;
  const auto weighted = [&](double a) {
    return std::sqrt(R * R + r * r - 2.0 * R * r * std::cos(a)) * std::sin(a);
  };
  const double mean = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(weighted, 0.0, edge) /
                      (1.0 - std::cos(edge)) / 299792458.0;
  CHECK_THAT(l.mean_s, WithinRel(mean, 1e-10));
}

TEST_CASE("light time: one relay adds the chord, and reaches part of the sphere", "[orbit][latency]") {
  const CentralBody& earth = central_body(Body::earth);
  const double R = earth.surface_radius_m, r = R + 1000e3, elevation = 10.0 * deg, c = 299792458.0;
  const RelayedLatency l = relayed_latency(earth, r, elevation, 80e3);
  const double seen = std::acos(R * std::cos(elevation) / r) - elevation,
               linked = 2.0 * std::acos((R + 80e3) / r);
  const auto weighted = [&](double a) {
    const double path = a <= seen ? std::sqrt(R * R + r * r - 2.0 * R * r * std::cos(a))
                                  : 2.0 * r * std::sin(0.5 * a) + 1000e3;
    return path * std::sin(a);
  };
  using Rule = boost::math::quadrature::gauss_kronrod<double, 31>;
  const double mean =
      (Rule::integrate(weighted, 0.0, seen) + Rule::integrate(weighted, seen + 1e-12, linked)) /
      (1.0 - std::cos(linked)) / c;
  CHECK_THAT(l.latency.mean_s, WithinRel(mean, 1e-9));
  CHECK_THAT(l.latency.greatest_s,
             WithinRel((2.0 * std::sqrt(r * r - (R + 80e3) * (R + 80e3)) + 1000e3) / c, 1e-12));
  CHECK_THAT(l.reached, WithinRel(0.5 * (1.0 - std::cos(linked)), 1e-12));
}

TEST_CASE("light time: the Moon, L2 and the far side of the Sun", "[orbit][latency]") {
  CHECK_THAT(moon_latency().mean_s, WithinAbs(1.28, 0.005));
  CHECK_THAT(l2_latency().mean_s / moon_latency().mean_s, WithinAbs(1.1678, 1e-4));
  const Latency mars = heliocentric_latency(1.523679 * au);  // circular
  CHECK_THAT(mars.least_s / 60.0, WithinAbs(4.36, 0.01));
  CHECK_THAT(mars.greatest_s / 60.0, WithinAbs(20.99, 0.02));
  // Mean distance of points on two circles: (2/π)(a + b) E(k), k² = 4ab/(a + b)².
  const double a = 1.0, b = 1.523679, k = 2.0 * std::sqrt(a * b) / (a + b);
  CHECK_THAT(mars.mean_s, WithinRel(2.0 / pi * (a + b) * std::comp_ellint_2(k) * au / 299792458.0, 1e-10));
}

TEST_CASE("capacity: counts are exact, power fades, losses come off", "[orbit][capacity]") {
  const CapacityModel model{.compute_W = 100e3,
                            .compute_per_J = 2.0,
                            .lit_fraction = 0.9,
                            .dose_Gy_per_year = 3.0,
                            .bits_per_compute = 0.01,
                            .link_bps = 1e3};
  const auto day = [](double d) {
    return Tick{} + ticks_from_seconds(d * 86400.0);
  };
  // 2035-02-01 is day 31.
  const std::vector<Service> services{{day(0.5)}, {day(0.5), day(40.0)}, {day(31.0)}, {day(31.01)}};
  const auto rows = capacity_by_month(model, services, start, 14, LossAccount::actual);
  REQUIRE(rows.size() == 14);
  CHECK(format_date(rows[0].at, Tick{}) == "2035-02-01T00:00:00");
  CHECK(format_date(rows[11].at, Tick{}) == "2036-01-01T00:00:00");
  CHECK(rows[0].entered == 3);  // the one at that instant too
  CHECK(rows[0].active == 3.0);
  CHECK(rows[1].entered == 4);
  CHECK(rows[1].active == 3.0);
  const double years = (365.0 - 0.5) / 365.25, later = (365.0 - 31.5) / 365.25;
  CHECK_THAT(rows[11].compute_W,
             WithinRel(100e3 * (std::pow(0.975, years) + 2.0 * std::pow(0.975, later)), 1e-12));
  CHECK_THAT(rows[11].compute_per_s, WithinRel(rows[11].compute_W * 2.0 * 0.9, 1e-12));
  const auto expected = capacity_by_month(model, services, start, 14, LossAccount::expected);
  CHECK_THAT(expected[11].active, WithinRel(survival(model.reliability, 3.0, years) +
                                                2.0 * survival(model.reliability, 3.0, later),
                                            1e-12));
}

TEST_CASE("capacity: links that are too thin hold results back", "[orbit][capacity]") {
  CapacityModel model{.compute_W = 100e3, .compute_per_J = 2.0, .bits_per_compute = 0.01, .link_bps = 1e3};
  const std::vector<Service> services(5);
  const auto thin = capacity_by_month(model, services, start, 1, LossAccount::actual);
  CHECK(thin[0].results_bps > thin[0].link_bps);
  CHECK_THAT(thin[0].delivered_per_s, WithinRel(5e3 / 0.01, 1e-12));
  model.link_bps = 1e6;
  const auto wide = capacity_by_month(model, services, start, 1, LossAccount::actual);
  CHECK(wide[0].delivered_per_s == wide[0].compute_per_s);
  const std::vector<std::vector<CapacityRow>> both{thin, wide};
  CHECK_THAT(sum_rows(both)[0].delivered_per_s,
             WithinRel(thin[0].delivered_per_s + wide[0].delivered_per_s, 1e-15));
}

TEST_CASE("shell report: a dawn-dusk shell of compute satellites", "[orbit][shell-report]") {
  const ShellReport r = examine_shell(dawn_dusk(), satellite(), start, 5.0);
  CHECK(r.satellites == 40);
  REQUIRE(r.checks.size() == 6);
  for (const Check& c : r.checks) CHECK(std::isfinite(c.limit));
  CHECK_THAT(
      r.velocity.make_up_mps,
      WithinRel(5.0 * make_up_mps_per_year(dawn_dusk(), satellite().drag, SolarActivity::mean), 1e-12));
  CHECK_THAT(std::exp(-5.0 * r.failures_per_year), WithinRel(r.survival, 1e-12));
  CHECK(stockout_probability(r.plane_failures_a_supply, r.spares_per_plane) <= 0.01);
  CHECK(stockout_probability(r.plane_failures_a_supply, r.spares_per_plane - 1) > 0.01);
  CHECK(working_fraction(power(), r.eclipses) == 1.0);
}

TEST_CASE("shell report: each check fails where its cause is taken away", "[orbit][shell-report]") {
  const auto failing = [](const ShellSatellite& s) {
    std::vector<std::string> names;
    for (const Check& c : examine_shell(dawn_dusk(), s, start, 5.0).checks)
      if (!holds(c)) names.push_back(c.name);
    return names;
  };
  ShellSatellite s = satellite();
  s.drag.area_m2 = 2000.0, s.delta_v_mps = 1e4;  // falls by itself
  REQUIRE(failing(s).empty());
  using Names = std::vector<std::string>;
  ShellSatellite weak = s;
  weak.power.array_m2 = 300.0;
  CHECK(failing(weak) == Names{"array power at end of life"});
  weak = s, weak.power.battery_J = 1e6;
  CHECK(failing(weak) == Names{"battery discharge in the longest shadow"});
  weak = s, weak.radiator.panel_m2 = 50.0;
  CHECK(failing(weak) == Names{"radiator temperature"});
  weak = s, weak.delta_v_mps = 1.0;
  CHECK(failing(weak) == Names{"velocity budget"});
  weak = s, weak.reliability.dose_limit_Gy = 10.0;
  CHECK(failing(weak) == Names{"dose over the years"});
  weak = s, weak.drag.area_m2 = 20.0;
  CHECK(failing(weak) == Names{"decay when dead in the slot"});
  CHECK(!holds({"not a number", "", NAN, 1.0}));
}

TEST_CASE("shell report: a lunar shell keeps station by its own budget and ends in an impact",
          "[orbit][shell-report]") {
  ShellSatellite s = satellite();
  s.station_keeping_mps_per_year = 40.0;
  const Shell shell{.name = "lunar",
                    .body = Body::moon,
                    .altitude_m = 100e3,
                    .inclination_rad = 86.0 * deg,
                    .planes = 2,
                    .per_plane = 10};
  const ShellReport r = examine_shell(shell, s, start, 5.0);
  CHECK(r.velocity.make_up_mps == 0.0);
  CHECK(r.velocity.station_keeping_mps == 200.0);
  CHECK_THAT(r.velocity.disposal_mps, WithinAbs(23.0, 0.05));
  CHECK(r.checks.size() == 5);
  CHECK(r.ground.mean_s > 1.25);
}
