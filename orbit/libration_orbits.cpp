#include "orbit/libration_orbits.hpp"
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <optional>
#include "core/constants.hpp"
#include "core/contract.hpp"

namespace lunafab::orbit {

using Eigen::Vector4d;

namespace {

constexpr double synodic_month_s = 29.530588853 * 86400.0;  // Meeus, Astronomical Algorithms (1998), ch. 49

MirrorPoint point_of(const MirrorGuess& guess) {
  return {guess.state.r.x(), guess.state.r.z(), guess.state.v.y(), 0.5 * guess.period};
}

/// (|λ| + 1/|λ|)/2 of the largest multiplier of a symplectic matrix with a pair of ones.
/// @source Broucke, "Stability of periodic orbits in the elliptic restricted three-body problem", AIAA J. 7
/// (1969) 1003: the sums s = λ + 1/λ of the other two pairs solve s² + (2 − tr M) s + … = 0.
double stability_index(const Matrix6& monodromy) {
  const double a = 2.0 - monodromy.trace();
  const double b = 0.5 * (a * a + 2.0 - (monodromy * monodromy).trace());
  const std::complex<double> root = std::sqrt(std::complex<double>{a * a - 4.0 * b + 8.0});
  double largest = 1.0;
  for (const auto& sum : {0.5 * (-a + root), 0.5 * (-a - root)}) {
    const double size = std::abs(0.5 * (sum + std::sqrt(sum * sum - 4.0)));
    largest = std::max({largest, size, 1.0 / size});
  }
  return 0.5 * (largest + 1.0 / largest);
}

PeriodicOrbit described(double mu, const MirrorPoint& point, const MirrorShot& shot) {
  PeriodicOrbit out{
      .state = mirror_state(point), .period = 2.0 * point[3], .z_amplitude = std::abs(point[1])};
  out.jacobi = jacobi_constant(mu, out.state);
  out.perilune = std::min(moon_distance(mu, out.state), moon_distance(mu, shot.end));
  const RotatingArc round = follow(mu, out.state, out.period, std::nullopt, Variations::stm);
  out.closure = std::hypot((round.last.r - out.state.r).norm(), (round.last.v - out.state.v).norm());
  out.stability_index = stability_index(round.stm);
  out.status =
      round.end == ArcEnd::time && out.closure < 1e-9 ? OrbitStatus::converged : OrbitStatus::not_converged;
  return out;
}

struct Family {
  MirrorGuess seed;
  OrbitAim seed_aim;  ///< held while the seed is corrected
};

Family family_of(double mu, const OrbitRequest& request) {
  const auto points = libration_points(mu);
  const bool first = request.family == OrbitFamily::halo_l1 || request.family == OrbitFamily::lyapunov_l1;
  const CollinearPoint point = first ? CollinearPoint::l1 : CollinearPoint::l2;
  const double x = points[first ? 0 : 1].x();
  // The seed lies before whatever is asked for.
  const double small =
      request.measure == OrbitMeasure::z_amplitude || request.measure == OrbitMeasure::x_amplitude
          ? std::min(1e-4, 0.5 * request.value)
          : 1e-4;
  switch (request.family) {
    case OrbitFamily::halo_l1:
    case OrbitFamily::halo_l2: {
      const MirrorGuess seed = richardson_halo(mu, point, request.hemisphere, small);
      return {seed, {OrbitMeasure::z_amplitude, std::abs(seed.state.r.z()), x}};
    }
    case OrbitFamily::lyapunov_l1:
    case OrbitFamily::lyapunov_l2:
      return {linear_lyapunov(mu, point, small), {OrbitMeasure::x_amplitude, small, x}};
    case OrbitFamily::distant_retrograde:
      break;
  }
  // A circle about the Moon alone: it turns the other way, so that the turning of the axes adds.
  const double radius = 0.02, rate = std::sqrt(mu / radius) / radius + 1.0;
  return {{{{1.0 - mu - radius, 0.0, 0.0}, {0.0, rate * radius, 0.0}}, 2.0 * std::numbers::pi / rate},
          {OrbitMeasure::x_amplitude, radius, 1.0 - mu, MirrorCrossing::start}};
}

/// A member of the family, with the way onwards.
struct Member {
  MirrorPoint point;
  MirrorShot shot;
  Vector4d ahead;
};

/// Looser than the final correction: members only lead the way.
constexpr MirrorPrecision on_the_way{.propagation = 1e-9, .step = 1e-4, .most_corrections = 5};

std::optional<Member> seeded(double mu, const Family& family) {
  const auto hold = [&](const MirrorPoint& p, const MirrorShot& shot) {
    return above_aim(mu, family.seed_aim, p, shot);
  };
  const auto found = correct(mu, point_of(family.seed), hold, on_the_way);
  if (!found) return std::nullopt;
  Member out{found->point, found->shot, family_tangent(found->shot)};
  // Towards larger amplitudes.
  if (hold(out.point, out.shot).slope.dot(out.ahead) < 0.0) out.ahead = -out.ahead;
  return out;
}

struct Advance {
  Member to;
  double next_length;
};

/// The next member about `length` along the family; shorter where the family bends. Nothing where no step is
/// short enough.
std::optional<Advance> advance(double mu, const Member& from, double length) {
  constexpr double longest = 0.12, straightest = 0.9;
  constexpr int most_halvings = 12;
  for (int i = 0; i < most_halvings; ++i, length *= 0.5) {
    const MirrorPoint guess = from.point + length * from.ahead;
    const auto along = [&](const MirrorPoint& p, const MirrorShot&) {
      return Condition{from.ahead.dot(p - guess), from.ahead};
    };
    const auto found = correct(mu, guess, along, on_the_way);
    if (!found) continue;
    Vector4d ahead = family_tangent(found->shot);
    if (ahead.dot(from.ahead) < 0.0) ahead = -ahead;
    // A jump to another branch, or a bend that the tangent does not foresee.
    if (ahead.dot(from.ahead) < straightest) continue;
    const double grown = found->corrections <= 3 ? 2.0 * length : length;
    return Advance{{found->point, found->shot, ahead}, std::min(grown, longest)};
  }
  return std::nullopt;
}

double moon_radius(const ThreeBody& system) {
  return constants::moon_radius_m / system.length_m;
}

}  // namespace

PeriodicOrbit correct_periodic_orbit(const ThreeBody& system, const MirrorGuess& guess, const OrbitAim& aim) {
  const double mu = system.mass_ratio;
  const auto condition = [&](const MirrorPoint& p, const MirrorShot& shot) {
    return above_aim(mu, aim, p, shot);
  };
  const auto found = correct(mu, point_of(guess), condition, {});
  if (!found) return {.state = guess.state, .period = guess.period};
  return described(mu, found->point, found->shot);
}

namespace {

/// The orbit aimed at between two neighbours that it separates, `fraction` of the way from a to b.
PeriodicOrbit between_members(const ThreeBody& system, const OrbitAim& aim, const Member& a, const Member& b,
                              double fraction) {
  // The cubic with the tangents of both.
  const double length = (b.point - a.point).norm(), s = fraction, r = 1.0 - s;
  const MirrorPoint guess = r * r * (1.0 + 2.0 * s) * a.point + s * s * (3.0 - 2.0 * s) * b.point +
                            length * s * r * (r * a.ahead - s * b.ahead);
  PeriodicOrbit out = correct_periodic_orbit(system, {mirror_state(guess), 2.0 * guess[3]}, aim);
  const MirrorPoint end = point_of({out.state, out.period});
  // The correction has left the two for another part of the family, or another family.
  if ((end - guess).norm() > length) out.status = OrbitStatus::not_converged;
  if (out.status == OrbitStatus::converged && out.perilune < moon_radius(system))
    out.status = OrbitStatus::outside_family;
  return out;
}

/// Follows a family from a member until the aim lies between two neighbours.
PeriodicOrbit follow_family(const ThreeBody& system, const OrbitAim& aim, Member here) {
  const double mu = system.mass_ratio;
  const OrbitAim surface{OrbitMeasure::perilune, moon_radius(system), 0.0, aim.perilune_at};
  const auto above = [mu](const OrbitAim& what, const Member& m) {
    return above_aim(mu, what, m.point, m.shot).value;
  };
  constexpr int most_members = 400;
  constexpr double finest = 1e-3;
  double off_here = above(aim, here), length = 0.02;
  for (int i = 0; i < most_members; ++i) {
    const auto next = advance(mu, here, length);
    if (!next) return {};
    const double off_next = above(aim, next->to);
    if (off_here == 0.0 || (off_here > 0.0) != (off_next > 0.0)) {
      const PeriodicOrbit found =
          between_members(system, aim, here, next->to, off_here / (off_here - off_next));
      if (found.status != OrbitStatus::not_converged || length < finest) return found;
      // Near a turning point of the measure: look closer.
      length *= 0.25;
      continue;
    }
    if (above(surface, next->to) < 0.0) return {.status = OrbitStatus::outside_family};
    here = next->to, off_here = off_next, length = next->next_length;
  }
  return {};
}

}  // namespace

PeriodicOrbit find_periodic_orbit(const ThreeBody& system, const OrbitRequest& request) {
  expects(request.value > 0.0 && std::isfinite(request.value), "an orbit's measure is positive");
  const bool halo = request.family == OrbitFamily::halo_l1 || request.family == OrbitFamily::halo_l2;
  expects(request.measure != OrbitMeasure::z_amplitude || halo, "planar orbits have no z amplitude");
  const Family family = family_of(system.mass_ratio, request);
  OrbitAim aim = family.seed_aim;
  aim.measure = request.measure, aim.value = request.value;
  auto seed = seeded(system.mass_ratio, family);
  if (!seed) return {};
  // All measures of distant retrograde orbits grow along the family.
  if (request.family == OrbitFamily::distant_retrograde &&
      above_aim(system.mass_ratio, aim, seed->point, seed->shot).value > 0.0) {
    seed->ahead = -seed->ahead;
  }
  return follow_family(system, aim, *seed);
}

double synodic_resonance(const ThreeBody& system, int revolutions, int months) {
  expects(revolutions > 0 && months > 0, "a resonance counts whole revolutions and months");
  return synodic_month_s / system.time_s * months / revolutions;
}

}  // namespace lunafab::orbit
