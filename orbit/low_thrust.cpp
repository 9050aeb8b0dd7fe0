#include "orbit/low_thrust.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/arrival_account.hpp"
#include "orbit/conic.hpp"
#include "orbit/earth.hpp"

namespace lunafab::orbit {
namespace {

constexpr double seconds_a_day = 86400.0;
double days_for(const ElectricPropulsion& engine, double propellant_kg) {
  const double exhaust_mps = constants::standard_gravity_mps2 * engine.specific_impulse_s;
  return propellant_kg * exhaust_mps / thrust_N(engine) / seconds_a_day;
}

std::optional<ArrivalLoss> loss_of(const SpiralEnd& end) {
  const auto loss = [&end](ArrivalFailure kind, const char* what) {
    return ArrivalLoss{kind, fmt::format("the spiral {} after {:.1f} d, perigee {:.0f} km, apogee {:.0f} km",
                                         what, end.days, (end.perigee_m - earth::equatorial_radius_m) * 1e-3,
                                         (end.apogee_m - earth::equatorial_radius_m) * 1e-3)};
  };
  switch (end.outcome) {
    case SpiralOutcome::reached:
      return {};
    case SpiralOutcome::too_slow:
      return loss(ArrivalFailure::too_slow, "is not done");
    case SpiralOutcome::fallen:
      return loss(ArrivalFailure::fallen, "falls into the atmosphere");
    case SpiralOutcome::escaped:
      return loss(ArrivalFailure::not_converged, "leaves the Earth");
    case SpiralOutcome::not_converged:
      break;
  }
  return loss(ArrivalFailure::not_converged, "cannot be integrated further");
}

ArrivalResult spend_budget(ArrivalAccount& account, const EarthArrival& arrival, const WorkingOrbit& target,
                           const LowThrust& plan, double apogee_m) {
  const double working_m = earth::equatorial_radius_m + target.altitude_m;
  const double turn_rad = std::abs(target.inclination_rad - arrival.inclination_rad);
  const double delta_v_mps = edelbaum(apogee_m, working_m, turn_rad).delta_v_mps;
  const double used_kg =
      propellant_from_initial_kg(account.mass_kg(), delta_v_mps, plan.engine.specific_impulse_s);
  account.burn("spiral", delta_v_mps, plan.engine.specific_impulse_s);
  const double days = days_for(plan.engine, used_kg);
  const double drift_rad =
      days > 0.0 ? spiral_node_drift_rad(apogee_m, working_m, target.inclination_rad, days * seconds_a_day)
                 : 0.0;
  account.fly(days, 0, drift_rad, target.inclination_rad);
  return account.end(working_m, working_m, {});
}

/// What low thrust needs to take out the eccentricity and inclination that the spiral left: the plane by a
/// yaw of 90° that changes sign at the antinodes, the shape by thrust held perpendicular to the line of
/// apsides.
/// @source Edelbaum 1961; Burt, "On space manoeuvres with continuous thrust", Planet. Space Sci. 15 (1967).
void trim(ArrivalAccount& account, const ElectricPropulsion& engine, const SpiralEnd& end,
          double inclination_rad) {
  const double e = (end.apogee_m - end.perigee_m) / (end.apogee_m + end.perigee_m);
  const double speed_mps = std::sqrt(2.0 * earth::gm_m3ps2 / (end.apogee_m + end.perigee_m));
  const double shape_mps = 2.0 / 3.0 * speed_mps * std::asin(e);
  const double plane_mps =
      0.5 * std::numbers::pi * speed_mps * std::abs(end.inclination_rad - inclination_rad);
  const double before_kg = account.mass_kg();
  account.burn("trim", shape_mps + plane_mps, engine.specific_impulse_s);
  account.fly(days_for(engine, before_kg - account.mass_kg()), 0, 0.0, inclination_rad);
}

ArrivalResult fly_ellipse(ArrivalAccount& account, const EarthArrival& arrival, const WorkingOrbit& target,
                          const LowThrust& plan, double apogee_m, double most_days) {
  const double perigee_m = earth::equatorial_radius_m + arrival.perigee_altitude_m,
               working_m = earth::equatorial_radius_m + target.altitude_m;
  const ConicState at_perigee =
      state_of({.semi_latus_rectum_m = 2.0 * perigee_m * apogee_m / (perigee_m + apogee_m),
                .eccentricity = (apogee_m - perigee_m) / (apogee_m + perigee_m),
                .inclination_rad = arrival.inclination_rad,
                .node_rad = arrival.node_rad,
                .periapsis_argument_rad = arrival.perigee_argument_rad},
               earth::gm_m3ps2);
  SpiralOptions flight = plan.flight;
  flight.most_days = std::min(flight.most_days, most_days);
  const SpiralEnd end = fly_spiral({at_perigee.r_m, at_perigee.v_mps}, account.mass_kg(),
                                   {working_m, target.inclination_rad}, plan.engine, flight);
  account.burn("spiral", end.delta_v_mps, plan.engine.specific_impulse_s);
  account.fly(end.days, static_cast<std::int64_t>(end.revolutions),
              std::remainder(end.node_rad - arrival.node_rad, 2.0 * std::numbers::pi), end.inclination_rad);
  if (end.outcome == SpiralOutcome::reached) {
    trim(account, plan.engine, end, target.inclination_rad);
    return account.end(working_m, working_m, {});
  }
  return account.end(end.perigee_m, end.apogee_m, loss_of(end));
}

}  // namespace

ThrustBudget thrust_budget(const ElectricPropulsion& engine, double final_kg, double delta_v_mps) {
  const double propellant_kg = propellant_from_final_kg(final_kg, delta_v_mps, engine.specific_impulse_s);
  return {propellant_kg, days_for(engine, propellant_kg)};
}

ArrivalResult arrive_by_low_thrust(const EarthArrival& arrival, const WorkingOrbit& target,
                                   const ArrivingCraft& craft, const LowThrust& plan) {
  ArrivalAccount account(ArrivalMethod::low_thrust, arrival, target, craft);
  const double perigee_m = earth::equatorial_radius_m + arrival.perigee_altitude_m,
               apogee_m = std::min(plan.capture_apogee_m, arrival.apogee_radius_m);
  expects(apogee_m > earth::equatorial_radius_m + target.altitude_m && apogee_m >= perigee_m,
          "the capture orbit must reach the working altitude");
  account.burn("capture", apsidal_speed_mps(perigee_m, arrival.apogee_radius_m) -
                              apsidal_speed_mps(perigee_m, apogee_m));
  if (plan.fidelity == LowThrustFidelity::closed_form)
    return spend_budget(account, arrival, target, plan, apogee_m);
  return fly_ellipse(account, arrival, target, plan, apogee_m, craft.life_days);
}

}  // namespace lunafab::orbit
