#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include "orbit/frames.hpp"

namespace lunafab::orbit {

/// Axes without rotation, the origin at the body whose GM the function takes.
struct InertialAxes;
using ConicState = StateIn<InertialAxes>;

/// Two-body motion over `dt_s`, forwards or backwards, over any number of revolutions, on any conic and
/// through its parabola; also radial, but not through the centre. Nothing where the state has no finite
/// motion.
/// @source universal variables after Battin, "An Introduction to the Mathematics and Methods of
/// Astrodynamics" (1999), 4.5 and 4.6.
std::optional<ConicState> propagate_conic(const ConicState& from, double gm_m3ps2, double dt_s);

/// Classical elements of any conic. Where an angle has no meaning it is 0 and the next one takes its place:
/// equatorial orbits, direct or retrograde, have their node on +x; circular ones their periapsis at the node.
struct Elements {
  double semi_latus_rectum_m = 0.0;
  double eccentricity = 0.0;
  double inclination_rad = 0.0;         ///< 0 … π
  double node_rad = 0.0;                ///< of the ascending node, 0 … 2π
  double periapsis_argument_rad = 0.0;  ///< 0 … 2π
  double true_anomaly_rad = 0.0;        ///< −π … π
};

/// Eccentricities, and angles between the orbit and the equator, below 1e-12 are set to zero.
/// @throws ContractError for radial motion, which has no such elements.
Elements elements_of(const ConicState& state, double gm_m3ps2);
/// @throws ContractError where a hyperbola does not reach the true anomaly.
ConicState state_of(const Elements& elements, double gm_m3ps2);

double periapsis_m(const Elements& elements);
/// Infinite for open conics.
double apoapsis_m(const Elements& elements);
/// Negative for hyperbolas, infinite for parabolas.
double semi_major_axis_m(const Elements& elements);
/// Infinite for open conics.
double period_s(const Elements& elements, double gm_m3ps2);

/// Ellipse: in the revolution of the true anomaly. Hyperbola: e sinh H − H. Parabola: tan(ν/2)/2 +
/// tan³(ν/2)/6. Ill-conditioned for eccentricities within 1e-6 of 1: propagate instead.
double mean_anomaly_rad(double true_anomaly_rad, double eccentricity);
/// The inverse, with the same conventions.
double true_anomaly_rad(double mean_anomaly_rad, double eccentricity);
/// Change of the mean anomaly in a second.
double mean_motion_radps(const Elements& elements, double gm_m3ps2);
/// Negative before the periapsis.
double time_since_periapsis_s(const Elements& elements, double gm_m3ps2);

enum class Asymptote : std::uint8_t { incoming, outgoing };
/// Velocity far away on a hyperbola; nothing for bound, parabolic and radial motion.
std::optional<Eigen::Vector3d> hyperbolic_excess_mps(const ConicState& state, double gm_m3ps2,
                                                     Asymptote asymptote);

}  // namespace lunafab::orbit
