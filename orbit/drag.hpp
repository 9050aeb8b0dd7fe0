#pragma once
#include <cstdint>
#include <optional>
#include "orbit/shells.hpp"

// Air drag by layers of an exponential atmosphere that turns with the Earth: decay, make-up, lifetime, and
// what deorbiting costs. Mean densities hold within a factor of two at solar mean; day and night, latitude
// and storms are not in it.
namespace lunafab::orbit {

enum class SolarActivity : std::uint8_t { low, mean, high };

/// Input: what the air sees.
struct DragBody {
  double mass_kg = 1.0;
  double area_m2 = 0.0;  ///< mean cross-section along the path
  double coefficient = 2.2;
};

/// `earth_density_kgpm3` (solar mean), spread by activity above 150 km.
double air_density_kgpm3(double altitude_m, SolarActivity activity = SolarActivity::mean);

/// Density there times the factor by which the turning air changes drag. @source King-Hele, "Satellite orbits
/// in an atmosphere" (1987), F = (1 − r ω cos i / v)².
double drag_deceleration_mps2(const Shell& shell, const DragBody& craft, SolarActivity activity);
/// To stay in a circular orbit.
double make_up_mps_per_year(const Shell& shell, const DragBody& craft, SolarActivity activity);

/// Change of semi-major axis and eccentricity in one revolution, by quadrature over the eccentric anomaly.
struct OrbitChange {
  double a_m = 0.0, e = 0.0;
};
OrbitChange drag_change(double a_m, double e, double inclination_rad, const DragBody& craft,
                        SolarActivity activity);

/// Time until drag brings the periapsis below 120 km; none within `limit_s`, or about the Moon.
std::optional<double> drag_lifetime_s(double periapsis_altitude_m, double apoapsis_altitude_m,
                                      double inclination_rad, const DragBody& craft, SolarActivity activity,
                                      double limit_s);

/// Input: how satellites end.
struct DisposalRule {
  double years = 5.0;  ///< 5: FCC 22-74 (2022); 25: IADC guidelines, ISO 24113:2011
  SolarActivity activity = SolarActivity::mean;
  double target_altitude_m = 50e3;  ///< of the periapsis at controlled re-entry: assumption, usual practice
};
struct Disposal {
  std::optional<double> natural_years{};        ///< left alone; none: more than 1000, or about the Moon
  bool complies_alone = false;                  ///< with the rule, without a burn
  std::optional<double> lowered_periapsis_m{};  ///< altitude from which drag keeps the rule
  double lowering_mps = 0.0;                    ///< burn to there; 0 where it complies alone
  double controlled_mps = 0.0;                  ///< burn to the target altitude, or to the Moon's surface
};
Disposal plan_disposal(const Shell& shell, const DragBody& craft, const DisposalRule& rule);

/// Burn at radius r of a circle that lowers the opposite periapsis to `periapsis_m` (radius).
double lowering_burn_mps(double gm_m3ps2, double r_m, double periapsis_m);

}  // namespace lunafab::orbit
