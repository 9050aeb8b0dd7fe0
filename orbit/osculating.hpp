#pragma once
#include <Eigen/Core>

namespace lunafab::orbit {

/// Two-body elements of a state. Angles in 0 … 2π; where the orbit is circular or lies in the xy-plane, the
/// angle without meaning is 0.
struct OsculatingElements {
  double semi_major_axis_m = 0.0;  ///< negative for a hyperbola
  double eccentricity = 0.0;
  double inclination_rad = 0.0;
  double node_rad = 0.0;        ///< right ascension of the ascending node
  double pericentre_rad = 0.0;  ///< argument
  double true_anomaly_rad = 0.0;
};
/// @source Vallado, Fundamentals of Astrodynamics and Applications, algorithm 9 (RV2COE).
OsculatingElements osculating_elements(const Eigen::Vector3d& r_m, const Eigen::Vector3d& v_mps,
                                       double gm_m3ps2);
/// Of an ellipse.
double mean_anomaly_rad(const OsculatingElements& elements);

}  // namespace lunafab::orbit
