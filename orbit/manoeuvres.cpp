#include <cmath>
#include <limits>
#include <numbers>
#include "core/contract.hpp"
#include "orbit/slots.hpp"

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi;

double speed_mps(double gm_m3ps2, double r_m, double a_m) {
  return std::sqrt(gm_m3ps2 * (2.0 / r_m - 1.0 / a_m));
}

}  // namespace

double drift_time_s(double ahead_rad, double relative_radps) {
  const double way = relative_radps < 0.0 ? -1.0 : 1.0;
  double to_go = std::fmod(way * ahead_rad, turn_rad);
  if (to_go < 0.0) to_go += turn_rad;
  if (to_go == 0.0 || to_go == turn_rad) return 0.0;
  return relative_radps == 0.0 ? std::numeric_limits<double>::infinity() : to_go / std::abs(relative_radps);
}

Phasing phase(double gm_m3ps2, double radius_m, double ahead_rad, int revolutions) {
  expects(gm_m3ps2 > 0.0 && radius_m > 0.0 && revolutions >= 1, "phasing needs a circle and a revolution");
  const double ratio = 1.0 - ahead_rad / (turn_rad * revolutions);  // of the periods
  expects(ratio > 0.0, "phasing ahead takes more revolutions than that");
  const double a = radius_m * std::cbrt(ratio * ratio), opposite = 2.0 * a - radius_m;
  expects(opposite > 0.0, "the phasing orbit meets the centre: take more revolutions");
  const double circle_s = turn_rad * std::sqrt(radius_m * radius_m * radius_m / gm_m3ps2);
  return {2.0 * std::abs(speed_mps(gm_m3ps2, radius_m, a) - speed_mps(gm_m3ps2, radius_m, radius_m)),
          revolutions * ratio * circle_s, std::min(radius_m, opposite)};
}

Phasing phase_above(double gm_m3ps2, double radius_m, double ahead_rad, int revolutions, double floor_m) {
  const double ratio = 1.0 - ahead_rad / (turn_rad * revolutions);
  const double opposite = 2.0 * std::cbrt(ratio * ratio) - 1.0;  // radii
  if (ratio > 0.0 && opposite * radius_m >= std::min(floor_m, radius_m))
    return phase(gm_m3ps2, radius_m, ahead_rad, revolutions);
  return phase(gm_m3ps2, radius_m, ahead_rad - turn_rad * std::ceil(ahead_rad / turn_rad), revolutions);
}

Hohmann hohmann(double gm_m3ps2, double from_m, double to_m) {
  expects(from_m > 0.0 && to_m > 0.0, "circles need radii");
  const double a = 0.5 * (from_m + to_m);
  return {std::abs(speed_mps(gm_m3ps2, from_m, a) - speed_mps(gm_m3ps2, from_m, from_m)) +
              std::abs(speed_mps(gm_m3ps2, to_m, to_m) - speed_mps(gm_m3ps2, to_m, a)),
          0.5 * turn_rad * std::sqrt(a * a * a / gm_m3ps2)};
}

/// The tail itself is summed: 1 − sum would lose small ones.
double stockout_probability(double mean_failures, int spares) {
  expects(mean_failures >= 0.0 && std::isfinite(mean_failures) && spares >= 0,
          "mean and spares must not be negative");
  if (mean_failures == 0.0) return 0.0;
  const auto term = [&](int n) {
    return std::exp(n * std::log(mean_failures) - mean_failures - std::lgamma(n + 1.0));
  };
  if (spares + 1.0 < mean_failures) {
    double below = 0.0;
    for (int n = spares; n >= 0; --n) below += term(n);
    return 1.0 - below;
  }
  double tail = 0.0, next = term(spares + 1);
  for (int n = spares + 2; next > tail * 1e-17; ++n) {
    tail += next;
    next *= mean_failures / n;
  }
  return tail;
}

int spares_for(double mean_failures, double probability) {
  expects(probability > 0.0 && probability < 1.0, "probability must be between 0 and 1");
  int spares = 0;
  while (stockout_probability(mean_failures, spares) > probability) ++spares;
  return spares;
}

}  // namespace lunafab::orbit
