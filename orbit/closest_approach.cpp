#include "orbit/closest_approach.hpp"
#include <cmath>

namespace lunafab::orbit {
namespace {

constexpr double time_tolerance_s = 1e-7;
constexpr double still_mps = 1e-6;   // rounding of 1e-9 m and 1e-12 m/s makes range rates of 1e-11 m/s
constexpr double touching_m = 1e-6;  // no direction to measure a rate along

struct Relative {
  Eigen::Vector3d d_m, v_mps;
  double closing_m2ps() const { return d_m.dot(v_mps); }  ///< range × range rate
};

Relative relative_at(std::span<const PreparedOrbit<double>> orbits, const SatellitePair& pair,
                     double time_s) {
  const PlainState a = state_at(orbits[pair.first], time_s), b = state_at(orbits[pair.second], time_s);
  return {b.r_m - a.r_m, b.v_mps - a.v_mps};
}

bool is_still(const Relative& r) {
  const double range_m = r.d_m.norm();
  return range_m < touching_m || std::abs(r.closing_m2ps()) <= still_mps * range_m;
}

/// Zero of range × range rate, negative at `low` and not at `high`: false position with the Illinois rule,
/// which needs two or three steps where paths are nearly straight and always converges.
double zero(std::span<const PreparedOrbit<double>> orbits, const SatellitePair& pair, double low_s,
            double high_s, double low, double high) {
  constexpr int most_steps = 100;
  int side = 0;
  double t = low_s;
  for (int i = 0; i < most_steps && high_s - low_s > time_tolerance_s; ++i) {
    const double before = t;
    t = (low_s * high - high_s * low) / (high - low);
    const double f = relative_at(orbits, pair, t).closing_m2ps();
    if (f == 0.0 || std::abs(t - before) < time_tolerance_s) break;
    if (f < 0.0) {
      low_s = t, low = f;
      if (side == -1) high *= 0.5;
      side = -1;
    } else {
      high_s = t, high = f;
      if (side == 1) low *= 0.5;
      side = 1;
    }
  }
  return t;
}

}  // namespace

std::optional<Conjunction> closest_approach(std::span<const PreparedOrbit<double>> orbits,
                                            const SatellitePair& pair, const StepSpan& step,
                                            double threshold_m) {
  const Relative from = relative_at(orbits, pair, step.from_s), to = relative_at(orbits, pair, step.to_s);
  const double low = from.closing_m2ps(), high = to.closing_m2ps();
  const auto event = [&](double time_s, const Relative& at, Approach kind) -> std::optional<Conjunction> {
    const double distance_m = at.d_m.norm();
    if (!(distance_m < threshold_m)) return std::nullopt;
    return Conjunction{time_s, distance_m, at.v_mps.norm(), pair.first, pair.second, kind};
  };
  if (is_still(from) && is_still(to)) {
    if (!step.opens) return std::nullopt;
    return event(step.from_s, from, Approach::companions);
  }
  if (low < 0.0 && high >= 0.0) {
    const double time_s = zero(orbits, pair, step.from_s, step.to_s, low, high);
    return event(time_s, relative_at(orbits, pair, time_s), Approach::closest);
  }
  if (step.opens && low >= 0.0) return event(step.from_s, from, Approach::window_start);
  if (step.closes && high < 0.0) return event(step.to_s, to, Approach::window_end);
  return std::nullopt;
}

}  // namespace lunafab::orbit
