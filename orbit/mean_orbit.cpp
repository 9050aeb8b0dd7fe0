#include "orbit/mean_orbit.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include <numbers>
#include "core/clones.hpp"
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "orbit/earth.hpp"
#include "orbit/lane_trig.hpp"

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi;
constexpr double tropical_year_s = 365.2421897 * 86400.0;  // Astronomical Almanac, mean, J2000

constexpr CentralBody earth_body{.gm_m3ps2 = earth::gm_m3ps2,
                                 .surface_radius_m = earth::equatorial_radius_m,
                                 .reference_radius_m = earth::j2_radius_m,
                                 .j2 = earth::j2,
                                 .spin_radps = earth::spin_radps,
                                 .node_year_radps = turn_rad / tropical_year_s};
constexpr CentralBody moon_body{.gm_m3ps2 = constants::moon_gm_m3_per_s2,
                                .surface_radius_m = constants::moon_radius_m,
                                .reference_radius_m = 1738.0e3,
                                .j2 = 2.0323e-4,
                                .spin_radps = 2.6617e-6,  // 27.3217 d
                                .node_year_radps = turn_rad / tropical_year_s};

/// E of E − e sin E = M with its sine and cosine. Danby's step of order 4, until one is so short that the
/// next would change nothing; lanes that are done stay as they are.
/// @source Danby, "The solution of Kepler's equation III", Celest. Mech. 40 (1987).
template <class T>
LUNAFAB_ALWAYS_INLINE SinCos<T> solve_kepler(T anomaly, T e) {
  constexpr int most_steps = 30;
  constexpr double short_step = 1e-4;  // a step of this size is off by its fourth power
  const SinCos<T> at = sin_cos(anomaly);
  const T up = anomaly * 0.0 + 0.85;
  const T far = anomaly + e * (at.sine < 0.0 ? -up : up);
  T eccentric = e < 0.4 ? anomaly + e * at.sine * (1.0 + e * at.cosine) : far;
  SinCos<T> result = at;
  auto active = e >= 0.0;
  for (int i = 0; i < most_steps; ++i) {
    const SinCos<T> now = sin_cos(eccentric);
    const T f = eccentric - e * now.sine - anomaly, f1 = 1.0 - e * now.cosine, f2 = e * now.sine,
            f3 = e * now.cosine;
    const T d1 = -f / f1, d2 = -f / (f1 + 0.5 * d1 * f2);
    const T d = -f / (f1 + 0.5 * d2 * f2 + d2 * d2 * f3 * (1.0 / 6.0));
    const T cosine = 1.0 - 0.5 * d * d, sine = d - d * d * d * (1.0 / 6.0);
    result.sine = active ? now.sine * cosine + now.cosine * sine : result.sine;
    result.cosine = active ? now.cosine * cosine - now.sine * sine : result.cosine;
    eccentric = active ? eccentric + d : eccentric;
    active = active & ((d > short_step) | (d < -short_step));
    if (!trig::any(active)) break;
  }
  return result;
}

template <class T>
struct alignas(sizeof(T)) StateOf {
  T x, y, z, vx, vy, vz;
};

/// In the plane: position (X, Y) and its rate, then turned by periapsis, inclination and node, each with the
/// rate of its angle.
template <class T>
LUNAFAB_ALWAYS_INLINE StateOf<T> evaluate(const PreparedOrbit<T>& o, T t) {
  const SinCos<T> eccentric = solve_kepler<T>(wrap_revolution(o.anomaly_rad + o.anomaly_radps * t), o.e);
  const SinCos<T> periapsis = sin_cos<T>(o.periapsis_rad + o.periapsis_radps * t);
  const SinCos<T> node = sin_cos<T>(o.node_rad + o.node_radps * t);
  const T x0 = o.a_m * (eccentric.cosine - o.e), y0 = o.b_m * eccentric.sine;
  const T rate = o.anomaly_radps / (1.0 - o.e * eccentric.cosine);
  const T vx0 = -o.a_m * eccentric.sine * rate, vy0 = o.b_m * eccentric.cosine * rate;
  // In the plane from the node.
  const T x1 = periapsis.cosine * x0 - periapsis.sine * y0, y1 = periapsis.sine * x0 + periapsis.cosine * y0;
  const T vx1 = periapsis.cosine * vx0 - periapsis.sine * vy0 - o.periapsis_radps * y1;
  const T vy1 = periapsis.sine * vx0 + periapsis.cosine * vy0 + o.periapsis_radps * x1;
  const T y2 = o.cos_i * y1, vy2 = o.cos_i * vy1;
  StateOf<T> s;
  s.x = node.cosine * x1 - node.sine * y2;
  s.y = node.sine * x1 + node.cosine * y2;
  s.z = o.sin_i * y1;
  s.vx = node.cosine * vx1 - node.sine * vy2 - o.node_radps * s.y;
  s.vy = node.sine * vx1 + node.cosine * vy2 + o.node_radps * s.x;
  s.vz = o.sin_i * vy1;
  return s;
}

LUNAFAB_CLONES void evaluate_all(const PreparedOrbit<Lanes>* blocks, std::size_t count, double time_s,
                                 StateOf<Lanes>* out) {
  const Lanes t = Lanes{} + time_s;
  for (std::size_t b = 0; b < count; ++b) out[b] = evaluate<Lanes>(blocks[b], t);
}

struct FloatPointers {
  float *x, *y, *z, *vx, *vy, *vz;
};
LUNAFAB_CLONES void evaluate_floats(const PreparedOrbit<Lanes>* blocks, std::size_t count, double time_s,
                                    const FloatPointers& out) {
  const Lanes t = Lanes{} + time_s;
  for (std::size_t b = 0; b < count; ++b) {
    const StateOf<Lanes> s = evaluate<Lanes>(blocks[b], t);
    const std::size_t first = b * static_cast<std::size_t>(lanes);
    for (std::size_t i = 0; i < static_cast<std::size_t>(lanes); ++i) {
      out.x[first + i] = static_cast<float>(s.x[i]), out.y[first + i] = static_cast<float>(s.y[i]);
      out.z[first + i] = static_cast<float>(s.z[i]), out.vx[first + i] = static_cast<float>(s.vx[i]);
      out.vy[first + i] = static_cast<float>(s.vy[i]), out.vz[first + i] = static_cast<float>(s.vz[i]);
    }
  }
}

double in_turn(double angle_rad) {
  const double rest = std::fmod(angle_rad, turn_rad);
  return rest < 0.0 ? rest + turn_rad : rest;
}

void put(PreparedOrbit<Lanes>& block, int lane, const PreparedOrbit<double>& o) {
  block.a_m[lane] = o.a_m, block.e[lane] = o.e, block.b_m[lane] = o.b_m;
  block.cos_i[lane] = o.cos_i, block.sin_i[lane] = o.sin_i;
  block.node_rad[lane] = o.node_rad, block.node_radps[lane] = o.node_radps;
  block.periapsis_rad[lane] = o.periapsis_rad, block.periapsis_radps[lane] = o.periapsis_radps;
  block.anomaly_rad[lane] = o.anomaly_rad, block.anomaly_radps[lane] = o.anomaly_radps;
}

}  // namespace

const CentralBody& central_body(Body body) {
  return body == Body::earth ? earth_body : moon_body;
}

SecularRates kepler_rates(const CentralBody& body, const MeanElements& elements) {
  return {.mean_anomaly_radps = std::sqrt(body.gm_m3ps2 / (elements.a_m * elements.a_m * elements.a_m))};
}

SecularRates j2_rates(const CentralBody& body, const MeanElements& elements) {
  const double n = kepler_rates(body, elements).mean_anomaly_radps;
  const double eta2 = 1.0 - elements.e * elements.e, p = elements.a_m * eta2;
  const double ratio = body.reference_radius_m / p, c = std::cos(elements.inclination_rad);
  const double k = 0.75 * n * body.j2 * ratio * ratio;
  return {.node_radps = -2.0 * k * c,
          .periapsis_radps = k * (5.0 * c * c - 1.0),
          .mean_anomaly_radps = n + k * std::sqrt(eta2) * (3.0 * c * c - 1.0)};
}

MeanElements moved(const MeanElements& elements, const SecularRates& rates, double time_s) {
  MeanElements out = elements;
  out.node_rad = in_turn(elements.node_rad + rates.node_radps * time_s);
  out.periapsis_rad = in_turn(elements.periapsis_rad + rates.periapsis_radps * time_s);
  out.mean_anomaly_rad = in_turn(elements.mean_anomaly_rad + rates.mean_anomaly_radps * time_s);
  return out;
}

MeanElements elements_of(const CentralBody& body, const PlainState& state) {
  const Eigen::Vector3d &r = state.r_m, &v = state.v_mps, h = r.cross(v);
  const double radius = r.norm(), a = 1.0 / (2.0 / radius - v.squaredNorm() / body.gm_m3ps2);
  expects(h.norm() > 0.0 && std::isfinite(a) && a > 0.0, "the state must be on an ellipse");
  const Eigen::Vector3d eccentricity = v.cross(h) / body.gm_m3ps2 - r / radius;
  const double e = eccentricity.norm();
  constexpr double nothing = 1e-12;
  Eigen::Vector3d node(-h.y(), h.x(), 0.0);
  node = node.norm() > nothing * h.norm() ? node.normalized().eval() : Eigen::Vector3d::UnitX();
  const Eigen::Vector3d across = h.normalized().cross(node);
  const Eigen::Vector3d apse = e > nothing ? (eccentricity / e).eval() : node;
  const double periapsis = std::atan2(apse.dot(across), apse.dot(node));
  const double true_anomaly = std::atan2(r.dot(across), r.dot(node)) - periapsis;
  const double eccentric = 2.0 * std::atan2(std::sqrt(1.0 - e) * std::sin(0.5 * true_anomaly),
                                            std::sqrt(1.0 + e) * std::cos(0.5 * true_anomaly));
  return {.a_m = a,
          .e = e,
          .inclination_rad = std::atan2(std::hypot(h.x(), h.y()), h.z()),
          .node_rad = in_turn(std::atan2(node.y(), node.x())),
          .periapsis_rad = in_turn(periapsis),
          .mean_anomaly_rad = in_turn(eccentric - e * std::sin(eccentric))};
}

PreparedOrbit<double> prepare(const MeanElements& elements, const SecularRates& rates) {
  expects(elements.a_m > 0.0 && std::isfinite(elements.a_m), "semi-major axis must be positive");
  expects(elements.e >= 0.0 && elements.e < 1.0, "eccentricity must be in [0, 1)");
  expects(std::isfinite(elements.inclination_rad + elements.node_rad + elements.periapsis_rad +
                        elements.mean_anomaly_rad + rates.node_radps + rates.periapsis_radps +
                        rates.mean_anomaly_radps),
          "elements and their rates must be finite");
  return {.a_m = elements.a_m,
          .e = elements.e,
          .b_m = elements.a_m * std::sqrt(1.0 - elements.e * elements.e),
          .cos_i = std::cos(elements.inclination_rad),
          .sin_i = std::sin(elements.inclination_rad),
          .node_rad = elements.node_rad,
          .node_radps = rates.node_radps,
          .periapsis_rad = elements.periapsis_rad,
          .periapsis_radps = rates.periapsis_radps,
          .anomaly_rad = elements.mean_anomaly_rad,
          .anomaly_radps = rates.mean_anomaly_radps};
}

OrbitTable::OrbitTable(std::span<const PreparedOrbit<double>> orbits)
    : size_(orbits.size()), blocks_((orbits.size() + lanes - 1) / lanes) {
  for (std::size_t i = 0; i < blocks_.size() * lanes; ++i)
    put(blocks_[i / lanes], static_cast<int>(i % lanes), orbits[std::min(i, size_ - 1)]);
}

PlainState state_at(const PreparedOrbit<double>& orbit, double time_s) {
  const StateOf<double> s = evaluate<double>(orbit, time_s);
  return {{s.x, s.y, s.z}, {s.vx, s.vy, s.vz}};
}

std::vector<PlainState> states_at(const OrbitTable& table, double time_s) {
  std::vector<StateOf<Lanes>> blocks(table.blocks().size());
  evaluate_all(table.blocks().data(), blocks.size(), time_s, blocks.data());
  std::vector<PlainState> states(table.size());
  for (std::size_t i = 0; i < states.size(); ++i) {
    const StateOf<Lanes>& s = blocks[i / lanes];
    const auto lane = static_cast<int>(i % lanes);
    states[i] = {{s.x[lane], s.y[lane], s.z[lane]}, {s.vx[lane], s.vy[lane], s.vz[lane]}};
  }
  return states;
}

void fill_states(const OrbitTable& table, double time_s, FloatStates& states) {
  const std::size_t padded = table.blocks().size() * static_cast<std::size_t>(lanes);
  for (auto* component : {&states.x, &states.y, &states.z, &states.vx, &states.vy, &states.vz})
    component->resize(padded);
  evaluate_floats(table.blocks().data(), table.blocks().size(), time_s,
                  {states.x.data(), states.y.data(), states.z.data(), states.vx.data(), states.vy.data(),
                   states.vz.data()});
}

}  // namespace lunafab::orbit
