#include "orbit/frames.hpp"
#include <erfa.h>
#include <erfam.h>
#include <Eigen/Geometry>
#include <cmath>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/sky.hpp"

namespace lunafab::orbit {
namespace {

/// East, north, up at a site as columns, in mean-Earth axes.
Eigen::Matrix3d R_mean_earth_horizon(const LunarSite& site) {
  const double cos_lat = std::cos(site.latitude_rad), sin_lat = std::sin(site.latitude_rad);
  const double cos_lon = std::cos(site.longitude_rad), sin_lon = std::sin(site.longitude_rad);
  Eigen::Matrix3d R;
  R.col(0) = Eigen::Vector3d{-sin_lon, cos_lon, 0.0};
  R.col(1) = Eigen::Vector3d{-sin_lat * cos_lon, -sin_lat * sin_lon, cos_lat};
  R.col(2) = Eigen::Vector3d{cos_lat * cos_lon, cos_lat * sin_lon, sin_lat};
  return R;
}

}  // namespace

GeocentricState to_geocentric(const LunarState& state, const Ephemeris& sky, Epoch at) {
  const SkyState bodies = sky.at(at);
  return {state.r_m + bodies.moon_m, state.v_mps + bodies.moon_mps};
}

LunarState to_lunar(const GeocentricState& state, const Ephemeris& sky, Epoch at) {
  const SkyState bodies = sky.at(at);
  return {state.r_m - bodies.moon_m, state.v_mps - bodies.moon_mps};
}

MeanEarthState to_mean_earth(const LunarState& state, const Ephemeris& sky, Epoch at) {
  const Eigen::Matrix3d R = sky.R_mean_earth(at);
  return {R * state.r_m, R * (state.v_mps - sky.spin_radps(at).cross(state.r_m))};
}

LunarState from_mean_earth(const MeanEarthState& state, const Ephemeris& sky, Epoch at) {
  const Eigen::Matrix3d R = sky.R_mean_earth(at).transpose();
  const Eigen::Vector3d r_m = R * state.r_m;
  return {r_m, R * state.v_mps + sky.spin_radps(at).cross(r_m)};
}

Eigen::Matrix3d R_mean_earth_muzzle(const Muzzle& muzzle) {
  const double sin_az = std::sin(muzzle.azimuth_rad), cos_az = std::cos(muzzle.azimuth_rad);
  const double sin_el = std::sin(muzzle.elevation_rad), cos_el = std::cos(muzzle.elevation_rad);
  Eigen::Matrix3d R_horizon;
  R_horizon.col(0) = Eigen::Vector3d{cos_el * sin_az, cos_el * cos_az, sin_el};
  R_horizon.col(1) = Eigen::Vector3d{-cos_az, sin_az, 0.0};
  R_horizon.col(2) = R_horizon.col(0).cross(R_horizon.col(1));
  return R_mean_earth_horizon(muzzle.site) * R_horizon;
}

LunarState leave_muzzle(const Muzzle& muzzle, const Eigen::Vector3d& velocity_mps, const Ephemeris& sky,
                        Epoch at) {
  const Eigen::Vector3d up = R_mean_earth_horizon(muzzle.site).col(2);
  return from_mean_earth(
      {(constants::moon_radius_m + muzzle.altitude_m) * up, R_mean_earth_muzzle(muzzle) * velocity_mps}, sky,
      at);
}

Eigen::Matrix3d R_principal_mean_earth() {
  using Eigen::AngleAxisd, Eigen::Vector3d;
  constexpr double x_rad = 0.30 * ERFA_DAS2R, y_rad = 78.56 * ERFA_DAS2R, z_rad = 67.92 * ERFA_DAS2R;
  // Frame rotations Rz Ry Rx; turning the frame is turning vectors backwards.
  return (AngleAxisd(-z_rad, Vector3d::UnitZ()) * AngleAxisd(-y_rad, Vector3d::UnitY()) *
          AngleAxisd(-x_rad, Vector3d::UnitX()))
      .toRotationMatrix();
}

Eigen::Vector3d earth_pole(Epoch at) {
  expects(std::abs(at.tt_days_since_j2000) <= ephemeris_half_span_days,
          "Earth's pole: the date must lie between 1900 and 2100");
  double rows[3][3];
  eraPnm06a(ERFA_DJ00, at.tt_days_since_j2000, rows);
  return {rows[2][0], rows[2][1], rows[2][2]};
}

}  // namespace lunafab::orbit
