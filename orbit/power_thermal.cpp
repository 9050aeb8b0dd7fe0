#include "orbit/power_thermal.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double au_m = constants::astronomical_unit_m;
constexpr double nearest_sun_m = 0.9833 * au_m, farthest_sun_m = 1.0167 * au_m;  // perihelion and aphelion

/// Hot case: what a surface below radiates and reflects, W/m², the Sun at 1 au.
struct BodyHeat {
  double infrared_W_per_m2, albedo;
};
BodyHeat hot_case(Body body) {
  // Earth: emitted 237 W/m² and albedo 0.30 are global means (remembered: CERES); 258 and 0.35 are taken as
  // the hot case, an assumption. Moon: the subsolar ground is in balance, emitting (1 − albedo) of the light;
  // Bond albedo 0.12 (remembered).
  if (body == Body::earth) return {258.0, 0.35};
  constexpr double albedo = 0.12;
  return {(1.0 - albedo) * constants::solar_constant_W_per_m2, albedo};
}

double sunlight_W_per_m2(double sun_m) {
  expects(sun_m > 0.0, "the distance of the Sun must be positive");
  return constants::solar_constant_W_per_m2 * (au_m / sun_m) * (au_m / sun_m);
}

void require(const Radiator& radiator) {
  expects(
      radiator.panel_m2 > 0.0 && (radiator.sides == 1 || radiator.sides == 2) && radiator.emissivity > 0.0,
      "a radiator needs area, one or two sides and an emissivity");
}

}  // namespace

double array_power_W(const PowerSystem& power, double sun_m, double years) {
  expects(years >= 0.0 && power.fade_per_year >= 0.0 && power.fade_per_year < 1.0,
          "years must not be negative, fade must be in [0, 1)");
  return sunlight_W_per_m2(sun_m) * power.array_m2 * power.efficiency * power.pointing_cosine *
         std::pow(1.0 - power.fade_per_year, years);
}

PowerNeed power_need(const PowerSystem& power, double dark_fraction, double period_s) {
  expects(dark_fraction >= 0.0 && dark_fraction < 1.0, "the dark share must be in [0, 1)");
  expects(power.charge_efficiency > 0.0 && power.charge_efficiency <= 1.0,
          "charge efficiency must be in (0, 1]");
  const double dark_W = power.bus_W + (power.shadow_work == ShadowWork::on_battery ? power.compute_W : 0.0);
  const double battery_J = dark_W * dark_fraction * period_s;
  const double lit_s = (1.0 - dark_fraction) * period_s;
  return {battery_J, power.bus_W + power.compute_W + battery_J / power.charge_efficiency / lit_s};
}

double facing_view(double body_radius_m, double r_m) {
  expects(r_m > body_radius_m, "the plate must be outside the body");
  return (body_radius_m / r_m) * (body_radius_m / r_m);
}

double edge_view(double body_radius_m, double r_m) {
  expects(r_m > body_radius_m, "the plate must be outside the body");
  const double h = r_m / body_radius_m, root = std::sqrt(h * h - 1.0);
  return (std::atan(1.0 / root) - root / (h * h)) / std::numbers::pi;
}

double absorbed_heat_W(const Radiator& radiator, const Shell& shell, double sun_m) {
  require(radiator);
  const double body_m = central_body(shell.body).surface_radius_m, r = radius_m(shell);
  const bool edge = radiator.attitude == RadiatorAttitude::edge_to_body;
  const double view = edge ? radiator.sides * edge_view(body_m, r) : facing_view(body_m, r);
  const BodyHeat heat = hot_case(shell.body);
  const double near = sunlight_W_per_m2(sun_m) / constants::solar_constant_W_per_m2;
  // The Moon's ground follows the Sun at once; the Earth's infrared does not, but by 3 % only.
  const double from_body = radiator.emissivity * heat.infrared_W_per_m2 * near +
                           radiator.absorptivity * heat.albedo * sunlight_W_per_m2(sun_m);
  const double from_sun = radiator.absorptivity * radiator.sun_cosine * sunlight_W_per_m2(sun_m);
  return radiator.panel_m2 * (view * from_body + from_sun);
}

double radiator_temperature_K(const Radiator& radiator, const Shell& shell, double heat_W, double sun_m) {
  expects(heat_W >= 0.0, "heat must not be negative");
  const double flux =
      (heat_W + absorbed_heat_W(radiator, shell, sun_m)) / (radiator.sides * radiator.panel_m2);
  return std::pow(flux / (radiator.emissivity * constants::stefan_boltzmann_W_per_m2K4), 0.25);
}

std::vector<Check> power_thermal_checks(const PowerSystem& power, const Radiator& radiator,
                                        const Shell& shell, const EclipseSummary& eclipses, double years) {
  const PowerNeed need = power_need(power, eclipses.greatest_fraction, nodal_period_s(shell));
  const double heat_W = power.compute_W + power.bus_W;
  return {
      {"array power at end of life", "W", array_power_W(power, farthest_sun_m, years), need.array_W,
       Bound::at_least},
      {"battery discharge in the longest shadow", "J", need.battery_J,
       power.battery_J * power.depth_of_discharge, Bound::at_most},
      {"radiator temperature", "K", radiator_temperature_K(radiator, shell, heat_W, nearest_sun_m),
       radiator.limit_K, Bound::at_most},
  };
}

}  // namespace lunafab::orbit
