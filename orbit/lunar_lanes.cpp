#include "orbit/lunar_lanes.hpp"
#include <Eigen/Core>
#include "core/constants.hpp"
#include "orbit/harmonic_lanes.hpp"
#include "orbit/shadow.hpp"

// The kernel of orbit/batch.cpp: the forces of orbit/force.cpp in eight places at once.
namespace lunafab::orbit {
namespace {

/// A body at s from the Moon; what its pull on a craft at r needs.
struct ThirdBody {
  Lanes3 acceleration;   ///< per GM: on the craft less on the Moon
  Lanes inverse_s_cube;  ///< 1/s³
  Lanes inverse_s_sq;    ///< 1/s²
  Lanes inverse_d_cube;  ///< 1/|r − s|³
  Lanes inverse_d_sq;    ///< 1/|r − s|²
};

/// Battin's form, as in orbit/force.cpp, with one division for two.
LUNAFAB_INLINE ThirdBody third_body(const Lanes3& r, const Lanes3& s) {
  ThirdBody out;
  out.inverse_s_sq = 1.0 / dot(s, s);
  out.inverse_s_cube = out.inverse_s_sq * square_root(out.inverse_s_sq);
  const Lanes q = (dot(r, r) - 2.0 * dot(r, s)) * out.inverse_s_sq;
  const Lanes root = square_root(1.0 + q), power = (1.0 + q) * root;
  const Lanes inverse = 1.0 / (power * (1.0 + power)), inverse_power = inverse * (1.0 + power);
  const Lanes f = q * (3.0 + q * (3.0 + q)) * (inverse * power);
  out.inverse_d_cube = out.inverse_s_cube * inverse_power;
  out.inverse_d_sq = out.inverse_s_sq * (root * inverse_power);
  out.acceleration = (-out.inverse_d_cube) * (r + f * s);
  return out;
}

/// Oblateness at d from the Earth, per 3/2 J2 GM R².
LUNAFAB_INLINE Lanes3 oblateness(const Lanes3& d, const Lanes3& pole, const Lanes& inverse_sq,
                                 const Lanes& inverse_cube) {
  const Lanes fifth = inverse_cube * inverse_sq, w = dot(d, pole);
  const Lanes along = (5.0 * (w * w) * inverse_sq - 1.0) * fifth, across = -2.0 * w * fifth;
  return along * d + across * pole;
}

/// Whether a sphere at the origin could hide a part of the Sun at s from a craft at r: a cone a little wider
/// than any penumbra.
LUNAFAB_INLINE LaneLongs may_be_shaded(const Lanes3& r, const Lanes3& s, double radius_m) {
  constexpr double opening = 0.006;  // the Sun and the Earth subtend less together from 1 au
  const Lanes along = dot(r, s), length_sq = dot(r, r), sun_sq = dot(s, s);
  const Lanes reach = radius_m + 2000.0 + opening * square_root(length_sq);
  const LaneLongs behind = (along < 0.0) | (along * along < opening * opening * length_sq * sun_sq);
  return behind & (length_sq * sun_sq - along * along < reach * reach * sun_sq);
}

LUNAFAB_INLINE bool any(const LaneLongs& which) {
  long all = 0;
  for (int i = 0; i < lanes; ++i) all |= which[i];
  return all != 0;
}

LUNAFAB_INLINE Eigen::Vector3d lane_of(const Lanes3& a, int i) {
  return {a.x[i], a.y[i], a.z[i]};
}

/// Lane by lane, and only where it matters: the same function as for single arcs.
LUNAFAB_INLINE Lanes lit(const Lanes3& r, const Lanes3& earth, const Lanes3& sun) {
  const Lanes3 from_earth = r - earth;
  const LaneLongs shaded = may_be_shaded(r, sun, constants::moon_radius_m) |
                           may_be_shaded(from_earth, sun - earth, earth_radius_m);
  Lanes out = Lanes{} + 1.0;
  if (!any(shaded)) return out;
  for (int i = 0; i < lanes; ++i) {
    if (!shaded[i]) continue;
    const Eigen::Vector3d to_sun = lane_of(sun, i) - lane_of(r, i);
    out[i] = lit_fraction(to_sun, -lane_of(r, i), constants::moon_radius_m) *
             lit_fraction(to_sun, -lane_of(from_earth, i), earth_radius_m);
  }
  return out;
}

LUNAFAB_INLINE Lanes3 turned(const Lanes3& v, const Lanes3& axis, const Lanes& angle) {
  const Lanes3 twice = (Lanes{} + 2.0) * cross(axis, v);
  return v + angle * twice + cross(axis, twice);
}

struct LunarRate {
  static constexpr bool uses_velocity = false;
  const LunarModel& model;
  const LunarLanes& lunar;

  LUNAFAB_INLINE Lanes3 operator()(const Lanes& t, const Lanes3& r, const Lanes3& /*v*/) const {
    const Lanes r_sq = dot(r, r), inverse_sq = 1.0 / r_sq, inverse = square_root(inverse_sq);
    Lanes3 a = (-model.moon_gm * inverse_sq * inverse) * r;
    const LaneSkyState sky = look_up(model.sky, t + lunar.offset_s);
    if (model.harmonics) {
      const Lanes3 body = turned(r, sky.axis, sky.angle);
      const Lanes3 field = harmonic_acceleration(model.series, body, r_sq, inverse);
      a = a + turned(field, Lanes3{-sky.axis.x, -sky.axis.y, -sky.axis.z}, sky.angle);
    }
    const ThirdBody sun = third_body(r, sky.sun);
    a = a + (Lanes{} + model.sun_gm) * sun.acceleration;
    const ThirdBody earth = third_body(r, sky.earth);
    a = a + (Lanes{} + model.earth_gm) * earth.acceleration;
    if (model.j2_factor != 0.0) {
      const Lanes3 moon = Lanes3{-sky.earth.x, -sky.earth.y, -sky.earth.z};
      const Lanes3 here = oblateness(r - sky.earth, lunar.pole, earth.inverse_d_sq, earth.inverse_d_cube);
      const Lanes3 there = oblateness(moon, lunar.pole, earth.inverse_s_sq, earth.inverse_s_cube);
      a = a + (Lanes{} + model.j2_factor * model.earth_gm) * (here - there);
    }
    if (model.pressure_gm != 0.0) {
      const Lanes strength = model.pressure_gm * lit(r, sky.earth, sky.sun) * sun.inverse_d_cube;
      a = a + strength * (r - sky.sun);
    }
    return a;
  }
};

/// Marks lanes whose step ended below the mean sphere or had its lowest point near or below it: from a
/// quintic through both ends, good to metres in low orbit, with a kilometre to spare.
LUNAFAB_INLINE LaneLongs near_ground(const LaneArcs& arcs) {
  constexpr double low_m = constants::moon_radius_m + 1000.0;
  const Lanes down = dot(arcs.r_before, arcs.v_before), up = dot(arcs.r, arcs.v);
  const Lanes h = arcs.t - arcs.t_before;
  const LaneLongs turns =
      h > 0.0 ? LaneLongs((down < 0.0) & (up > 0.0)) : LaneLongs((down > 0.0) & (up < 0.0));
  const Lanes u = down / (turns ? down - up : Lanes{} + 1.0), w = 1.0 - u, u3 = u * u * u, w3 = w * w * w;
  const Lanes p0 = w3 * (1.0 + 3.0 * u + 6.0 * u * u), p1 = u3 * (1.0 + 3.0 * w + 6.0 * w * w);
  const Lanes m0 = h * u * w3 * (1.0 + 3.0 * u), m1 = -h * w * u3 * (1.0 + 3.0 * w);
  const Lanes s0 = 0.5 * h * h * u * u * w3, s1 = 0.5 * h * h * w * w * u3;
  const Lanes3 lowest = p0 * arcs.r_before + p1 * arcs.r + (m0 * arcs.v_before + m1 * arcs.v) +
                        (s0 * arcs.a_before + s1 * arcs.a);
  constexpr double ground_sq = constants::moon_radius_m * constants::moon_radius_m;
  return arcs.accepted &
         ((dot(arcs.r, arcs.r) < ground_sq) | (turns & (dot(lowest, lowest) < low_m * low_m)));
}

}  // namespace

LUNAFAB_CLONES void start_lunar(const LunarModel& model, const LanePrecision& precision,
                                const LaneLongs& which, LunarLanes& lunar) {
  start_lanes(LunarRate{model, lunar}, precision, which, lunar.arcs);
}

LUNAFAB_CLONES void step_lunar(const LunarModel& model, const LanePrecision& precision, LunarLanes& lunar) {
  step_lanes(LunarRate{model, lunar}, precision, lunar.arcs);
  lunar.suspicious = near_ground(lunar.arcs);
}

}  // namespace lunafab::orbit
