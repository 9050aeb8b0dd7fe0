#pragma once
#include "orbit/dynamics.hpp"

namespace lunafab::orbit::earth {

inline constexpr double gm_m3ps2 = BodyGm{}.earth;
inline constexpr double equatorial_radius_m =
    6378137.0;                                       // WGS 84; altitudes count from here, also at the poles
inline constexpr double j2 = 1.08262668e-3;          // EGM96
inline constexpr double moon_distance_m = 384400e3;  // mean, IAU

}  // namespace lunafab::orbit::earth
