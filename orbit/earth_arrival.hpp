#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// From the perigee of a nearly parabolic arrival at the Earth to a circular working orbit. Two-body ellipses
// between burns; the Moon and the Sun, which raise and lower perigees of such ellipses by tens of kilometres
// a revolution beyond 200,000 km, belong to the propagated arc before.
namespace lunafab::orbit {

/// The ellipse of arrival, at its perigee. Radii count from the Earth's centre, altitudes from its equatorial
/// radius.
struct EarthArrival {
  double perigee_altitude_m = 200e3;
  double apogee_radius_m = 1.3e9;
  double inclination_rad = 1.7067;  // 97.788°
  double node_rad = 0.0;
  double perigee_argument_rad = 0.0;
};
struct WorkingOrbit {
  double altitude_m = 600e3;
  double inclination_rad = 1.7067;  // Sun-synchronous at 600 km: 97.788°
};

/// What arrives.
struct ArrivingCraft {
  double dry_mass_kg = 3250.0;
  double propellant_kg = 0.0;         ///< on board at the perigee
  double specific_impulse_s = 300.0;  ///< of the burns; assumption: storable bipropellant
  double life_days = 3653.0;          ///< assumption: ten years
};

enum class ArrivalMethod : std::uint8_t { chemical, aerobraking, low_thrust };

/// One kind of burn and all of it.
struct ArrivalPart {
  std::string name;
  double delta_v_mps = 0.0;
  double propellant_kg = 0.0;
};
/// A value that must not exceed its limit.
struct ArrivalLimit {
  std::string name;
  double value = 0.0;
  double limit = 0.0;
  std::string unit;
  bool passes() const { return value <= limit; }
};
enum class ArrivalFailure : std::uint8_t { too_hot, too_slow, out_of_propellant, fallen, not_converged };
struct ArrivalLoss {
  ArrivalFailure kind = ArrivalFailure::not_converged;
  std::string reason;  ///< with its numbers
};

struct ArrivalOrbit {
  double perigee_altitude_m = 0.0, apogee_altitude_m = 0.0;
  double inclination_rad = 0.0;
  double node_drift_rad = 0.0;  ///< of the right ascension of the ascending node by J2, since the perigee
};

/// Where and how the satellite ends; after a failure: at that moment.
struct ArrivalResult {
  ArrivalMethod method = ArrivalMethod::chemical;
  std::vector<ArrivalPart> parts;
  double delta_v_mps = 0.0;
  double propellant_kg = 0.0;  ///< needed, also beyond what is on board
  double days = 0.0;           ///< from the perigee of arrival to the working orbit
  std::int64_t passes = 0;     ///< through the atmosphere; low thrust: revolutions
  std::vector<ArrivalLimit> limits;
  double heat_load_Jpm2 = 0.0;       ///< aerobraking: the largest of a pass
  double dynamic_pressure_Pa = 0.0;  ///< aerobraking: the largest
  ArrivalOrbit orbit;
  std::optional<ArrivalLoss> failure;
};

/// Propellant that takes `initial_kg` through a change of speed. @source Tsiolkovsky 1903.
double propellant_from_initial_kg(double initial_kg, double delta_v_mps, double specific_impulse_s);
/// The same for what is left afterwards.
double propellant_from_final_kg(double final_kg, double delta_v_mps, double specific_impulse_s);

/// Speed at `radius_m` on the ellipse through two apsides. @throws ContractError unless both are positive.
double apsidal_speed_mps(double radius_m, double other_apsis_m);

/// Burns: at the perigee down to an apogee of `capture_apogee_m` (none where the arrival's is lower), at that
/// apogee a raise of the perigee to the working altitude with the whole change of plane, there the circle.
ArrivalResult arrive_chemically(const EarthArrival& arrival, const WorkingOrbit& target,
                                const ArrivingCraft& craft, double capture_apogee_m);

}  // namespace lunafab::orbit
