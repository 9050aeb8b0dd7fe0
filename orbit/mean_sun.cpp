#include "orbit/mean_sun.hpp"
#include <cmath>
#include <numbers>

namespace lunafab::orbit {
namespace {

constexpr double turn_rad = 2.0 * std::numbers::pi, hour_rad = turn_rad / 24.0;
constexpr double at_j2000_rad = 280.46646 / 360.0 * turn_rad;
constexpr double sidereal_year_d = 365.256363;  // in which the mean Sun goes round the GCRF's equator

double in_turn(double angle_rad) {
  const double rest = std::fmod(angle_rad, turn_rad);
  return rest < 0.0 ? rest + turn_rad : rest;
}

}  // namespace

double mean_sun_rad(Epoch at) {
  return in_turn(at_j2000_rad + turn_rad / sidereal_year_d * at.tt_days_since_j2000);
}

double mean_node_time_h(double node_rad, Epoch at) {
  const double hours = in_turn(node_rad - mean_sun_rad(at) + 12.0 * hour_rad) / hour_rad;
  return hours < 24.0 ? hours : 0.0;
}

double node_of_local_time_rad(double local_time_h, Epoch at) {
  return in_turn(mean_sun_rad(at) + (local_time_h - 12.0) * hour_rad);
}

}  // namespace lunafab::orbit
