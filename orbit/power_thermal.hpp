#pragma once
#include <cstdint>
#include <vector>
#include "orbit/check.hpp"
#include "orbit/eclipse.hpp"

// Solar power, battery and radiator of a satellite at the worst of its orbit. Steady state: a radiator's heat
// capacity would help it through minutes, and is not counted.
namespace lunafab::orbit {

/// Whether compute goes on in the shadow.
enum class ShadowWork : std::uint8_t { on_battery, paused };

/// Input: array, battery and loads.
struct PowerSystem {
  double array_m2 = 0.0;
  double efficiency = 0.0;       ///< of the array at the start of life, packing and wiring included
  double pointing_cosine = 1.0;  ///< mean over the lit part of the orbit
  double fade_per_year = 0.025;  ///< docs/sources.md, pv_degradation
  double degraded_below = 0.8;   ///< share of its first power below which a satellite counts as degraded
  double compute_W = 0.0;
  double bus_W = 0.0;  ///< all else, lit or dark
  ShadowWork shadow_work = ShadowWork::on_battery;
  double battery_J = 0.0;           ///< at full charge
  double depth_of_discharge = 0.3;  ///< most; assumption: tens of thousands of cycles of lithium ion
  double charge_efficiency = 0.9;   ///< round trip; assumption
};

/// How a flat radiator stands to the body it orbits.
enum class RadiatorAttitude : std::uint8_t { edge_to_body, face_to_body };
/// Input: a flat radiator.
struct Radiator {
  double panel_m2 = 0.0;       ///< of one side
  int sides = 2;               ///< that radiate
  double emissivity = 0.9;     ///< infrared; also absorbs the body's infrared
  double absorptivity = 0.15;  ///< solar; assumption: white paint or silvered Teflon, aged
  double sun_cosine = 0.0;     ///< of the Sun's incidence on one side; 0: edge to the Sun
  RadiatorAttitude attitude = RadiatorAttitude::edge_to_body;
  double limit_K = 330.0;  ///< docs/sources.md: 330 to 342 K
};

/// Array output in full sunlight `years` after the start, `sun_m` away. Fades geometrically.
double array_power_W(const PowerSystem& power, double sun_m, double years);
/// What the battery must give in the dark, and what the array must then give in the light, so that each
/// revolution balances.
struct PowerNeed {
  double battery_J = 0.0, array_W = 0.0;
};
PowerNeed power_need(const PowerSystem& power, double dark_fraction, double period_s);

/// Share of the hemisphere that a sphere fills, seen from a plate at radius r: facing it, or edge-on.
/// @source Howell, catalogue of radiation configuration factors, B-1 (element to sphere).
double facing_view(double body_radius_m, double r_m);
double edge_view(double body_radius_m, double r_m);

/// Heat absorbed by all sides at the subsolar point, W: body's infrared and reflected light, and the Sun.
double absorbed_heat_W(const Radiator& radiator, const Shell& shell, double sun_m);
/// Temperature at which it rejects `heat_W` and what it absorbs.
double radiator_temperature_K(const Radiator& radiator, const Shell& shell, double heat_W, double sun_m);

/// Array (end of life, farthest Sun, longest shadow), battery and radiator (nearest Sun) against their
/// limits.
std::vector<Check> power_thermal_checks(const PowerSystem& power, const Radiator& radiator,
                                        const Shell& shell, const EclipseSummary& eclipses, double years);

}  // namespace lunafab::orbit
