#include "orbit/ephemeris.hpp"
#include <erfa.h>
#include <erfam.h>
#include <Eigen/Geometry>
#include <array>
#include <cmath>
#include <numbers>
#include "core/contract.hpp"

namespace lunafab::orbit {
namespace {

constexpr double rad_per_deg = std::numbers::pi / 180.0;

double checked_days(Epoch epoch) {
  const double days = epoch.tt_days_since_j2000;
  expects(std::abs(days) <= ephemeris_half_span_days, "ephemeris: the date must lie between 1900 and 2100");
  return days;
}

/// One of the arguments E1…E13: degrees at J2000 and per day.
struct Argument {
  double at_epoch_deg, rate_deg_per_day;
};
constexpr std::array<Argument, 13> arguments{{{125.045, -0.0529921},
                                              {250.089, -0.1059842},
                                              {260.008, 13.0120009},
                                              {176.625, 13.3407154},
                                              {357.529, 0.9856003},
                                              {311.589, 26.4057084},
                                              {134.963, 13.0649930},
                                              {276.617, 0.3287146},
                                              {34.226, 1.7484877},
                                              {15.134, -0.1589763},
                                              {119.743, 0.0036096},
                                              {239.961, 0.1643573},
                                              {25.053, 12.9590088}}};

// Amplitudes in degrees, one a row E1…E13: sine of the pole's right ascension, cosine of its declination,
// sine of the meridian.
struct Amplitude {
  double right_ascension_deg, declination_deg, meridian_deg;
};
constexpr std::array<Amplitude, 13> amplitudes{{{-3.8787, 1.5419, 3.5610},
                                                {-0.1204, 0.0239, 0.1208},
                                                {0.0700, -0.0278, -0.0642},
                                                {-0.0172, 0.0068, 0.0158},
                                                {0.0, 0.0, 0.0252},
                                                {0.0072, -0.0029, -0.0066},
                                                {0.0, 0.0009, -0.0047},
                                                {0.0, 0.0, -0.0046},
                                                {0.0, 0.0, 0.0028},
                                                {-0.0052, 0.0008, 0.0052},
                                                {0.0, 0.0, 0.0040},
                                                {0.0, 0.0, 0.0019},
                                                {0.0043, -0.0009, -0.0044}}};

/// The lunar pole in I and the angle of the prime meridian from the node.
struct Orientation {
  double right_ascension_rad, declination_rad, meridian_rad;
};

Orientation lunar_orientation(double days) {
  const double centuries = days / ERFA_DJC;
  double right_ascension_deg = 269.9949 + 0.0031 * centuries;
  double declination_deg = 66.5392 + 0.0130 * centuries;
  double meridian_deg = 38.3213 + 13.17635815 * days - 1.4e-12 * days * days;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const double argument_rad =
        (arguments[i].at_epoch_deg + arguments[i].rate_deg_per_day * days) * rad_per_deg;
    right_ascension_deg += amplitudes[i].right_ascension_deg * std::sin(argument_rad);
    declination_deg += amplitudes[i].declination_deg * std::cos(argument_rad);
    meridian_deg += amplitudes[i].meridian_deg * std::sin(argument_rad);
  }
  return {right_ascension_deg * rad_per_deg, declination_deg * rad_per_deg,
          std::remainder(meridian_deg, 360.0) * rad_per_deg};
}

}  // namespace

Eigen::Vector3d r_PE_I_m(Epoch epoch) {
  double pv_au[2][3];
  eraMoon98(ERFA_DJ00, checked_days(epoch), pv_au);
  return ERFA_DAU * Eigen::Vector3d{pv_au[0][0], pv_au[0][1], pv_au[0][2]};
}

Eigen::Vector3d r_SE_I_m(Epoch epoch) {
  double heliocentric_au[2][3], barycentric_au[2][3];
  // The status only repeats the span, which has been checked.
  (void)eraEpv00(ERFA_DJ00, checked_days(epoch), heliocentric_au, barycentric_au);
  return -ERFA_DAU * Eigen::Vector3d{heliocentric_au[0][0], heliocentric_au[0][1], heliocentric_au[0][2]};
}

Eigen::Matrix3d R_MI(Epoch epoch) {
  const auto [alpha, delta, w] = lunar_orientation(checked_days(epoch));
  using Eigen::AngleAxisd, Eigen::Vector3d;
  // Frame rotations Rz(W) Rx(90° − δ) Rz(90° + α); turning the frame is turning vectors backwards.
  constexpr double quarter_turn = std::numbers::pi / 2.0;
  return (AngleAxisd(-w, Vector3d::UnitZ()) * AngleAxisd(delta - quarter_turn, Vector3d::UnitX()) *
          AngleAxisd(-quarter_turn - alpha, Vector3d::UnitZ()))
      .toRotationMatrix();
}

}  // namespace lunafab::orbit
