#include "orbit/earth_arrival.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/arrival_account.hpp"
#include "orbit/earth.hpp"
#include "orbit/mean_orbit.hpp"

namespace lunafab::orbit {
namespace {

constexpr double seconds_a_day = 86400.0;

}  // namespace

double propellant_from_initial_kg(double initial_kg, double delta_v_mps, double specific_impulse_s) {
  return -initial_kg * std::expm1(-delta_v_mps / (constants::standard_gravity_mps2 * specific_impulse_s));
}

double propellant_from_final_kg(double final_kg, double delta_v_mps, double specific_impulse_s) {
  return final_kg * std::expm1(delta_v_mps / (constants::standard_gravity_mps2 * specific_impulse_s));
}

double apsidal_speed_mps(double radius_m, double other_apsis_m) {
  expects(radius_m > 0.0 && other_apsis_m > 0.0, "apsides must be positive");
  return std::sqrt(2.0 * earth::gm_m3ps2 * other_apsis_m / (radius_m * (radius_m + other_apsis_m)));
}

double ellipse_period_s(double perigee_m, double apogee_m) {
  const double a = 0.5 * (perigee_m + apogee_m);
  return 2.0 * std::numbers::pi * std::sqrt(a * a * a / earth::gm_m3ps2);
}

double node_rate_radps(double perigee_m, double apogee_m, double inclination_rad) {
  const MeanElements ellipse{.a_m = 0.5 * (perigee_m + apogee_m),
                             .e = (apogee_m - perigee_m) / (apogee_m + perigee_m),
                             .inclination_rad = inclination_rad};
  return j2_rates(central_body(Body::earth), ellipse).node_radps;
}

ArrivalAccount::ArrivalAccount(ArrivalMethod method, const EarthArrival& arrival, const WorkingOrbit& target,
                               const ArrivingCraft& craft)
    : craft_(craft),
      target_inclination_rad_(target.inclination_rad),
      mass_kg_(craft.dry_mass_kg + craft.propellant_kg) {
  expects(craft.dry_mass_kg > 0.0 && craft.propellant_kg >= 0.0 && std::isfinite(mass_kg_),
          "masses must be positive");
  expects(craft.specific_impulse_s > 0.0 && craft.life_days > 0.0 && craft.life_days <= 36525.0,
          "specific impulse and life (up to a century) must be positive");
  expects(arrival.perigee_altitude_m > 0.0 && target.altitude_m > 0.0, "altitudes must be positive");
  expects(arrival.apogee_radius_m > earth::equatorial_radius_m + target.altitude_m &&
              arrival.apogee_radius_m > earth::equatorial_radius_m + arrival.perigee_altitude_m &&
              std::isfinite(arrival.apogee_radius_m),
          "the arrival must be an ellipse that reaches beyond the working orbit");
  result_.method = method;
  result_.orbit.inclination_rad = arrival.inclination_rad;
}

void ArrivalAccount::burn(const char* name, double delta_v_mps, double specific_impulse_s) {
  const double used_kg = propellant_from_initial_kg(mass_kg_, delta_v_mps, specific_impulse_s);
  auto part = std::find_if(result_.parts.begin(), result_.parts.end(),
                           [&](const ArrivalPart& p) { return p.name == name; });
  if (part == result_.parts.end()) part = result_.parts.insert(part, {name, 0.0, 0.0});
  part->delta_v_mps += delta_v_mps, part->propellant_kg += used_kg;
  result_.delta_v_mps += delta_v_mps, result_.propellant_kg += used_kg;
  mass_kg_ -= used_kg;
}

void ArrivalAccount::burn_apsis(const char* name, double here_m, double other_before_m,
                                double other_after_m) {
  const double before = apsidal_speed_mps(here_m, other_before_m),
               after = apsidal_speed_mps(here_m, other_after_m);
  const double half_turn_rad = 0.5 * (target_inclination_rad_ - result_.orbit.inclination_rad);
  burn(name, std::hypot(after - before, 2.0 * std::sqrt(before * after) * std::sin(half_turn_rad)));
  result_.orbit.inclination_rad = target_inclination_rad_;
}

bool ArrivalAccount::is_empty() const {
  return result_.propellant_kg > craft_.propellant_kg;
}

void ArrivalAccount::wait(double time_s, double perigee_m, double apogee_m) {
  result_.days += time_s / seconds_a_day;
  result_.orbit.node_drift_rad +=
      time_s * node_rate_radps(perigee_m, apogee_m, result_.orbit.inclination_rad);
}

void ArrivalAccount::fly(double days, std::int64_t revolutions, double node_drift_rad,
                         double inclination_rad) {
  result_.days += days, result_.passes += revolutions;
  result_.orbit.node_drift_rad += node_drift_rad, result_.orbit.inclination_rad = inclination_rad;
}

ArrivalResult ArrivalAccount::end(double perigee_m, double apogee_m, std::optional<ArrivalLoss> failure) {
  result_.orbit.perigee_altitude_m = perigee_m - earth::equatorial_radius_m;
  result_.orbit.apogee_altitude_m = apogee_m - earth::equatorial_radius_m;
  result_.limits.push_back({"propellant", result_.propellant_kg, craft_.propellant_kg, "kg"});
  result_.limits.push_back({"time", result_.days, craft_.life_days, "d"});
  if (!failure && is_empty()) {
    failure = ArrivalLoss{ArrivalFailure::out_of_propellant,
                          fmt::format("{:.0f} kg of propellant are needed, {:.0f} kg are on board",
                                      result_.propellant_kg, craft_.propellant_kg)};
  }
  if (!failure && result_.days > craft_.life_days) {
    failure = ArrivalLoss{ArrivalFailure::too_slow, fmt::format("{:.0f} d are more than the life of {:.0f} d",
                                                                result_.days, craft_.life_days)};
  }
  result_.failure = std::move(failure);
  return result_;
}

ArrivalResult arrive_chemically(const EarthArrival& arrival, const WorkingOrbit& target,
                                const ArrivingCraft& craft, double capture_apogee_m) {
  ArrivalAccount account(ArrivalMethod::chemical, arrival, target, craft);
  const double perigee_m = earth::equatorial_radius_m + arrival.perigee_altitude_m,
               working_m = earth::equatorial_radius_m + target.altitude_m,
               apogee_m = std::min(capture_apogee_m, arrival.apogee_radius_m);
  expects(apogee_m >= working_m && apogee_m >= perigee_m,
          "the capture orbit must reach the working altitude");
  account.burn("capture", apsidal_speed_mps(perigee_m, arrival.apogee_radius_m) -
                              apsidal_speed_mps(perigee_m, apogee_m));
  account.wait(0.5 * ellipse_period_s(perigee_m, apogee_m), perigee_m, apogee_m);

  account.burn_apsis("perigee raise and plane", apogee_m, perigee_m, working_m);
  account.wait(0.5 * ellipse_period_s(working_m, apogee_m), working_m, apogee_m);
  account.burn("circularisation",
               apsidal_speed_mps(working_m, apogee_m) - apsidal_speed_mps(working_m, working_m));
  return account.end(working_m, working_m, {});
}

}  // namespace lunafab::orbit
