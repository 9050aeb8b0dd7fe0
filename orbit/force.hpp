#pragma once
#include <Eigen/Core>
#include <cstdint>
#include "orbit/dynamics.hpp"
#include "orbit/propagate.hpp"
#include "orbit/taper.hpp"

namespace lunafab::orbit {

/// The Earth's pole as `earth_pole` gives it, to 2 mas, in microseconds: an arc costs little more than the
/// exact one. @source ERFA eraPnm00b (IAU 2000 precession, IAU 2000B nutation).
Eigen::Vector3d quick_earth_pole(Epoch at);
/// Pressure of sunlight on a cannonball times the square of the distance, m³/s²: acts like a negative GM.
double pressure_gm_m3ps2(const Cannonball& craft);

/// What pulls at a satellite, and how that changes with its place (zero unless asked for).
struct Pull {
  Eigen::Vector3d acceleration_mps2 = Eigen::Vector3d::Zero();
  Eigen::Matrix3d gradient_per_s2 = Eigen::Matrix3d::Zero();
};
enum class Detail : std::uint8_t { acceleration, gradient };

/// `Dynamics` prepared for an arc. Times are seconds since its beginning, places are seen from the centre in
/// GCRF axes. The gradient leaves out that the shadow's edge moves through the light.
class Force {
 public:
  Force(const Dynamics& dynamics, Epoch start);

  const Dynamics& dynamics() const { return dynamics_; }
  Epoch date(double t_s) const { return {start_.tt_days_since_j2000 + t_s / 86400.0}; }
  SkyState sky(double t_s) const { return dynamics_.sky->at(date(t_s)); }
  template <Detail detail>
  Pull pull(Body centre, double t_s, const Eigen::Vector3d& r_m) const;

 private:
  template <Detail detail>
  void add_sky(Pull& pull, Body centre, double t_s, const Eigen::Vector3d& r_m) const;
  template <Detail detail>
  void add_harmonics(Pull& pull, double t_s, const Eigen::Vector3d& from_moon_m) const;
  template <Detail detail>
  void add_earth_j2(Pull& pull, Body centre, const Eigen::Vector3d& from_earth_m,
                    const Eigen::Vector3d& moon_m) const;
  template <Detail detail>
  void add_pressure(Pull& pull, const Eigen::Vector3d& from_moon_m, const Eigen::Vector3d& from_earth_m,
                    const Eigen::Vector3d& from_sun_m) const;

  Dynamics dynamics_;
  Epoch start_;
  bool needs_sky_;
  double moon_gm_;
  DegreeTaper taper_;
  Eigen::Vector3d earth_pole_ = Eigen::Vector3d::UnitZ();
  Eigen::Matrix3d field_axes_ = Eigen::Matrix3d::Identity();  ///< from mean-Earth axes
};

}  // namespace lunafab::orbit
