#include "campaign/orbit_plan.hpp"
#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include "core/cache.hpp"
#include "orbit/terrain.hpp"
#include "orbit/window_key.hpp"

namespace lunafab::campaign {
namespace {

constexpr double mg_per_kg = 1e6;

double mass_kg(const Scenario& scenario, const SatelliteDesign& design) {
  return static_cast<double>(scenario.plant.chemistry.materials[design.material].piece_mg) / mg_per_kg;
}

/// Speeds that the driver gives to every satellite bound for a destination.
orbit::SpeedRange speeds_to(const Scenario& scenario, std::size_t destination) {
  orbit::SpeedRange range{0.0, std::numeric_limits<double>::infinity()};
  bool any = false;
  for (const SatelliteDesign& design : scenario.satellites) {
    if (design.destination != destination) continue;
    const auto [slowest, fastest] =
        massdriver::speed_range_mps(scenario.driver->model, mass_kg(scenario, design));
    range.slowest_mps = std::max(range.slowest_mps, slowest),
    range.fastest_mps = std::min(range.fastest_mps, fastest);
    any = true;
  }
  return any ? range : orbit::SpeedRange{};
}

/// The worst of what the satellites of a scenario are thrown with, at the middle of their speeds.
Eigen::Matrix3d muzzle_covariance(const Scenario& scenario) {
  Eigen::Matrix3d worst = Eigen::Matrix3d::Zero();
  for (const SatelliteDesign& design : scenario.satellites) {
    const orbit::SpeedRange range = scenario.orbit.destinations[design.destination].speeds;
    const double speed_mps = 0.5 * (range.slowest_mps + range.fastest_mps);
    if (!massdriver::reaches(scenario.driver->model, mass_kg(scenario, design), speed_mps)) continue;
    const Eigen::Matrix3d c =
        massdriver::muzzle_covariance_m2ps2(scenario.driver->model, mass_kg(scenario, design), speed_mps);
    if (c.trace() > worst.trace()) worst = c;
  }
  return worst;
}

void open_if_closed(const orbit::OrbitPlan& plan, Scenario& scenario) {
  if (!scenario.orbit.sky) orbit::open_sky(plan, seconds(scenario.end), scenario.orbit);
}

/// The windows of one destination; a reason from a node without a transfer where no node has one.
orbit::WindowTable windows_of(const orbit::OrbitPlan& plan, Scenario& scenario, const orbit::Destination& d) {
  const double step_s = plan.window_step_s;
  const auto nodes = static_cast<std::size_t>(std::ceil(seconds(scenario.end) / step_s)) + 2;
  const CacheKey key{
      .kind = "windows",
      .version = orbit::windows_version,
      .hash = orbit::windows_hash(plan, d, scenario.orbit.muzzle_m2ps2, {scenario.start, step_s, nodes})};
  return cached<orbit::WindowTable>(cache_directory(), key, [&] {
    open_if_closed(plan, scenario);
    const auto windows = orbit::solve_windows(scenario.orbit.setting, d, scenario.orbit.muzzle_m2ps2,
                                              plan.navigation, scenario.start, step_s, nodes);
    orbit::WindowTable table{.first = scenario.start, .step_s = step_s};
    for (const orbit::Window& w : windows) table.nodes.push_back(w.node);
    return table;
  });
}

/// Why there is never a launch to a destination; "" where there is.
std::string why_never(const orbit::OrbitPlan& plan, Scenario& scenario, std::size_t destination) {
  const orbit::WindowTable& table = scenario.orbit.windows[destination];
  const orbit::Destination& d = scenario.orbit.destinations[destination];
  double cheapest_mps = std::numeric_limits<double>::infinity();
  for (const orbit::WindowNode& node : table.nodes) {
    if (orbit::is_open(node, d.correction_budget_mps)) return "";
    if (node.found != 0) cheapest_mps = std::min(cheapest_mps, node.insertion_mps + node.correction_p95_mps);
  }
  if (std::isfinite(cheapest_mps)) {
    return fmt::format(
        "is never reached: the cheapest transfer of the run takes {:.1f} m/s, the budget is {:.1f} m/s",
        cheapest_mps, d.correction_budget_mps);
  }
  open_if_closed(plan, scenario);
  return "is never reached: " + orbit::solve_transfer(scenario.orbit.setting, d, scenario.start).reason;
}

/// The slowest launch of each destination flies lowest.
void check_terrain(const orbit::OrbitPlan& plan, const Scenario& scenario, Findings& findings) {
  if (plan.terrain_file.empty()) return;
  orbit::TerrainProfile terrain;
  try {
    terrain = orbit::load_terrain(plan.terrain_file);
  } catch (const InputError& error) {
    for (const Finding& finding : error.findings()) findings.add(finding);
    return;
  }
  const orbit::OrbitModel& model = scenario.orbit;
  for (std::size_t i = 0; i < model.destinations.size(); ++i) {
    double slowest_mps = std::numeric_limits<double>::infinity();
    for (const orbit::WindowNode& node : model.windows[i].nodes)
      if (node.found != 0) slowest_mps = std::min(slowest_mps, node.speed_mps);
    if (!std::isfinite(slowest_mps)) continue;
    const orbit::Clearance clearance =
        orbit::check_clearance(terrain, plan.muzzle, slowest_mps,
                               {.vertical_sigma_rad = std::sqrt(model.muzzle_m2ps2(2, 2)) / slowest_mps});
    if (clearance.passes) continue;
    findings.add(
        {mark_at(scenario.document, "orbit.terrain"), "orbit.terrain",
         fmt::format("launches to '{}' at {:.1f} m/s come within {:.1f} m of the ground {:.1f} km from "
                     "the muzzle; {:.1f} m are required",
                     model.destinations[i].name, slowest_mps, clearance.dispersed_smallest_m,
                     clearance.dispersed_at_m / 1e3, clearance.required_m),
         "another `orbit.muzzle` azimuth, a higher elevation or altitude", ""});
  }
}

}  // namespace

namespace {

/// Launches that wait for a plane of a shell, and none of the run ever meets one.
void check_gate(const Scenario& scenario, std::size_t destination, Findings& findings) {
  const orbit::OrbitModel& model = scenario.orbit;
  if (destination >= model.gates.size() || !model.gates[destination]) return;
  constexpr double month_d = 28.0;  // in which the plane of launch turns past all nodes
  if (days(scenario.end) < month_d || orbit::next_open(model, destination, Tick{}) < scenario.end) return;
  const std::string path = "constellation.shells." + model.destinations[destination].name;
  findings.add({mark_at(scenario.document, path), path,
                fmt::format("no launch of the run arrives within {:g} m/s of one of its planes",
                            model.gates[destination]->most_turn_mps),
                "the inclination that launches arrive with, more planes, or more `arrival.turn`", ""});
}

}  // namespace

void prepare_orbit(const orbit::OrbitPlan& plan, Scenario& scenario, Findings& findings) {
  orbit::OrbitModel& model = scenario.orbit;
  model.fidelity = plan.fidelity;
  model.start = scenario.start;
  model.navigation = plan.navigation;
  model.audit = plan.audit;
  if (plan.fidelity == Fidelity::ideal || !scenario.driver) return;
  for (std::size_t i = 0; i < model.destinations.size(); ++i)
    model.destinations[i].speeds = speeds_to(scenario, i);
  model.muzzle_m2ps2 = muzzle_covariance(scenario);
  open_if_closed(plan, scenario);
  for (std::size_t i = 0; i < model.destinations.size(); ++i) {
    model.windows.push_back(windows_of(plan, scenario, model.destinations[i]));
    const std::string problem = why_never(plan, scenario, i);
    if (problem.empty()) {
      check_gate(scenario, i, findings);
      continue;
    }
    const std::string path = "destinations." + model.destinations[i].name;
    findings.add({mark_at(scenario.document, path), path, problem,
                  "a muzzle, a driver, dates or a budget with which it is: `lunafab windows` shows them",
                  ""});
  }
  check_terrain(plan, scenario, findings);
}

}  // namespace lunafab::campaign
