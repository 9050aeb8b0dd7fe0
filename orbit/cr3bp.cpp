#include "orbit/cr3bp.hpp"
#include <Eigen/Geometry>
#include <algorithm>
#include <cmath>
#include "orbit/bracketed_newton.hpp"

namespace lunafab::orbit {

using Eigen::Matrix3d;
using Eigen::Vector3d;

namespace {

/// Pull of both bodies and the centrifugal acceleration, and the gradient of the sum.
struct Field {
  Vector3d acceleration;
  Matrix3d gradient;
};

Vector3d effective_pull(double mu, const Vector3d& r) {
  const double flat = r.y() * r.y() + r.z() * r.z(), xe = r.x() + mu, xm = r.x() - 1.0 + mu;
  const double e2 = xe * xe + flat, m2 = xm * xm + flat;
  const double earth = (1.0 - mu) / (e2 * std::sqrt(e2)), moon = mu / (m2 * std::sqrt(m2));
  return {r.x() - earth * xe - moon * xm, r.y() - (earth + moon) * r.y(), -(earth + moon) * r.z()};
}

Field effective_field(double mu, const Vector3d& r) {
  Field out{effective_pull(mu, r), Vector3d{1.0, 1.0, 0.0}.asDiagonal()};
  const auto add = [&](double gm, const Vector3d& d) {
    const double r2 = d.squaredNorm(), w = gm / (r2 * std::sqrt(r2));
    out.gradient += 3.0 * w / r2 * d * d.transpose() - w * Matrix3d::Identity();
  };
  add(1.0 - mu, r + Vector3d{mu, 0.0, 0.0});
  add(mu, r - Vector3d{1.0 - mu, 0.0, 0.0});
  return out;
}

template <std::size_t N>
RotatingState state_of(const std::array<double, N>& y) {
  return {{y[0], y[1], y[2]}, {y[3], y[4], y[5]}};
}

template <std::size_t N>
std::array<double, N> packed(const RotatingState& state) {
  std::array<double, N> y{};
  for (int i = 0; i < 3; ++i) {
    y[static_cast<std::size_t>(i)] = state.r[i];
    y[static_cast<std::size_t>(i) + 3] = state.v[i];
  }
  if constexpr (N == 42)
    for (std::size_t i = 0; i < 6; ++i) y[6 + 7 * i] = 1.0;
  return y;
}

/// Six equations, or 42 with the state-transition matrix column by column.
template <int N>
struct Rate {
  double mu;

  Vector<N> operator()(double, const Vector<N>& y) const {
    Vector<N> out;
    const Vector3d r{y[0], y[1], y[2]};
    if constexpr (N == 6) {
      fill_state(out, y, effective_pull(mu, r));
    } else {
      const Field field = effective_field(mu, r);
      fill_state(out, y, field.acceleration);
      for (std::size_t c = 6; c < 42; c += 6) {
        const Vector3d dr{y[c], y[c + 1], y[c + 2]}, turned = field.gradient * dr;
        for (std::size_t i = 0; i < 3; ++i) out[c + i] = y[c + 3 + i];
        out[c + 3] = turned.x() + 2.0 * y[c + 4];
        out[c + 4] = turned.y() - 2.0 * y[c + 3];
        out[c + 5] = turned.z();
      }
    }
    return out;
  }

  static void fill_state(Vector<N>& out, const Vector<N>& y, const Vector3d& pull) {
    for (std::size_t i = 0; i < 3; ++i) out[i] = y[3 + i];
    out[3] = pull.x() + 2.0 * y[4];
    out[4] = pull.y() - 2.0 * y[3];
    out[5] = pull.z();
  }
};

/// Errors count against 1, and larger components, of which the matrix has some, against themselves.
template <int N>
struct Scale {
  Vector<N> operator()(const Vector<N>& y, const Vector<N>& next) const {
    Vector<N> out;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = std::max({1.0, std::abs(y[i]), std::abs(next[i])});
    return out;
  }
};

double event_value(double mu, const RotatingEvent& event, const RotatingState& s) {
  const Vector3d from_moon = s.r - Vector3d{1.0 - mu, 0.0, 0.0}, from_earth = s.r + Vector3d{mu, 0.0, 0.0};
  switch (event.kind) {
    case RotatingEventKind::xz_plane:
      return s.r.y();
    case RotatingEventKind::barycentre:
      return s.r.norm() - event.value;
    case RotatingEventKind::moon_distance:
      return from_moon.norm() - event.value;
    case RotatingEventKind::earth_distance:
      return from_earth.norm() - event.value;
    case RotatingEventKind::moon_apsis:
      return from_moon.dot(s.v);
    case RotatingEventKind::earth_apsis:
      return from_earth.dot(s.v);
  }
  return 0.0;
}

/// The zero between two values of opposite sign on dense output: bisection with secants (Illinois).
template <class Function>
double crossing_time(const Function& f, double t0, double f0, double t1, double f1) {
  for (int i = 0; i < 100 && std::abs(t1 - t0) > 1e-15 * (1.0 + std::abs(t1)); ++i) {
    const double t = t1 - f1 * (t1 - t0) / (f1 - f0), value = f(t);
    if (value == 0.0) return t;
    if ((value > 0.0) == (f1 > 0.0)) {
      f0 *= 0.5;
    } else {
      t0 = t1, f0 = f1;
    }
    t1 = t, f1 = value;
    if (std::abs(f1 * (t1 - t0)) <= 1e-16 * std::abs(f1 - f0)) break;
  }
  return t1;
}

/// Whether a value that went from `before` to `after` passed 0 in the way asked for.
bool passed(Crossing way, double before, double after) {
  const bool rose = before < 0.0 && after >= 0.0, fell = before > 0.0 && after <= 0.0;
  return (rose && way != Crossing::falling) || (fell && way != Crossing::rising);
}

template <int N>
RotatingArc arc_at(double t, const Vector<N>& y, ArcEnd end, std::int64_t steps) {
  RotatingArc out{.end = end, .t = t, .last = state_of(y), .steps = steps};
  if constexpr (N == 42) out.stm = Eigen::Map<const Matrix6>(y.data() + 6);
  return out;
}

template <int N>
RotatingArc run(double mu, const RotatingState& from, double duration,
                const std::optional<RotatingEvent>& event, const Precision& precision) {
  Integrator<N, Rate<N>, Scale<N>> arc({mu}, {}, 0.0, packed<N>(from), precision);
  const auto value = [&](const Vector<N>& y) {
    return event ? event_value(mu, *event, state_of(y)) : 1.0;
  };
  int left = event ? event->skip : 0;
  double before = value(arc.y());
  // An event at the very start is rounding on one side or the other.
  if (std::abs(before) < 1e-12) before = 0.0;
  while (arc.t() != duration) {
    if (!arc.step(duration)) {
      const bool finite = arc.tried() >= precision.most_steps;
      return arc_at<N>(arc.t(), arc.y(), finite ? ArcEnd::steps_used_up : ArcEnd::not_finite, arc.taken());
    }
    const double after = value(arc.y());
    if (event && passed(event->crossing, before, after) && left-- == 0) {
      const auto f = [&](double t) {
        return value(arc.dense(t));
      };
      const double t = crossing_time(f, arc.t_before(), before, arc.t(), after);
      return arc_at<N>(t, arc.dense(t), ArcEnd::event, arc.taken());
    }
    before = after;
  }
  return arc_at<N>(arc.t(), arc.y(), ArcEnd::time, arc.taken());
}

}  // namespace

std::array<Vector3d, 5> libration_points(double mu) {
  // The distance from the nearer body is solved for, so that it keeps all its digits: the pull along x,
  // signed so that it rises with that distance, is monotonic on each of the three pieces of the axis.
  const auto balance = [mu](double side_moon, double side_earth) {
    return [=](double gamma) {
      const double earth = 1.0 + side_earth * gamma, x = 1.0 - mu + side_moon * gamma;
      const double value = side_moon * (x - (1.0 - mu) / (earth * earth)) - mu / (gamma * gamma);
      const double slope =
          1.0 + 2.0 * (1.0 - mu) / (earth * earth * earth) + 2.0 * mu / (gamma * gamma * gamma);
      return ValueSlope{value, slope};
    };
  };
  const double hill = std::cbrt(mu / 3.0);
  const double l1 = rising_zero(balance(-1.0, -1.0), 1e-9, 1.0 - 1e-9, hill).value_or(hill);
  const double l2 = rising_zero(balance(1.0, 1.0), 1e-9, 1.0, hill).value_or(hill);
  // Beyond the larger body, at the distance d from it.
  const auto far = [mu](double d) {
    return ValueSlope{d + mu - (1.0 - mu) / (d * d) - mu / ((d + 1.0) * (d + 1.0)),
                      1.0 + 2.0 * (1.0 - mu) / (d * d * d) + 2.0 * mu / std::pow(d + 1.0, 3)};
  };
  const double l3 = rising_zero(far, 0.1, 2.0, 1.0).value_or(1.0);
  const double height = 0.5 * std::sqrt(3.0);
  return {Vector3d{1.0 - mu - l1, 0.0, 0.0}, Vector3d{1.0 - mu + l2, 0.0, 0.0}, Vector3d{-mu - l3, 0.0, 0.0},
          Vector3d{0.5 - mu, height, 0.0}, Vector3d{0.5 - mu, -height, 0.0}};
}

double earth_distance(double mu, const RotatingState& s) {
  return (s.r + Vector3d{mu, 0.0, 0.0}).norm();
}

double moon_distance(double mu, const RotatingState& s) {
  return (s.r - Vector3d{1.0 - mu, 0.0, 0.0}).norm();
}

double jacobi_constant(double mu, const RotatingState& s) {
  return s.r.x() * s.r.x() + s.r.y() * s.r.y() + 2.0 * (1.0 - mu) / earth_distance(mu, s) +
         2.0 * mu / moon_distance(mu, s) - s.v.squaredNorm();
}

Vector3d rotating_acceleration(double mu, const RotatingState& s) {
  return effective_pull(mu, s.r) + Vector3d{2.0 * s.v.y(), -2.0 * s.v.x(), 0.0};
}

RotatingArc follow(double mu, const RotatingState& from, double duration,
                   const std::optional<RotatingEvent>& event, Variations variations,
                   const Precision& precision) {
  return variations == Variations::stm ? run<42>(mu, from, duration, event, precision)
                                       : run<6>(mu, from, duration, event, precision);
}

RotatingState leave_surface(const ThreeBody& system, const SurfaceLaunch& launch) {
  const double lat = launch.site.latitude_rad, lon = launch.site.longitude_rad;
  // Mean-Earth axes (x to the Earth) turned by half a turn about z.
  const Vector3d up{-std::cos(lat) * std::cos(lon), -std::cos(lat) * std::sin(lon), std::sin(lat)};
  const Vector3d east{std::sin(lon), -std::cos(lon), 0.0};
  const Vector3d ahead = std::sin(launch.azimuth_rad) * east + std::cos(launch.azimuth_rad) * up.cross(east);
  const double radius = (constants::moon_radius_m + launch.altitude_m) / system.length_m;
  return {radius * up + Vector3d{1.0 - system.mass_ratio, 0.0, 0.0},
          launch.speed_mps / system.speed_mps() * ahead};
}

double barycentric_c3_m2ps2(const ThreeBody& system, const RotatingState& s) {
  const Vector3d inertial = s.v + Vector3d{-s.r.y(), s.r.x(), 0.0};
  return (inertial.squaredNorm() - 2.0 / s.r.norm()) * system.speed_mps() * system.speed_mps();
}

}  // namespace lunafab::orbit
