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
inline constexpr Unit temperature{"K", "a temperature", "293 K"};
inline constexpr Unit current{"A", "an electric current", "1.2 MA"};
inline constexpr Unit voltage{"V", "a voltage", "12 kV"};
inline constexpr Unit resistance{"ohm", "a resistance", "30 uohm"};
inline constexpr Unit inductance{"H", "an inductance", "6 uH"};
inline constexpr Unit capacitance{"F", "a capacitance", "8 mF"};
inline constexpr Unit flux_density{"T", "a magnetic flux density", "0.6 T"};
inline constexpr Unit current_density{"A m-2", "a current density", "200 A/mm2"};
inline constexpr Unit resistivity{"ohm m", "a resistivity", "2.65e-8 ohm m"};
inline constexpr Unit force{"N", "a force", "180 N"};
inline constexpr Unit pressure{"Pa", "a pressure", "60 MPa"};
inline constexpr Unit volume{"m3", "a volume", "2 m3"};
inline constexpr Unit density{"kg m-3", "a density", "2700 kg/m3"};
inline constexpr Unit mass_flow{"kg s-1", "a mass flow", "3 t/h"};
inline constexpr Unit force_per_speed{"N s m-1", "a force per speed", "0.1 N s/m"};
inline constexpr Unit stiffness{"N m-1", "a stiffness", "5 MN/m"};
inline constexpr Unit moment_of_inertia{"kg m2", "a moment of inertia", "4000 kg m2"};
inline constexpr Unit jerk{"m s-3", "a jerk", "1e6 m/s3"};
inline constexpr Unit specific_heat{"J kg-1 K-1", "a specific heat", "897 J/kg/K"};
inline constexpr Unit volumetric_heat{"J m-3 K-1", "a heat capacity per volume", "50 kJ/m3/K"};
inline constexpr Unit per_kelvin{"K-1", "a temperature coefficient", "0.0039 1/K"};
inline constexpr Unit irradiance{"W m-2", "a power per area", "1361 W/m2"};
inline constexpr Unit angular_rate{"rad s-1", "an angular rate", "3 deg/s"};
inline constexpr Unit money{"USD", "an amount of money", "3 MUSD"};
inline constexpr Unit price_per_mass{"USD kg-1", "a price per mass", "200 USD/kg"};
inline constexpr Unit price_per_energy{"USD J-1", "a price per energy", "20 USD/kJ"};
inline constexpr Unit price_per_power{"USD W-1", "a price per power", "50 USD/W"};
inline constexpr Unit price_per_length{"USD m-1", "a price per length", "4 kUSD/m"};
/// Where two share a dimension, messages use the first.
inline constexpr Unit all[] = {number,
                               time,
                               length,
                               area,
                               mass,
                               speed,
                               acceleration,
                               power,
                               energy,
                               angle,
                               rate,
                               specific_energy,
                               haul_energy,
                               specific_orbital_energy,
                               temperature,
                               current,
                               voltage,
                               resistance,
                               inductance,
                               capacitance,
                               flux_density,
                               current_density,
                               resistivity,
                               force,
                               pressure,
                               volume,
                               density,
                               mass_flow,
                               force_per_speed,
                               stiffness,
                               moment_of_inertia,
                               jerk,
                               specific_heat,
                               volumetric_heat,
                               per_kelvin,
                               irradiance,
                               angular_rate,
                               money,
                               price_per_mass,
                               price_per_energy,
                               price_per_power,
                               price_per_length};
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
