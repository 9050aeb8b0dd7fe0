#pragma once
#include "orbit/earth_arrival.hpp"
#include "orbit/spiral.hpp"

namespace lunafab::orbit {

enum class LowThrustFidelity : std::uint8_t {
  closed_form,  ///< Edelbaum's budget from the circle at the capture apogee's distance
  integrated    ///< the spiral from the ellipse after the capture burn
};

/// Low thrust after the capture burn at the perigee, which is the other engine's.
struct LowThrust {
  ElectricPropulsion engine{};
  double capture_apogee_m = 384400e3;
  LowThrustFidelity fidelity = LowThrustFidelity::closed_form;
  SpiralOptions flight{};  ///< integrated; `most_days` is cut to the satellite's life
};

/// Propellant and days at full thrust for a Δv that leaves `final_kg`.
struct ThrustBudget {
  double propellant_kg = 0.0, days = 0.0;
};
ThrustBudget thrust_budget(const ElectricPropulsion& engine, double final_kg, double delta_v_mps);

/// An integrated spiral ends with the target's semi-major axis; the eccentricity and inclination that are
/// left are taken out by a closed-form `trim`, always in sunlight.
ArrivalResult arrive_by_low_thrust(const EarthArrival& arrival, const WorkingOrbit& target,
                                   const ArrivingCraft& craft, const LowThrust& plan);

}  // namespace lunafab::orbit
