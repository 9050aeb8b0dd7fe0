#include "orbit/terrain.hpp"
#include <cmath>
#include <limits>
#include <utility>
#include "core/constants.hpp"
#include "core/contract.hpp"
#include "core/csv.hpp"

namespace lunafab::orbit {
namespace {

/// The conic of a launch in its plane, by its constants at the muzzle.
struct Path {
  double radius_m;        ///< of the muzzle
  double radial_mps;      ///< there
  double horizontal_mps;  ///< there, inertial
  double turning;         ///< angle seen by the ground ÷ inertial angle

  // r = p / (1 + e cos(ν₀ + θ)); with h = r₀ v_h, e cos ν₀ = p/r₀ − 1 and e sin ν₀ = v_r h / GM:
  // r = p / (1 + (p/r₀ − 1) cos θ − (v_r h / GM) sin θ).
  double height_m(double distance_m) const {
    const double theta = distance_m / (radius_m * turning), half_sine = std::sin(0.5 * theta);
    const double h = radius_m * horizontal_mps, p = h * h / constants::moon_gm_m3_per_s2;
    const double e_cos = p / radius_m - 1.0, e_sin = radial_mps * h / constants::moon_gm_m3_per_s2;
    // 1 − cos θ = 2 sin²(θ/2) keeps the digits of small angles: r − r₀ = (p − r₀ D) / D with
    // D = p/r₀ − [2 e_cos sin²(θ/2) + e_sin sin θ].
    const double drop = 2.0 * e_cos * half_sine * half_sine + e_sin * std::sin(theta);
    const double denominator = p / radius_m - drop;
    expects(denominator > 0.0, "the path must reach this distance");
    return radius_m * drop / denominator;
  }
  double slope(double distance_m) const {
    constexpr double step_m = 1.0;  // heights are parabolas on this scale; rounding 1e-10 m
    return (height_m(distance_m + step_m) - height_m(distance_m - step_m)) / (2.0 * step_m);
  }
};

Path path_of(const Muzzle& muzzle, double speed_mps, double elevation_rad) {
  const double radius_m = constants::moon_radius_m + muzzle.altitude_m;
  const double along_mps = constants::moon_spin_radps * radius_m * std::cos(muzzle.site.latitude_rad) *
                           std::sin(muzzle.azimuth_rad);  // of the ground, along the bore
  const double over_ground_mps = speed_mps * std::cos(elevation_rad);
  expects(over_ground_mps > 0.0 && over_ground_mps + along_mps > 0.0, "the bore must not point straight up");
  return {.radius_m = radius_m,
          .radial_mps = speed_mps * std::sin(elevation_rad),
          .horizontal_mps = over_ground_mps + along_mps,
          .turning = over_ground_mps / (over_ground_mps + along_mps)};
}

/// Smallest of path − ground, and where: at a point of the profile, or where the path runs parallel to a
/// straight piece of ground.
std::pair<double, double> smallest_clearance(const TerrainProfile& terrain, const Path& path) {
  std::pair<double, double> least{std::numeric_limits<double>::infinity(), 0.0};
  const auto look = [&](double at_m, double ground_m) {
    const double clearance_m = path.height_m(at_m) - ground_m;
    if (clearance_m < least.first) least = {clearance_m, at_m};
  };
  for (std::size_t i = 0; i < terrain.distance_m.size(); ++i) {
    look(terrain.distance_m[i], terrain.elevation_m[i]);
    if (i == 0) continue;
    double low = terrain.distance_m[i - 1], high = terrain.distance_m[i];
    const double ground_slope = (terrain.elevation_m[i] - terrain.elevation_m[i - 1]) / (high - low);
    if (path.slope(low) >= ground_slope || path.slope(high) <= ground_slope) continue;
    for (int halving = 0; halving < 50; ++halving) {
      const double middle = 0.5 * (low + high);
      (path.slope(middle) < ground_slope ? low : high) = middle;
    }
    look(low, terrain.elevation_m[i] - ground_slope * (terrain.distance_m[i] - low));
  }
  return least;
}

TerrainProfile profile_of(const CsvTable& table, const std::string& name) {
  Findings findings;
  refuse_other_columns(table, {"distance_m", "elevation_m"}, findings);
  TerrainProfile profile{.source = name,
                         .distance_m = number_column(table, "distance_m", non_negative, findings),
                         .elevation_m = number_column(table, "elevation_m", {-1e5, 1e5}, findings)};
  findings.throw_if_any();
  const std::size_t column = *find_column(table, "distance_m", findings);
  for (std::size_t i = 1; i < profile.distance_m.size(); ++i) {
    if (profile.distance_m[i] > profile.distance_m[i - 1]) continue;
    const CsvCell& cell = table.rows[i][column];
    findings.add({cell.mark,
                  "distance_m",
                  quoted(cell.text) + " does not rise",
                  "more than " + table.rows[i - 1][column].text + " of the row before",
                  {}});
  }
  if (table.rows.size() < 2) findings.add({table.end, {}, "too few points", "two rows or more", {}});
  findings.throw_if_any();
  return profile;
}

}  // namespace

TerrainProfile load_terrain(const std::string& path) {
  return profile_of(load_csv(path), path);
}

TerrainProfile parse_terrain(std::string_view text, const std::string& name) {
  return profile_of(parse_csv(text, name), name);
}

double ballistic_height_m(const Muzzle& muzzle, double speed_mps, double distance_m) {
  return path_of(muzzle, speed_mps, muzzle.elevation_rad).height_m(distance_m);
}

Clearance check_clearance(const TerrainProfile& terrain, const Muzzle& muzzle, double speed_mps,
                          const ClearanceDemand& demand) {
  expects(terrain.distance_m.size() >= 2 && terrain.distance_m.size() == terrain.elevation_m.size(),
          "a terrain profile has two points or more");
  const Path nominal = path_of(muzzle, speed_mps, muzzle.elevation_rad);
  const Path low =
      path_of(muzzle, speed_mps, muzzle.elevation_rad - demand.sigmas * demand.vertical_sigma_rad);
  const auto [smallest_m, at_m] = smallest_clearance(terrain, nominal);
  const auto [dispersed_m, dispersed_at_m] = smallest_clearance(terrain, low);
  return {.smallest_m = smallest_m,
          .at_m = at_m,
          .dispersed_smallest_m = dispersed_m,
          .dispersed_at_m = dispersed_at_m,
          .required_m = demand.margin_m,
          .passes = dispersed_m >= demand.margin_m,
          .checked_to_m = terrain.distance_m.back(),
          .height_at_end_m = low.height_m(terrain.distance_m.back())};
}

}  // namespace lunafab::orbit
