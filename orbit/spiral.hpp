#pragma once
#include <Eigen/Core>
#include <cstdint>
#include <optional>
#include "orbit/frames.hpp"
#include "orbit/integrator.hpp"
#include "orbit/sky.hpp"

namespace lunafab::orbit {

/// An electric engine at constant power.
struct ElectricPropulsion {
  double power_W = 100e3;
  double efficiency = 0.6;  ///< of the jet; assumption: Hall engines of today reach 0.5 to 0.65
  double specific_impulse_s = 2500.0;
};
double thrust_N(const ElectricPropulsion& engine);

/// The budget between circular orbits, thrust always on and small beside gravity.
struct EdelbaumBudget {
  double delta_v_mps = 0.0;
  double first_yaw_rad = 0.0;  ///< from the flight direction out of the plane: beyond 90° the orbit shrinks
};
/// @throws ContractError unless radii are positive and the plane turns by 0 … 2 rad.
/// @source Edelbaum, "Propulsion requirements for controllable satellites", ARS J. 31 (1961); Kluever in
/// Conway (ed.), "Spacecraft Trajectory Optimization" (2010), 5.3.
EdelbaumBudget edelbaum(double from_radius_m, double to_radius_m, double turn_rad);

/// How far J2 turns the node of a spiral between circles in one plane, at constant acceleration for `span_s`:
/// 1 % of the flown one where thrust is below 1 % of gravity.
/// @throws ContractError unless radii and span are positive.
double spiral_node_drift_rad(double from_radius_m, double to_radius_m, double inclination_rad, double span_s);

enum class Steering : std::uint8_t {
  /// Along the flight and out of the plane, by a yaw that grows with the Δv spent and changes sign at the
  /// antinodes. Does not damp eccentricity: thrust beyond about 1 % of gravity leaves the circle.
  edelbaum,
  /// The same yaw from what is left to do, and in the plane against eccentricity, with less thrust where that
  /// opposes the flight direction: ellipses up to lunar distance, thrust up to half of gravity, shadows.
  damped
};
enum class EarthPull : std::uint8_t { point, oblate };  ///< oblate: J2

struct SpiralTarget {
  double radius_m = 0.0;
  double inclination_rad = 0.0;
};
struct SpiralOptions {
  Steering steering = Steering::damped;
  EarthPull pull = EarthPull::oblate;
  /// Where given, the engine rests in the Earth's umbra (a cylinder); it must cover the flight from `start`.
  const Ephemeris* sun = nullptr;
  Epoch start{};
  double most_days = 1000.0;
  double lowest_perigee_m = 6478137.0;  ///< below 100 km the flight is lost
  Precision precision{.tolerance = 1e-9, .most_steps = 2'000'000};
};

enum class SpiralOutcome : std::uint8_t { reached, too_slow, fallen, escaped, not_converged };
struct SpiralEnd {
  SpiralOutcome outcome = SpiralOutcome::not_converged;
  GeocentricState state;
  double mass_kg = 0.0;
  double delta_v_mps = 0.0;
  double days = 0.0, full_thrust_days = 0.0, revolutions = 0.0;
  double perigee_m = 0.0, apogee_m = 0.0, inclination_rad = 0.0;
  double node_rad = 0.0;
  std::int64_t steps = 0;
};

/// Integrates the osculating orbit under thrust with its loss of mass until the semi-major axis is the
/// target's; what is left of eccentricity and inclination stands in the result. Moon, Sun and drag are left
/// out. 0.1 to 0.3 ms a revolution.
/// @throws ContractError unless it begins on an ellipse, with a mass and an engine.
SpiralEnd fly_spiral(const GeocentricState& from, double mass_kg, const SpiralTarget& target,
                     const ElectricPropulsion& engine, const SpiralOptions& options);

}  // namespace lunafab::orbit
