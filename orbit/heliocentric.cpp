#include "orbit/heliocentric.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/conic.hpp"
#include "orbit/dynamics.hpp"

namespace lunafab::orbit {
namespace {

using Eigen::Vector3d;
constexpr BodyGm gm{};
constexpr double seconds_a_day = 86400.0, days_a_year = 365.25;
constexpr double turn_rad = 2.0 * std::numbers::pi;
// Obliquity of the ecliptic at J2000: 84381.406″. @source IAU 2006 precession (Capitaine et al. 2003).
constexpr double obliquity_rad = 84381.406 / 3600.0 * turn_rad / 360.0;

/// Satellite and barycentre, about the Sun and about each other.
struct Departure {
  ConicState from_barycentre, barycentre;
  std::optional<Vector3d> excess_mps;
};

constexpr double near_gm = gm.earth + gm.moon;

Departure departure_of(const GeocentricState& state, const SkyState& sky) {
  const double share = gm.moon / near_gm;
  const Vector3d r_b = share * sky.moon_m, v_b = share * sky.moon_mps;
  Departure d{.from_barycentre = {state.r_m - r_b, state.v_mps - v_b},
              .barycentre = {r_b - sky.sun_m, v_b - sky.sun_mps}};
  d.excess_mps = hyperbolic_excess_mps(d.from_barycentre, near_gm, Asymptote::outgoing);
  return d;
}

ConicState osculating(const Departure& d) {
  return {d.barycentre.r_m + d.from_barycentre.r_m, d.barycentre.v_mps + d.from_barycentre.v_mps};
}

ConicState settled(const Departure& d) {
  ConicState state = osculating(d);
  if (d.excess_mps) state.v_mps = d.barycentre.v_mps + *d.excess_mps;
  return state;
}

double barycentre_gm() {
  return gm.sun + near_gm;
}

/// From the barycentre to the satellite after a time.
ConicState relative_at(const Departure& d, double t_s) {
  const auto satellite = propagate_conic(settled(d), gm.sun, t_s);
  const auto barycentre = propagate_conic(d.barycentre, barycentre_gm(), t_s);
  expects(satellite && barycentre, "two-body motion about the Sun must be finite");
  return {satellite->r_m - barycentre->r_m, satellite->v_mps - barycentre->v_mps};
}

/// Grows while they part.
double parting(const ConicState& relative) {
  return relative.r_m.dot(relative.v_mps);
}

EarthApproach approach_between(const Departure& d, double early_s, double late_s) {
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = 0.5 * (early_s + late_s);
    (parting(relative_at(d, middle)) < 0.0 ? early_s : late_s) = middle;
  }
  const ConicState at = relative_at(d, late_s);
  return {late_s / seconds_a_day, at.r_m.norm(), at.v_mps.norm()};
}

SunOrbit sun_orbit(const ConicState& satellite, const ConicState& barycentre) {
  const Elements el = elements_of(satellite, gm.sun);
  const Vector3d ecliptic_pole{0.0, -std::sin(obliquity_rad), std::cos(obliquity_rad)};
  const Vector3d h = satellite.r_m.cross(satellite.v_mps);
  const double year_s = period_s(elements_of(barycentre, barycentre_gm()), barycentre_gm()),
               own_s = period_s(el, gm.sun);
  return {.perihelion_m = periapsis_m(el),
          .aphelion_m = apoapsis_m(el),
          .inclination_rad = std::atan2(h.cross(ecliptic_pole).norm(), h.dot(ecliptic_pole)),
          .period_s = own_s,
          .synodic_period_s = 1.0 / std::abs(1.0 / own_s - 1.0 / year_s)};
}

}  // namespace

HeliocentricOrbit heliocentric_orbit(const GeocentricState& state, const SkyState& sky) {
  const Departure d = departure_of(state, sky);
  return {.c3_m2ps2 = d.from_barycentre.v_mps.squaredNorm() - 2.0 * near_gm / d.from_barycentre.r_m.norm(),
          .excess_mps = d.excess_mps,
          .osculating = sun_orbit(osculating(d), d.barycentre),
          .settled = sun_orbit(settled(d), d.barycentre)};
}

SkyDirection sky_direction(const Vector3d& direction) {
  const double right_ascension = std::atan2(direction.y(), direction.x());
  return {right_ascension < 0.0 ? right_ascension + turn_rad : right_ascension,
          std::atan2(direction.z(), std::hypot(direction.x(), direction.y()))};
}

HeliocentricCruise heliocentric_cruise(const GeocentricState& state, const SkyState& sky, double years) {
  expects(years > 0.0 && years <= 100.0, "a cruise lasts up to 100 years");
  const Departure d = departure_of(state, sky);
  constexpr double step_s = 2.0 * seconds_a_day;  // passes by the Earth at 1 km/s take longer
  const auto steps = static_cast<std::int64_t>(std::ceil(years * days_a_year * seconds_a_day / step_s));
  constexpr double unknown = std::numeric_limits<double>::infinity();
  HeliocentricCruise cruise{.least_sun_m = unknown, .least_light_time_s = unknown};
  double before = parting(relative_at(d, 0.0));
  for (std::int64_t i = 0; i <= steps; ++i) {
    const double t = step_s * static_cast<double>(i);
    const ConicState relative = relative_at(d, t);
    const double now = parting(relative), sun_m = propagate_conic(settled(d), gm.sun, t)->r_m.norm(),
                 light_s = relative.r_m.norm() / constants::light_speed_mps;
    cruise.least_sun_m = std::min(cruise.least_sun_m, sun_m);
    cruise.greatest_sun_m = std::max(cruise.greatest_sun_m, sun_m);
    cruise.least_light_time_s = std::min(cruise.least_light_time_s, light_s);
    cruise.greatest_light_time_s = std::max(cruise.greatest_light_time_s, light_s);
    if (before < 0.0 && now >= 0.0) cruise.approaches.push_back(approach_between(d, t - step_s, t));
    before = now;
  }
  const auto nearest = std::min_element(
      cruise.approaches.begin(), cruise.approaches.end(),
      [](const EarthApproach& a, const EarthApproach& b) { return a.distance_m < b.distance_m; });
  if (nearest != cruise.approaches.end()) cruise.closest = *nearest;
  return cruise;
}

}  // namespace lunafab::orbit
