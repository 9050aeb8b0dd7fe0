#include <algorithm>
#include <cmath>
#include <numbers>
#include "campaign/site.hpp"

namespace lunafab::campaign {
namespace {

constexpr double two_pi = 2.0 * std::numbers::pi;
// The Sun moves 0.5° an hour along the lunar horizon and its elevation swings over a month: a straight path
// between samples 6 h apart is within 0.002° of the true one.
constexpr Ticks sample_interval{6LL * 3600 * microseconds_per_second};

/// Sun between two samples; azimuths are unwrapped first.
orbit::SunPosition between(const orbit::SunPosition& a, const orbit::SunPosition& b, double part) {
  double turn = b.azimuth_rad - a.azimuth_rad;
  turn -= two_pi * std::round(turn / two_pi);
  const double azimuth = std::fmod(a.azimuth_rad + part * turn + two_pi, two_pi);
  return {azimuth, a.elevation_rad + part * (b.elevation_rad - a.elevation_rad),
          a.distance_m + part * (b.distance_m - a.distance_m)};
}

}  // namespace

SupplyTrack supply_track(const Scenario& scenario) {
  SupplyTrack track;
  const Ticks step = scenario.lookahead;
  const auto intervals = static_cast<std::size_t>(scenario.end.us / step.us) + 3;
  if (!scenario.power) return track;
  const PowerPlan& power = *scenario.power;
  std::int64_t sample = -1;
  orbit::SunPosition from, to;
  const auto sun_at = [&](std::int64_t n) {
    return orbit::sun_position(power.site,
                               {scenario.start.tt_days_since_j2000 + seconds(sample_interval * n) / 86400.0});
  };
  for (std::size_t k = 0; k < intervals; ++k) {
    const Tick middle = Tick{} + step * static_cast<std::int64_t>(k) + Ticks{step.us / 2};
    const std::int64_t n = middle.us / sample_interval.us;
    if (n != sample) {
      from = n == sample + 1 && sample >= 0 ? to : sun_at(n);
      to = sun_at(n + 1);
      sample = n;
    }
    const double part =
        static_cast<double>(middle.us % sample_interval.us) / static_cast<double>(sample_interval.us);
    const orbit::SunPosition sun = between(from, to, part);
    const double clearance =
        sun.elevation_rad - logistics::horizon_elevation_rad(power.horizon, sun.azimuth_rad);
    const double visible = logistics::visible_disc_fraction(clearance, sun.distance_m);
    track.sunlit.push_back(visible);
    track.supply.push_back(power.reactors + logistics::solar_power(power.solar, sun.elevation_rad, visible,
                                                                   sun.distance_m, middle - Tick{}));
  }
  return track;
}

}  // namespace lunafab::campaign
