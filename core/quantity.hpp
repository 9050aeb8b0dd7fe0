#pragma once
#include <string>
#include <vector>

namespace lunafab {

/// A physical dimension, named by its SI unit (`si_unit`, in UDUNITS-2 spelling; "1" for pure numbers).
struct Unit {
  const char* si_unit;
  const char* what;     ///< "a power"
  const char* example;  ///< "40 kW"
};

namespace unit {
inline constexpr Unit number{"1", "a number", "0.2"};
inline constexpr Unit time{"s", "a time", "3.2 h"};
inline constexpr Unit length{"m", "a length", "2 km"};
inline constexpr Unit area{"m2", "an area", "400 m2"};
inline constexpr Unit mass{"kg", "a mass", "1.3 t"};
inline constexpr Unit speed{"m s-1", "a speed", "2.5 km/s"};
inline constexpr Unit acceleration{"m s-2", "an acceleration", "30 g0"};
inline constexpr Unit power{"W", "a power", "40 kW"};
inline constexpr Unit energy{"J", "an energy", "3.4 MWh"};
inline constexpr Unit angle{"rad", "an angle", "86 deg"};
inline constexpr Unit rate{"s-1", "a rate", "0.05 yr-1"};
inline constexpr Unit specific_energy{"J kg-1", "an energy per mass", "14 kWh/kg"};
inline constexpr Unit haul_energy{"J kg-1 m-1", "an energy per mass and distance", "100 Wh/t/km"};
inline constexpr Unit specific_orbital_energy{"m2 s-2", "a squared speed", "0.5 km2/s2"};
inline constexpr Unit all[] = {number,       time,
                               length,       area,
                               mass,         speed,
                               acceleration, power,
                               energy,       angle,
                               rate,         specific_energy,
                               haul_energy,  specific_orbital_energy};
}  // namespace unit

/// Either a value in the SI unit asked for, or why there is none.
struct ParsedQuantity {
  double value = 0.0;
  std::string problem;  ///< empty when the text was understood
  std::string nearest;  ///< a unit the writer may have meant
};

/// Reads `3.2 h`, `1361 W/m2`, `25 %`: a finite decimal number, a space, a unit UDUNITS-2 knows or one of
/// ours (Wh with prefixes, deg, g0, USD). A unit is required unless the dimension is a pure number. Angles
/// are a dimension of their own. Refused: `kt` (UDUNITS reads knots), `ton` (short tons), scales with an
/// offset (degC), logarithmic units, dates.
/// @throws std::runtime_error where the UDUNITS database is not installed.
ParsedQuantity parse_quantity(const std::string& text, const Unit& expected);

/// Units that suggestions draw on and `lunafab schema` prints; far from all that UDUNITS-2 knows.
const std::vector<std::string>& common_units();

}  // namespace lunafab
