#pragma once
#include "orbit/earth_arrival.hpp"

namespace lunafab::orbit {

/// Adds up burns and ends an arrival: shared by the methods.
class ArrivalAccount {
 public:
  /// @throws ContractError for impossible masses, orbits or lives.
  ArrivalAccount(ArrivalMethod method, const EarthArrival& arrival, const WorkingOrbit& target,
                 const ArrivingCraft& craft);

  /// A burn of the part `name`; its propellant leaves the satellite.
  void burn(const char* name, double delta_v_mps) { burn(name, delta_v_mps, craft_.specific_impulse_s); }
  void burn(const char* name, double delta_v_mps, double specific_impulse_s);
  double mass_kg() const { return mass_kg_; }
  /// Whether the propellant on board has been used up.
  bool is_empty() const;
  /// Lets time pass on an ellipse, with the drift of its node.
  void wait(double time_s, double perigee_m, double apogee_m);
  /// The same where the drift is known.
  void fly(double days, std::int64_t revolutions, double node_drift_rad, double inclination_rad);
  double days() const { return result_.days; }
  /// A burn at `here_m` that moves the other apsis and turns the plane to the target's inclination.
  void burn_apsis(const char* name, double here_m, double other_before_m, double other_after_m);
  void count_pass() { ++result_.passes; }
  std::int64_t passes() const { return result_.passes; }
  void limit(ArrivalLimit row) { result_.limits.push_back(std::move(row)); }

  /// The result on the ellipse that has been reached, with the limits of life and propellant.
  ArrivalResult end(double perigee_m, double apogee_m, std::optional<ArrivalLoss> failure);

 private:
  ArrivalResult result_;
  ArrivingCraft craft_;
  double target_inclination_rad_;
  double mass_kg_;
};

double ellipse_period_s(double perigee_m, double apogee_m);
/// Mean rate of the node by J2. @source Vallado, 4th ed., 9.6.
double node_rate_radps(double perigee_m, double apogee_m, double inclination_rad);

}  // namespace lunafab::orbit
