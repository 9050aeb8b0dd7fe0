#pragma once

namespace lunafab::orbit {

/// Density of the Earth's atmosphere [kg/m³] at an altitude of 0 m or more: exponential between table nodes,
/// without day, season, latitude or solar activity. Between 100 and 200 km the true density swings by a
/// factor of about 2 [assumption: no model was run against it].
/// @throws ContractError below 0 m.
/// @source Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed. (2013), table 8-4: US Standard
/// Atmosphere 1976 at 0 km, CIRA-72 from 25 to 500 km, CIRA-72 with an exospheric temperature of 1000 K
/// above.
double earth_density_kgpm3(double altitude_m);

}  // namespace lunafab::orbit
