#pragma once
#include "massdriver/design.hpp"

namespace lunafab::massdriver {

/// Pure aluminium, 250–350 K. The slope is that between 273 K (2.417e-8 Ω m) and 300 K (2.733e-8 Ω m), which
/// gives 2.2e-8 Ω m at 254.6 K.
/// @source CRC Handbook of Chemistry and Physics: resistivity of pure metals; density; specific heat at 298 K
inline constexpr Conductor aluminium{.resistivity_ohm_m = 2.650e-8,
                                     .reference_K = 293.0,
                                     .temperature_coefficient_per_K = 4.417e-3,
                                     .density_kg_per_m3 = 2700.0,
                                     .specific_heat_J_per_kgK = 897.0};

/// Pure copper, 250–350 K.
/// @source CRC Handbook of Chemistry and Physics, as above
inline constexpr Conductor copper{.resistivity_ohm_m = 1.678e-8,
                                  .reference_K = 293.0,
                                  .temperature_coefficient_per_K = 3.93e-3,
                                  .density_kg_per_m3 = 8960.0,
                                  .specific_heat_J_per_kgK = 385.0};

}  // namespace lunafab::massdriver
