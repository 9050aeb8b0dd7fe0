#include "orbit/lambert.hpp"
#include <Eigen/Geometry>
#include <cmath>
#include <numbers>
#include <optional>
#include "core/contract.hpp"

namespace lunafab::orbit {

using Eigen::Vector3d;

namespace {

constexpr double pi = std::numbers::pi;

/// λ and T of the paper, and what turns back into metres.
struct Triangle {
  Vector3d r1_hat, r2_hat, along1, along2;
  double r1, r2, semi_perimeter, chord, lambda, time;
};

/// 2F1(3, 1; 5/2; z), |z| < 1.
double battin_series(double z) {
  double sum = 1.0, term = 1.0;
  for (int n = 0; n < 200 && std::abs(term) > 1e-17 * std::abs(sum); ++n)
    sum += term *= (3.0 + n) / (2.5 + n) * z;
  return sum;
}

/// Time of flight of x with N revolutions.
double flight_time(double x, double lambda, int revolutions) {
  const double e = (x - 1.0) * (x + 1.0), y = std::sqrt(1.0 + lambda * lambda * e);
  const double turns = revolutions * pi;
  if (revolutions == 0 && std::abs(x - 1.0) < 0.1) {
    // Battin: without the cancellation of the closed form near the parabola.
    const double eta = y - lambda * x, s1 = 0.5 * (1.0 - lambda - x * eta);
    return 0.5 * (eta * eta * eta * 4.0 / 3.0 * battin_series(s1) + 4.0 * lambda * eta);
  }
  const double root = std::sqrt(std::abs(e));
  const double sine = (y - x * lambda) * root, cosine = x * y - lambda * e;
  const double psi = e < 0.0 ? std::atan2(sine, cosine) : std::asinh(sine);
  return ((psi + turns) / root - x + lambda * y) / -e;
}

struct Derivatives {
  double first, second, third;
};

Derivatives derivatives(double x, double lambda, double time) {
  const double l2 = lambda * lambda, l3 = l2 * lambda, rest = (1.0 - x) * (1.0 + x);
  const double y = std::sqrt(1.0 - l2 * rest), y3 = y * y * y;
  const double first = (3.0 * time * x - 2.0 + 2.0 * l3 * x / y) / rest;
  const double second = (3.0 * time + 5.0 * x * first + 2.0 * (1.0 - l2) * l3 / y3) / rest;
  const double third =
      (7.0 * x * second + 8.0 * first - 6.0 * (1.0 - l2) * l2 * l3 * x / (y3 * y * y)) / rest;
  return {first, second, third};
}

/// Householder's iteration of order 3. Nothing unless the time is met.
std::optional<double> solve_x(double time, double lambda, int revolutions, double x) {
  for (int i = 0; i < 30; ++i) {
    const double there = flight_time(x, lambda, revolutions), off = there - time;
    const Derivatives d = derivatives(x, lambda, there);
    const double square = d.first * d.first;
    const double step = off * (square - 0.5 * off * d.second) /
                        (d.first * (square - off * d.second) + d.third * off * off / 6.0);
    // Steps are cut where they would leave the range of x.
    double next = x - step;
    if (!(next > -1.0)) next = 0.5 * (x - 1.0);
    if (revolutions > 0 && !(next < 1.0)) next = 0.5 * (x + 1.0);
    const double moved = std::abs(next - x);
    x = next;
    // Third order: the next step would be noise.
    if (moved <= 1e-9 * (1.0 + std::abs(x))) break;
  }
  if (std::abs(flight_time(x, lambda, revolutions) - time) <= 1e-9 * time) return x;
  return std::nullopt;
}

/// x of the quickest orbit with so many revolutions, and its time. Halley on T′ = 0.
struct Quickest {
  double x, time;
};

Quickest quickest(double lambda, int revolutions) {
  double x = 0.0;
  for (int i = 0; i < 30; ++i) {
    const Derivatives d = derivatives(x, lambda, flight_time(x, lambda, revolutions));
    const double step = d.first * d.second / (d.second * d.second - 0.5 * d.first * d.third);
    x -= step;
    if (std::abs(step) <= 1e-13) break;
  }
  return {x, flight_time(x, lambda, revolutions)};
}

double first_guess(const Triangle& t, const LambertCase& which) {
  if (which.revolutions == 0) {
    const double l = t.lambda, t0 = std::acos(l) + l * std::sqrt(1.0 - l * l),
                 t1 = 2.0 / 3.0 * (1.0 - l * l * l);
    if (t.time >= t0) return std::pow(t0 / t.time, 2.0 / 3.0) - 1.0;
    if (t.time < t1) return 2.5 * t1 * (t1 - t.time) / (t.time * (1.0 - std::pow(l, 5))) + 1.0;
    return std::pow(2.0, std::log(t.time / t0) / std::log(t1 / t0)) - 1.0;
  }
  const double turns = which.revolutions * pi;
  const double power = which.branch == LambertBranch::small_x
                           ? std::pow((turns + pi) / (8.0 * t.time), 2.0 / 3.0)
                           : std::pow(8.0 * t.time / turns, 2.0 / 3.0);
  return (power - 1.0) / (power + 1.0);
}

std::optional<Triangle> triangle(const Vector3d& r1_m, const Vector3d& r2_m, double time_s, double gm,
                                 LambertWay way) {
  expects(r1_m.allFinite() && r2_m.allFinite() && r1_m.norm() > 0.0 && r2_m.norm() > 0.0,
          "Lambert's places lie off the centre");
  expects(time_s > 0.0 && std::isfinite(time_s) && gm > 0.0, "Lambert's time and GM are positive");
  Triangle t{.r1 = r1_m.norm(), .r2 = r2_m.norm()};
  t.r1_hat = r1_m / t.r1, t.r2_hat = r2_m / t.r2;
  const Vector3d normal = t.r1_hat.cross(t.r2_hat);
  if (!(normal.norm() > 1e-10)) return std::nullopt;
  const double turn = way == LambertWay::short_way ? 1.0 : -1.0;
  const Vector3d up = turn * normal.normalized();
  t.along1 = up.cross(t.r1_hat), t.along2 = up.cross(t.r2_hat);
  t.chord = (r2_m - r1_m).norm();
  t.semi_perimeter = 0.5 * (t.r1 + t.r2 + t.chord);
  // cos of half the angle: λ = √(r1 r2) cos(θ/2) / s has no cancellation near half a turn.
  const double half = 0.5 * std::atan2(normal.norm(), t.r1_hat.dot(t.r2_hat));
  t.lambda = turn * std::sqrt(t.r1 * t.r2) * std::cos(half) / t.semi_perimeter;
  t.time = std::sqrt(2.0 * gm / std::pow(t.semi_perimeter, 3)) * time_s;
  return t;
}

}  // namespace

LambertArc lambert(const Vector3d& r1_m, const Vector3d& r2_m, double time_s, double gm_m3ps2,
                   const LambertCase& which) {
  expects(which.revolutions >= 0, "Lambert's revolutions are not negative");
  const auto t = triangle(r1_m, r2_m, time_s, gm_m3ps2, which.way);
  if (!t) return {.status = LambertStatus::plane_undefined};
  if (which.revolutions > 0 && t->time < quickest(t->lambda, which.revolutions).time)
    return {.status = LambertStatus::too_quick};
  const auto x = solve_x(t->time, t->lambda, which.revolutions, first_guess(*t, which));
  if (!x) return {.status = LambertStatus::not_converged};
  const double y = std::sqrt(1.0 + t->lambda * t->lambda * (*x - 1.0) * (*x + 1.0));
  const double gamma = std::sqrt(0.5 * gm_m3ps2 * t->semi_perimeter), rho = (t->r1 - t->r2) / t->chord,
               sigma = std::sqrt((1.0 - rho) * (1.0 + rho));
  const double inward = t->lambda * y - *x, across = t->lambda * y + *x;
  // y + λx cancels on quick dives past the centre (λ < 0); y² − λ²x² = 1 − λ² = c/s does not.
  const double lx = t->lambda * *x;
  const double sideways = gamma * sigma * (lx > 0.0 ? y + lx : t->chord / t->semi_perimeter / (y - lx));
  return {LambertStatus::solved,
          gamma * (inward - rho * across) / t->r1 * t->r1_hat + sideways / t->r1 * t->along1,
          -gamma * (inward + rho * across) / t->r2 * t->r2_hat + sideways / t->r2 * t->along2};
}

int lambert_most_revolutions(const Vector3d& r1_m, const Vector3d& r2_m, double time_s, double gm_m3ps2,
                             LambertWay way) {
  const auto t = triangle(r1_m, r2_m, time_s, gm_m3ps2, way);
  if (!t) return 0;
  int most = static_cast<int>(t->time / pi);
  while (most > 0 && quickest(t->lambda, most).time > t->time) --most;
  return most;
}

}  // namespace lunafab::orbit
