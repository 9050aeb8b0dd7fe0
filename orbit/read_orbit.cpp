#include "orbit/read_orbit.hpp"
#include <filesystem>
#include <limits>
#include <numbers>
#include "core/contract.hpp"
#include "core/read_distribution.hpp"
#include "orbit/ideal_transfer.hpp"

namespace lunafab::orbit {
namespace {

constexpr double right_angle = std::numbers::pi / 2.0, full_turn = 2.0 * std::numbers::pi;
constexpr double day_s = 86400.0;
constexpr double longest_transfer_d = 300.0;
constexpr int highest_degree = 300;

const std::vector<std::pair<std::string, Fidelity>> fidelities{
    {"ideal", Fidelity::ideal}, {"table", Fidelity::table}, {"solve", Fidelity::solve}};

Muzzle read_muzzle(MapReader& section, const std::optional<LunarSite>& site) {
  Muzzle muzzle;
  MapReader map = section.map("muzzle");
  const auto angle = [&](const char* key, Range range, std::optional<double> fallback) {
    return fallback ? map.quantity(key, unit::angle, range, *fallback)
                    : map.quantity(key, unit::angle, range);
  };
  muzzle.site.latitude_rad =
      angle("latitude", {-right_angle, right_angle}, site ? std::optional(site->latitude_rad) : std::nullopt);
  muzzle.site.longitude_rad =
      angle("longitude", {-full_turn, full_turn}, site ? std::optional(site->longitude_rad) : std::nullopt);
  muzzle.azimuth_rad = angle("azimuth", {-full_turn, full_turn}, std::nullopt);
  muzzle.elevation_rad = angle("elevation", {-right_angle, right_angle}, 0.0);
  muzzle.altitude_m = map.quantity("altitude", unit::length, {-1e4, 2e4}, 0.0);
  map.finish();
  return muzzle;
}

Navigation read_navigation(MapReader& section) {
  Navigation n;
  auto map = section.optional_map("navigation");
  if (!map) return n;
  n.earliest_s = map->quantity("earliest", unit::time, {60.0, 30.0 * day_s}, n.earliest_s);
  n.position_m = map->quantity("position", unit::length, {0.0, 1e6}, n.position_m);
  n.velocity_mps = map->quantity("velocity", unit::speed, {0.0, 100.0}, n.velocity_mps);
  n.execution_rel = map->quantity("execution", unit::number, {0.0, 0.5}, n.execution_rel);
  map->finish();
  return n;
}

/// A file's path, relative to the scenario's folder; "" where the key is absent.
std::string read_file_name(MapReader& map, const char* key, const std::string& folder) {
  const std::string name = map.text(key, "");
  if (name.empty()) return {};
  const std::filesystem::path path = std::filesystem::path(folder) / name;
  if (!std::filesystem::is_regular_file(path))
    map.fail(key, "'" + path.string() + "' is not a file", "a file, relative to the scenario's folder");
  return path.string();
}

LibrationTarget read_libration(MapReader& map, DestinationKind kind) {
  LibrationTarget target;
  const bool by_period = map.has("period");
  if (kind == DestinationKind::distant_retrograde) {
    if (by_period) {
      target.period_s = map.quantity("period", unit::time, {day_s, 27.0 * day_s});
    } else {
      target.amplitude_m = map.quantity("distance", unit::length, {5e6, 1.5e8});
    }
    return target;
  }
  target.point = static_cast<int>(map.count("point", 1, 2, 2));
  target.hemisphere = map.choice<Hemisphere>(
      "hemisphere", {{"north", Hemisphere::north}, {"south", Hemisphere::south}}, Hemisphere::north);
  if (kind == DestinationKind::halo && !by_period) {
    target.amplitude_m = map.quantity("amplitude", unit::length, {1e6, 8e7});
  } else {
    target.period_s = map.quantity("period", unit::time, {5.0 * day_s, 16.0 * day_s});
  }
  return target;
}

/// What the kind of destination needs, at every fidelity.
void read_kind(MapReader& map, Destination& d) {
  using Kind = DestinationKind;
  switch (d.kind) {
    case Kind::low_lunar_orbit:
    case Kind::high_earth_orbit:
      d.altitude_m = map.quantity("altitude", unit::length, {1e3, 1e9});
      return;
    case Kind::sun_synchronous:
      d.altitude_m = map.quantity("altitude", unit::length, {1e3, 1e8});
      d.route = map.choice<Route>("route", {{"sun_assisted", Route::sun_assisted}, {"direct", Route::direct}},
                                  Route::sun_assisted);
      if (d.route == Route::direct)
        d.burn_at_s = map.quantity("burn_at", unit::time, {3600.0, 3.0 * day_s}, d.burn_at_s);
      return;
    case Kind::heliocentric:
      d.c3_m2ps2 = map.quantity("c3", unit::specific_orbital_energy, {0.0, 1e9});
      return;
    case Kind::halo:
    case Kind::near_rectilinear_halo:
    case Kind::distant_retrograde:
      d.libration = read_libration(map, d.kind);
      return;
  }
}

/// What two-body theory cannot give. Read at every fidelity, so that a scenario can be run at all of them;
/// used at `ideal`.
void read_ideal(MapReader& map, Fidelity fidelity, Destination& d) {
  if (d.kind == DestinationKind::low_lunar_orbit) return;
  d.launch_speed_mps = map.quantity("launch_speed", unit::speed, {1000.0, 20000.0}, 0.0);
  if (fidelity == Fidelity::ideal || map.has("flight_time"))
    d.flight_time = read_distribution(map, "flight_time");
  d.insertion_mps = map.quantity("insertion", unit::speed, {0.0, 2e4}, 0.0);
  d.correction_gain = map.quantity("correction_gain", unit::number, {0.0, 1e3}, 1.0);
}

Destination read_destination(const std::string& name, MapReader& map, Fidelity fidelity, Budget budget) {
  using Kind = DestinationKind;
  Destination d{.name = name};
  d.kind = map.choice<Kind>("kind", {{"low_lunar_orbit", Kind::low_lunar_orbit},
                                     {"heliocentric", Kind::heliocentric},
                                     {"sun_synchronous", Kind::sun_synchronous},
                                     {"high_earth_orbit", Kind::high_earth_orbit},
                                     {"halo", Kind::halo},
                                     {"near_rectilinear_halo", Kind::near_rectilinear_halo},
                                     {"distant_retrograde", Kind::distant_retrograde}});
  read_kind(map, d);
  read_ideal(map, fidelity, d);
  d.arrival_s = map.quantity("arrival_time", unit::time, {0.0, 1e9}, 0.0);
  const bool unlimited = budget == Budget::optional && !map.has("correction_budget");
  if (!unlimited) d.correction_budget_mps = map.quantity("correction_budget", unit::speed, non_negative);
  d.arrival_loss_probability = map.quantity("arrival_loss", unit::number, fraction, 0.0);
  map.finish();
  if (!map.findings().empty()) return d;  // half-read destinations cannot be completed
  try {
    d = completed(d, fidelity);
    if (unlimited) d.correction_budget_mps = std::numeric_limits<double>::infinity();
  } catch (const ContractError& error) {
    const bool by_altitude = d.kind == Kind::low_lunar_orbit || d.kind == Kind::high_earth_orbit;
    map.fail(by_altitude ? "altitude" : d.launch_speed_mps == 0.0 ? "c3" : "launch_speed", error.what());
  }
  return d;
}

/// What the transfers are computed with.
void read_model(MapReader& map, const std::string& folder, OrbitPlan& plan) {
  plan.field_file = read_file_name(map, "field", folder);
  plan.degree = static_cast<int>(map.count("degree", 0, highest_degree, plan.degree));
  plan.de_file = read_file_name(map, "ephemeris", folder);
  plan.navigation = read_navigation(map);
  if (plan.field_file.empty() && plan.degree > built_in_field().degree) {
    map.fail("degree", "is above that of the built-in field",
             "up to 12, or a `field` file (SHADR or ICGEM) of this degree");
  }
}

}  // namespace

OrbitPlan read_orbit(MapReader& root, const std::string& folder, const std::optional<LunarSite>& site) {
  OrbitPlan plan;
  auto map = root.optional_map("orbit");
  if (!map) return plan;
  plan.fidelity = map->choice<Fidelity>("fidelity", fidelities);
  plan.muzzle = read_muzzle(*map, site);
  plan.audit = map->count("audit", 0, 1'000'000'000, 0);
  plan.window_step_s = map->quantity("window_step", unit::time, {600.0, 10.0 * day_s}, plan.window_step_s);
  plan.terrain_file = read_file_name(*map, "terrain", folder);
  read_model(*map, folder, plan);
  map->finish();
  return plan;
}

OrbitPlan read_orbit_model(MapReader& root, const std::string& folder) {
  OrbitPlan plan{.fidelity = Fidelity::table};
  auto map = root.optional_map("orbit");
  if (!map) return plan;
  read_model(*map, folder, plan);
  map->finish();
  return plan;
}

std::vector<Destination> read_destinations(MapReader& root, Fidelity fidelity, Budget budget) {
  std::vector<Destination> destinations;
  root.each_map("destinations", [&](const std::string& name, MapReader& map) {
    destinations.push_back(read_destination(name, map, fidelity, budget));
  });
  return destinations;
}

void open_sky(const OrbitPlan& plan, double duration_s, OrbitModel& model) {
  const Epoch from{model.start.tt_days_since_j2000 - 1.0};
  const Epoch to{model.start.tt_days_since_j2000 + duration_s / day_s + longest_transfer_d};
  model.sky = std::make_shared<const Ephemeris>(
      plan.de_file.empty() ? Ephemeris::from_erfa(from, to) : Ephemeris::from_de(plan.de_file, from, to));
  model.field = std::make_shared<const GravityField>(
      plan.field_file.empty() ? built_in_field() : load_gravity_field(plan.field_file, plan.degree));
  model.setting.dynamics.sky = model.sky.get();
  model.setting.dynamics.field = model.field.get();
  model.setting.dynamics.degree = plan.degree;
  model.setting.muzzle = plan.muzzle;
}

}  // namespace lunafab::orbit
