#pragma once
#include <memory>
#include <optional>
#include "orbit/frames.hpp"
#include "orbit/gravity.hpp"
#include "orbit/sky.hpp"

namespace lunafab::orbit {

/// GM in m³/s². @source DE405 (TDB-compatible), Standish 1998.
struct BodyGm {
  double earth = 3.986004328969392e14;
  double sun = 1.3271244001798696e20;
  double moon = 4.902800582147764e12;  ///< where the Moon is a point; else the field's
};

/// Cannonball solar pressure.
struct Cannonball {
  double area_m2 = 0.0;
  double mass_kg = 1.0;
  double reflectivity = 1.3;  ///< C_R
};

enum class FieldAxes : std::uint8_t { principal, mean_earth };

/// What acts on a satellite. Everything it points to outlives it.
struct Dynamics {
  const Ephemeris* sky = nullptr;
  const GravityField* field = &built_in_field();
  int degree = 8;                         ///< of the lunar field used; 0: a point of the field's GM
  FieldAxes axes = FieldAxes::principal;  ///< of the field
  double taper = 1e-13;  ///< degrees whose share of the point-mass pull is below this are left out; 0: none
  bool earth = true,
       sun = true;       ///< as third bodies of a lunar orbit (the Moon and the Sun of a terrestrial one)
  bool earth_j2 = true;  ///< near the Earth: while the Earth is the centre
  BodyGm gm{};
  std::optional<Cannonball> pressure{};  ///< with umbra and penumbra of Moon and Earth
};

}  // namespace lunafab::orbit
