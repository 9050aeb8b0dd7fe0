#pragma once
#include "orbit/earth_arrival.hpp"

namespace lunafab::orbit {

/// How a satellite brakes in the atmosphere. Area and drag coefficient are assumptions: 350 m² is what
/// carries 100 kW of cells at 21 % under 1361 W/m², held flat to the flow; 2.2 is the usual drag coefficient
/// in free molecular flow.
struct Aerobraking {
  double area_m2 = 350.0;
  double drag_coefficient = 2.2;
  /// Free-molecular heating ½ρv³ with full accommodation, per area that faces the flow. Satellites of this
  /// size are in free molecular flow above about 120 km; below, in transition, it is an upper bound.
  double heat_limit_Wpm2 = 10e3;
  /// The perigee is lowered at the apogee before a pass that would heat less than this share of the limit …
  double corridor_floor = 0.85;
  double corridor_aim = 0.92;          ///< … to this share, and raised to it before a pass …
  double corridor_ceiling = 0.97;      ///< … that would heat more than this share.
  double density_factor = 1.0;         ///< true density ÷ the density that the corridor is planned with
  double capture_apogee_m = 384400e3;  ///< where the burn at the arrival's perigee brings the apogee
};

/// One pass through the atmosphere, from and to ellipses.
struct DragPass {
  double perigee_m, apogee_m;  ///< afterwards; at a fall both are the radius where it was seen
  double peak_heat_Wpm2, heat_load_Jpm2, peak_pressure_Pa, drag_mps;
  double lowest_altitude_m;
  bool leaves;  ///< the atmosphere again
};
/// Integrates a pass in the plane, the air at rest.
/// `drag_area_m2`: area · drag coefficient · density factor; heat and pressure are those of the table's
/// density.
DragPass drag_pass(double perigee_m, double apogee_m, double mass_kg, double drag_area_m2);

/// Capture burn, walk-in at the first apogee with the whole change of plane, passes until the apogee is at
/// the working altitude, perigee raise and circle. The Earth is a sphere to the air: the bulge (21 km between
/// equator and pole) and the turning of the perigee are left to the control, whose Δv they increase.
ArrivalResult arrive_by_aerobraking(const EarthArrival& arrival, const WorkingOrbit& target,
                                    const ArrivingCraft& craft, const Aerobraking& braking);

}  // namespace lunafab::orbit
