#pragma once
#include <Eigen/Core>
#include <span>
#include <vector>
#include "core/lanes.hpp"
#include "orbit/propagate.hpp"

// Orbits whose node, periapsis and mean anomaly drift evenly by the body's oblateness (J2, first order,
// secular terms only). Against a numerical orbit with J2 the short-period terms are missing: up to about 10
// km in low Earth orbit, 1 km about the Moon. Drag, third bodies and the Moon's mascons are not in it.
namespace lunafab::orbit {

/// A body as secular theory sees it. Elements refer to its equator.
struct CentralBody {
  double gm_m3ps2;
  double surface_radius_m;    ///< altitudes count from here
  double reference_radius_m;  ///< of J2
  double j2;
  double spin_radps;
  double node_year_radps;  ///< how fast the Sun goes round in right ascension, mean
};
/// @source WGS 84 (GM, radius, spin); EGM96 (J2); the Moon's J2: −√5 C20 of GRAIL's GrazLGM300c.
const CentralBody& central_body(Body body);

/// Mean Keplerian elements at time 0.
struct MeanElements {
  double a_m = 0.0;
  double e = 0.0;  ///< 0 ≤ e < 1
  double inclination_rad = 0.0;
  double node_rad = 0.0;  ///< right ascension of the ascending node
  double periapsis_rad = 0.0;
  double mean_anomaly_rad = 0.0;
};

/// Secular rates, rad/s. @source Vallado, "Fundamentals of Astrodynamics and Applications", 4th ed., 9.6.
struct SecularRates {
  double node_radps = 0.0, periapsis_radps = 0.0, mean_anomaly_radps = 0.0;
};
SecularRates j2_rates(const CentralBody& body, const MeanElements& elements);
/// Without oblateness: what two-body theory says.
SecularRates kepler_rates(const CentralBody& body, const MeanElements& elements);

/// Elements after `time_s`, angles in [0, 2π).
MeanElements moved(const MeanElements& elements, const SecularRates& rates, double time_s);

struct PlainState {
  Eigen::Vector3d r_m = Eigen::Vector3d::Zero(), v_mps = Eigen::Vector3d::Zero();
};
/// The elements of a state, osculating. @throws ContractError unless the orbit is an ellipse with an angular
/// momentum. Circles have their periapsis at the node, equatorial orbits their node at the x axis.
MeanElements elements_of(const CentralBody& body, const PlainState& state);

/// An orbit, or eight, made ready for evaluation.
template <class T>
struct alignas(sizeof(T)) PreparedOrbit {  // vectors ask for more where the CPU has them wide
  T a_m, e, b_m;                           ///< semi-axes; b = a √(1 − e²)
  T cos_i, sin_i;
  T node_rad, node_radps, periapsis_rad, periapsis_radps, anomaly_rad, anomaly_radps;
};
/// @throws ContractError unless a > 0 and 0 ≤ e < 1, all finite.
PreparedOrbit<double> prepare(const MeanElements& elements, const SecularRates& rates);

/// Positions and velocities of many orbits: satellites are packed by eights.
class OrbitTable {
 public:
  OrbitTable() = default;
  explicit OrbitTable(std::span<const PreparedOrbit<double>> orbits);

  std::size_t size() const { return size_; }
  const std::vector<PreparedOrbit<Lanes>>& blocks() const { return blocks_; }

 private:
  std::size_t size_ = 0;
  std::vector<PreparedOrbit<Lanes>> blocks_;  ///< the last one is filled up with copies
};

/// Velocity is the exact derivative of position, drift of the plane included. About 10 ns an orbit and core
/// with eight-wide vectors. Bits do not depend on the neighbours.
PlainState state_at(const PreparedOrbit<double>& orbit, double time_s);
/// [size] states at one time.
std::vector<PlainState> states_at(const OrbitTable& table, double time_s);

/// Single-precision positions and velocities, one array a component, padded to a multiple of eight.
struct FloatStates {
  std::vector<float> x, y, z, vx, vy, vz;
};
/// Overwrites `states` with those at `time_s`; rounding 6e-8 of the size of a component.
void fill_states(const OrbitTable& table, double time_s, FloatStates& states);

}  // namespace lunafab::orbit
