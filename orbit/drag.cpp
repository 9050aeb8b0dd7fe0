#include "orbit/drag.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/atmosphere.hpp"

namespace lunafab::orbit {
namespace {

constexpr double year_s = 365.25 * 86400.0;
constexpr double reentry_altitude_m = 120e3;

/// Logarithm of density at low and high solar activity ÷ mean, linear in altitude from nothing at 150 km to
/// factors 8 below and 6 above at 600 km, constant above. Assumption: the spread of semi-empirical models
/// between F10.7 of 70 and 250 is of this size (a remembered range); no source was read.
double activity_factor(double altitude_m, SolarActivity activity) {
  if (activity == SolarActivity::mean) return 1.0;
  constexpr double from_m = 150e3, to_m = 600e3, low = 1.0 / 8.0, high = 6.0;
  const double share = std::clamp((altitude_m - from_m) / (to_m - from_m), 0.0, 1.0);
  return std::pow(activity == SolarActivity::low ? low : high, share);
}

void require(const DragBody& craft) {
  expects(craft.mass_kg > 0.0 && craft.area_m2 >= 0.0 && craft.coefficient >= 0.0,
          "mass must be positive, area and coefficient not negative");
}
double ballistic_m2pkg(const DragBody& craft) {
  return craft.coefficient * craft.area_m2 / craft.mass_kg;
}

/// King-Hele's factor for air that turns with the Earth, at periapsis.
double turning_air(double a_m, double e, double inclination_rad) {
  const CentralBody& earth = central_body(Body::earth);
  const double r = a_m * (1.0 - e), v = std::sqrt(earth.gm_m3ps2 / a_m * (1.0 + e) / (1.0 - e));
  const double slip = 1.0 - r * earth.spin_radps * std::cos(inclination_rad) / v;
  return slip * slip;
}

struct Sizes {
  double a_m, e;
};

/// Rates over time of (a, e), averaged.
Sizes mean_rates(const Sizes& s, double inclination_rad, const DragBody& craft, SolarActivity activity) {
  const OrbitChange change = drag_change(s.a_m, s.e, inclination_rad, craft, activity);
  const double period =
      2.0 * std::numbers::pi * std::sqrt(s.a_m * s.a_m * s.a_m / central_body(Body::earth).gm_m3ps2);
  return {change.a_m / period, change.e / period};
}

double periapsis_altitude(const Sizes& s) {
  return s.a_m * (1.0 - s.e) - central_body(Body::earth).surface_radius_m;
}

}  // namespace

double air_density_kgpm3(double altitude_m, SolarActivity activity) {
  return earth_density_kgpm3(altitude_m) * activity_factor(altitude_m, activity);
}

double drag_deceleration_mps2(const Shell& shell, const DragBody& craft, SolarActivity activity) {
  require(craft);
  if (shell.body == Body::moon) return 0.0;
  const double v = speed_mps(shell);
  return 0.5 * air_density_kgpm3(shell.altitude_m, activity) * v * v * ballistic_m2pkg(craft) *
         turning_air(radius_m(shell), 0.0, inclination_rad(shell));
}

double make_up_mps_per_year(const Shell& shell, const DragBody& craft, SolarActivity activity) {
  return drag_deceleration_mps2(shell, craft, activity) * year_s;
}

/// Δa = −δ a² ∫ ρ (1 + e cos E)^1.5 (1 − e cos E)^−0.5 dE and
/// Δe = −δ a (1 − e²) ∫ ρ cos E ((1 + e cos E)/(1 − e cos E))^0.5 dE over a revolution, δ = F C_D A/m.
/// @source King-Hele, "Satellite orbits in an atmosphere" (1987), ch. 4. The trapezoidal rule on a period
/// converges faster than any power while the density is smooth; both halves of a revolution are alike.
OrbitChange drag_change(double a_m, double e, double inclination_rad, const DragBody& craft,
                        SolarActivity activity) {
  require(craft);
  expects(e >= 0.0 && e < 1.0 && periapsis_altitude({a_m, e}) > 0.0, "the orbit must be above the ground");
  constexpr int points = 90;  // of half a revolution
  const double radius = central_body(Body::earth).surface_radius_m;
  OrbitChange sum;
  for (int i = 0; i < points; ++i) {
    const double c = std::cos(std::numbers::pi * (i + 0.5) / points);
    const double density = air_density_kgpm3(a_m * (1.0 - e * c) - radius, activity);
    const double root = std::sqrt((1.0 + e * c) / (1.0 - e * c));
    sum.a_m += density * (1.0 + e * c) * root, sum.e += density * c * root;
  }
  const double scale =
      -ballistic_m2pkg(craft) * turning_air(a_m, e, inclination_rad) * 2.0 * std::numbers::pi / points;
  return {scale * a_m * a_m * sum.a_m, scale * a_m * (1.0 - e * e) * sum.e};
}

/// Heun's rule, steps that lose a fixed share of the height above re-entry.
std::optional<double> drag_lifetime_s(double periapsis_altitude_m, double apoapsis_altitude_m,
                                      double inclination_rad, const DragBody& craft, SolarActivity activity,
                                      double limit_s) {
  require(craft);
  expects(periapsis_altitude_m <= apoapsis_altitude_m && periapsis_altitude_m > 0.0,
          "the periapsis must be above the ground and not above the apoapsis");
  const double radius = central_body(Body::earth).surface_radius_m;
  const double a = radius + 0.5 * (periapsis_altitude_m + apoapsis_altitude_m);
  Sizes s{a, 0.5 * (apoapsis_altitude_m - periapsis_altitude_m) / a};
  constexpr double step_m = 1000.0;  // of either apsis; Heun's error falls with its square
  double time_s = 0.0;
  while (periapsis_altitude(s) > reentry_altitude_m) {
    const Sizes now = mean_rates(s, inclination_rad, craft, activity);
    const double lowering = std::abs(now.a_m) + s.a_m * std::abs(now.e);
    if (!(lowering * limit_s > step_m)) return std::nullopt;  // less than one step in all the time
    const double h = step_m / lowering;
    const Sizes ahead{s.a_m + h * now.a_m, std::max(s.e + h * now.e, 0.0)};
    if (periapsis_altitude(ahead) <= 0.0) break;
    const Sizes then = mean_rates(ahead, inclination_rad, craft, activity);
    s = {s.a_m + 0.5 * h * (now.a_m + then.a_m), std::max(s.e + 0.5 * h * (now.e + then.e), 0.0)};
    time_s += h;
    if (time_s > limit_s) return std::nullopt;
  }
  return time_s;
}

double lowering_burn_mps(double gm_m3ps2, double r_m, double periapsis_m) {
  expects(periapsis_m > 0.0 && periapsis_m <= r_m, "the periapsis must not be above the circle");
  return std::sqrt(gm_m3ps2 / r_m) * (1.0 - std::sqrt(2.0 * periapsis_m / (r_m + periapsis_m)));
}

Disposal plan_disposal(const Shell& shell, const DragBody& craft, const DisposalRule& rule) {
  expects(rule.years > 0.0 && rule.target_altitude_m >= 0.0, "the rule's years must be positive");
  const CentralBody& body = central_body(shell.body);
  const double r = radius_m(shell), i = inclination_rad(shell);
  if (shell.body == Body::moon)
    return {.controlled_mps = lowering_burn_mps(body.gm_m3ps2, r, body.surface_radius_m)};
  const auto years_from = [&](double periapsis_m, double limit_years) -> std::optional<double> {
    const auto life =
        drag_lifetime_s(periapsis_m, shell.altitude_m, i, craft, rule.activity, limit_years * year_s);
    return life ? std::optional(*life / year_s) : std::nullopt;
  };
  Disposal out;
  out.controlled_mps = lowering_burn_mps(
      body.gm_m3ps2, r, body.surface_radius_m + std::min(rule.target_altitude_m, shell.altitude_m));
  out.natural_years = years_from(shell.altitude_m, 1000.0);
  out.complies_alone = out.natural_years.value_or(INFINITY) <= rule.years;
  if (out.complies_alone) return out;
  double low = std::min(reentry_altitude_m, shell.altitude_m), high = shell.altitude_m;
  while (high - low > 100.0) {
    const double middle = 0.5 * (low + high);
    (years_from(middle, rule.years) ? low : high) = middle;
  }
  out.lowered_periapsis_m = low;
  out.lowering_mps = lowering_burn_mps(body.gm_m3ps2, r, body.surface_radius_m + low);
  return out;
}

}  // namespace lunafab::orbit
