#include "orbit/lunar_lanes.hpp"
#include <Eigen/Core>
#include "core/constants.hpp"
#include "orbit/harmonic_lanes.hpp"
#include "orbit/shadow.hpp"

// The kernel of orbit/batch.cpp: the forces of orbit/force.cpp in W places at once.
namespace lunafab::orbit {
namespace {

/// A body at s from the Moon; what its pull on a craft at r needs.
template <int W>
struct ThirdBody {
  Wide3<W> acceleration;   ///< per GM: on the craft less on the Moon
  Wide<W> inverse_s_cube;  ///< 1/s³
  Wide<W> inverse_s_sq;    ///< 1/s²
  Wide<W> inverse_d_cube;  ///< 1/|r − s|³
  Wide<W> inverse_d_sq;    ///< 1/|r − s|²
};

/// Battin's form, as in orbit/force.cpp, with one division for two.
template <int W>
LUNAFAB_INLINE ThirdBody<W> third_body(const Wide3<W>& r, const Wide3<W>& s) {
  ThirdBody<W> out;
  out.inverse_s_sq = 1.0 / dot(s, s);
  out.inverse_s_cube = out.inverse_s_sq * square_root(out.inverse_s_sq);
  const Wide<W> q = (dot(r, r) - 2.0 * dot(r, s)) * out.inverse_s_sq;
  const Wide<W> root = square_root(1.0 + q), power = (1.0 + q) * root;
  const Wide<W> inverse = 1.0 / (power * (1.0 + power)), inverse_power = inverse * (1.0 + power);
  const Wide<W> f = q * (3.0 + q * (3.0 + q)) * (inverse * power);
  out.inverse_d_cube = out.inverse_s_cube * inverse_power;
  out.inverse_d_sq = out.inverse_s_sq * (root * inverse_power);
  out.acceleration = (-out.inverse_d_cube) * (r + f * s);
  return out;
}

/// Oblateness at d from the Earth, per 3/2 J2 GM R².
template <int W>
LUNAFAB_INLINE Wide3<W> oblateness(const Wide3<W>& d, const Wide3<W>& pole, const Wide<W>& inverse_sq,
                                   const Wide<W>& inverse_cube) {
  const Wide<W> fifth = inverse_cube * inverse_sq, w = dot(d, pole);
  const Wide<W> along = (5.0 * (w * w) * inverse_sq - 1.0) * fifth, across = -2.0 * w * fifth;
  return along * d + across * pole;
}

/// Negative where a sphere at the origin could hide a part of the Sun at s from a craft at r: in a cone a
/// little wider than any penumbra.
template <int W>
LUNAFAB_INLINE Wide<W> outside_shade(const Wide3<W>& r, const Wide3<W>& s, double radius_m) {
  constexpr double opening = 0.006;  // the Sun and the Earth subtend less together from 1 au
  const Wide<W> along = dot(r, s), length_sq = dot(r, r), sun_sq = dot(s, s), along_sq = along * along;
  const Wide<W> reach = radius_m + 2000.0 + opening * square_root(length_sq);
  const Wide<W> ahead = along * magnitude(along) - opening * opening * length_sq * sun_sq;
  return larger(ahead, length_sq * sun_sq - along_sq - reach * reach * sun_sq);
}

template <int W>
LUNAFAB_INLINE Eigen::Vector3d lane_of(const Wide3<W>& a, int i) {
  return {a.x[i], a.y[i], a.z[i]};
}

/// Lane by lane, and only where it matters: the same function as for single arcs.
template <int W>
LUNAFAB_INLINE Wide<W> lit(const Wide3<W>& r, const Wide3<W>& earth, const Wide3<W>& sun) {
  const Wide3<W> from_earth = r - earth;
  const Wide<W> lighted = smaller(outside_shade(r, sun, constants::moon_radius_m),
                                  outside_shade(from_earth, sun - earth, earth_radius_m));
  Wide<W> out = Wide<W>{} + 1.0;
  if (least<W>(lighted) >= 0.0) return out;
  for (int i = 0; i < W; ++i) {
    if (lighted[i] >= 0.0) continue;
    const Eigen::Vector3d to_sun = lane_of(sun, i) - lane_of(r, i);
    out[i] = lit_fraction(to_sun, -lane_of(r, i), constants::moon_radius_m) *
             lit_fraction(to_sun, -lane_of(from_earth, i), earth_radius_m);
  }
  return out;
}

template <int W>
LUNAFAB_INLINE Wide3<W> turned(const Wide3<W>& v, const Wide3<W>& axis, const Wide<W>& angle) {
  const Wide3<W> twice = (Wide<W>{} + 2.0) * cross(axis, v);
  return v + angle * twice + cross(axis, twice);
}

template <int W>
struct LunarRate {
  static constexpr bool uses_velocity = false;
  const LunarModel& model;
  const LunarLanes<W>& lunar;

  LUNAFAB_INLINE Wide3<W> operator()(const Wide<W>& t, const Wide3<W>& r, const Wide3<W>& /*v*/) const {
    const Wide<W> r_sq = dot(r, r), inverse_sq = 1.0 / r_sq, inverse = square_root(inverse_sq);
    Wide3<W> a = (-model.moon_gm * inverse_sq * inverse) * r;
    const LaneSkyState<W> sky = look_up<W>(model.sky, t + lunar.offset_s);
    if (model.harmonics) {
      const Wide3<W> body = turned(r, sky.axis, sky.angle);
      const Wide3<W> field = harmonic_acceleration(model.series, body, r_sq, inverse);
      a = a + turned(field, -sky.axis, sky.angle);
    }
    const ThirdBody<W> sun = third_body(r, sky.sun);
    a = a + (Wide<W>{} + model.sun_gm) * sun.acceleration;
    const ThirdBody<W> earth = third_body(r, sky.earth);
    a = a + (Wide<W>{} + model.earth_gm) * earth.acceleration;
    if (model.j2_factor != 0.0) {
      const Wide3<W> here = oblateness(r - sky.earth, lunar.pole, earth.inverse_d_sq, earth.inverse_d_cube);
      const Wide3<W> there = oblateness(-sky.earth, lunar.pole, earth.inverse_s_sq, earth.inverse_s_cube);
      a = a + (Wide<W>{} + model.j2_factor * model.earth_gm) * (here - there);
    }
    if (model.pressure_gm != 0.0) {
      const Wide<W> strength = model.pressure_gm * lit(r, sky.earth, sky.sun) * sun.inverse_d_cube;
      a = a + strength * (r - sky.sun);
    }
    return a;
  }
};

/// Marks lanes whose step ended below the mean sphere or had its lowest point near or below it: from a
/// quintic through both ends, good to metres in low orbit, with a kilometre to spare.
template <int W>
LUNAFAB_INLINE WideLongs<W> near_ground(const LaneArcs<W>& arcs) {
  constexpr double ground_m = constants::moon_radius_m, spare = ground_m / (ground_m + 1000.0);
  const Wide<W> h = arcs.t - arcs.t_before;
  const Wide<W> down = dot(arcs.r_before, arcs.v_before), up = dot(arcs.r, arcs.v);
  const WideLongs<W> turns = (h * down < 0.0) & (h * up > 0.0);
  const Wide<W> u = down / (turns ? down - up : Wide<W>{} + 1.0), w = 1.0 - u, u3 = u * u * u, w3 = w * w * w;
  const Wide<W> p0 = w3 * (1.0 + 3.0 * u + 6.0 * u * u), p1 = u3 * (1.0 + 3.0 * w + 6.0 * w * w);
  const Wide<W> m0 = h * u * w3 * (1.0 + 3.0 * u), m1 = -h * w * u3 * (1.0 + 3.0 * w);
  const Wide<W> s0 = 0.5 * h * h * u * u * w3, s1 = 0.5 * h * h * w * w * u3;
  const Wide3<W> lowest = p0 * arcs.r_before + p1 * arcs.r + (m0 * arcs.v_before + m1 * arcs.v) +
                          (s0 * arcs.a_before + s1 * arcs.a);
  const Wide<W> end_sq = dot(arcs.r, arcs.r), lowest_sq = spare * spare * dot(lowest, lowest);
  return arcs.accepted & (smaller(turns ? lowest_sq : end_sq, end_sq) < ground_m * ground_m);
}

template <int W>
LUNAFAB_INLINE void start(const LunarModel& model, const LanePrecision& precision, const WideLongs<W>& which,
                          LunarLanes<W>& lunar) {
  start_lanes(LunarRate<W>{model, lunar}, precision, which, lunar.arcs);
}
template <int W>
LUNAFAB_INLINE void step(const LunarModel& model, const LanePrecision& precision, LunarLanes<W>& lunar) {
  step_lanes(LunarRate<W>{model, lunar}, precision, lunar.arcs);
  lunar.suspicious = near_ground(lunar.arcs);
}

}  // namespace

template <>
LUNAFAB_AVX512 void start_lunar(const LunarModel& model, const LanePrecision& precision,
                                const WideLongs<8>& which, LunarLanes<8>& lunar) {
  start(model, precision, which, lunar);
}
template <>
LUNAFAB_AVX2 void start_lunar(const LunarModel& model, const LanePrecision& precision,
                              const WideLongs<4>& which, LunarLanes<4>& lunar) {
  start(model, precision, which, lunar);
}
template <>
void start_lunar(const LunarModel& model, const LanePrecision& precision, const WideLongs<2>& which,
                 LunarLanes<2>& lunar) {
  start(model, precision, which, lunar);
}

template <>
LUNAFAB_AVX512 void step_lunar(const LunarModel& model, const LanePrecision& precision,
                               LunarLanes<8>& lunar) {
  step(model, precision, lunar);
}
template <>
LUNAFAB_AVX2 void step_lunar(const LunarModel& model, const LanePrecision& precision, LunarLanes<4>& lunar) {
  step(model, precision, lunar);
}
template <>
void step_lunar(const LunarModel& model, const LanePrecision& precision, LunarLanes<2>& lunar) {
  step(model, precision, lunar);
}

}  // namespace lunafab::orbit
