#pragma once
#include <cstdint>
#include "orbit/shells.hpp"

// Ionising dose by orbit, and failures. An engineering table, not a radiation-belt model: within a factor of
// three to five of one, which a design must run (AP9/AE9). Not validated against such a model.
namespace lunafab::orbit {

/// Where no body shields or traps.
enum class OpenSpace : std::uint8_t { lunar_orbit, libration_point, heliocentric };

/// Dose behind 2.5 mm of aluminium at mean solar activity, Gy(Si)/yr.
struct DoseRate {
  double trapped_Gy_per_year = 0.0;  ///< belts
  double cosmic_Gy_per_year = 0.0;   ///< galactic cosmic rays
  double solar_Gy_per_year = 0.0;    ///< solar particle events, mean over a cycle
  /// Of all parts, Gy/yr.
  double total() const { return trapped_Gy_per_year + cosmic_Gy_per_year + solar_Gy_per_year; }
};
/// Circular Earth orbit, by altitude up to 36,000 km and inclination; logarithmic between the rows.
/// @throws ContractError beyond the table.
DoseRate earth_dose(double altitude_m, double inclination_rad);
DoseRate open_space_dose(OpenSpace place);
DoseRate shell_dose(const Shell& shell);

/// Behind `aluminium_m` of aluminium instead: each part falls exponentially with its own length.
DoseRate behind(const DoseRate& dose, double aluminium_m);

/// Input: what radiation does to a satellite, and what else fails.
struct Reliability {
  double base_failures_per_year = 0.068;  ///< docs/sources.md, gpu_failure_rate_orbit
  double aluminium_m = 2.5e-3;            ///< shielding of the weakest part
  double dose_limit_Gy = 150.0;  ///< median dose to failure: 15 krad(Si), satellite_bom TID_TPU (read)
  double dose_spread = 0.5;      ///< sd of its logarithm: assumption
};
/// Probability of being alive after `years`: exponential base hazard × lognormal wear-out with dose.
double survival(const Reliability& reliability, double dose_Gy_per_year, double years);
/// Failures per year of a satellite that is alive after `years`.
double hazard_per_year(const Reliability& reliability, double dose_Gy_per_year, double years);
/// Life at which the median part has reached its dose.
double dose_life_years(const Reliability& reliability, double dose_Gy_per_year);

}  // namespace lunafab::orbit
