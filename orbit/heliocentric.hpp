#pragma once
#include <optional>
#include <vector>
#include "orbit/frames.hpp"
#include "orbit/sky.hpp"

// What becomes of a satellite that has left the Earth and the Moon, from its state about 1 million km out.
namespace lunafab::orbit {

/// An orbit about the Sun by two-body theory.
struct SunOrbit {
  double perihelion_m = 0.0, aphelion_m = 0.0;
  double inclination_rad = 0.0;  ///< to the ecliptic of J2000
  double period_s = 0.0;
  double synodic_period_s = 0.0;  ///< against the Earth's; infinite where they are equal
};

/// The way it leaves the barycentre of Earth and Moon (with the sum of their GM), and where that leads.
struct HeliocentricOrbit {
  double c3_m2ps2 = 0.0;
  /// Velocity far away from the barycentre, GCRF; nothing where the satellite is bound (C3 ≤ 0).
  std::optional<Eigen::Vector3d> excess_mps;
  SunOrbit osculating;  ///< of the state: at 1 million km the Earth still takes a third of its relative speed
  SunOrbit settled;  ///< with the excess instead of the speed: the Earth's pull spent; bound: as osculating
};
HeliocentricOrbit heliocentric_orbit(const GeocentricState& state, const SkyState& sky);

/// Right ascension in [0, 2π) and declination of a direction.
struct SkyDirection {
  double right_ascension_rad = 0.0, declination_rad = 0.0;
};
SkyDirection sky_direction(const Eigen::Vector3d& direction);

/// A smallest distance between satellite and Earth–Moon barycentre.
struct EarthApproach {
  double days = 0.0;  ///< since the state
  double distance_m = 0.0;
  double relative_mps = 0.0;
};
/// Years about the Sun on the settled orbit, the barycentre on its own ellipse: without the Earth's pull
/// later on. Errors grow to millions of km within years, so that a smaller `distance_m` means "comes back",
/// no more.
struct HeliocentricCruise {
  std::vector<EarthApproach> approaches;  ///< in order of time; the departure is none
  std::optional<EarthApproach> closest;   ///< of them
  double least_sun_m = 0.0, greatest_sun_m = 0.0;
  double least_light_time_s = 0.0, greatest_light_time_s = 0.0;  ///< one way, to the barycentre
};
/// @throws ContractError unless 0 < years ≤ 100.
HeliocentricCruise heliocentric_cruise(const GeocentricState& state, const SkyState& sky, double years);

}  // namespace lunafab::orbit
