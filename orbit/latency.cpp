#include "orbit/latency.hpp"
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double moon_least_m = 356371e3, moon_mean_m = 385000.6e3, moon_greatest_m = 406720e3;
// Collinear point L2 of the restricted problem, from the Earth: x_L2 + μ with μ = 0.01215058560962404 and
// x_L2 = 1.15568216544488 (JPL, three-body periodic orbits).
constexpr double l2_ratio = 1.15568216544488 + 0.01215058560962404;
constexpr double au_m = constants::astronomical_unit_m;

Latency light(double least_m, double mean_m, double greatest_m) {
  return {least_m / constants::light_speed_mps, mean_m / constants::light_speed_mps,
          greatest_m / constants::light_speed_mps};
}

/// Angle at the body's centre between a station and a satellite at the least elevation.
double horizon_rad(double body_m, double r_m, double elevation_rad) {
  return std::acos(body_m * std::cos(elevation_rad) / r_m) - elevation_rad;
}
double range_m(double body_m, double r_m, double angle_rad) {
  return std::sqrt(body_m * body_m + r_m * r_m - 2.0 * body_m * r_m * std::cos(angle_rad));
}

/// Mean over the sphere's part within an angle: d dd = R r sin λ dλ, so ∫ d sin λ dλ = [d³]/(3 R r).
double mean_range_m(double body_m, double r_m, double to_rad) {
  const double low = r_m - body_m, high = range_m(body_m, r_m, to_rad);
  return (high * high * high - low * low * low) / (3.0 * body_m * r_m * (1.0 - std::cos(to_rad)));
}

void require(const CentralBody& body, double r_m, double elevation_rad) {
  expects(r_m > body.surface_radius_m, "the orbit must be above the surface");
  expects(elevation_rad >= 0.0 && elevation_rad < 0.5 * std::numbers::pi, "least elevation must be 0 … 90°");
}

}  // namespace

Latency direct_latency(const CentralBody& body, double r_m, double least_elevation_rad) {
  require(body, r_m, least_elevation_rad);
  const double surface = body.surface_radius_m, angle = horizon_rad(surface, r_m, least_elevation_rad);
  return light(r_m - surface, mean_range_m(surface, r_m, angle), range_m(surface, r_m, angle));
}

/// The chord of two satellites ψ apart is 2 r sin(ψ/2); with u = sin(ψ/2), sin ψ dψ = 4 u du, so
/// ∫ chord sin ψ dψ = [8 r u³/3].
RelayedLatency relayed_latency(const CentralBody& body, double r_m, double least_elevation_rad,
                               double grazing_m) {
  require(body, r_m, least_elevation_rad);
  const double surface = body.surface_radius_m, height = r_m - surface;
  expects(grazing_m >= 0.0 && surface + grazing_m < r_m, "links must graze below the orbit");
  const double seen = horizon_rad(surface, r_m, least_elevation_rad);
  const double linked = std::max(2.0 * std::acos((surface + grazing_m) / r_m), seen);
  const double direct_share = 1.0 - std::cos(seen), relay_share = std::cos(seen) - std::cos(linked);
  const double u0 = std::sin(0.5 * seen), u1 = std::sin(0.5 * linked);
  const double chords = 8.0 * r_m / 3.0 * (u1 * u1 * u1 - u0 * u0 * u0);
  const double mean = (mean_range_m(surface, r_m, seen) * direct_share + chords + height * relay_share) /
                      (direct_share + relay_share);
  const double longest = linked > seen ? 2.0 * r_m * u1 + height : 0.0;
  return {light(height, mean, std::max(longest, range_m(surface, r_m, seen))),
          0.5 * (1.0 - std::cos(linked))};
}

Latency moon_latency() {
  return light(moon_least_m, moon_mean_m, moon_greatest_m);
}

Latency l2_latency() {
  return light(moon_least_m * l2_ratio, moon_mean_m * l2_ratio, moon_greatest_m * l2_ratio);
}

Latency shell_latency(const Shell& shell, double least_elevation_rad) {
  const CentralBody& body = central_body(shell.body);
  if (shell.body == Body::earth) return direct_latency(body, radius_m(shell), least_elevation_rad);
  const double earth_m = central_body(Body::earth).surface_radius_m, r = radius_m(shell);
  return light(moon_least_m - r - earth_m, moon_mean_m, moon_greatest_m + r);
}

/// Mean of √(1 + q² − 2 q cos θ): the periodic trapezoidal rule.
Latency heliocentric_latency(double sun_m) {
  expects(sun_m > 0.0, "the distance of the Sun must be positive");
  constexpr int points = 4096;
  double sum = 0.0;
  for (int i = 0; i < points; ++i) sum += range_m(au_m, sun_m, 2.0 * std::numbers::pi * (i + 0.5) / points);
  return light(std::abs(sun_m - au_m), sum / points, sun_m + au_m);
}

}  // namespace lunafab::orbit
