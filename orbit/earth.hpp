#pragma once

// The Earth as its satellites see it. Integrated trajectories take its GM from the ephemeris (BodyGm).
namespace lunafab::orbit::earth {

inline constexpr double gm_m3ps2 = 3.986004418e14;  // WGS 84
inline constexpr double equatorial_radius_m =
    6378137.0;                                     // WGS 84; altitudes count from here, also at the poles
inline constexpr double spin_radps = 7.292115e-5;  // WGS 84
/// Unnormalised, and the radius that goes with it. @source EGM96 (Lemoine et al., NASA/TP-1998-206861),
/// C̄20 = −4.84165371736e-4.
inline constexpr double j2 = 1.08262668355e-3, j2_radius_m = 6378136.3;
inline constexpr double moon_distance_m = 384400e3;  // mean, IAU

}  // namespace lunafab::orbit::earth
