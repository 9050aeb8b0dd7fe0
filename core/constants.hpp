#pragma once

namespace lunafab::constants {

inline constexpr double moon_radius_m = 1737.4e3;        // IAU/WGCCRE 2015, mean radius
inline constexpr double moon_gm_m3_per_s2 = 4902.800e9;  // GRAIL, rounded: LP/GRAIL solutions agree to 1e-6
inline constexpr double moon_spin_radps =
    13.17635815 * 0.017453292519943295 / 86400.0;  // IAU/WGCCRE 2009, sidereal; Archinal et al. 2011, table 2
inline constexpr double astronomical_unit_m = 149597870700.0;            // IAU 2012 Resolution B2, exact
inline constexpr double light_speed_mps = 299792458.0;                   // SI, exact
inline constexpr double standard_gravity_mps2 = 9.80665;                 // CGPM 1901, exact
inline constexpr double solar_constant_W_per_m2 = 1361.0;                // IAU 2015 Resolution B3, at 1 au
inline constexpr double vacuum_permeability_H_per_m = 1.25663706212e-6;  // CODATA 2018
inline constexpr double stefan_boltzmann_W_per_m2K4 = 5.670374419e-8;  // CODATA 2018, exact in the SI of 2019

}  // namespace lunafab::constants
