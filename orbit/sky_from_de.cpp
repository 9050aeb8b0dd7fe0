#include <erfa.h>
#include <fmt/format.h>
#include <Eigen/Geometry>
#include <cmath>
#include "core/contract.hpp"
#include "orbit/de_file.hpp"
#include "orbit/ephemeris.hpp"
#include "orbit/frames.hpp"
#include "orbit/segments.hpp"
#include "orbit/time_scales.hpp"

namespace lunafab::orbit {
namespace {

double tdb_days(Epoch at) {
  return at.tt_days_since_j2000 + tdb_minus_tt_s(at) / 86400.0;
}

/// Mean-Earth from GCRF axes. The librations φ, θ, ψ turn GCRF axes about z, x and z into principal axes.
Eigen::Quaterniond orientation(const DeFile& file, Epoch at, double tdb) {
  if (file.librations.terms == 0) return Eigen::Quaterniond(R_MI(at));
  using Eigen::AngleAxisd, Eigen::Vector3d;
  const Vector3d angles = evaluate(file, file.librations, tdb);
  // Turning the frame is turning vectors backwards.
  const Eigen::Quaterniond principal = AngleAxisd(-angles.z(), Vector3d::UnitZ()) *
                                       AngleAxisd(-angles.y(), Vector3d::UnitX()) *
                                       AngleAxisd(-angles.x(), Vector3d::UnitZ());
  return Eigen::Quaterniond(R_principal_mean_earth().transpose()) * principal;
}

SkySample sample(const DeFile& file, Epoch at) {
  const double tdb = tdb_days(at);
  constexpr double m_per_km = 1e3;
  const Eigen::Vector3d moon_m = m_per_km * evaluate(file, file.moon, tdb);
  // The Moon is given from the Earth, the others from the barycentre of the solar system.
  const Eigen::Vector3d sun_from_earth_moon_m =
      m_per_km * (evaluate(file, file.sun, tdb) - evaluate(file, file.earth_moon, tdb));
  const Eigen::Vector3d sun_m = sun_from_earth_moon_m + moon_m / (1.0 + file.earth_moon_mass_ratio);
  const Eigen::Quaterniond q = orientation(file, at, tdb);
  return {moon_m.x(), moon_m.y(), moon_m.z(), sun_m.x(), sun_m.y(), sun_m.z(), q.x(), q.y(), q.z(), q.w()};
}

}  // namespace

Ephemeris Ephemeris::from_de(const std::string& path, Epoch from, Epoch to) {
  expects(to.tt_days_since_j2000 > from.tt_days_since_j2000, "ephemeris: the span must not be empty");
  constexpr double second_days = 1.0 / 86400.0;  // for TDB − TT and roundings
  const DeFile file = read_de_file(path, from.tt_days_since_j2000 - second_days,
                                   end_of_blocks(from, to).tt_days_since_j2000 + second_days);
  return {from, to, fit_segments(from, to, [&](Epoch at) { return sample(file, at); }),
          fmt::format("JPL DE{}; lunar axes from {}", file.number,
                      file.librations.terms > 0 ? "its librations" : "the IAU/WGCCRE 2009 series")};
}

}  // namespace lunafab::orbit
