#pragma once
#include <Eigen/Core>
#include "core/tick.hpp"

// Frames: I is the GCRF orientation (geocentric or Moon-centred, axes never follow the moving lunar pole); M
// is the Moon's mean-Earth frame, fixed in the body. E is the Earth, P the Moon's centre, S the Sun.
namespace lunafab::orbit {

/// Geocentric positions and lunar orientation hold from 1900 to 2100, where ERFA's series for the Earth do.
/// TT stands for TDB: they differ by < 2 ms, 2 m of the Moon's path and 50 m of the Sun's.
inline constexpr double ephemeris_half_span_days = 36525.0;

/// The Moon's centre from the Earth's, geometric (no light time). Against DE405: 5.6 km rms.
/// @throws ContractError outside the ephemeris span. @source ERFA eraMoon98 (Meeus 1998, after ELP 2000-82).
Eigen::Vector3d r_PE_I_m(Epoch epoch);

/// The Sun from the Earth's centre, geometric. Against DE405: 4.7 km rms.
/// @throws ContractError outside the ephemeris span. @source ERFA eraEpv00 (a shortened VSOP2000).
Eigen::Vector3d r_SE_I_m(Epoch epoch);

/// Turns vectors of I into the Moon's mean-Earth frame M: v_M = R_MI v_I. The series is good to ~150 m on the
/// surface.
/// @throws ContractError outside the ephemeris span.
/// @source Archinal et al., "Report of the IAU/WGCCRE: 2009", Celest. Mech. Dyn. Astr. 109:101 (2011),
/// table 2.
Eigen::Matrix3d R_MI(Epoch epoch);

}  // namespace lunafab::orbit
