#include "orbit/synodic.hpp"
#include <Eigen/Geometry>
#include <cmath>

namespace lunafab::orbit {

using Eigen::Vector3d;

namespace {

/// Of a place from a body on the line, whose own place in these coordinates is `body_x`.
RotatingState scaled(const Vector3d& r_m, const Vector3d& v_mps, double body_x, const SynodicAxes& axes) {
  const Vector3d slip = v_mps - axes.spin_radps.cross(r_m) - axes.distance_rate_mps / axes.distance_m * r_m;
  return {axes.R_gcrf_rotating.transpose() * r_m / axes.distance_m + Vector3d{body_x, 0.0, 0.0},
          axes.R_gcrf_rotating.transpose() * slip / (axes.distance_m * axes.rate_radps)};
}

template <class State>
State unscaled(const RotatingState& state, double body_x, const SynodicAxes& axes) {
  State out;
  out.r_m = axes.distance_m * (axes.R_gcrf_rotating * (state.r - Vector3d{body_x, 0.0, 0.0}));
  out.v_mps = axes.distance_m * axes.rate_radps * (axes.R_gcrf_rotating * state.v) +
              axes.spin_radps.cross(out.r_m) + axes.distance_rate_mps / axes.distance_m * out.r_m;
  return out;
}

}  // namespace

SynodicAxes synodic_axes(const Ephemeris& sky, Epoch at, const BodyGm& gm) {
  const SkyState now = sky.at(at);
  SynodicAxes out{.distance_m = now.moon_m.norm()};
  const Vector3d along = now.moon_m / out.distance_m, momentum = now.moon_m.cross(now.moon_mps);
  const double size = momentum.norm();
  const Vector3d up = momentum / size;
  out.R_gcrf_rotating << along, up.cross(along), up;
  out.distance_rate_mps = along.dot(now.moon_mps);
  out.rate_radps = size / (out.distance_m * out.distance_m);
  // Only the Sun pulls the Moon out of the plane: d a_z/h about the line, from ḣ = r × a.
  const Vector3d to_sun = now.sun_m - now.moon_m;
  const Vector3d tide =
      gm.sun * (to_sun / std::pow(to_sun.norm(), 3) - now.sun_m / std::pow(now.sun_m.norm(), 3));
  out.spin_radps = out.rate_radps * up + out.distance_m * tide.dot(up) / size * along;
  return out;
}

RotatingState to_rotating(const LunarState& state, double mu, const SynodicAxes& axes) {
  return scaled(state.r_m, state.v_mps, 1.0 - mu, axes);
}

LunarState to_lunar(const RotatingState& state, double mu, const SynodicAxes& axes) {
  return unscaled<LunarState>(state, 1.0 - mu, axes);
}

RotatingState to_rotating(const GeocentricState& state, double mu, const SynodicAxes& axes) {
  return scaled(state.r_m, state.v_mps, -mu, axes);
}

GeocentricState to_geocentric(const RotatingState& state, double mu, const SynodicAxes& axes) {
  return unscaled<GeocentricState>(state, -mu, axes);
}

}  // namespace lunafab::orbit
