#pragma once
#include <cstdint>
#include <optional>
#include "orbit/frames.hpp"
#include "orbit/gravity.hpp"
#include "orbit/sky.hpp"

namespace lunafab::orbit {

/// GM in m³/s². @source DE405 (TDB-compatible), Standish 1998.
struct BodyGm {
  double earth = 3.986004328969392e14;
  double sun = 1.3271244001798696e20;
  double moon = 4.902800582147764e12;  ///< where there is no field
};

/// Cannonball solar pressure.
struct Cannonball {
  double area_m2 = 0.0;
  double mass_kg = 1.0;
  double reflectivity = 1.3;  ///< C_R
};

enum class FieldAxes : std::uint8_t { principal, mean_earth };

/// What acts on a satellite: the same forces whatever the centre. Everything it points to outlives it.
struct Dynamics {
  const Ephemeris* sky = nullptr;                 ///< may be absent from two-body problems
  const GravityField* field = &built_in_field();  ///< of the Moon; absent: a point of `gm.moon`
  int degree = 8;                                 ///< used; 0: a point of the field's GM
  FieldAxes axes = FieldAxes::principal;          ///< of the field
  double taper =
      1e-12;          ///< degrees whose share of the point-mass pull cannot reach this are left out; 0: none
  bool earth = true;  ///< third body of a lunar orbit (the Moon that of a terrestrial one)
  bool sun = true;    ///< third body
  bool earth_j2 = true;  ///< where the Earth acts; about its true pole at the beginning of the arc
  BodyGm gm{};
  std::optional<Cannonball> pressure{};  ///< with umbra and penumbra of Moon and Earth
};

/// The Moon's GM in these dynamics.
inline double moon_gm_m3ps2(const Dynamics& dynamics) {
  return dynamics.field ? dynamics.field->gm_m3ps2 : dynamics.gm.moon;
}
/// Whether the field beyond a point is used.
inline bool uses_harmonics(const Dynamics& dynamics) {
  return dynamics.field && dynamics.degree > 0;
}
/// @throws ContractError for a degree the field does not have, a negative taper, a craft without mass, or
/// forces that need an ephemeris where there is none.
void check(const Dynamics& dynamics);

}  // namespace lunafab::orbit
