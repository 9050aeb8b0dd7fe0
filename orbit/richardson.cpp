#include "orbit/richardson.hpp"
#include <cmath>
#include <numbers>

namespace lunafab::orbit {

namespace {

constexpr double pi = std::numbers::pi;

/// The expansion about a collinear point: its distance γ from the Moon, Legendre coefficients, the planar
/// frequency λ and the axis ratio k.
struct Expansion {
  double x, gamma, c2, c3, c4, lambda, k;
};

Expansion expansion(double mu, CollinearPoint point) {
  const double x = libration_points(mu)[point == CollinearPoint::l1 ? 0 : 1].x();
  Expansion e{.x = x, .gamma = std::abs(1.0 - mu - x)};
  const double side = point == CollinearPoint::l1 ? 1.0 : -1.0;
  const auto c = [&](int n) {
    const double earth = (1.0 - mu) * std::pow(e.gamma / (1.0 - side * e.gamma), n + 1);
    return (std::pow(side, n) * mu + std::pow(-1.0, n) * earth) / std::pow(e.gamma, 3);
  };
  e.c2 = c(2), e.c3 = c(3), e.c4 = c(4);
  e.lambda = std::sqrt(0.5 * (2.0 - e.c2 + std::sqrt(9.0 * e.c2 * e.c2 - 8.0 * e.c2)));
  e.k = (e.lambda * e.lambda + 1.0 + 2.0 * e.c2) / (2.0 * e.lambda);
  return e;
}

/// Richardson's coefficients, with his names.
struct Coefficients {
  double a21, a22, a23, a24, a31, a32, b21, b22, b31, b32, d21, d31, d32, s1, s2, l1, l2;
};

Coefficients coefficients(const Expansion& e) {
  const double l = e.lambda, k = e.k, c2 = e.c2, c3 = e.c3, c4 = e.c4, k2 = k * k, ll = l * l;
  const double d1 = 3.0 * ll / k * (k * (6.0 * ll - 1.0) - 2.0 * l),
               d2 = 8.0 * ll / k * (k * (11.0 * ll - 1.0) - 2.0 * l);
  Coefficients q{};
  q.a21 = 3.0 * c3 * (k2 - 2.0) / (4.0 * (1.0 + 2.0 * c2));
  q.a22 = 3.0 * c3 / (4.0 * (1.0 + 2.0 * c2));
  q.a23 = -3.0 * c3 * l / (4.0 * k * d1) * (3.0 * k2 * k * l - 6.0 * k * (k - l) + 4.0);
  q.a24 = -3.0 * c3 * l / (4.0 * k * d1) * (2.0 + 3.0 * k * l);
  q.b21 = -3.0 * c3 * l / (2.0 * d1) * (3.0 * k * l - 4.0);
  q.b22 = 3.0 * c3 * l / d1;
  q.d21 = -c3 / (2.0 * ll);
  const double low = 9.0 * ll + 1.0 - c2, high = 9.0 * ll + 1.0 + 2.0 * c2;
  const double mixed = 4.0 * c3 * (k * q.a23 - q.b21) + k * c4 * (4.0 + k2),
               other = 3.0 * c3 * (2.0 * q.a23 - k * q.b21) + c4 * (2.0 + 3.0 * k2);
  const double mixed_z = 4.0 * c3 * (k * q.a24 - q.b22) + k * c4,
               other_z = c3 * (k * q.b22 + q.d21 - 2.0 * q.a24) - c4;
  q.a31 = -9.0 * l / (4.0 * d2) * mixed + low / (2.0 * d2) * other;
  q.a32 = -(9.0 * l / 4.0 * mixed_z + 1.5 * low * other_z) / d2;
  q.b31 = 3.0 / (8.0 * d2) * (-8.0 * l * other + high * mixed);
  q.b32 = (9.0 * l * other_z + 0.375 * high * mixed_z) / d2;
  q.d31 = 3.0 / (64.0 * ll) * (4.0 * c3 * q.a24 + c4);
  q.d32 = 3.0 / (64.0 * ll) * (4.0 * c3 * (q.a23 - q.d21) + c4 * (4.0 + k2));
  const double scale = 1.0 / (2.0 * l * (l * (1.0 + k2) - 2.0 * k));
  q.s1 = scale * (1.5 * c3 * (2.0 * q.a21 * (k2 - 2.0) - q.a23 * (k2 + 2.0) - 2.0 * k * q.b21) -
                  0.375 * c4 * (3.0 * k2 * k2 - 8.0 * k2 + 8.0));
  q.s2 = scale * (1.5 * c3 * (2.0 * q.a22 * (k2 - 2.0) + q.a24 * (k2 + 2.0) + 2.0 * k * q.b22 + 5.0 * q.d21) +
                  0.375 * c4 * (12.0 - k2));
  q.l1 = -1.5 * c3 * (2.0 * q.a21 + q.a23 + 5.0 * q.d21) - 0.375 * c4 * (12.0 - k2) + 2.0 * ll * q.s1;
  q.l2 = 1.5 * c3 * (q.a24 - 2.0 * q.a22) + 1.125 * c4 + 2.0 * ll * q.s2;
  return q;
}

}  // namespace

MirrorGuess richardson_halo(double mu, CollinearPoint point, Hemisphere hemisphere, double z_amplitude) {
  const Expansion e = expansion(mu, point);
  const Coefficients q = coefficients(e);
  const double az = z_amplitude / e.gamma;
  const double ax = std::sqrt((e.c2 - e.lambda * e.lambda - q.l2 * az * az) / q.l1);
  const double omega = 1.0 + q.s1 * ax * ax + q.s2 * az * az;
  // The phase τ is 0 at the crossing on the Earth's side and π on the other; there cos nτ = (±1)^n.
  const double c = point == CollinearPoint::l1 ? 1.0 : -1.0;
  const double x = q.a21 * ax * ax + q.a22 * az * az - ax * c + q.a23 * ax * ax - q.a24 * az * az +
                   (q.a31 * ax * ax * ax - q.a32 * ax * az * az) * c;
  const double z = az * c - 2.0 * q.d21 * ax * az + (q.d32 * az * ax * ax - q.d31 * az * az * az) * c;
  const double dy = e.k * ax * c + 2.0 * (q.b21 * ax * ax - q.b22 * az * az) +
                    3.0 * (q.b31 * ax * ax * ax - q.b32 * ax * az * az) * c;
  const double way = hemisphere == Hemisphere::north ? 1.0 : -1.0;
  return {
      {{e.x + e.gamma * x, 0.0, way * std::abs(e.gamma * z)}, {0.0, e.gamma * e.lambda * omega * dy, 0.0}},
      2.0 * pi / (e.lambda * omega)};
}

MirrorGuess linear_lyapunov(double mu, CollinearPoint point, double x_amplitude) {
  const Expansion e = expansion(mu, point);
  const double c = point == CollinearPoint::l1 ? 1.0 : -1.0;
  return {{{e.x - c * x_amplitude, 0.0, 0.0}, {0.0, c * e.k * e.lambda * x_amplitude, 0.0}},
          2.0 * pi / e.lambda};
}

}  // namespace lunafab::orbit
