#pragma once
#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <numbers>

/// An oracle for departures from the Moon: the circular restricted three-body problem with JPL's Earth–Moon
/// constants, stepped by the classical Runge–Kutta method. Shares no code with the product.
namespace three_body {

using State = Eigen::Matrix<double, 6, 1>;  // rotating frame, barycentre at the origin, Moon on +x

constexpr double mass_ratio = 0.01215058560962404, length_km = 389703.264829278, time_s = 382981.289129055;
constexpr double moon_radius = 1737.4 / length_km;

struct Launch {
  double latitude_deg, longitude_deg, azimuth_deg, speed_kmps;
};
struct Departure {
  double c3_km2ps2;  ///< barycentric, with the sum of the GMs
  double days;
};

inline double moon_distance(const State& s) {
  return Eigen::Vector3d{s[0] - 1.0 + mass_ratio, s[1], s[2]}.norm();
}
inline double earth_distance(const State& s) {
  return Eigen::Vector3d{s[0] + mass_ratio, s[1], s[2]}.norm();
}

inline State rate(const State& s) {
  const double earth = (1.0 - mass_ratio) / std::pow(earth_distance(s), 3),
               moon = mass_ratio / std::pow(moon_distance(s), 3);
  State out;
  out << s[3], s[4], s[5], 2.0 * s[4] + s[0] - earth * (s[0] + mass_ratio) - moon * (s[0] - 1.0 + mass_ratio),
      -2.0 * s[3] + s[1] - (earth + moon) * s[1], -(earth + moon) * s[2];
  return out;
}

inline State stepped(const State& s, double h) {
  const State k1 = rate(s), k2 = rate(s + 0.5 * h * k1), k3 = rate(s + 0.5 * h * k2), k4 = rate(s + h * k3);
  return s + h / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
}

/// Horizontal launch, speed relative to the surface. The near side faces the Earth, on −x.
inline State launched(const Launch& launch) {
  constexpr double rad = std::numbers::pi / 180.0;
  const double lat = launch.latitude_deg * rad, lon = launch.longitude_deg * rad,
               az = launch.azimuth_deg * rad;
  const Eigen::Vector3d up{std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
  const Eigen::Vector3d east{-std::sin(lon), std::cos(lon), 0.0};
  const Eigen::Vector3d north{-std::sin(lat) * std::cos(lon), -std::sin(lat) * std::sin(lon), std::cos(lat)};
  const Eigen::Vector3d velocity =
      launch.speed_kmps * time_s / length_km * (std::sin(az) * east + std::cos(az) * north);
  const Eigen::Vector3d half_turn{-1.0, -1.0, 1.0};
  State s;
  s << half_turn.cwiseProduct(moon_radius * up) + (1.0 - mass_ratio) * Eigen::Vector3d::UnitX(),
      half_turn.cwiseProduct(velocity);
  return s;
}

/// Follows a launch to 1 Mkm from the barycentre, 100 days at most.
inline Departure depart(const Launch& launch) {
  const double border = 1e6 / length_km;
  const auto radius = [](const State& s) {
    return s.head<3>().norm();
  };
  State s = launched(launch);
  double t = 0.0;
  while (radius(s) < border && t < 100.0 * 86400.0 / time_s) {
    // A hundredth of the shorter dynamical time; the last step is halved down to the border.
    double h = 0.01 * std::min(std::sqrt(std::pow(moon_distance(s), 3) / mass_ratio),
                               std::pow(earth_distance(s), 1.5));
    while (radius(stepped(s, h)) > border * (1.0 + 1e-12)) h *= 0.5;
    s = stepped(s, h);
    t += h;
    if (h < 1e-10) break;
  }
  const Eigen::Vector3d inertial{s[3] - s[1], s[4] + s[0], s[5]};
  const double unit_kmps = length_km / time_s;
  return {(inertial.squaredNorm() - 2.0 / radius(s)) * unit_kmps * unit_kmps, t * time_s / 86400.0};
}

}  // namespace three_body
