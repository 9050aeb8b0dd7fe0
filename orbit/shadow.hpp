#pragma once
#include <Eigen/Core>

namespace lunafab::orbit {

inline constexpr double sun_radius_m = 695.7e6;     ///< IAU 2015 Resolution B3, nominal
inline constexpr double earth_radius_m = 6371.0e3;  ///< mean sphere, IUGG 1980 (R1)

/// Angle by which the limbs of the Sun and of a sphere stand apart, seen from a craft: negative where the
/// Sun's disc is touched. Inside the sphere the sphere fills half the sky.
double limb_gap_rad(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m);

/// The same for the edge of the umbra (or, where the sphere looks smaller than the Sun, of the place where
/// all of it stands before the Sun): negative within.
double umbra_gap_rad(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m);

/// Share of the Sun's disc that a sphere leaves free: conical umbra and penumbra, the two discs overlapped as
/// plane circles of their angular radii. Vectors from the craft. @source Montenbruck and Gill, "Satellite
/// Orbits" (2000), 3.4.2.
double lit_fraction(const Eigen::Vector3d& r_sun_m, const Eigen::Vector3d& r_body_m, double body_radius_m);

}  // namespace lunafab::orbit
