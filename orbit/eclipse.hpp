#pragma once
#include <vector>
#include "orbit/shells.hpp"

// Shadow of the central body on circular orbits. The Sun's rays are parallel across the orbit (an error of
// radius ÷ distance of the Sun, 5e-5 for low Earth orbit), the body is a sphere of its surface radius,
// nothing is refracted. The Earth's shadow on lunar orbits (a few hours twice a year) is left out.
namespace lunafab::orbit {

/// Angle of the Sun above an orbit's plane, −π/2 … π/2.
double beta_rad(double inclination_rad, double node_rad, const Eigen::Vector3d& to_sun);

/// Share of a revolution in the shadow of a cylinder behind the body.
double cylinder_fraction(double body_radius_m, double orbit_radius_m, double beta_rad);

/// Shares of a revolution in full shadow and in half shadow.
struct ShadowFractions {
  double umbra = 0.0, penumbra = 0.0;
};
/// Cones of the Sun's disc, `sun_m` away.
ShadowFractions cone_fractions(double body_radius_m, double orbit_radius_m, double beta_rad, double sun_m);

struct EclipseDay {
  double days = 0.0;  ///< since the start
  double beta_rad = 0.0;
  ShadowFractions shadow;
};
struct EclipseSummary {
  double least_beta_rad = 0.0, greatest_beta_rad = 0.0;
  double mean_fraction = 0.0;      ///< umbra and half the penumbra: light that is missing
  double greatest_fraction = 0.0;  ///< of one revolution, umbra and penumbra
  double longest_s = 0.0;          ///< umbra and penumbra
  double days_with_shadow = 0.0;
  std::vector<EclipseDay> days;  ///< one a day
};
/// A plane's eclipses day by day; its node drifts by J2.
/// @throws ContractError for spans that are not positive or leave the ephemeris.
EclipseSummary eclipses(const Shell& shell, int plane, Epoch from, double span_days);
/// The summaries of all planes as one: extremes of all, means over all; `days` is the plane's with the
/// longest eclipse.
EclipseSummary shell_eclipses(const Shell& shell, Epoch from, double span_days);

}  // namespace lunafab::orbit
